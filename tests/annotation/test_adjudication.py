"""A reviewer settles what two people annotated differently."""

from __future__ import annotations

from functools import partial

import pytest

from annotation.actions import adjudication, drafts, projects, revisions, tasks
from annotation.disagreements import Choice
from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Project, Role, Task, User
from annotation.spans import MarkedSpan
from tests.conftest import Cast
from tests.disputes import annotate_twice, dispute, spans_of
from tests.together import together

TEXT = "k/c/o type 2 diabetes, on metformin; no fever"
AGREED = spans_of(TEXT, ("metformin", "TREATMENT"))
LEFT = [*AGREED, *spans_of(TEXT, ("type 2 diabetes", "DISEASE"), ("fever", "DISEASE"))]
RIGHT = [*AGREED, *spans_of(TEXT, ("diabetes", "DISEASE"))]


@pytest.fixture
def task(project: Project, cast: Cast) -> Task:
    return dispute(project, (cast.annotator, cast.annotator2), TEXT, LEFT, RIGHT)


def versions(case: adjudication.Case) -> tuple[int, int]:
    return case.left.revision, case.right.revision


def decide(case: adjudication.Case, by: User, *choices: Choice, base: int = 0) -> adjudication.Case:
    return adjudication.decide(
        task=case.task, by=by, versions=versions(case), choices=choices, base_revision=base, seconds=9
    )


def side(case: adjudication.Case, spans: list[MarkedSpan]) -> Choice:
    return Choice.LEFT if sorted(spans) == case.left.marked else Choice.RIGHT


def gold(task: Task) -> Annotation:
    return Annotation.objects.gold().get(note=task.note_id)


def test_case_has_what_both_agree_on_and_each_difference(task: Task, cast: Cast) -> None:
    case = adjudication.take(task=task, by=cast.reviewer)
    assert case.agreed == AGREED
    assert [len(difference.disagreements) for difference in case.differences] == [1, 1]
    assert case.choices == [None, None]
    assert {case.left.author, case.right.author} == {cast.annotator, cast.annotator2}


def test_sides_have_nothing_to_do_with_who_came_first(project: Project, cast: Cast) -> None:
    people = (cast.annotator, cast.annotator2)
    cases = [adjudication.case(dispute(project, people, TEXT, LEFT, RIGHT)) for _ in range(2)]
    assert {case.left.author for case in cases} == set(people)


def test_decision_is_gold_and_the_second_time_the_same(task: Task, cast: Cast) -> None:
    case = adjudication.take(task=task, by=cast.reviewer)
    decide(case, cast.reviewer, side(case, RIGHT), side(case, LEFT))
    assert gold(task).marked == sorted(spans_of(TEXT, ("diabetes", "DISEASE"), ("fever", "DISEASE")) + AGREED)
    assert (gold(task).author, gold(task).seconds) == (cast.reviewer, 9)
    decide(case, cast.reviewer, side(case, RIGHT), side(case, LEFT))
    with pytest.raises(TooLate):
        decide(case, cast.reviewer, side(case, LEFT), side(case, LEFT))
    assert gold(task).task.annotations.count() == 1


def test_both_is_refused_where_the_policy_has_no_overlaps(project: Project, task: Task, cast: Cast) -> None:
    case = adjudication.take(task=task, by=cast.reviewer)
    with pytest.raises(ActionError, match="overlaps"):
        decide(case, cast.reviewer, Choice.BOTH, Choice.NEITHER)
    Project.objects.filter(pk=project.pk).update(nested=True)
    case.task.project.refresh_from_db()
    decide(case, cast.reviewer, Choice.BOTH, Choice.NEITHER)
    assert len(gold(task).marked) == 3


def test_choices_fit_the_versions_that_were_seen(task: Task, cast: Cast) -> None:
    case = adjudication.take(task=task, by=cast.reviewer)
    with pytest.raises(ActionError, match="2 differences and 1 choices"):
        decide(case, cast.reviewer, Choice.LEFT)
    call = partial(adjudication.decide, task=case.task, by=cast.reviewer, base_revision=0, seconds=1)
    with pytest.raises(TooLate, match="versions was changed"):
        call(versions=(case.left.revision, 99), choices=[Choice.LEFT] * 2)


def test_only_who_made_neither_version_may_decide(project: Project, task: Task, cast: Cast) -> None:
    projects.add_member(project=project, user=cast.annotator, roles=[Role.REVIEWER])
    with pytest.raises(TooLate):
        adjudication.take(task=task, by=cast.annotator)
    case = adjudication.take(task=task, by=cast.reviewer)
    with pytest.raises(TooLate, match="not in your hands"):
        decide(case, cast.annotator, Choice.LEFT, Choice.LEFT)


def test_other_tasks_are_no_cases(project: Project, cast: Cast) -> None:
    note = annotate_twice(project, (cast.annotator, cast.annotator2), TEXT, LEFT, LEFT)
    with pytest.raises(ActionError, match="does not wait"):
        adjudication.take(task=note.tasks.first(), by=cast.reviewer)


def test_decision_is_opened_again_with_what_was_chosen(task: Task, cast: Cast) -> None:
    assert adjudication.last_of(by=cast.reviewer, project_id=task.project_id) is None
    decide(adjudication.take(task=task, by=cast.reviewer), cast.reviewer, Choice.LEFT, Choice.RIGHT)
    assert adjudication.last_of(by=cast.reviewer, project_id=task.project_id) == task
    task.refresh_from_db()
    again = adjudication.take(task=task, by=cast.reviewer)
    assert (again.choices, again.by_hand) == ([Choice.LEFT, Choice.RIGHT], False)
    with pytest.raises(TooLate):
        decide(again, cast.reviewer, Choice.RIGHT, Choice.RIGHT, base=0)
    decide(again, cast.reviewer, Choice.RIGHT, Choice.RIGHT, base=again.earlier.revision)
    assert gold(task).parent == again.earlier
    assert gold(task).marked == sorted(again.right.marked)


def test_choices_become_a_draft_to_go_on_by_hand(task: Task, cast: Cast) -> None:
    case = adjudication.take(task=task, by=cast.reviewer)
    for choice in (None, side(case, LEFT)):
        adjudication.to_draft(
            task=case.task,
            by=cast.reviewer,
            versions=versions(case),
            choices=[choice, Choice.NEITHER],
            base_revision=0,
            seconds=4,
        )
    kept = drafts.of(task, cast.reviewer)
    assert kept.spans_json == [s.to_json() for s in sorted([*AGREED, *spans_of(TEXT, ("type 2 diabetes", "DISEASE"))])]
    assert (kept.version, kept.seconds) == (2, 4)


def test_result_by_hand_is_told_from_choices(task: Task, cast: Cast) -> None:
    held = tasks.take(task=task, by=cast.reviewer)
    other = spans_of(TEXT, ("2", "DISEASE"))
    revisions.submit(task=held, by=cast.reviewer, spans=other, base_revision=0, seconds=3)
    task.refresh_from_db()
    assert adjudication.take(task=task, by=cast.reviewer).by_hand


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_hold_one_case(task: Task, cast: Cast, project: Project) -> None:
    projects.add_member(project=project, user=cast.lead, roles=[Role.REVIEWER])
    answers = together(*(partial(adjudication.take, task=task, by=by) for by in (cast.reviewer, cast.lead)))
    assert sorted(type(answer).__name__ for answer in answers) == ["Case", "TooLate"]
