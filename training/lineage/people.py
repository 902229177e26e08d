"""Whose annotations a dataset holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count

from annotation.models import User
from training.lineage.walks import LEARNED
from training.models import Dataset


@dataclass(frozen=True, slots=True)
class Contribution:
    """A person and in how many of the dataset's notes the sealed revision is theirs."""

    person: User
    notes: int


def contributors(dataset: Dataset, splits: Collection[str] = LEARNED) -> list[Contribution]:
    """The annotators of the notes in these splits, who made most first."""
    rows = dataset.items.filter(split__in=splits, annotation__author__isnull=False).order_by()
    counts = dict(rows.values_list("annotation__author").annotate(notes=Count("pk")))
    people = User.objects.filter(pk__in=counts)
    return sorted((Contribution(one, counts[one.pk]) for one in people), key=lambda row: (-row.notes, row.person.pk))
