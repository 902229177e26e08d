"""What is read for the figures: pairs, suggestions behind gold, and no more than asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from annotation.actions import tasks
from annotation.models import Annotation, Project, Task
from monitoring.quality import reading
from monitoring.quality.section import Question
from tests.conftest import Cast
from tests.monitoring.quality.conftest import DISEASE, TREATMENT, Submit


def test_pair_is_read_when_both_are_in_and_settled_when_it_is_gold(
    cast: Cast,
    question: Question,
    open_task: Callable[..., list[Task]],
    submit: Submit,
    adjudicate: Callable[..., Annotation],
) -> None:
    first, second = open_task(doubled=True)
    submit(first, cast.annotator, [DISEASE])
    assert reading.pairs(question) == []
    submit(second, cast.annotator2, [DISEASE, TREATMENT])
    (pair,) = reading.pairs(question)
    assert [one.spans for one in pair.versions] == [[DISEASE], [DISEASE, TREATMENT]]
    assert pair.gold is None
    adjudicate([DISEASE, TREATMENT])
    assert reading.pairs(question)[0].gold == [DISEASE, TREATMENT]


def test_pair_that_agrees_is_settled_at_once(
    cast: Cast, question: Question, open_task: Callable[..., list[Task]], submit: Submit
) -> None:
    for task, person in zip(open_task(doubled=True), (cast.annotator, cast.annotator2), strict=True):
        submit(task, person, [DISEASE])
    assert [pair.gold for pair in reading.pairs(question)] == [[DISEASE]]


def test_suggestion_is_found_behind_a_note_that_was_opened_again(
    cast: Cast,
    question: Question,
    open_task: Callable[..., list[Task]],
    submit: Submit,
    suggest: Callable[..., None],
) -> None:
    (task,) = open_task()
    suggest(task, [DISEASE])
    submit(task, cast.annotator, [DISEASE])
    tasks.reopen(task=Task.objects.get(pk=task.pk), by=cast.annotator)
    submit(Task.objects.get(pk=task.pk), cast.annotator, [TREATMENT])
    (one,) = reading.corrected(question)
    assert (one.suggested, one.spans, one.model) == ([DISEASE], [TREATMENT], "clinic v1")
    (other,) = reading.work(question)
    assert (other.suggested, other.spans) == ([DISEASE], [TREATMENT]), "the newest revision of the task counts"


def test_gold_that_began_empty_is_no_correction(
    cast: Cast, question: Question, open_task: Callable[..., list[Task]], submit: Submit, suggest: Callable[..., None]
) -> None:
    submit(open_task()[0], cast.annotator, [DISEASE])
    (task,) = open_task()
    suggest(task, [])
    submit(task, cast.annotator, [DISEASE])
    assert [one.suggested for one in reading.corrected(question)] == [[]], "a suggestion of nothing is one"


def test_window_leaves_out_what_is_older_and_other_projects(
    cast: Cast, question: Question, open_task: Callable[..., list[Task]], submit: Submit
) -> None:
    submit(open_task()[0], cast.annotator, [DISEASE], days=7)
    submit(open_task()[0], cast.annotator, [DISEASE], days=6)
    assert len(reading.finished(question)) == 2
    assert len(reading.finished(replace(question, days=7))) == 1
    assert sum(row.notes for row in reading.tallies(replace(question, days=7), "day")) == 1
    elsewhere = replace(question, project=Project.objects.get(slug="elsewhere"))
    assert reading.finished(elsewhere) == reading.tallies(elsewhere, "day") == []


def test_only_the_newest_notes_are_read(
    cast: Cast,
    question: Question,
    open_task: Callable[..., list[Task]],
    submit: Submit,
    suggest: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "NEWEST", 2)
    for days in (3, 2, 1):
        (task,) = open_task()
        suggest(task, [DISEASE])
        submit(task, cast.annotator, [DISEASE], days=days, seconds=days)
    assert [one.seconds for one in reading.finished(question)] == [1, 2]
    assert len(reading.work(question)) == len(reading.corrected(question)) == 2
