"""Channels: where alerts are told outside the product. Made, tried and removed by people."""

from __future__ import annotations

import logging
import secrets

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.keys import keyring
from annotation.models import Project, User
from monitoring.actions import sending, webhooks
from monitoring.actions.deliveries import REMOVED
from monitoring.models import Alert, Channel, Delivery

MOST_CHANNELS = 20
LONGEST = 500

logger = logging.getLogger(__name__)


def add(*, project: Project, kind: str, target: str, least: str, by: User) -> tuple[Channel, str]:
    """A channel and the secret that signs its webhooks ("" for e-mail), which is returned this once."""
    target = target.strip()
    _check(kind, target, least)
    row = Channel(project=project, kind=kind, target=target, least=least, created_by=by)
    secret = ""
    if kind == Channel.Kind.WEBHOOK:
        secret = secrets.token_urlsafe(32)
        sealed = keyring().seal(secret, bound_to=row.uid.bytes)
        row.ciphertext, row.wrapped_key, row.key_id = sealed.ciphertext, sealed.wrapped_key, sealed.key_id
    _store(row)
    logger.info("channel %s was added by user %s", row.pk, by.pk)
    return row, secret


def _check(kind: str, target: str, least: str) -> None:
    if kind not in Channel.Kind.values or least not in Alert.Severity.values:
        raise ActionError("A channel is an e-mail address or a webhook, and takes alerts from some severity on.")
    if len(target) > LONGEST:
        raise ActionError(f"The address has more than {LONGEST} characters; give a shorter one.")
    if kind == Channel.Kind.WEBHOOK:
        webhooks.places(webhooks.parts_of(target))
        return
    try:
        validate_email(target)
    except ValidationError as error:
        raise ActionError("This is not an e-mail address; write it as name@example.org.") from error


@transaction.atomic
def _store(row: Channel) -> None:
    Project.objects.hold(row.project_id)
    if Channel.objects.active().filter(project=row.project_id).count() >= MOST_CHANNELS:
        raise ActionError(f"A project has at most {MOST_CHANNELS} channels; remove one first.")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise ActionError("There is a channel to this address already; remove it first.") from error


@transaction.atomic
def remove(*, channel: Channel, by: User) -> None:
    """Nothing more is told on it, what waits neither; its secret is destroyed."""
    now = timezone.now()
    gone = {"active": False, "removed_by": by, "removed_at": now, "ciphertext": None, "wrapped_key": None}
    if not Channel.objects.active().filter(pk=channel.pk).update(**gone, key_id=""):
        raise TooLate("The channel was removed already.")
    waiting = Delivery.objects.waiting().filter(channel=channel)
    waiting.update(status=Delivery.Status.FAILED, next_try_at=None, error=REMOVED)
    logger.info("channel %s was removed by user %s", channel.pk, by.pk)


def test(*, channel: Channel, by: User) -> str:
    """Send a made-up alert now, and say who took it. Raises ActionError when nobody did."""
    if not channel.active:
        raise TooLate("The channel was removed already.")
    logger.info("channel %s is tried by user %s", channel.pk, by.pk)
    sentence = "Somebody asked for this message to see whether the channel works. Nothing is the matter."
    message = sending.Message(
        project=channel.project,
        occasion=sending.TEST,
        severity=Alert.Severity.INFO,
        title=f"{channel.project.name}: a test of this channel",
        sentence=sentence,
        at=timezone.now(),
    )
    return sending.send(channel, message)
