"""Behaviour cases as a page shows them: by category, marked, with what a chosen version makes of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from annotation.models import Project
from annotation.spans import Span
from annotation.views import note_marks
from training.gates.cases import Outcome, wanted
from training.gates.phrases import phrases_of
from training.models import BehaviourCase, Deployment, ModelVersion

# Of a text in the list, in characters.
SHOWN = 400


@dataclass(frozen=True, slots=True)
class CaseRow:
    """``outcome`` is None unless the case was put to a model just now."""

    case: BehaviourCase
    text: SafeString
    asked: list[str]
    cut: bool
    blank: str = ""
    outcome: Outcome | None = None
    found: SafeString | None = None

    @property
    def status(self) -> str:
        return "skipped" if self.outcome is None else "succeeded" if self.outcome.held else "failed"

    @property
    def word(self) -> str:
        return "Switched off" if self.outcome is None else "Holds" if self.outcome.held else "Fails"


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """The cases of a category; `held` of them do, of those that were tried."""

    title: str
    rows: list[CaseRow]

    @property
    def tried(self) -> int:
        return sum(row.outcome is not None for row in self.rows)

    @property
    def held(self) -> int:
        return sum(bool(row.outcome and row.outcome.held) for row in self.rows)


def categories(project: Project, cases: Iterable[BehaviourCase], outcomes: Sequence[Outcome]) -> list[CategoryRow]:
    """Those that have cases, in the order of the model's choices; what fails comes first, what is off last."""
    colours = dict(project.labels.values_list("name", "colour"))
    by_case = {outcome.case.pk: outcome for outcome in outcomes}
    rows = [case_row(case, colours, by_case.get(case.pk)) for case in cases]
    rows.sort(key=lambda row: (not row.case.active, row.status != "failed", row.case.pk))
    found = [
        CategoryRow(one.label, [row for row in rows if row.case.category == one]) for one in BehaviourCase.Category
    ]
    return [category for category in found if category.rows]


def case_row(case: BehaviourCase, colours: dict[str, int], outcome: Outcome | None = None) -> CaseRow:
    text = case.text
    spans = wanted(case)
    asked = [f"“{one.words}” {one.label or 'under any label'}" for one in phrases_of(text, spans)]
    cut = len(text) > SHOWN
    shown = text[:SHOWN]
    marked = note_marks.html(shown, [span for span in spans if span.label], colours)
    found = _found(shown, outcome, colours) if outcome else None
    blank = "" if text.strip() else "(only white space)" if text else "(empty)"
    return CaseRow(case, marked, asked, cut, blank, outcome, found)


def _found(text: str, outcome: Outcome, colours: dict[str, int]) -> SafeString:
    return note_marks.html(text, [Span(*span) for span in outcome.found if span.end <= len(text)], colours)


def versions(project: Project) -> list[ModelVersion]:
    """What cases can be tried on: the champion first, then the newest."""
    champion = Deployment.objects.champion_of(project)
    rows = list(ModelVersion.objects.filter(project=project).exclude(status="archived")[:20])
    for row in rows:
        row.project = project
        row.serving = bool(champion and champion.model_id == row.pk)  # type: ignore[attr-defined]
    if champion and not any(row.pk == champion.model_id for row in rows):
        champion.model.serving = True  # type: ignore[attr-defined]
        rows.append(champion.model)
    return sorted(rows, key=lambda row: (not row.serving, -row.number))  # type: ignore[attr-defined]
