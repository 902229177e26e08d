"""Reading along: what callers were answered is read by a second model too, afterwards and in a worker.

A shadow reads a share of the champion's notes. Notes that a canary or a variant answered are read by the champion, so
that the alarm of disagreement has pairs to look at. Nobody waits for any of it: what a slow model can't keep up with is
left out and counted. How far it came is in the roll-out's row, and moves on together with what was written.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from annotation.keys import draw
from annotation.models import Note
from training import ner
from training.models import Deployment, Prediction, Rollout
from training.shadow_reading import Reading, read

BATCH = 16
# More drawn notes than this don't wait: the older ones are left out. So many ids are looked at in one go.
MOST_WAITING, LOOKED_AT = 1_000, 5_000
# A round gives its worker back after this.
ROUND_SECONDS = 20.0
# What was answered is in the database by then.
SETTLED = timedelta(seconds=1)
# Ids come in the order of writing, times in that of answering: so far apart at most.
OUT_OF_ORDER = timedelta(minutes=2)
# Enough pairs for the alarm.
ENOUGH_PAIRS = 5_000
# One process reads at a time, so that a slow model never takes all workers.
LOCK = 7_316_205_118
Kind = Rollout.Kind

logger = logging.getLogger(__name__)


def read_along() -> int:
    """Read what came since, batch by batch over all roll-outs, for some seconds at most; how many notes were read."""
    with _alone() as mine:
        if not mine:
            return 0
        until, notes = time.monotonic() + ROUND_SECONDS, 0
        while time.monotonic() < until:
            read = sum(step(rollout) for rollout in Rollout.objects.running().with_models())
            if not read:
                break
            notes += read
        return notes


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else reads now; a process that is killed lets go of it with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def step(rollout: Rollout) -> int:
    """Read the next batch of one roll-out; how many notes were looked at, whether they were drawn or not."""
    source, reader = sides(rollout)
    before: dict[str, Any] = rollout.pairs
    if rollout.kind != Kind.SHADOW and before.get("notes", 0) >= ENOUGH_PAIRS:
        return 0
    seen, drawn = _waiting(rollout, source)
    if not seen:
        return 0
    skipped = max(0, len(drawn) - MOST_WAITING)
    batch = drawn[skipped : skipped + BATCH]
    # With none left to read, all that was looked at is done with.
    last = batch[-1] if len(drawn) - skipped > BATCH else seen[-1]
    try:
        found = read(_answers(batch), reader)
    except ner.ArtefactError as error:
        logger.error("roll-out %s reads nothing: %s", rollout.pk, error)
        return 0
    _keep(rollout, reader, found, {**before, **_moved(before, found, skipped), "last": last[0], "at": last[1]})
    return seen.index(last) + 1


def sides(rollout: Rollout) -> tuple[Deployment, Deployment]:
    """Whose answers are read, and whose model reads them."""
    if rollout.kind == Kind.SHADOW:
        return rollout.champion, rollout.deployment
    return rollout.deployment, rollout.champion


Seen = tuple[int, str]


def _waiting(rollout: Rollout, source: Deployment) -> tuple[list[Seen], list[Seen]]:
    """Ids and times of the answers since the last batch, and those of them that are drawn."""
    since = rollout.pairs.get("at")
    begin = rollout.started_at if since is None else datetime.fromisoformat(since) - OUT_OF_ORDER
    rows = Prediction.objects.filter(
        deployment=source,
        origin=Prediction.Origin.API,
        outcome=Prediction.Outcome.OK,
        note__status=Note.Status.ACTIVE,
        created_at__gte=max(begin, rollout.started_at),
        created_at__lte=timezone.now() - SETTLED,
        pk__gt=rollout.pairs.get("last", 0),
    )
    share = rollout.share / 100 if rollout.kind == Kind.SHADOW else 1.0
    found = rows.order_by("pk").values_list("pk", "created_at", "request_id")[:LOOKED_AT]
    seen = [((pk, at.isoformat()), draw(f"{rollout.pk}:{request}", share, kind="shadow")) for pk, at, request in found]
    return [one for one, _ in seen], [one for one, is_drawn in seen if is_drawn]


def _answers(batch: Sequence[Seen]) -> list[Prediction]:
    return list(Prediction.objects.filter(pk__in=[pk for pk, _ in batch]).select_related("note").order_by("pk"))


def _moved(before: dict[str, Any], found: Reading, skipped: int) -> dict[str, Any]:
    """The sums after this batch."""
    return {
        **found.likeness_after(before),
        "failed": before.get("failed", 0) + found.failed,
        "skipped": before.get("skipped", 0) + skipped,
        "seconds": round(before.get("seconds", 0.0) + found.seconds, 3),
    }


@transaction.atomic
def _keep(rollout: Rollout, reader: Deployment, found: Reading, pairs: dict[str, Any]) -> None:
    """Write the batch, unless the roll-out ended meanwhile."""
    rows = Rollout.objects.running().filter(pk=rollout.pk, pairs=rollout.pairs)
    if rows.update(pairs=pairs):
        found.write(count=reader.pk == rollout.deployment_id)
        rollout.pairs = pairs
