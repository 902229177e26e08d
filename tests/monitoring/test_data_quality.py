"""Constraints of a champion, derived twice and edited; windows held against them; the alert that follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from annotation.actions import intake_hours
from annotation.errors import ActionError, TooLate
from annotation.intake_counts import Came
from annotation.models import IntakeHour
from annotation.synthetic import SyntheticNote, generate
from monitoring.actions import constraints, policies, windows
from monitoring.actions.data_quality import KEY, METRIC
from monitoring.constraints import read
from monitoring.models import Alert, Constraints, Decision, Measurement, Window
from monitoring.policy import Level
from monitoring.windows.counts import counted
from monitoring.windows.due import Stretch
from monitoring.windows.intake import came_in
from tests.conftest import Cast
from tests.monitoring.windows import POLICY, WEEK, begin_weeks_ago, healthy_windows, serve
from training.models import Deployment


def calm(week: int, number: int = 90) -> list[SyntheticNote]:
    return list(generate(number, seed=31, start=week * number))


def without_specialty(made: list[SyntheticNote]) -> list[SyntheticNote]:
    for note in made:
        note.facets.pop("specialty")
    return made


def a_week(champion: Deployment, number: int, made: list[SyntheticNote]) -> Window:
    start = champion.started_at + number * WEEK
    serve(champion, start + timedelta(days=1), made)
    (window,) = windows.measure_due(champion.project, start + WEEK)
    return window


def violated(window: Window) -> set[str]:
    rows = Measurement.objects.filter(window=window, metric=METRIC, level=Level.WARNING)
    return set(rows.values_list("feature", flat=True))


def came(documents: int, refused: int = 0) -> Came:
    one = Came(documents, refused)
    for name in one.fields:
        one.fields[name] = [documents, 0]
    return one


def test_first_window_derives_constraints_from_all_splits_of_the_snapshot(champion: Deployment) -> None:
    (window,) = healthy_windows(champion, 1)
    row = Constraints.objects.get()
    document = read(row.document)
    assert (row.model, row.version, row.source, row.created_by) == (champion.model, 1, "training", None)
    notes = champion.model.dataset.items.count()
    assert {rule.notes for rule in document.fields.values()} == {notes}
    assert document.fields["text"].completeness == 1.0
    assert document.fields["text"].high is not None
    assert not {"id", "patient", "doctor"} & set(document.fields)
    assert violated(window) == set()
    assert Measurement.objects.filter(window=window, metric=METRIC).exists()


def test_full_reference_derives_them_anew_once_and_what_was_edited_stays(champion: Deployment, cast: Cast) -> None:
    healthy_windows(champion, 3)
    model = champion.model
    edited = constraints.edit(
        model=model, name="city", values={"completeness": 0.5}, by=cast.lead, reason="Two clinics send none.", base=1
    )
    assert [row.version for row in Constraints.objects.filter(model=model)] == [2, 1]
    a_week(champion, 3, calm(3, 60))
    row = constraints.newest_of(model)
    assert row is not None
    assert (row.version, row.source) == (3, "healthy")
    document = read(row.document)
    assert document.fields["city"] == read(edited.document).fields["city"]
    assert document.fields["specialty"].notes == sum(one.notes_read for one in Window.objects.all()) == 240
    assert document.fields["specialty"].domain
    a_week(champion, 4, calm(4, 60))
    assert Constraints.objects.filter(model=model).count() == 3


def test_reference_is_read_by_its_counts_where_there_are_any(champion: Deployment) -> None:
    policies.change(project=champion.project, values=POLICY, by=None, reason="")
    start = begin_weeks_ago(champion, 4)
    for week in range(4):
        hour = intake_hours.hour_of(start + week * WEEK + timedelta(days=1))
        intake_hours.add({(champion.project_id, "api", hour): came(100)})
        serve(champion, start + week * WEEK + timedelta(days=1), calm(week, 60))
    windows.measure_due(champion.project, start + 4 * WEEK)
    newest = constraints.newest_of(champion.model)
    assert newest is not None
    fields = read(newest.document).fields
    assert (fields["doctor"].notes, fields["id"].completeness) == (400, 1.0)


def test_field_that_is_gone_is_violated_told_once_and_over_by_itself(champion: Deployment) -> None:
    # The reference is full: what is missing does not become part of it.
    healthy_windows(champion, 4, notes_a_week=90)
    window = a_week(champion, 4, without_specialty(calm(4)))
    assert {"specialty:completeness_check", "specialty:missing_column_check"} <= violated(window)
    assert not [name for name in violated(window) if not name.startswith("specialty:")]
    row = Measurement.objects.get(window=window, feature="specialty:completeness_check")
    assert (row.value["value"], row.value["n"]) == (0.0, 90)
    assert row.value["q"] < 0.01
    assert row.value["high"] < row.value["allowed"]
    alert = Alert.objects.get(key=KEY)
    assert (alert.severity, alert.status) == ("warning", "open")
    assert "Completeness: specialty" in alert.sentence
    assert "Missing field: specialty" in alert.sentence
    # No level rests on it.
    assert window.level == Level.OK
    a_week(champion, 5, without_specialty(calm(5)))
    assert Alert.objects.get(key=KEY).seen == 2
    a_week(champion, 6, calm(6))
    assert Alert.objects.get(key=KEY).status == "resolved"


def test_window_without_notes_neither_tells_nor_resolves(champion: Deployment) -> None:
    healthy_windows(champion, 1, notes_a_week=90)
    a_week(champion, 1, without_specialty(calm(1)))
    (quiet,) = windows.measure_due(champion.project, champion.started_at + 3 * WEEK)
    assert violated(quiet) == set()
    assert Alert.objects.get(key=KEY).status == "open"


def test_edited_rule_is_what_the_next_window_is_held_against(champion: Deployment, cast: Cast) -> None:
    healthy_windows(champion, 1, notes_a_week=90)
    constraints.edit(
        model=champion.model, name="specialty", values={"completeness": 0.0}, by=cast.lead, reason="None now.", base=1
    )
    window = a_week(champion, 1, without_specialty(calm(1)))
    assert not {"specialty:completeness_check", "specialty:missing_column_check"} & violated(window)
    decision = Decision.objects.filter(verb="none").get()
    assert (decision.by, decision.reason, decision.evidence) == (
        cast.lead,
        "None now.",
        {"constraints": 2, "field": "specialty"},
    )


def test_edit_of_an_old_version_without_reason_or_of_what_can_not_be_changes_nothing(
    champion: Deployment, cast: Cast
) -> None:
    said = {"model": champion.model, "name": "city", "by": cast.lead, "reason": "So.", "base": 1}
    with pytest.raises(ActionError, match="There are no constraints yet"):
        constraints.edit(**said, values={"required": True})
    constraints.from_training(champion.model)
    with pytest.raises(ActionError, match="There is no reason"):
        constraints.edit(**{**said, "reason": " "}, values={"required": True})
    with pytest.raises(ActionError, match=r"The completeness of city is 7"):
        constraints.edit(**said, values={"completeness": 7})
    with pytest.raises(TooLate, match="Version 1 of the constraints was saved"):
        constraints.edit(**{**said, "base": 0}, values={"required": True})
    assert Constraints.objects.count() == 1


def test_refused_documents_of_extract_are_unusable_and_an_outage(champion: Deployment) -> None:
    healthy_windows(champion, 1, notes_a_week=90)
    start = champion.started_at + WEEK
    hour = intake_hours.hour_of(start + timedelta(days=1))
    intake_hours.add({(champion.project_id, "api", hour): came(100, refused=30)})
    # Notes for annotators are none of the champion's.
    intake_hours.add({(champion.project_id, "notes", hour): came(500, refused=500)})
    count = counted(champion.model, Stretch(start, start + WEEK))
    assert (count.unusable, count.rows) == (30, 100)
    window = a_week(champion, 1, calm(1))
    assert window.level == Level.CRITICAL
    assert [reason["rule"] for reason in window.reasons] == ["format"]


def test_hour_in_which_a_window_begins_is_in_the_one_that_ends_in_it(champion: Deployment) -> None:
    edge = intake_hours.hour_of(champion.started_at) + timedelta(minutes=30)
    hours = [edge - timedelta(minutes=30), edge + timedelta(minutes=30)]
    for number, hour in enumerate(hours, start=1):
        intake_hours.add({(champion.project_id, IntakeHour.Origin.API, hour): came(number)})
    before, after = Stretch(edge - WEEK, edge), Stretch(edge, edge + WEEK)
    assert [came_in(champion.project_id, one, "api").documents for one in (before, after)] == [1, 2]


def test_window_is_measured_without_constraints_that_can_not_be_read(
    champion: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    Constraints.objects.create(model=champion.model, version=1, source="training", document={"fields": 7})
    (window,) = healthy_windows(champion, 1)
    assert window.answers == 60
    assert not Measurement.objects.filter(metric=METRIC).exists()
    assert "constraints of" in caplog.text
