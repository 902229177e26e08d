"""What the data steps of a run made, readable."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from annotation.access import Right
from monitoring.runs.links import link
from monitoring.runs.shapes import Fact, Made, Table
from training.models import Dataset, DatasetItem, Step

SHOWN = 20


def ingest(step: Step, _: Collection[str]) -> Made:
    made = step.outputs
    since = f"dataset v{made['since']}" if made.get("since") else "the beginning"
    counts = (("New", "new"), ("Changed", "changed"), ("Gone", "gone"), ("Gold notes in all", "gold"))
    return Made(facts=[Fact("Since", since), *(Fact(title, f"{made[name]:,}") for title, name in counts)])


def validate(step: Step, rights: Collection[str]) -> Made:
    made = step.outputs
    unsound = made["unsound"]
    facts = [
        Fact("Notes with gold", f"{made['notes']:,}"),
        Fact("Left out as unsound", f"{len(unsound):,}"),
        Fact("Spans of retired labels", f"{made['retired_spans']:,}"),
        Fact("Labels", ", ".join(made["labels"])),
    ]
    if not unsound:
        return Made(facts=facts)
    may_read = Right.READ_NOTES in rights
    links = [(f"note {pk}", link("note", pk) if may_read else "") for pk in unsound[:SHOWN]]
    more = len(unsound) - SHOWN
    sentences = [f"{len(unsound):,} notes have gold that does not fit their text; correct them."]
    return Made(sentences, facts, links=[*links, (f"and {more:,} more", "")] if more > 0 else links)


def snapshot(step: Step, _: Collection[str]) -> Made:
    made = step.outputs
    dataset = Dataset.objects.select_related("test_set").filter(pk=made["dataset_id"]).first()
    facts = [Fact("Dataset", f"v{made['dataset']}", link("dataset", made["dataset_id"]))]
    if dataset and dataset.test_set:
        facts.append(Fact("Frozen test set", f"v{dataset.test_set.version}", link("dataset", dataset.test_set.pk)))
    facts.append(Fact("SHA-256", made["sha256"], code=True))
    return Made(facts=facts, tables=[splits(made["splits"], made["labels"])])


def splits(summary: dict[str, Any], labels: list[str]) -> Table:
    """Notes and entities of each split."""
    names = [(DatasetItem.Split(name).label, summary[name]) for name in DatasetItem.Split.values if name in summary]
    rows = [
        [title, f"{row['notes']:,}", *(f"{row['entities'].get(label, 0):,}" for label in labels)]
        for title, row in names
    ]
    return Table("Splits", ("Split", "Notes", *labels), rows)


def quality(step: Step, _: Collection[str]) -> Made:
    dataset = _dataset_of(step)
    warnings = dataset.quality.get("warnings", []) if dataset else []
    count = step.outputs.get("warnings", len(warnings))
    first = f"{count:,} things to look at." if count else "Nothing to look at: no leak, no duplicate, no conflict."
    links = [("The whole report", url)] if dataset and (url := link("dataset", dataset.pk)) else []
    return Made(sentences=[first, *warnings[:SHOWN]], links=links)


def _dataset_of(step: Step) -> Dataset | None:
    made = step.run.steps.filter(name="snapshot").values_list("outputs", flat=True).first() or {}
    return Dataset.objects.filter(pk=made["dataset_id"]).first() if "dataset_id" in made else None
