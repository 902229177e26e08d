"""The figures of a model version that people decide on: it, the champion and the baseline on the same test notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.comparison import verdict
from training.evaluations import counts
from training.gate_words import points
from training.in_force import rules_of
from training.judgements import judged_in
from training.models import Evaluation, GateReport, ModelVersion, Run
from training.power import power_sentence
from training.statistics import Difference, f1_difference

Role = Evaluation.Role
HEAVY = ("per_note", "found")


@dataclass(frozen=True, slots=True)
class Row:
    """A label or a slice: scores of the version and of the champion, and the difference where it was tested."""

    name: str
    candidate: Mapping[str, Any]
    champion: Mapping[str, Any] | None
    difference: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Facet:
    """The slices of one facet, the largest first."""

    name: str
    rows: list[Row]

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def lowest(self) -> Row:
        return min(self.rows, key=lambda row: row.candidate["f1"])


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything is None or empty where it was not measured."""

    candidate: Evaluation | None
    champion: Evaluation | None
    baseline: Evaluation | None
    difference: dict[str, Any] | None
    over_baseline: dict[str, Any] | None
    labels: list[Row]
    slices: list[Facet]

    @property
    def crop(self) -> bool:
        """Whether bars from 50 % on show all of them."""
        rows = [row for row in (self.candidate, self.champion, self.baseline) if row]
        return all(row.scores["low"] >= 0.5 for row in rows)


def figures_of(model: ModelVersion) -> Figures:
    """Of the newest evaluation: of its training's, or of the last time it was evaluated again."""
    run = judged_in(model)
    rows = Evaluation.objects.filter(run=run, split="test").select_related("model__project").defer("found")
    by_role = {row.role: row for row in rows.exclude(role=Role.CHAMPION)}
    candidate, baseline = by_role.get(Role.CANDIDATE), by_role.get(Role.BASELINE)
    champion = rows.filter(role=Role.CHAMPION).defer(*HEAVY).first()
    gaps = tested_parts(run)
    return Figures(
        candidate=candidate,
        champion=champion,
        baseline=baseline,
        difference=_difference(model, candidate),
        over_baseline=_over_baseline(candidate, baseline),
        labels=_labels(candidate, champion, gaps),
        slices=_slices(candidate, champion, gaps),
    )


def _difference(model: ModelVersion, candidate: Evaluation | None) -> dict[str, Any] | None:
    """{value, low, high, p} with the word for it, and what so many notes can show."""
    if candidate is None or not candidate.difference:
        return None
    gap = Difference(**{name: candidate.difference[name] for name in ("value", "low", "high", "p")})
    margin = rules_of(model.project).margin
    word = verdict(gap.low, gap.high, margin=margin)
    said = {"margin": points(margin, sign=False), "power": power_sentence(gap, candidate.scores["notes"])}
    return {**gap.to_json(), "verdict": word.value, **said}


def _over_baseline(candidate: Evaluation | None, baseline: Evaluation | None) -> dict[str, Any] | None:
    if candidate is None or baseline is None:
        return None
    gap = f1_difference(counts(candidate), counts(baseline), swaps=1)
    return {"value": gap.value, "low": gap.low, "high": gap.high}


def tested_parts(run: Run) -> dict[tuple[str, str, str], dict[str, Any]]:
    """What the quality gate found of each label and slice: {(kind, facet, name): figures}."""
    report = GateReport.objects.filter(run=run, kind=GateReport.Kind.QUALITY).first()
    checks = report.report["checks"] if report else []
    parts = [part for check in checks for part in check["figures"].get("parts", (check["figures"],))]
    return {(part["kind"], part["facet"], part["name"]): part for part in parts if "facet" in part and "low" in part}


def _labels(candidate: Evaluation | None, champion: Evaluation | None, gaps: dict[Any, Any]) -> list[Row]:
    other = champion.per_label if champion else {}
    rows = candidate.per_label.items() if candidate else ()
    return [Row(name, scores, other.get(name), gaps.get(("label", "", name))) for name, scores in rows]


def _slices(candidate: Evaluation | None, champion: Evaluation | None, gaps: dict[Any, Any]) -> list[Facet]:
    other = champion.slices if champion else {}
    found = []
    for facet, values in (candidate.slices if candidate else {}).items():
        largest_first = sorted(values.items(), key=lambda row: (-row[1]["notes"], row[0]))
        beside, tested = other.get(facet, {}), [gaps.get(("slice", facet, value)) for value, _ in largest_first]
        rows = [Row(v, s, beside.get(v), gap) for (v, s), gap in zip(largest_first, tested, strict=True)]
        found.append(Facet(facet, rows))
    return found
