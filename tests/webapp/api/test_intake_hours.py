"""What comes in is counted by field: through extract, as notes, in batches; never a value, never a made-up name."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.db import OperationalError

from annotation.actions import intake_hours
from annotation.intake_counts import Came
from annotation.models import IntakeHour, Project
from tests.conftest import Cast
from tests.together import together
from tests.training.batches import finish, jsonl
from tests.training.batches import send as send_batch
from tests.webapp.api.conftest import Post
from tests.webapp.api.keys import make_key, send
from training.models import Deployment
from webapp.api import usage
from webapp.api.usage import Counter

SECRET = "Ramesh Kulkarni"


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """This process's, without its thread: the test writes."""
    own = Counter()
    monkeypatch.setattr(usage, "_counters", {os.getpid(): own})
    return own


def counted(origin: str) -> IntakeHour:
    return IntakeHour.objects.get(origin=origin)


def away(*_: object) -> None:
    raise OperationalError


@pytest.mark.parametrize("store", [True, False])
def test_extract_counts_each_document_stored_or_not(
    served: Deployment, post: Post, counter: Counter, store: bool
) -> None:
    rows = [
        {"id": "i1", "text": "k/c/o asthma", "city": "Pune", "language": "hi-IN"},
        {"id": "i2", "text": "k/c/o asthma", "city": "x" * 201, "language": "not a tag"},
        {"text": "bell \x07", "city": None, SECRET: SECRET},
        {"text": "", "city": ""},
    ]
    assert post({"documents": rows, "store": store}).status_code == 200
    counter.flush()
    row = counted("api")
    assert (row.documents, row.refused, row.unknown) == (4, 1, 1)
    assert {name: pair for name, pair in row.fields.items() if pair != [0, 0]} == {
        "id": [2, 0],
        "text": [3, 2],
        "city": [2, 1],
        "language": [2, 1],
    }
    assert row.project == served.project
    assert SECRET not in str(row.fields)


def test_extract_counts_a_request_of_which_nothing_can_be_read(
    served: Deployment, post: Post, counter: Counter
) -> None:
    assert post({"documents": [{"text": ""}, {"text": 7}]}).status_code == 422
    # What is no list of documents has none to count.
    assert post({"documents": {}}).status_code == 422
    counter.flush()
    assert (counted("api").documents, counted("api").refused) == (2, 2)


def test_hours_are_added_up(project: Project, served: Deployment, post: Post, counter: Counter) -> None:
    for _ in range(2):
        post({"documents": [{"text": "asthma", "city": "Pune"}]})
        counter.flush()
    rows = IntakeHour.objects.filter(origin="api")
    assert sum(row.documents for row in rows) == 2
    assert sum(row.fields["city"][0] for row in rows) == 2


def test_notes_for_annotators_are_counted_apart(project: Project, cast: Cast, counter: Counter) -> None:
    rows = [{"id": "n1", "text": "asthma"}, {"id": "n1", "text": "asthma again"}, {"id": "n2", "text": ""}]
    assert send(make_key(project, "write"), "notes", {"notes": rows}).status_code == 200
    counter.flush()
    row = IntakeHour.objects.get()
    # An id that comes twice is refused and no fault of a field.
    assert (row.origin, row.documents, row.refused) == ("notes", 3, 2)
    assert (row.fields["id"], row.fields["text"]) == ([3, 0], [2, 1])


def test_rows_of_a_batch_are_counted_once_each(champion: Deployment, project: Project, cast: Cast) -> None:
    lines: list[Any] = [
        {"id": "b1", "text": "k/c/o asthma", "city": "Pune"},
        {"id": "b2", "text": "k/c/o asthma", "city": "x" * 201},
        {"id": "b3", "text": "k/c/o asthma", "unheard": "of"},
        "no json",
    ]
    batch = finish(send_batch(project, cast.lead, jsonl(lines)))
    assert batch.quarantined == 2
    row = counted("batch")
    assert (row.documents, row.refused, row.unknown) == (4, 2, 1)
    assert (row.fields["city"], row.fields["text"]) == ([2, 1], [3, 0])


def test_flush_without_the_database_keeps_what_came(
    project: Project, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = Came()
    came.count({"text": "asthma"}, (), refused=False)
    counter.intake.count(project.pk, "api", came)
    with monkeypatch.context() as gone:
        gone.setattr(intake_hours, "add", away)
        with pytest.raises(OperationalError):
            counter.flush()
        counter.intake.count(project.pk, "api", came)
    counter.flush()
    assert sum(row.documents for row in IntakeHour.objects.all()) == 2
    assert counter.intake.documents() == 0
    # What was counted once is not counted again.
    counter.flush()
    assert sum(row.fields["text"][0] for row in IntakeHour.objects.all()) == 2


def test_stop_without_the_database_says_what_is_lost(
    project: Project, counter: Counter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    counter.intake.count(project.pk, "api", Came(documents=3))
    monkeypatch.setattr(intake_hours, "add", away)
    counter.stop()
    assert "the fields of 3 documents are not counted" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_stop_adds_the_rest(project: Project) -> None:
    counter = Counter()
    counter.start()
    counter.intake.count(project.pk, "api", Came(documents=3))
    counter.stop()
    assert IntakeHour.objects.get().documents == 3


@pytest.mark.django_db(transaction=True)
def test_count_from_two_threads_while_a_third_writes_loses_nothing(project: Project) -> None:
    counter, pk = Counter(), project.pk

    def count() -> None:
        for _ in range(1_000):
            counter.intake.count(pk, "api", Came(documents=1))

    def write() -> None:
        for _ in range(20):
            counter.flush()

    assert together(count, count, write) == [None] * 3
    counter.flush()
    assert sum(row.documents for row in IntakeHour.objects.all()) == 2_000
