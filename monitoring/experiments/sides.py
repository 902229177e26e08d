"""The runs that are set side by side: what each was asked, what it reached, and the notes that all were scored on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any

from annotation.models import FACETS, Note, Project
from monitoring.experiments.board import shown
from training import ner
from training.comparison import NoteScore
from training.evaluations import note_scores
from training.models import Dataset, Evaluation, Run, Step
from training.ner.params import resolved
from training.paired import MOST_RUNS
from training.recipes import recipes

KINDS = (Run.Kind.TRIAL, Run.Kind.PIPELINE)
ROLES = (Evaluation.Role.TRIAL, Evaluation.Role.CANDIDATE)


@dataclass(frozen=True, slots=True)
class Side:
    """A run with its evaluation, None when it was not scored. `letter` stands for it where space is short."""

    letter: str
    run: Run
    evaluation: Evaluation | None
    asked: dict[str, str] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    ece: float | None = None

    @property
    def name(self) -> str:
        return f"{self.letter}: #{self.run.pk} {self.asked.get('recipe', '')}".strip()


def chosen(project: Project, ids: Sequence[str]) -> list[Run]:
    """The trials and pipelines of these ids in their order, ten at most; what is none is left out."""
    wanted = list(dict.fromkeys(int(one) for one in ids if one.isdecimal() and len(one) < 10))
    rows = Run.objects.filter(project=project, kind__in=KINDS).in_bulk(wanted[:100])
    return [rows[pk] for pk in wanted if pk in rows][:MOST_RUNS]


def sides_of(runs: Sequence[Run]) -> list[Side]:
    rows = Evaluation.objects.filter(run__in=runs, role__in=ROLES).select_related("dataset__project")
    scored = {row.run_id: row for row in rows}
    made: dict[int, dict[str, Any]] = {}
    for step in Step.objects.filter(run__in=runs, name__in=("train", "calibrate", "snapshot"), status__in=Step.DONE):
        made.setdefault(step.run_id, {})[step.name] = step.outputs
    letters = ascii_uppercase[: len(runs)]
    return [_side(one, run, scored.get(run.pk), made.get(run.pk, {})) for one, run in zip(letters, runs, strict=True)]


def _side(letter: str, run: Run, evaluation: Evaluation | None, made: dict[str, Any]) -> Side:
    trained = made.get("train", {})
    ece = made.get("calibrate", {}).get("calibration", {}).get("ece")
    return Side(
        letter, run, evaluation, _asked(run, trained, made.get("snapshot", {})), trained.get("history", []), ece
    )


def _asked(run: Run, trained: dict[str, Any], snapshot: dict[str, Any]) -> dict[str, str]:
    """Everything that could make two runs differ, in words; settings that were not given have their defaults."""
    name = trained.get("recipe") or run.params.get("recipe") or ""
    settings = trained.get("settings") or run.params.get("settings") or {}
    if name in recipes():
        # Where the recipe has other settings today, what was recorded stands.
        with suppress(ner.TrainingError):
            settings = resolved(name, recipes()[name].settings, settings)
    found = {
        "recipe": name,
        "seed": str(trained.get("seed", run.seed)),
        "dataset": f"v{snapshot['dataset']}" if snapshot.get("dataset") else "",
        "code": str(run.environment.get("commit") or "")[:12],
    }
    # Libraries too, which the page names only where they differ.
    found |= {name: str(version) for name, version in run.environment.items() if name != "commit"}
    return {**found, **{key: shown(value) for key, value in sorted(settings.items())}}


def differences(sides: Sequence[Side]) -> tuple[list[tuple[str, list[str]]], list[tuple[str, list[str]]]]:
    """The parameters that are not the same in all runs that have them, and those that only some recipes have at all.

    A dash where a run has none of that name.
    """
    names = list(dict.fromkeys(name for side in sides for name in side.asked))
    rows = [(name, [side.asked.get(name) or "–" for side in sides]) for name in names]
    differ = [row for row in rows if len(set(row[1]) - {"–"}) > 1]
    return differ, [row for row in rows if row not in differ and "–" in row[1] and len(set(row[1])) > 1]


def common_notes(sides: Sequence[Side]) -> list[int]:
    """The notes that all scored ones were scored on, in order."""
    sets = [{row[0] for row in side.evaluation.per_note} for side in sides if side.evaluation]
    return sorted(set.intersection(*sets)) if sets else []


def scores_on(sides: Sequence[Side], notes: Sequence[int]) -> dict[str, list[NoteScore]]:
    """By name what each scored side did on each of the notes, in the order of `notes`."""
    facets = {row.pop("pk"): row for row in Note.objects.filter(pk__in=notes).values("pk", *FACETS)}
    found = {}
    for side in sides:
        if side.evaluation:
            by_note = {one.note_id: one for one in note_scores(side.evaluation, facets)}
            found[side.name] = [by_note[note] for note in notes]
    return found


def scored_on(sides: Sequence[Side]) -> list[tuple[str, str, Dataset]]:
    """Of each scored side its name, the split and the dataset: why two may have no note in common."""
    rows = [(side.name, side.evaluation) for side in sides if side.evaluation]
    return [(name, row.get_split_display(), row.dataset) for name, row in rows]
