"""Feedback is kept, the newest counts, and what doctors find wrong goes to annotators once a note."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from annotation.actions import clients, revisions, tasks
from annotation.errors import TooLate
from annotation.models import Annotation, Client, Note, Project, Task
from annotation.spans import Span
from tests.conftest import Cast
from training.actions import feedback
from training.feedback_figures import of_model
from training.models import Deployment, Feedback, Prediction
from training.statistics import Clusters, clustered_share, wilson
from training.verdicts import Verdict, VerdictError

FEEDBACK = Task.Reason.FEEDBACK


@pytest.fixture
def client(project: Project, cast: Cast) -> Client:
    return clients.create(project=project, name="ward", by=cast.admin, scopes=["extract", "feedback"])[0]


@pytest.fixture
def note(gold_notes: list[Note]) -> Note:
    return gold_notes[0]


def gold_of(note: Note) -> list[Span]:
    return note.annotations.gold().get().spans


def answered(client: Client, by: Deployment, note: Note | None, spans: list[Span], **more: Any) -> Prediction:
    entities = [{**span.to_json(), "score": 0.9} for span in spans]
    length = note.length if note else 100
    return Prediction.objects.create(
        client=client, deployment=by, model=by.model, note=note, entities=entities, length=length, origin="api",
        **{"request_id": uuid.uuid4(), **more},
    )  # fmt: skip


def give(client: Client, prediction: Prediction, *said: Verdict, **more: Any) -> Feedback:
    return feedback.give(client=client, prediction=prediction, said=said, **{"complete": False, **more})


def of(span: Span, verdict: str) -> Verdict:
    return Verdict(*span, verdict)


# What annotators are asked --------------------------------------------------------------------------------------------
def test_rejected_entity_opens_one_task_with_the_doctors_version(
    champion: Deployment, client: Client, note: Note, cast: Cast
) -> None:
    spans = gold_of(note)
    prediction = answered(client, champion, note, spans)
    row = give(client, prediction, of(spans[0], "rejected"), of(spans[1], "accepted"))
    assert (row.accepted, row.rejected, row.added, row.model, row.note) == (1, 1, 0, champion.model, note)
    task = note.tasks.get(reason=FEEDBACK)
    assert row.task == task
    assert not task.blind
    _, base = revisions.start(task=task, by=cast.annotator)
    assert base is not None
    assert (base.status, base.spans) == (Annotation.Status.DRAFT, spans[1:])
    # What is gold stays gold until an annotator says otherwise.
    assert gold_of(note) == spans


def test_second_word_on_the_same_note_opens_no_second_task(champion: Deployment, client: Client, note: Note) -> None:
    spans = gold_of(note)
    prediction = answered(client, champion, note, spans)
    first = give(client, prediction, of(spans[0], "rejected"))
    before = note.annotations.count()
    again = give(client, prediction, of(spans[0], "rejected"))
    assert first.task == again.task == note.tasks.get(reason=FEEDBACK)
    assert note.annotations.count() == before
    give(client, prediction, of(spans[1], "rejected"))
    assert note.tasks.filter(reason=FEEDBACK).count() == 1
    assert revisions.base_of(first.task).spans == [spans[0], *spans[2:]]  # type: ignore[arg-type, union-attr]


def test_accepted_entities_ask_nobody(champion: Deployment, client: Client, note: Note) -> None:
    spans = gold_of(note)
    row = give(client, answered(client, champion, note, spans), complete=True)
    assert (row.accepted, row.task) == (len(spans), None)
    assert not note.tasks.filter(reason=FEEDBACK).exists()


def test_notes_of_the_audit_sample_are_never_asked_for(champion: Deployment, client: Client, note: Note) -> None:
    Task.objects.create(project=note.project, note=note, reason=Task.Reason.RANDOM_AUDIT, blind=True)
    before = note.annotations.count()
    row = give(client, answered(client, champion, note, gold_of(note)), of(gold_of(note)[0], "rejected"))
    assert (row.task, note.annotations.count()) == (None, before)
    assert not note.tasks.filter(reason=FEEDBACK).exists()


def test_note_in_somebodys_hands_is_left_to_them(champion: Deployment, client: Client, note: Note, cast: Cast) -> None:
    prediction = answered(client, champion, note, gold_of(note))
    task = give(client, prediction, of(gold_of(note)[0], "rejected")).task
    assert task is not None
    tasks.take(task=task, by=cast.annotator)
    before = note.annotations.count()
    assert give(client, prediction, of(gold_of(note)[1], "rejected")).task is None
    assert note.annotations.count() == before


def test_answer_without_its_text_is_judged_by_its_length(champion: Deployment, client: Client) -> None:
    prediction = answered(client, champion, None, [Span(0, 5, "DISEASE")])
    row = give(client, prediction, Verdict(0, 5, "", "rejected"), Verdict(90, 100, "DISEASE", "added"))
    assert (row.note, row.task, row.rejected, row.added) == (None, None, 1, 1)
    with pytest.raises(VerdictError, match="outside"):
        give(client, prediction, Verdict(90, 101, "DISEASE", "added"))
    with pytest.raises(VerdictError, match="not kept"):
        give(client, prediction, Verdict(0, 5, "", "rejected"), utf16=True)


def test_feedback_that_says_nothing_is_refused(champion: Deployment, client: Client, note: Note) -> None:
    with pytest.raises(VerdictError, match="says nothing"):
        give(client, answered(client, champion, note, gold_of(note)))
    assert not Feedback.objects.exists()


# Which answer ---------------------------------------------------------------------------------------------------------
def test_answer_is_found_by_id_within_the_project(champion: Deployment, client: Client, cast: Cast) -> None:
    prediction = answered(client, champion, None, [])
    other = clients.create(project=client.project, name="rotated", by=cast.admin)[0]
    assert feedback.by_id(client=other, prediction_id=prediction.uid) == prediction
    stranger = clients.create(project=Project.objects.get(slug="elsewhere"), name="x", by=cast.outsider)[0]
    for key, uid in ((stranger, prediction.uid), (client, uuid.uuid4())):
        with pytest.raises(feedback.Unknown):
            feedback.by_id(client=key, prediction_id=uid)


def test_answer_is_found_by_reference_the_newest_first(
    champion: Deployment, client: Client, gold_notes: list[Note], cast: Cast
) -> None:
    one, two = gold_notes[:2]
    answered(client, champion, one, [], client_ref="call")
    both = {"client_ref": "call", "request_id": uuid.uuid4()}
    first, second = answered(client, champion, one, [], **both), answered(client, champion, two, [], **both)
    # A canary that did not answer, and a shadow that read along, are no answers.
    answered(client, champion, one, [], **both, outcome="failed")
    Prediction.objects.filter(pk=answered(client, champion, one, [], **both).pk).update(origin="shadow")
    assert feedback.by_ref(client=client, client_ref="call", document_id=one.external_id) == first
    assert feedback.by_ref(client=client, client_ref="call", document_id=two.external_id) == second
    with pytest.raises(TooLate, match="2 documents"):
        feedback.by_ref(client=client, client_ref="call", document_id="")
    with pytest.raises(feedback.Unknown, match="no document of this id"):
        feedback.by_ref(client=client, client_ref="call", document_id="other")
    other = clients.create(project=client.project, name="other", by=cast.admin)[0]
    for key, ref in ((other, "call"), (client, "calls")):
        with pytest.raises(feedback.Unknown, match="No request"):
            feedback.by_ref(client=key, client_ref=ref, document_id="")


# Figures --------------------------------------------------------------------------------------------------------------
def test_figures_count_the_newest_of_each_answer(champion: Deployment, client: Client, gold_notes: list[Note]) -> None:
    assert of_model(champion.model).precision is None
    for note in gold_notes[:4]:
        spans = gold_of(note)
        prediction = answered(client, champion, note, spans)
        give(client, prediction, of(spans[0], "rejected"))
        give(client, prediction, complete=True)
    wrong = answered(client, champion, gold_notes[4], gold_of(gold_notes[4]))
    give(client, wrong, of(gold_of(gold_notes[4])[0], "rejected"))
    found = of_model(champion.model)
    right = sum(len(gold_of(note)) for note in gold_notes[:4])
    assert (found.answers, found.complete, found.accepted, found.rejected, found.added) == (5, 4, right, 1, 0)
    assert found.precision == right / (right + 1)
    assert found.interval is not None
    assert found.interval.low < found.precision < found.interval.high
    assert found.to_json()["low"] == found.interval.low


def test_clustered_interval_is_wilsons_for_single_trials_and_wider_for_clusters() -> None:
    alone = Clusters(clusters=40, trials=40, successes=30, trials_squared=40, both=30, successes_squared=30)
    assert clustered_share(alone).low == pytest.approx(wilson(30, 40).low, abs=0.01)
    # Ten notes of four entities each, all right or all wrong: worth ten trials, not forty.
    together = Clusters(clusters=10, trials=40, successes=32, trials_squared=160, both=128, successes_squared=128)
    wide, narrow, few = clustered_share(together), wilson(32, 40), wilson(8, 10)
    assert wide.low < narrow.low
    assert wide.low == pytest.approx(few.low, abs=0.03)
    with pytest.raises(ValueError, match="0 trials"):
        clustered_share(Clusters(0, 0, 0, 0, 0, 0))
