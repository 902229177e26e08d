"""How far a clinicians' test is: whose turn, what is next, what came out."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from annotation.models import Note, User
from annotation.models.at_hand import blind_for
from training.in_force import rules_of
from training.models import UatItem, UatRating, UatSession
from training.uat import Judged, Result, result_of, word_of
from training.uat_draw import differs


@dataclass(frozen=True, slots=True)
class Turn:
    """What a rater sees next: None when all is rated, or when the rest is `hidden` by their own blind annotations."""

    item: UatItem | None
    done: int
    total: int
    hidden: int


def items_of(session: UatSession) -> QuerySet[UatItem]:
    """The notes of a test; one that was withdrawn or erased meanwhile is left out."""
    return session.items.filter(note__status=Note.Status.ACTIVE).order_by("position")


def turn_of(session: UatSession, rater: User) -> Turn:
    items = list(items_of(session).values_list("pk", "note"))
    rated = set(UatRating.objects.filter(item__session=session, rater=rater).values_list("item", flat=True))
    left = [(pk, note) for pk, note in items if pk not in rated]
    # What the person may still be asked to annotate blind must not be seen here first.
    hidden = blind_for(rater, [note for _, note in left]) if left else set()
    free = [pk for pk, note in left if note not in hidden]
    item = UatItem.objects.select_related("note").get(pk=free[0]) if free else None
    return Turn(item, len(items) - len(left), len(items), len(left) - len(free))


def progress_of(session: UatSession) -> list[tuple[User, int, int]]:
    """Each rater with how many notes are rated, and of how many."""
    shown = set(items_of(session).values_list("pk", flat=True))
    done: dict[int, int] = {}
    for rater, item in UatRating.objects.filter(item__session=session).values_list("rater", "item"):
        done[rater] = done.get(rater, 0) + (item in shown)
    return [(rater, done.get(rater.pk, 0), len(shown)) for rater in session.raters.order_by("last_name", "username")]


def is_complete(session: UatSession) -> bool:
    progress = progress_of(session)
    return bool(progress) and all(done == total > 0 for _, done, total in progress)


def result_for(session: UatSession) -> Result:
    """What came out of a complete test, held against the rules in force."""
    items = items_of(session).prefetch_related("ratings")
    rows = [
        Judged(
            item.note_id,
            differs(item),
            [word_of(rating.verdict, swapped=item.swapped) for rating in item.ratings.all()],
        )
        for item in items
    ]
    return result_of([row for row in rows if row.words], limit=rules_of(session.model.project).uat_worse)
