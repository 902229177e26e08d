"""Notes on which two runs differ, with the marks of the gold and of both in the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from annotation.models import Note
from annotation.search.pieces import Piece, marked
from annotation.spans import Span
from monitoring.experiments.sides import Side
from training.example_differences import Change, Error, Mistake, NoteDifference, NoteSpans, Outcome, example_differences
from training.models import DatasetItem

# Characters of the note that are shown around what differs.
AROUND = 160
ERRORS = {
    Error.MISSED: "missed",
    Error.SPURIOUS: "found, and none",
    Error.BOUNDARY: "wrong edges",
    Error.LABEL: "wrong label",
}
Hands = Mapping[Span, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two scored sides and what each note's gold and either found; `found` by note."""

    first: Side
    second: Side
    notes: dict[int, NoteSpans]
    found: list[NoteDifference]

    def of(self, error: str, outcome: str) -> list[NoteDifference]:
        """The notes with a change of this kind; empty for any."""
        return [note for note in self.found if any(_fits(change, error, outcome) for change in note.changes)]

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """How many entities of each kind of error, all kinds."""
        counts = Counter(change.error for note in self.found for change in note.changes)
        return [(error.value, counts[error]) for error in Error]


@dataclass(frozen=True, slots=True)
class Example:
    """One note: its text around the differences with marks, and a sentence for each difference."""

    note: Note
    text: SafeString
    sentences: list[tuple[str, str, str]]


def _fits(change: Change, error: str, outcome: str) -> bool:
    return (not error or change.error == error) and (not outcome or change.outcome == outcome)


def pair_of(first: Side, second: Side, labels: Collection[str], hidden: Collection[int] = ()) -> Pair | None:
    """None when one was not scored. Notes in `hidden` and notes that were withdrawn since are left out."""
    a, b = first.evaluation, second.evaluation
    if a is None or b is None:
        return None
    both = (a.found.keys() & b.found.keys()) - {str(pk) for pk in hidden}
    items = DatasetItem.objects.filter(
        dataset=a.dataset_id, split=a.split, note__in=[int(pk) for pk in both], note__status=Note.Status.ACTIVE
    )
    notes = {
        item.note_id: NoteSpans(
            item.note_id,
            _of(labels, item.annotation.spans),
            _of(labels, _spans(b.found[str(item.note_id)])),
            _of(labels, _spans(a.found[str(item.note_id)])),
        )
        for item in items.select_related("annotation")
    }
    return Pair(first, second, notes, example_differences(notes.values()))


def _spans(rows: Sequence[Sequence[object]]) -> list[Span]:
    return [Span(int(str(start)), int(str(end)), str(label)) for start, end, label in rows]


def _of(labels: Collection[str], spans: Sequence[Span]) -> list[Span]:
    return [span for span in spans if span.label in labels]


def examples(pair: Pair, shown: Sequence[NoteDifference]) -> list[Example]:
    """Reads the texts of the notes in `shown`."""
    texts = Note.objects.select_related("project").in_bulk([note.note_id for note in shown])
    return [_example(pair, one, texts[one.note_id]) for one in shown if one.note_id in texts]


def _example(pair: Pair, one: NoteDifference, note: Note) -> Example:
    text, spans = note.text, pair.notes[one.note_id]
    names = (("gold", spans.gold), (pair.first.letter, spans.champion), (pair.second.letter, spans.candidate))
    hands: dict[Span, list[str]] = {}
    for name, marks in names:
        for span in marks:
            hands.setdefault(span, []).append(name)
    sentences = [
        (text[change.at.start : change.at.end], change.at.label, _sentence(change, pair)) for change in one.changes
    ]
    return Example(note, _around(text, one.changes, hands), sentences)


def _around(text: str, changes: Sequence[Change], hands: Hands) -> SafeString:
    """The part of the text that holds the changes, with every mark in it whole."""
    low = max(0, min(change.at.start for change in changes) - AROUND)
    high = min(len(text), max(change.at.end for change in changes) + AROUND)
    for span in sorted(hands):
        if span.start < high and span.end > low:
            low, high = min(low, span.start), max(high, span.end)
    own = {
        Span(span.start - low, span.end - low, span.label): by
        for span, by in hands.items()
        if low <= span.start and span.end <= high
    }
    body = format_html_join("", "{}", ((_piece(piece, own),) for piece in marked(text[low:high], list(own))))
    return format_html("{}{}{}", "… " if low else "", body, " …" if high < len(text) else "")


def _piece(piece: Piece, hands: Hands) -> SafeString | str:
    if not piece.spans:
        return piece.text
    by = hands[piece.spans[-1]]
    kind = "all" if len(by) == 3 else "right" if "gold" in by else "wrong"
    tags = ((span.label, " ".join(hands[span])) for span in piece.closes[::-1])
    tail = format_html_join("", "<small>{} {}</small>", tags)
    return format_html('<mark class="piece hand-{}">{}{}</mark>', kind, piece.text, tail)


def _sentence(change: Change, pair: Pair) -> str:
    first, second = pair.first.letter, pair.second.letter
    if change.outcome == Outcome.FIXED:
        return f"{second} is right, {first}: {_error(change.champion)}"
    if change.outcome == Outcome.BROKEN:
        return f"{first} is right, {second}: {_error(change.candidate)}"
    return f"{first}: {_error(change.champion)}, {second}: {_error(change.candidate)}"


def _error(mistake: Mistake | None) -> str:
    return ERRORS[mistake.error] if mistake else "right"
