"""The notes that a shadow and the champion read, side by side: the newest, and where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from training.likeness import Likeness
from training.models import Prediction, Rollout

NEWEST = 1_000


@dataclass(frozen=True, slots=True)
class Pair:
    """A note read by both. ``own`` and ``usual``: by label, what only the shadow and only the champion found."""

    note_id: int
    at: datetime
    likeness: Likeness
    own: Counter[str]
    usual: Counter[str]

    @property
    def labels(self) -> set[str]:
        return {*self.own, *self.usual}


def newest_pairs(rollout: Rollout, newest: int = NEWEST) -> list[Pair]:
    """Of the newest notes that the shadow read, the newest first."""
    rows = Prediction.objects.filter(deployment=rollout.deployment_id, origin=Prediction.Origin.SHADOW)
    own = list(rows.filter(outcome=Prediction.Outcome.OK, note__isnull=False).order_by("-created_at", "-pk")[:newest])
    answers = _answers(rollout, own)
    found = [(row, answers.get((row.request_id, row.note_id))) for row in own]
    return [_pair(row, answer) for row, answer in found if answer]


def _answers(rollout: Rollout, own: Sequence[Prediction]) -> dict[tuple[object, int | None], Prediction]:
    """The champion's answers to the same requests, by request and note."""
    rows = Prediction.objects.filter(
        deployment=rollout.champion_id,
        origin=Prediction.Origin.API,
        request_id__in={row.request_id for row in own},
        created_at__gte=rollout.started_at,
    )
    return {(row.request_id, row.note_id): row for row in rows}


def _pair(row: Prediction, answer: Prediction) -> Pair:
    one, other = set(row.spans), set(answer.spans)
    alone = Counter(span.label for span in one - other), Counter(span.label for span in other - one)
    return Pair(row.note_id or 0, answer.created_at, Likeness.of(one, other), *alone)
