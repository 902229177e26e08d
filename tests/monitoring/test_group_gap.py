"""The policy's allowed gap of a group: windows are measured with it, and the page says which it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from annotation.models import Project
from annotation.synthetic import generate
from monitoring.actions import policies, windows
from monitoring.health import bias
from monitoring.health.read import Health
from monitoring.policy import Values
from monitoring.windows.due import Stretch
from monitoring.windows.measuring import measure
from tests.conftest import Cast
from tests.monitoring.test_windows import annotate_audits
from tests.monitoring.windows import POLICY, WEEK, begin_weeks_ago, serve
from training.models import Deployment


@pytest.fixture
def stretch(champion: Deployment, cast: Cast) -> Stretch:
    """A week of audits by which the champion finds too much in two of three notes of one gender."""
    start = begin_weeks_ago(champion, 1)
    made = list(generate(160, seed=5))
    gender = made[0].facets["gender"]
    of_gender = [number for number, note in enumerate(made) if note.facets["gender"] == gender]
    nothing = {number for place, number in enumerate(of_gender) if place % 3}
    gold = [replace(note, spans=()) if number in nothing else note for number, note in enumerate(made)]
    rows = serve(champion, start + timedelta(days=1), made, audit=1.0)
    annotate_audits(champion, cast.annotator, {row.pk: note for row, note in zip(rows, gold, strict=True)})
    return Stretch(start, start + WEEK)


def test_gap_that_the_policy_allows_is_no_evidence(champion: Deployment, stretch: Stretch) -> None:
    strict, lax = (measure(champion.model, stretch, Values(group_gap=gap)) for gap in (0.05, 0.5))
    assert any("precision -" in title for title in strict.evidence.gaps)
    assert lax.evidence.gaps == ()
    kept = [[gap.value for group in one.groups for gap in group.gaps] for one in (strict, lax)]
    assert kept[0] == kept[1]


def test_page_says_the_gap_that_the_newest_window_was_measured_with(champion: Deployment, stretch: Stretch) -> None:
    project = champion.project
    policies.change(project=project, values={**POLICY, "group_gap": 0.5}, by=None, reason="")
    (window,) = windows.measure_due(project, stretch.end)
    assert not any(reason["rule"] == "gap" for reason in window.reasons)
    shown = bias.section(Health(project))
    assert "±50 points" in shown.lead
    assert "No group that is large enough lies outside the allowed range." in shown.says
    policies.change(project=project, values={"group_gap": 0.1}, by=None, reason="")
    later = bias.section(Health(project))
    assert "±50 points" in later.lead
    assert "The policy allows ±10 points now; the next window is measured with it." in later.says


def test_page_without_a_window_says_the_policys_gap(project: Project) -> None:
    policies.change(project=project, values={"group_gap": 0.075}, by=None, reason="")
    assert "±7.5 points" in bias.section(Health(project)).lead
