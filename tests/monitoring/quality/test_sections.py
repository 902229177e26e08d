"""The sections: right numbers from work done through the actions, and nobody sees whom they must not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from annotation.models import Annotation, Task
from monitoring import trends
from monitoring.quality import agreement, corrections, drift, pace, page, throughput
from monitoring.quality.section import Column, Kind, Question, Section
from tests.conftest import Cast
from tests.monitoring.quality.conftest import DISEASE, TREATMENT, Submit

Open = Callable[..., list[Task]]


@pytest.fixture
def two_people(cast: Cast, open_task: Open, submit: Submit) -> None:
    """Three notes by one person, one by another, on two days."""
    for person, days, seconds in ((cast.annotator, 1, 10), (cast.annotator, 1, 20), (cast.annotator, 0, 30)):
        submit(open_task()[0], person, [DISEASE], days=days, seconds=seconds)
    submit(open_task(reason=Task.Reason.FEEDBACK)[0], cast.annotator2, [DISEASE], days=1, seconds=40)


def test_throughput_is_stacked_by_reason(question: Question, two_people: None) -> None:
    section, _ = throughput.sections(replace(question, days=7))
    assert [column.name for column in section.columns] == ["Day", "Label", "Feedback", "Together"]
    assert [list(row[1:]) for row in section.rows] == [[2, 1, 3], [1, 0, 1]]
    assert section.figure
    assert [bars["y"] for bars in section.figure["data"]] == [[2, 1], [1, 0]]


def test_people_see_one_another_only_with_the_right_to(cast: Cast, question: Question, two_people: None) -> None:
    own = replace(question, viewer=cast.annotator, sees_people=False, days=7)
    assert [column.name for column in throughput.sections(own)[1].columns] == ["Day", "You", "Team"]
    assert [list(row[1:]) for row in throughput.sections(own)[1].rows] == [[2, 3], [1, 1]]
    assert [row[0] for row in pace.sections(own)[1].rows] == ["You", "Team"]
    assert {row[0] for row in drift.sections(own)[0].rows} == {"You"}
    stranger = replace(own, viewer=cast.approver)
    assert [list(row[1:]) for row in throughput.sections(stranger)[1].rows] == [[0, 3], [0, 1]]
    assert [row[0] for row in pace.sections(stranger)[1].rows] == ["Team"]
    assert drift.sections(stranger)[0].rows == []
    everybody = throughput.sections(replace(question, days=7))[1]
    assert [column.name for column in everybody.columns] == ["Day", "annotator", "annotator2"]
    names = [str(user) for user in (cast.annotator, cast.annotator2)]
    for part in page.sections(stranger):
        assert not any(name in str((part.rows, part.says, part.figure)) for name in names)


def test_many_people_are_a_few_lines(
    question: Question, two_people: None, cast: Cast, open_task: Open, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throughput, "MOST_LINES", 2)
    submit(open_task()[0], cast.reviewer, [DISEASE], days=1)
    section = throughput.sections(replace(question, days=7))[1]
    assert [column.name for column in section.columns] == ["Day", "annotator", "2 others"]
    assert [list(row[1:]) for row in section.rows] == [[2, 2], [1, 0]]


def test_seconds_have_median_and_quartiles_and_leave_out_what_was_not_timed(
    cast: Cast, question: Question, two_people: None, open_task: Open, submit: Submit
) -> None:
    submit(open_task()[0], cast.annotator, [DISEASE], days=1, seconds=0)
    over_time, by_person = pace.sections(replace(question, days=7))
    assert [row[1:] for row in over_time.rows] == [(3, 15.0, 20.0, 30.0), (1, 30.0, 30.0, 30.0)]
    assert by_person.rows == [("annotator", 3, 15.0, 20.0, 25.0), ("annotator2", 1, 40.0, 40.0, 40.0)]


def test_agreement_of_a_week_is_strict_f1(cast: Cast, question: Question, open_task: Open, submit: Submit) -> None:
    for theirs in ([DISEASE], [DISEASE, TREATMENT], []):
        first, second = open_task(doubled=True)
        submit(first, cast.annotator, theirs)
        submit(second, cast.annotator2, [DISEASE] if theirs else [])
    (section,) = agreement.sections(question)
    ((_, notes, f1, low, high),) = section.rows
    assert (notes, f1) == (2, pytest.approx(4 / 5)), "a note without any entity has nothing to agree on"
    assert low <= f1 <= high


def test_corrections_are_counted_by_label_and_model(
    cast: Cast, question: Question, open_task: Open, submit: Submit, suggest: Callable[..., None]
) -> None:
    for model, suggested, gold in (
        ("clinic v9", [DISEASE], [DISEASE]),
        ("clinic v9", [DISEASE._replace(end=28)], [DISEASE, TREATMENT]),
        ("clinic v10", [TREATMENT], []),
    ):
        (task,) = open_task()
        suggest(task, suggested, model=model)
        submit(task, cast.annotator, gold)
    assert corrections.models_of(question) == ["clinic v10", "clinic v9"]
    rows = {(row[0], row[1]): row[2:5] for row in corrections.sections(question)[0].rows}
    assert rows["DISEASE", "kept as suggested"] == (1, 2, 0.5)
    assert rows["DISEASE", "edges moved"] == (1, 2, 0.5)
    assert rows["TREATMENT", "removed"] == (1, 1, 1.0)
    assert rows["TREATMENT", "added by a person"] == (1, 1, 1.0)
    (newest,) = corrections.sections(replace(question, model="clinic v10"))
    assert {row[0] for row in newest.rows} == {"TREATMENT"}
    assert newest.rows[-1][2:] == (0, 0, None, None, None), "none of the gold: no share"


@pytest.fixture
def careless_lately(
    cast: Cast, open_task: Open, submit: Submit, adjudicate: Callable[..., Annotation], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two people one gets everything wrong in the newest four weeks."""
    monkeypatch.setattr(trends, "ENOUGH", 3)
    monkeypatch.setattr(drift, "ENOUGH", 3)
    for days in (60, 50, 40, 3, 2, 1):
        first, second = open_task(doubled=True)
        submit(first, cast.annotator, [DISEASE, TREATMENT], days=days)
        submit(second, cast.annotator2, [DISEASE, TREATMENT] if days > 28 else [], days=days)
        if days <= 28:
            adjudicate([DISEASE, TREATMENT], days=days)


