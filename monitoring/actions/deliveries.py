"""The outbox of the alerts: rows are written with what they tell, and sent by the clock until they are taken.

At least once: a worker that dies between sending and saying so sends again, with the same number.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from annotation.errors import ActionError
from monitoring.actions import sending
from monitoring.models import Alert, Channel, Delivery
from monitoring.models.channel import DeliveryQuerySet

Occasion, Status = Delivery.Occasion, Delivery.Status
# How long after a try the next one may begin; after the last, when whoever made it is taken for dead.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 1))
MOST_TRIES = len(PAUSES)
# Of one tick of the clock: the next one goes on.
SECONDS = 12.0
REMOVED = "The channel was removed."

logger = logging.getLogger(__name__)


def put_out(*, alert: Alert, occasion: Delivery.Occasion, at: datetime) -> None:
    """To be told on every channel that takes alerts so grave; its end to those that were told of the alert.

    Called in the transaction that changes the alert: either both are there or neither is.
    """
    channels = Channel.objects.active().filter(project=alert.project_id)
    if occasion == Occasion.RESOLVED:
        channels = channels.filter(deliveries__alert=alert).distinct()
    else:
        grave = Alert.Severity.values.index(alert.severity)
        channels = channels.filter(least__in=Alert.Severity.values[: grave + 1])
    about = {"alert": alert, "occasion": occasion, "seen": alert.seen, "severity": alert.severity}
    rows = [Delivery(channel=channel, **about, created_at=at, next_try_at=timezone.now()) for channel in channels]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def send_due() -> int:
    """Try what is due; how many were taken. A channel that fails is left alone until the next tick."""
    until = time.monotonic() + SECONDS
    _give_up()
    broken: set[int] = set()
    taken = 0
    while time.monotonic() < until and (delivery := _claim(broken)):
        if _try(delivery):
            taken += 1
        else:
            broken.add(delivery.channel_id)
    return taken


def _give_up() -> None:
    """Those whose last try never said how it ended."""
    lost = Delivery.objects.due(timezone.now()).filter(tries__gte=MOST_TRIES)
    error = f"It was tried {MOST_TRIES} times; how the last try ended is not known."
    Delivery.objects.waiting().filter(pk__in=list(lost.values_list("pk", flat=True))).update(
        status=Status.FAILED, next_try_at=None, error=error
    )


@transaction.atomic
def _claim(broken: Collection[int]) -> Delivery | None:
    """The next one, this worker's until the pause after the try is over; None when nothing is due."""
    now = timezone.now()
    rows = Delivery.objects.due(now).filter(tries__lt=MOST_TRIES).exclude(channel__in=broken)
    row = rows.order_by("next_try_at", "pk").select_for_update(skip_locked=True, of=("self",)).first()
    if row is None:
        return None
    Delivery.objects.filter(pk=row.pk).update(tries=F("tries") + 1, next_try_at=now + PAUSES[row.tries])
    return Delivery.objects.select_related("alert", "channel__project").get(pk=row.pk)


def _try(delivery: Delivery) -> bool:
    channel = delivery.channel
    if not channel.active:
        return _failed(delivery, REMOVED, for_good=True)
    last = delivery.tries >= MOST_TRIES
    try:
        sending.send(channel, sending.message_of(delivery))
    except ActionError as error:
        logger.warning("delivery %s on channel %s: %s", delivery.pk, channel.pk, error)
        return _failed(delivery, str(error), for_good=last)
    except Exception as error:  # whatever breaks one channel stops no other
        logger.exception("delivery %s on channel %s", delivery.pk, channel.pk)
        return _failed(delivery, f"It could not be sent ({type(error).__name__}).", for_good=last)
    return bool(_mine(delivery).update(status=Status.SENT, sent_at=timezone.now(), next_try_at=None, error=""))


def _failed(delivery: Delivery, error: str, *, for_good: bool) -> bool:
    over = {"status": Status.FAILED, "next_try_at": None} if for_good else {}
    _mine(delivery).update(**over, error=error[:200])
    return False


def _mine(delivery: Delivery) -> DeliveryQuerySet:
    """The row while this try is the newest."""
    return Delivery.objects.waiting().filter(pk=delivery.pk, tries=delivery.tries)
