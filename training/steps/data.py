"""The data side of a pipeline: what changed, is the gold sound, the sealed snapshot, its quality."""

from __future__ import annotations

from typing import Any

from annotation.errors import ActionError
from annotation.models import Annotation
from annotation.spans import span_problems
from training import changes, quality_reports, snapshots
from training.context import Context
from training.models import Dataset

SHOWN = 200


def ingest(context: Context) -> dict[str, Any]:
    """What came in since the last snapshot: new, changed and withdrawn gold."""
    found = changes.since_last_snapshot(context.run.project)
    context.log(str(found))
    return {**found.to_json(), "key": found.key}


def validate(context: Context) -> dict[str, Any]:
    """Gold that does not hold against its own text, or has labels that are retired, is left out by name."""
    project = context.run.project
    labels = sorted(project.labels.active().names())
    rows = Annotation.objects.filter(project=project).trainable().select_related("note").order_by("note_id")
    total, unsound, retired = rows.count(), [], 0
    for number, row in enumerate(rows.iterator(500)):
        spans = [span for span in row.marked if span.label in labels]
        retired += len(row.spans_json) - len(spans)
        if span_problems(row.note.text, spans, labels, nested=project.nested):
            unsound.append(row.note_id)
        context.progress(number / total, f"{number:,} of {total:,} notes checked")
    if not total:
        raise ActionError(f"{project.name} has no gold outside the audit sample; annotate or import some notes first.")
    context.log(f"{total:,} notes with gold, {len(unsound):,} left out, {retired:,} spans of retired labels")
    key = f"{total}:{','.join(map(str, unsound))}"
    return {"notes": total, "unsound": unsound, "retired_spans": retired, "labels": labels, "key": key}


def snapshot(context: Context) -> dict[str, Any]:
    """Seal the gold, or take the dataset that is sealed over exactly this gold already."""
    run = context.run
    leave_out = set(context.made.get("validate", {}).get("unsound", ()))
    if chosen := run.params.get("dataset"):
        dataset = Dataset.objects.get(pk=chosen, project=run.project, kind=Dataset.Kind.SNAPSHOT)
    else:
        dataset = snapshots.seal(project=run.project, by=run.created_by, leave_out=leave_out)
    labels = sorted(run.project.labels.active().names())
    context.log(f"{dataset}: {dataset.sha256[:12]}")
    return {
        "dataset_id": dataset.pk,
        "dataset": dataset.version,
        "test_set": dataset.test_set.version if dataset.test_set else None,
        "sha256": dataset.sha256,
        "splits": dataset.summary,
        "labels": labels,
        "key": f"{dataset.sha256}:{','.join(labels)}",
    }


def quality(context: Context) -> dict[str, Any]:
    """The quality report. A test note that also trains stops the run."""
    dataset = context.dataset
    report = quality_reports.report_on(
        dataset,
        labels=context.labels,
        on_progress=lambda done, total: context.progress(done / max(1, total), f"{done:,} of {total:,} looked at"),
    )
    quality_reports.keep(dataset, report)
    if report.blocking:
        raise ActionError(f"The dataset leaks: {report.blocking[0]} Correct it, then start again.")
    for sentence in report.warnings:
        context.log(sentence)
    return {"key": dataset.sha256, "warnings": len(report.warnings)}
