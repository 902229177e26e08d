"""What the list shows of each note.

Cells that are many small pieces are put together here and not in the template: of the page's time they took a third.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from annotation.actions.indexing import current_of
from annotation.models import Annotation, Note, NoteIndex
from annotation.search.pieces import Piece, snippet
from annotation.search.question import Question

FOUND = '<mark class="notes-hit">{}</mark>'
ENTITY = '<span class="notes-count"><span class="num">{}</span> {}</span>'
STATUS = dict(NoteIndex.Status.choices)
# A note's address, before its number is put in.
ANY = 0
# What no row shows, and is long or many.
UNSEEN = ("index__terms", "external_id", "fingerprint", "patient", "doctor")
SEEN = ("note", "status", "spans_json", "author__username", "author__first_name", "author__last_name")


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note of the list. Of a `hidden` one, what others made of it is left out."""

    note: Note
    index: NoteIndex
    pieces: list[Piece]
    hidden: bool
    url: str
    entities: list[tuple[str, int]] = field(default_factory=list)
    people: list[str] = field(default_factory=list)

    @property
    def number(self) -> str:
        return str(self.note.pk)

    @property
    def text(self) -> str:
        if not any(piece.found for piece in self.pieces):
            return "".join(piece.text for piece in self.pieces)
        return format_html_join("", "{}", ((_piece(piece),) for piece in self.pieces))

    @property
    def marks(self) -> SafeString:
        html = SafeString()
        for label, count in self.entities:
            html += _count(label, count)
        return html

    @property
    def status(self) -> str:
        return STATUS[self.index.status]

    @property
    def facets(self) -> str:
        return " · ".join(value for value in self.note.facets.values() if value)

    @property
    def names(self) -> str:
        return ", ".join(self.people)

    @property
    def received_iso(self) -> str:
        return self.note.received_at.isoformat()

    @property
    def received(self) -> str:
        return f"{day(self.note.received_at)}, {self.note.received_at:%H:%M}"

    @property
    def annotated(self) -> str:
        return day(self.index.annotated_at) if self.index.annotated_at and not self.hidden else ""


@lru_cache(maxsize=1000)
def _count(label: str, count: int) -> SafeString:
    return format_html(ENTITY, str(count), label)


def day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def rows(ids: Sequence[int], *, question: Question, hidden: Collection[int]) -> list[NoteRow]:
    """Rows of these notes in this order; a note that was withdrawn meanwhile is left out."""
    notes = Note.objects.filter(pk__in=ids, status=Note.Status.ACTIVE, index__isnull=False).select_related("index")
    found = {note.pk: note for note in notes.defer(*UNSEEN)}
    annotations: dict[int, list[Annotation]] = defaultdict(list)
    made = Annotation.objects.filter(note__in=list(found)).select_related("author").only(*SEEN)
    for one in made.order_by("revision"):
        annotations[one.note_id].append(one)
    url = reverse("note", args=[ANY])
    return [
        _row(found[pk], annotations[pk], question, hidden=pk in hidden, url=url.replace(f"/{ANY}/", f"/{pk}/"))
        for pk in ids
        if pk in found
    ]


def _row(note: Note, annotations: Iterable[Annotation], question: Question, *, hidden: bool, url: str) -> NoteRow:
    made = [] if hidden else list(annotations)
    current = current_of(made)
    spans = current.spans if current else []
    return NoteRow(
        note=note,
        index=note.index,
        pieces=snippet(note.text, question, spans),
        hidden=hidden,
        url=url,
        entities=sorted(Counter(span.label for span in spans).items()),
        people=list(dict.fromkeys(str(one.author) for one in made if one.author)),
    )


def _piece(piece: Piece) -> str:
    return format_html(FOUND, piece.text) if piece.found else piece.text
