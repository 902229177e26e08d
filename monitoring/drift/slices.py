"""Which notes of a window drifted: those that fall where the window has more of a feature than its reference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from annotation.bootstrap import Floats
from monitoring.drift.compare import Expected, Finding
from monitoring.drift.measures import shares
from monitoring.drift.rows import NoteRow


def drifted(rows: Sequence[NoteRow], findings: Sequence[Finding], expected: Sequence[Expected]) -> Floats:
    """How strongly each note drifted, shape (notes,): the logarithm of window over reference where it falls, added up
    over `findings`, the features that drifted; 0 for a note like those of before. `expected`: of the same features.
    """
    total = np.zeros(len(rows))
    places = {one.feature.name: one for one in expected}
    for finding in findings:
        one = places[finding.feature.name]
        now, before = (shares(np.array(sums)) for sums in (finding.window, finding.reference))
        total += one.table_of(rows) @ np.log(now / before) / np.maximum(1.0, one.table_of(rows).sum(axis=1))
    return total
