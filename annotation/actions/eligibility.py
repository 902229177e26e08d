"""Which notes annotation can be asked for, and why not for the others."""

from __future__ import annotations

from collections.abc import Sequence

from annotation.models import Annotation, Note, Task, User
from annotation.models.task import TaskQuerySet

GONE = "withdrawn or erased"
WAITING = "waiting already, or with somebody"
IN_TWO = "annotated by two people, or waiting for the second or a reviewer"
AUDIT = "of the audit sample, which is annotated by audits alone"
NO_FIRST = "without a person's annotation to hold a second opinion against"
OWN = "annotated first by the person it is for"


class Eligibility:
    """`notes` that the caller has locked; ``refused`` says why, by note id.

    ``firsts``: for a second opinion, the task of each note whose annotation it is held against.
    """

    def __init__(self, notes: Sequence[Note], *, reason: str, doubled: bool, person: User | None) -> None:
        self.notes = notes
        self.second = reason == Task.Reason.DOUBLE
        self.tasks = Task.objects.filter(note__in=[note.pk for note in notes])
        self.firsts = self._firsts() if self.second else {}
        self.refused: dict[int, str] = {}
        self._refuse({note.pk for note in notes if note.status != Note.Status.ACTIVE}, GONE)
        if self.second or doubled:
            self._refuse(self._ids(self.tasks.doubled() | self.tasks.filter(reason=Task.Reason.ADJUDICATE)), IN_TWO)
        if self.second:
            self._refuse({note.pk for note in notes if note.pk not in self.firsts}, NO_FIRST)
            own = self.tasks.filter(pk__in=self.firsts.values(), assignee=person) if person else self.tasks.none()
            self._refuse(self._ids(own), OWN)
        else:
            self._refuse(self._ids(self.tasks.unfinished()), WAITING)
            self._refuse(self._ids(self.tasks.filter(reason=Task.Reason.RANDOM_AUDIT)), AUDIT)

    def _refuse(self, ids: set[int], why: str) -> None:
        self.refused = {**dict.fromkeys(ids, why), **self.refused}

    def _ids(self, tasks: TaskQuerySet) -> set[int]:
        return set(tasks.order_by().values_list("note", flat=True))

    def _firsts(self) -> dict[int, int]:
        """By note: the unfinished task, else the one that made the gold."""
        gold = Annotation.objects.filter(note__in=[note.pk for note in self.notes], task__isnull=False).gold()
        begun = self.tasks.unfinished().order_by().values_list("note", "pk")
        return dict(gold.order_by().values_list("note", "task")) | dict(begun)
