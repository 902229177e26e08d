"""What doctors say of answers is kept; where they disagree with the model, annotators are asked."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from annotation.actions import assignments, doubles, people, revisions
from annotation.errors import ActionError, TooLate
from annotation.models import Client, Note, Task, User
from annotation.spans import Span, span_problems
from training.models import Feedback, Prediction
from training.verdicts import ADDED, REJECTED, Verdict, VerdictError, corrected, counts, in_code_points, settle

# Who asks annotators because of feedback.
ASKER = "feedback"


class Unknown(ActionError):  # noqa: N818 - says what happened, in the caller's words
    """There is no such answer."""


def by_id(*, client: Client, prediction_id: UUID) -> Prediction:
    """The answer with this id, to whichever key of the client's project. Raises Unknown."""
    rows = _answers().filter(uid=prediction_id, client__project=client.project_id)
    found = rows.first()
    if found is None:
        raise Unknown(f"No answer {prediction_id} is known; it is about a second after extract answered.")
    return found


def by_ref(*, client: Client, client_ref: str, document_id: str) -> Prediction:
    """The newest answer to the client's request of this name, for the document of this id.

    Raises Unknown, and TooLate when the request had several documents and none is named.
    """
    asked = _answers().filter(client=client, client_ref=client_ref)
    newest = asked.order_by("-pk").first()
    if newest is None:
        raise Unknown("No request with this client_ref is known; it is about a second after extract answered.")
    rows = list(asked.filter(request_id=newest.request_id))
    # Of a text that was not kept there is no id either: a request with one document says which is meant.
    named = [row for row in rows if row.note is None or row.note.external_id == document_id] if document_id else rows
    if not named:
        raise Unknown("The newest request with this client_ref had no document of this id; correct one of them.")
    if len(named) > 1:
        raise TooLate(f"The request had {len(named)} documents that may be meant; send prediction_id.")
    return named[0]


def _answers() -> QuerySet[Prediction]:
    callers = (Prediction.Origin.API, Prediction.Origin.BATCH)
    rows = Prediction.objects.filter(outcome=Prediction.Outcome.OK, origin__in=callers)
    return rows.select_related("note", "model", "client")


@transaction.atomic
def give(
    *, client: Client, prediction: Prediction, said: Sequence[Verdict], complete: bool, utf16: bool = False
) -> Feedback:
    """Keep what is said of an answer. Raises VerdictError for what can't be.

    Where it says that something is wrong, annotators get the note as a task with the doctor's version as suggestion;
    once a note, and never a note of the audit sample, which is annotated blind.
    """
    note = prediction.note if prediction.note and prediction.note.status == Note.Status.ACTIVE else None
    if utf16 and note is None:
        raise VerdictError("The text of this answer is not kept; send offsets in code points.")
    text = note.text if note else "x" * (prediction.length or 0)
    predicted = prediction.spans
    said = in_code_points(text, said) if utf16 else said
    labels, nested = client.project.labels.active().names(), client.project.nested
    verdicts = settle(said, predicted, text=text, labels=labels, complete=complete, nested=nested)
    if not verdicts and not complete:
        raise VerdictError('The feedback says nothing; name an entity, or send "complete": true.')
    wrong = any(verdict.verdict in (REJECTED, ADDED) for verdict in verdicts)
    task = _ask(note, corrected(predicted, verdicts)) if note and wrong else None
    return Feedback.objects.create(
        client=client,
        prediction_uid=prediction.uid,
        model_id=prediction.model_id,
        deployment_id=prediction.deployment_id,
        note=note,
        task=task,
        verdicts=[verdict.to_json() for verdict in verdicts],
        complete=complete,
        **counts(verdicts),
    )


def _ask(note: Note, spans: Sequence[Span]) -> Task | None:
    """The task for annotators, with the doctor's version to begin with; None when the note can't be asked for."""
    by = people.system(ASKER)
    doubles.lock(note.pk)
    waiting = note.tasks.filter(reason=Task.Reason.FEEDBACK, status=Task.Status.OPEN, blind=False)
    if not waiting.exists():
        assignments.open_for_notes(project=note.project, note_ids=[note.pk], reason=Task.Reason.FEEDBACK, by=by)
    task = waiting.first()
    if task:
        _suggest(note, spans, by)
    return task


def _suggest(note: Note, spans: Sequence[Span], by: User) -> None:
    labels = note.project.labels.active().names()
    usable = [span for span in spans if span.label in labels]
    newest = revisions.latest(note)
    if newest and newest.author_id == by.pk and newest.spans == usable:
        return
    # A model's entities may break a rule of the project; annotators then begin from what there was.
    if not span_problems(note.text, usable, labels, nested=note.project.nested):
        revisions.add_imported(project=note.project, spans={note.pk: usable}, by=by, gold=False)
