"""One window of a champion, measured: its counts, its notes, its audits, and what they say beside its reference."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from annotation.models import Note
from monitoring.drift import NoteRow, Seen, Side, kpi_of, seen
from monitoring.drift.evidence import POOLED
from monitoring.models import Window, WindowNotes
from monitoring.policy import Evidence, Reference, Values
from monitoring.windows.audits import audited, test_counts
from monitoring.windows.counts import Counted, counted
from monitoring.windows.due import Stretch
from monitoring.windows.references import beside_others
from monitoring.windows.sample import Sample, sample, unpacked
from training.comparison import NoteScore
from training.fairness import Group, groups
from training.judgements import judgements_of
from training.models import ModelVersion

# The classifier that tells texts apart reads so many a side; a reference that is full has so many windows, or notes.
MOST_TEXTS, FULL_WINDOWS, MOST_NOTES = 400, 4, 4000


@dataclass(frozen=True, slots=True)
class Measured:
    """`audits`: of this window; `groups`: of the newest windows together; `others`: beside its other references, by
    metric, for looking only."""

    counted: Counted
    sample: Sample
    seen: Seen
    audits: Sequence[NoteScore]
    groups: Sequence[Group]
    evidence: Evidence
    reference: Reference
    others: Mapping[str, Seen]


def measure(model: ModelVersion, stretch: Stretch, values: Values) -> Measured:
    """Read what the stretch left behind. Takes seconds: each note that the lot chose is read by the model again."""
    count = counted(model, stretch)
    notes = sample(model, stretch)
    before = list(Window.objects.filter(model=model, ends_at__lte=stretch.start).order_by("-starts_at")[: POOLED - 1])
    audits = [audited(model, Stretch.of(one)) for one in reversed(before)]
    audits.append(audited(model, stretch))
    found = _beside_reference(model, notes)
    fair = groups([note for window in audits for note in window], allowed=values.group_gap)
    kpi = kpi_of([[note.counts for note in window] for window in audits], values.audited_notes, test_counts(model))
    evidence = replace(
        count.evidence(),
        kpi=kpi,
        drift=found.levels,
        estimate=found.estimate,
        novel=found.novel,
        gaps=tuple(gap_titles(fair)),
    )
    others = beside_others(model, stretch, notes)
    return Measured(count, notes, found, audits[-1], fair, evidence, reference_of(model), others)


def gap_titles(fair: Sequence[Group]) -> list[str]:
    """Groups of which a gap lies outside the allowed range with its whole interval, corrected for their number."""
    return [
        f"{group.part.title} ({gap.measure} {gap.value:+.2f})"
        for group in fair
        for gap in group.gaps
        if gap.is_unfair()
    ]


def reference_of(model: ModelVersion) -> Reference:
    """How much there is to hold a window of this champion against."""
    windows = list(Window.objects.filter(model=model, in_reference=True))
    days = sum((one.ends_at - one.starts_at).total_seconds() for one in windows) / 86_400
    return Reference(sum(one.notes_read for one in windows), days)


def is_full(model: ModelVersion, there: Reference, values: Values) -> bool:
    """Whether the champion's reference, of which so much is there, takes no more windows."""
    return there.is_full(values) and Window.objects.filter(model=model, in_reference=True).count() >= FULL_WINDOWS


def reference_notes(model: ModelVersion) -> tuple[list[int], list[NoteRow]]:
    """Ids and rows of the notes of the champion's reference, the oldest window first."""
    ids: list[int] = []
    rows: list[NoteRow] = []
    kept = WindowNotes.objects.filter(window__model=model, window__in_reference=True)
    for read in kept.order_by("window__starts_at"):
        if len(ids) >= MOST_NOTES:
            break
        ids += read.notes
        rows += unpacked(bytes(read.rows))
    return ids, rows


def texts_of(notes: Sequence[int], without: Collection[str] = ()) -> list[str]:
    """Of at most MOST_TEXTS of the notes, spread over all, one a patient: notes of one patient are told by the patient.

    `without`: pseudonyms of patients to leave out; what was erased since is left out too.
    """
    rows = Note.objects.filter(pk__in=notes, status=Note.Status.ACTIVE).order_by("pk")
    one = {patient or f"note {pk}": pk for pk, patient in rows.values_list("pk", "patient") if patient not in without}
    ids = sorted(one.values())
    step = max(1, -(-len(ids) // MOST_TEXTS))
    return [note.text for note in rows.filter(pk__in=ids[::step])]


def patients_of(notes: Sequence[int]) -> set[str]:
    """Pseudonyms, those that are known."""
    return set(Note.objects.filter(pk__in=notes).exclude(patient="").values_list("patient", flat=True))


def _beside_reference(model: ModelVersion, notes: Sample) -> Seen:
    ids, rows = reference_notes(model)
    judged = judgements_of(model).first()
    quality = judged.scores["f1"] if judged else None
    # Nobody is on both sides.
    texts = texts_of(notes.notes, without=patients_of(ids))
    return seen(Side(rows, texts_of(ids)), Side(notes.rows, texts), quality)
