"""Levels on real text: ``.venv/bin/python -m benchmarks.real_drift``. Needs ../shared/corpora.

A model of BC5CDR's training part; its reference are 300 abstracts of the dev part. Windows of 200: the rest of the dev
part (no drift), the same in capitals, with 20 % of the words mistyped; then cardiology notes of MTSamples held against
other cardiology notes and psychiatry against cardiology. Prints for each the features that warn, F1 by gold and without
labels, and the level once two windows in a row are like that.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from annotation.spans import Counts, Span, exact_counts
from annotation.vocabulary.noise import Piece, assemble, with_typos
from benchmarks.corpora import _rows, documents
from monitoring.drift import NoteRow, Seen, Side, kpi_of, row_of, seen, words_of
from monitoring.policy import Evidence, Level, Reference, Values, judge
from training import ner
from training.ner import missed
from training.statistics import score

LABELS = ("DISEASE", "TREATMENT")
Note = tuple[str, tuple[Span, ...] | None]


def read(nlp: object, known: set[str], notes: Sequence[Note]) -> tuple[list[NoteRow], list[Counts]]:
    texts = [text for text, _ in notes]
    found, left_out = ner.predict(nlp, texts), missed.expected(nlp, texts)
    rows = [row_of(text, spans, {}, known, more) for text, spans, more in zip(texts, found, left_out, strict=True)]
    counts = [
        exact_counts(gold, [span.span for span in spans])
        for (_, gold), spans in zip(notes, found, strict=True)
        if gold is not None
    ]
    return rows, counts


def typos(note: Note, rng: Random) -> Note:
    """20 % of the words of four letters or more; the gold moves with them."""
    text, gold = note
    pieces, at = [], 0
    for span in sorted(gold or ()):
        if span.start >= at:
            pieces += [Piece(text[at : span.start]), Piece(text[span.start : span.end], span.label)]
            at = span.end
    return assemble(with_typos([*pieces, Piece(text[at:])], 0.2, rng))


def say(name: str, told: Seen, counts: Sequence[Counts], test: Sequence[Counts], values: Values) -> None:
    kpi = kpi_of([counts], values.audited_notes, test) if counts else None
    window = Evidence(len(counts) or values.window_notes, kpi, told.levels, told.estimate, told.novel)
    judged = judge([window, window], values, Reference(1000, 30))
    f1 = f"{score(counts, resamples=2)['f1']:.3f}" if counts else "-"
    warns = [f"{drift.title} {drift.ratio:.1f}" for drift in told.drifts if drift.level.rank >= Level.WARNING.rank]
    estimate = "-" if told.estimate is None else f"{told.estimate:.3f}"
    print(f"| {name} | {f1} | {estimate} | {judged.level.value} | {', '.join(warns) or 'none'} |", flush=True)


def main() -> None:
    train, dev = documents("bc5cdr", "train"), documents("bc5cdr", "dev")
    settings = ner.Settings(seed=1)
    nlp = ner.train(train[:400], train[400:], labels=LABELS, settings=settings, on_progress=lambda *_: None).nlp
    known = {word for document in train for word in words_of(document.text)}
    notes: list[Note] = [(document.text, tuple(document.spans)) for document in dev]
    reference, test = read(nlp, known, notes[:300])
    quality = score(test, resamples=2)["f1"]
    values = Values(target=quality - 0.05, floor=quality - 0.10)
    promise = f"target {values.target:.3f}, floor {values.floor:.3f}"
    print(f"F1 of the reference {quality:.3f}, {promise}; features by their value over where they warn")
    print("| window | F1 by gold | F1 without labels | level | features that warn |")
    print("|---|---|---|---|---|")
    rng = Random(1)
    rest = notes[300:]
    for name, window in (
        ("BC5CDR dev, no change", rest),
        ("BC5CDR dev in capitals", [(text.upper(), gold) for text, gold in rest if len(text.upper()) == len(text)]),
        ("BC5CDR dev, 20 % typos", [typos(note, rng) for note in rest]),
    ):
        rows, counts = read(nlp, known, window)
        texts = [text for text, _ in window]
        say(name, seen(Side(reference, [t for t, _ in notes[:300]]), Side(rows, texts), quality), counts, test, values)
    clinical = {
        name: [row["text"] for row in _rows("mtsamples/all") if row["meta"]["specialty"].strip() == name]
        for name in ("Cardiovascular / Pulmonary", "Psychiatry / Psychology")
    }
    heart, mind = clinical.values()
    rng.shuffle(heart)
    half = len(heart) // 2
    before, _ = read(nlp, known, [(text, None) for text in heart[:half]])
    for name, window_texts in (
        ("MTSamples cardiology, other half", heart[half : half + 200]),
        ("MTSamples psychiatry against cardiology", mind[:200]),
    ):
        rows, _ = read(nlp, known, [(text, None) for text in window_texts])
        say(name, seen(Side(before, heart[:half]), Side(rows, window_texts), quality), [], test, values)


if __name__ == "__main__":
    main()
