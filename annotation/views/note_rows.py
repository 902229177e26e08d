"""What the list shows of each note."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from annotation.actions.indexing import current_of
from annotation.models import Annotation, Note, NoteIndex
from annotation.search.pieces import Piece, snippet
from annotation.search.question import Question


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note of the list. Of a `hidden` one, what others made of it is left out."""

    note: Note
    index: NoteIndex
    pieces: list[Piece]
    hidden: bool
    entities: list[tuple[str, int]] = field(default_factory=list)
    people: list[str] = field(default_factory=list)

    @property
    def facets(self) -> list[str]:
        return [value for value in self.note.facets.values() if value]


def rows(ids: Sequence[int], *, question: Question, hidden: Collection[int]) -> list[NoteRow]:
    """Rows of these notes in this order; a note that was withdrawn meanwhile is left out."""
    notes = Note.objects.filter(pk__in=ids, status=Note.Status.ACTIVE, index__isnull=False).select_related("index")
    found = {note.pk: note for note in notes}
    annotations: dict[int, list[Annotation]] = defaultdict(list)
    for one in Annotation.objects.filter(note__in=list(found)).select_related("author").order_by("revision"):
        annotations[one.note_id].append(one)
    return [_row(found[pk], annotations[pk], question, hidden=pk in hidden) for pk in ids if pk in found]


def _row(note: Note, annotations: Iterable[Annotation], question: Question, *, hidden: bool) -> NoteRow:
    made = [] if hidden else list(annotations)
    current = current_of(made)
    spans = current.spans if current else []
    return NoteRow(
        note=note,
        index=note.index,
        pieces=snippet(note.text, question, spans),
        hidden=hidden,
        entities=sorted(Counter(span.label for span in spans).items()),
        people=list(dict.fromkeys(str(one.author) for one in made if one.author)),
    )
