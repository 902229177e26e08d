"""What gates found, as rows of a page."""

from __future__ import annotations

from annotation.access import Right
from annotation.models import Project
from monitoring.gate_rows import gates_of
from tests.conftest import Cast
from training.actions import behaviour as actions
from training.actions.behaviour import Wording
from training.models import GateReport, Run


def check(name: str, passed: bool | None, **more: object) -> dict[str, object]:
    return {"name": name, "passed": passed, "sentence": "So.", "figures": {}, "notes": [], **more}


def test_sections_are_always_three_and_failed_checks_come_first_with_what_to_look_at(
    project: Project, cast: Cast
) -> None:
    run = Run.objects.create(project=project, kind=Run.Kind.PIPELINE)
    case = actions.add(project=project, by=cast.reviewer, wording=Wording("empty", "not_find", ""))
    gone = case.pk + 1000
    checks = [
        check("Empty note", True),
        check("Negation", False, figures={"failed_cases": [case.pk, gone]}),
        check("Plain", None),
    ]
    GateReport.objects.create(run=run, kind="unit", passed=False, report={"checks": checks})
    GateReport.objects.create(
        run=run, kind="quality", passed=False, report={"checks": [check("Floor", False, notes=[7, 8])]}
    )
    gates = gates_of(run, {Right.VIEW, Right.TRAIN})
    unit, integration, quality = gates["sections"]
    assert [(row.name, row.cases) for row in unit.failed] == [("Negation", [case.pk])]
    assert ([row.name for row in unit.rest], unit.untested) == (["Empty note", "Plain"], 1)
    assert (integration.passed, integration.word) == (None, "Not run yet")
    assert quality.failed[0].notes == [7, 8]
    assert (gates["may_read"], gates["may_see_cases"]) == (False, True)
