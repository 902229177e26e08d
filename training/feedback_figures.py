"""What doctors said of a version's answers, in figures: the truth of the ward, beside that of the annotators."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from annotation.bootstrap import Interval
from training.models import Feedback, ModelVersion
from training.statistics import Clusters, clustered_share


@dataclass(frozen=True, slots=True)
class FeedbackFigures:
    """Of the newest feedback of each answer: entities by verdict, and the precision that doctors see.

    ``precision`` is accepted / (accepted + rejected); its interval takes an answer as a cluster. ``complete`` answers
    were read as a whole: only they say what was missed.
    """

    answers: int
    complete: int
    accepted: int
    rejected: int
    added: int
    precision: float | None = None
    interval: Interval | None = None

    def to_json(self) -> dict[str, Any]:
        told = {name: value for name, value in asdict(self).items() if name != "interval"}
        bounds = self.interval
        return {**told, "low": bounds.low if bounds else None, "high": bounds.high if bounds else None}


def newest(rows: QuerySet[Feedback]) -> QuerySet[Feedback]:
    """Of each answer the newest feedback: it counts."""
    last = rows.order_by("prediction_uid", "-pk").distinct("prediction_uid")
    return Feedback.objects.filter(pk__in=last.values("pk")).order_by()


def of_model(model: ModelVersion) -> FeedbackFigures:
    return figures(Feedback.objects.filter(model=model))


def figures(rows: QuerySet[Feedback]) -> FeedbackFigures:
    """Of any feedback: of a model, a deployment, a time. One query, whatever the number of rows."""
    judged = F("accepted") + F("rejected")
    found = newest(rows).aggregate(
        answers=Count("pk"),
        whole=Count("pk", filter=Q(complete=True)),
        right=Sum("accepted", default=0),
        wrong=Sum("rejected", default=0),
        missed=Sum("added", default=0),
        squares=Sum(judged * judged, default=0),
        both=Sum(judged * F("accepted"), default=0),
        right_squares=Sum(F("accepted") * F("accepted"), default=0),
    )
    right, wrong = found["right"], found["wrong"]
    sums = Clusters(found["answers"], right + wrong, right, found["squares"], found["both"], found["right_squares"])
    counted = (found["answers"], found["whole"], right, wrong, found["missed"])
    if not sums.trials:
        return FeedbackFigures(*counted)
    return FeedbackFigures(*counted, right / sums.trials, clustered_share(sums))