def test_change_of_a_person_is_said_with_its_test(question: Question, careless_lately: None) -> None:
    (section,) = drift.sections(replace(question, days=7))
    first, second, test = section.says
    assert first == "annotator: no change that 3 notes could show (the difference is between +0.0 and +0.0)."
    assert second.startswith("annotator2: F1 fell by 100.0 points in the newest four weeks")
    assert "Bonferroni" in test
    assert "2 people" in test
    f1 = {(row[0], row[1]): row[7] for row in section.rows}
    assert sorted(f1.values()) == [0.0, 1.0, 1.0, 1.0, 1.0, 1.0], "three windows each"


def test_few_notes_are_said_to_be_few(cast: Cast, question: Question, open_task: Open, submit: Submit) -> None:
    for task, person in zip(open_task(doubled=True), (cast.annotator, cast.annotator2), strict=True):
        submit(task, person, [DISEASE])
    (section,) = drift.sections(question)
    assert section.says == [
        f"{name}: not enough settled notes in the newest four weeks (1 of 20) to say anything."
        for name in ("annotator", "annotator2")
    ]


def test_nothing_yet_is_said_in_words(question: Question) -> None:
    for section in page.sections(question):
        assert not section.rows
        assert section.figure is None
        assert section.missing.endswith(".")


def test_parts_name_the_sections_they_make(question: Question) -> None:
    for part, names in page.PARTS.items():
        assert tuple(section.name for section in part(question)) == names
        assert [page.section(question, name).name for name in names] == list(names)  # type: ignore[union-attr]
    assert page.section(question, "nothing") is None


def test_download_holds_the_numbers_and_no_formula() -> None:
    columns = [Column("Person", Kind.TEXT), Column("Share", Kind.SHARE), Column("Notes")]
    section = Section("x", "X", "", columns, [("=1+1", 1 / 3, 2), ("Anna, B.", None, 0)])
    assert page.as_csv(section) == 'Person,Share,Notes\r\n\'=1+1,0.3333,2\r\n"Anna, B.",,0\r\n'
    assert [cell for _, cell in section.shown[0]] == ["=1+1", "33.3 %", "2"]
    assert [cell for _, cell in section.shown[1]] == ["Anna, B.", "–", "0"]
