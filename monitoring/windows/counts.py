"""How much was asked of a champion in a stretch and what became of it: all of it, from counts that are kept anyway."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from annotation.models import IntakeHour
from monitoring.policy import Evidence, Share
from monitoring.windows.due import Stretch
from monitoring.windows.intake import came_in
from training.models import Batch, Deployment, ModelVersion, Prediction, TrafficMinute


@dataclass(frozen=True, slots=True)
class Counted:
    """`answers`: documents answered, of `empty` nothing was found in; `requests` with those `failed`, in batches rows;
    `unusable`: rows of batches and documents of extract that are no notes, of `rows`."""

    answers: int
    empty: int
    requests: int
    failed: int
    unusable: int
    rows: int

    def evidence(self) -> Evidence:
        """What it says by itself, without a look at any note."""
        return Evidence(
            answers=self.answers,
            failed=_share(self.failed, self.requests),
            empty=_share(self.empty, self.answers),
            unusable=_share(self.unusable, self.rows),
        )


def counted(model: ModelVersion, stretch: Stretch) -> Counted:
    """Of the model as champion; batches count when they ended, by the version that read them.

    Documents of extract that are no notes are those of the project, by the hours that begin in the stretch.
    """
    served = Deployment.objects.as_champion().filter(model=model)
    minutes = TrafficMinute.objects.filter(
        deployment__in=served, minute__gte=stretch.start, minute__lt=stretch.end
    ).aggregate(
        **{name: Sum(name, default=0) for name in ("documents", "empty", "requests", "failed", "wrong", "slow")}
    )
    missed = minutes["failed"] + minutes["wrong"] + minutes["slow"]
    ended = Batch.objects.filter(model=model, ended_at__gte=stretch.start, ended_at__lt=stretch.end)
    batches = ended.aggregate(**{name: Sum(name, default=0) for name in ("rows", "done", "failed", "quarantined")})
    sent = came_in(model.project_id, stretch, IntakeHour.Origin.API)
    return Counted(
        answers=minutes["documents"] + batches["done"],
        empty=minutes["empty"] + (_empty_in(ended) if batches["done"] else 0),
        requests=minutes["requests"] + missed + batches["done"] + batches["failed"],
        failed=missed + batches["failed"],
        unusable=batches["quarantined"] + sent.refused,
        rows=batches["rows"] + sent.documents,
    )


def _empty_in(ended: QuerySet[Batch]) -> int:
    """Rows of these very batches in which nothing was found: what others have read so far is not theirs."""
    rows = Prediction.objects.filter(
        request_id__in=ended.values("uid"), origin=Prediction.Origin.BATCH, min_score__isnull=True
    )
    return rows.order_by().count()


def _share(part: int, whole: int) -> Share | None:
    return Share(part / whole, whole) if whole else None
