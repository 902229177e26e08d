"""The months of the prediction log."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from annotation.models import Note
from training import partitions
from training.models import Deployment, Prediction

pytestmark = pytest.mark.django_db


def part_of(row: Prediction) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM training_prediction WHERE id = %s", [row.pk])
        return str(cursor.fetchone()[0])


def at(moment: datetime, champion: Deployment) -> Prediction:
    row = Prediction.objects.create(model=champion.model, deployment=champion, entities=[], origin="api")
    Prediction.objects.filter(pk=row.pk).update(created_at=moment)
    return row


def test_ensure_twice_makes_each_month_once() -> None:
    assert partitions.ensure(date(2031, 11, 30)) == [
        f"training_prediction_{month}" for month in ("2031_11", "2031_12", "2032_01", "2032_02")
    ]
    assert partitions.ensure(date(2031, 12, 1)) == ["training_prediction_2032_03"]


def test_ensure_with_predictions_of_a_month_without_a_part_moves_them(champion: Deployment) -> None:
    row = at(datetime(2033, 5, 31, 23, 59, tzinfo=UTC), champion)
    assert part_of(row) == "training_prediction_rest"
    partitions.ensure(date(2033, 5, 1), ahead=0)
    assert part_of(row) == "training_prediction_2033_05"


def test_drop_before_takes_older_months_only(champion: Deployment) -> None:
    partitions.ensure(date(2001, 1, 1), ahead=1)
    old, kept = (at(datetime(2001, month, 15, tzinfo=UTC), champion) for month in (1, 2))
    connection.check_constraints()
    assert partitions.drop_before(date(2001, 2, 1)) == ["training_prediction_2001_01"]
    assert list(Prediction.objects.filter(pk__in=[old.pk, kept.pk])) == [kept]


def test_prediction_of_no_note_is_refused_by_the_database(champion: Deployment) -> None:
    row = Prediction(model=champion.model, deployment=champion, entities=[], origin="api", note_id=0)
    assert not Note.objects.filter(pk=0).exists()
    row.save()
    with pytest.raises(Exception, match="violates foreign key"):
        connection.check_constraints()
