"""Does a window of notes differ from what its champion is held against, and by how much? Pure: no Django."""

from monitoring.drift.compare import BOOTSTRAPS, Expected, Finding, compare, expect
from monitoring.drift.domain import Told, tell_apart
from monitoring.drift.evidence import Seen, Side, kpi_of, seen
from monitoring.drift.features import FEATURES, Feature, feature_named
from monitoring.drift.judging import Drift, judged
from monitoring.drift.rows import NoteRow, row_of, words_of

__all__ = [
    "BOOTSTRAPS",
    "FEATURES",
    "Drift",
    "Expected",
    "Feature",
    "Finding",
    "NoteRow",
    "Seen",
    "Side",
    "Told",
    "compare",
    "expect",
    "feature_named",
    "judged",
    "kpi_of",
    "row_of",
    "seen",
    "tell_apart",
    "words_of",
]
