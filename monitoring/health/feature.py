"""One feature of one window: its histogram beside the reference's, the words that changed, the notes that drifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from annotation.models import Note
from monitoring import charts
from monitoring.charts import Series
from monitoring.drift import compare, expect, feature_named
from monitoring.drift.domain import Term, top_terms
from monitoring.drift.judging import DOMAIN
from monitoring.drift.slices import drifted
from monitoring.health.against import HEALTHY, Against, notes_of
from monitoring.health.drift import TITLES
from monitoring.models import Measurement, Window
from monitoring.quality.section import Cell, Column, Kind, Section
from monitoring.windows.measuring import patients_of, texts_of
from monitoring.windows.sample import unpacked

MOST_EXAMPLES = 12
# What is about the words themselves.
OF_WORDS = ("tokens", "unseen", DOMAIN)


@dataclass(frozen=True, slots=True)
class Shown:
    """A feature of a window beside what it is held against."""

    name: str
    title: str
    window: Window
    row: Measurement
    histogram: Section | None
    sentence: str
    of_words: bool
    against: Against


def shown(window: Window, name: str, against: Against) -> Shown | None:
    """None when the feature was not measured in the window."""
    row = Measurement.objects.filter(window=window, metric=against.metric, feature=name).first()
    if row is None or name not in TITLES:
        return None
    histogram, sentence = _histogram(name, row.value), _sentence(row.value, against)
    return Shown(name, TITLES[name], window, row, histogram, sentence, name in OF_WORDS, against)


def _sentence(value: dict[str, Any], against: Against) -> str:
    matters, grave = ("It warns", "is critical") if against == HEALTHY else ("It matters", "is far off")
    return (
        f"{value['measure']} is {value['value']:.3f}. {matters} from {value['warns_from']:.3f} and {grave} from "
        f"{value['grave_from']:.3f}; p {value['p']:.4f}, q {value['q']:.4f} after correction for all features."
    )


def others(window: Window, name: str, against: Against) -> QuerySet[Window]:
    """Windows of the same model in which the feature was held against the same, the newest first."""
    rows = Measurement.objects.filter(model=window.model_id, metric=against.metric, feature=name)
    return Window.objects.filter(pk__in=rows.values("window"))


def _histogram(name: str, value: dict[str, Any]) -> Section | None:
    # A bucket of words has no name that says anything.
    if "bins" not in value or value["measure"] in ("drop", "|ln ratio|") or name == "tokens":
        return None
    now, before = (_shares(value[side]) for side in ("window", "reference"))
    rows: list[Sequence[Cell]] = [
        (name, one, other) for name, one, other in zip(value["bins"], now, before, strict=True)
    ]
    figure = charts.grouped(
        [Series("This window", value["bins"], now), Series("Reference", value["bins"], before)], unit="share"
    )
    return Section(
        "histogram",
        "This window beside its reference",
        "The share of each value. Rare values are put together, so that each is expected five times at least.",
        [Column("Value", Kind.TEXT), Column("This window", Kind.SHARE), Column("Reference", Kind.SHARE)],
        rows,
        figure if len(rows) <= 30 else None,
    )


def _shares(sums: Sequence[float]) -> list[float]:
    total = sum(sums) or 1.0
    return [one / total for one in sums]


def terms(window: Window, against: Against) -> list[Term]:
    """The words by which the window's notes are told from the reference's. Read now, never stored."""
    ids, _ = notes_of(window, against)
    return top_terms(texts_of(ids), texts_of(window.read.notes, without=patients_of(ids)))


def notes(window: Window, name: str, against: Against) -> list[Note]:
    """Those of the window that lie where it has more of the feature than its reference; the strongest first."""
    _, reference = notes_of(window, against)
    rows = unpacked(bytes(window.read.rows))
    if not reference or not rows or name == DOMAIN:
        return []
    expected = expect(reference, len(rows), [feature_named(name)], draws=1)
    far = drifted(rows, compare(expected, rows), expected)
    order = sorted(range(len(rows)), key=lambda at: -far[at])[:MOST_EXAMPLES]
    ids = [window.read.notes[at] for at in order if far[at] > 0]
    found = Note.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
