"""Notes are chosen for annotation: by facet, by gold, by age or by how sure the model is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, Q

from annotation.actions.assignments import MAX_NOTES
from annotation.errors import ActionError
from annotation.models import FACETS, Annotation, Note, Project, Task

ORDERS = {"newest": "Newest first", "oldest": "Oldest first", "least_certain": "Least certain first"}
# Facets are offered from so many of the newest notes: all of a million take too long to look through.
RECENT = 2_000


@dataclass(frozen=True, slots=True)
class Choice:
    """At most `count` notes with these facets, with gold or without it (None: either), in one of ``ORDERS``."""

    count: int
    order: str = "newest"
    facets: Mapping[str, str] = field(default_factory=dict)
    gold: bool | None = None


def choose(*, project: Project, choice: Choice, second: bool = False) -> list[int]:
    """Ids of notes that annotation can be asked for; with `second`, of notes with one person's gold."""
    if not 0 < choice.count <= MAX_NOTES:
        raise ActionError(f"{choice.count:,} notes can't be asked for at once; choose 1 to {MAX_NOTES:,}.")
    rows = Note.objects.filter(project=project, status=Note.Status.ACTIVE, **named(choice.facets))
    rows = rows.filter(_of_one_person() if second else _free(choice.gold))
    if choice.order == "least_certain":
        rows = rows.filter(index__project=project).order_by(F("index__min_score").asc(nulls_last=True), "-pk")
    else:
        rows = rows.order_by("pk" if choice.order == "oldest" else "-pk")
    return list(rows.values_list("pk", flat=True)[: choice.count])


def named(facets: Mapping[str, str], before: str = "") -> dict[str, str]:
    """The facets that were given, as a filter."""
    return {f"{before}{name}": value for name, value in facets.items() if name in FACETS and value}


def offered(project: Project) -> dict[str, list[str]]:
    """The values of each facet among the newest notes."""
    rows = Note.objects.filter(project=project).order_by("-pk")
    found = list(rows.values_list(*FACETS)[:RECENT])
    return {name: sorted({row[place] for row in found} - {""}) for place, name in enumerate(FACETS)}


def _free(gold: bool | None) -> Q:
    tasks = Task.objects.filter(note=OuterRef("pk"))
    possible = ~Q(Exists(tasks.unfinished())) & ~Q(Exists(tasks.filter(reason="random_audit")))
    if gold is None:
        return possible
    has_gold = Q(Exists(Annotation.objects.filter(note=OuterRef("pk")).gold()))
    return possible & (has_gold if gold else ~has_gold)


def _of_one_person() -> Q:
    doubled = Task.objects.filter(note=OuterRef("pk")).filter(Q(doubled=True) | Q(reason="adjudicate"))
    gold = Annotation.objects.filter(note=OuterRef("pk"), task__isnull=False).gold()
    return Q(Exists(gold)) & ~Q(Exists(doubled))
