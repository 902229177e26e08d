"""What is told of an alert outside the product, and how each kind of channel takes it. No word of a note is in it."""

from __future__ import annotations

import json
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from annotation.crypto import KeyringError
from annotation.keys import keyring
from annotation.models import Project
from monitoring.actions import webhooks
from monitoring.actions.webhooks import NotSent
from monitoring.models import Channel, Delivery

TEST = "test"


@dataclass(frozen=True, slots=True)
class Message:
    """`delivery` is the same each time a message is tried again: whoever gets it can tell. 0 and 0: a test."""

    project: Project
    occasion: str
    severity: str
    title: str
    sentence: str
    at: datetime
    proposal: str = ""
    delivery: int = 0
    alert: int = 0

    @property
    def page(self) -> str:
        """The page of the alerts; without the host when nothing says how the product is reached."""
        origin = next((one for one in settings.CSRF_TRUSTED_ORIGINS if "*" not in one), "")
        return origin + reverse("alerts", args=[self.project.slug])

    @property
    def subject(self) -> str:
        first = (
            self.severity if self.occasion in {Delivery.Occasion.OPENED, Delivery.Occasion.GRAVER} else self.occasion
        )
        return " ".join(f"[Marginalia] {first.capitalize()}: {self.title}".split())

    @property
    def text(self) -> str:
        todo = f"What to do: {self.proposal}" if self.proposal and self.occasion != Delivery.Occasion.RESOLVED else ""
        about = f"{self.project.name}, {self.at:%-d %B %Y, %H:%M} UTC"
        said = "This is resolved." if self.occasion == Delivery.Occasion.RESOLVED else ""
        return "\n\n".join(filter(None, (said, self.sentence, todo, about, self.page))) + "\n"

    @property
    def json(self) -> str:
        names = ("delivery", "alert", "occasion", "severity", "title", "sentence", "proposal", "page")
        said: dict[str, Any] = {name: getattr(self, name) for name in names}
        return json.dumps({"project": self.project.slug, **said, "at": self.at.isoformat()}, separators=(",", ":"))


def message_of(delivery: Delivery) -> Message:
    """In the alert's words as they are now. Its evidence stays inside."""
    alert = delivery.alert
    return Message(
        project=delivery.channel.project,
        occasion=delivery.occasion,
        severity=delivery.severity,
        title=alert.title,
        sentence=alert.sentence,
        proposal=alert.proposal,
        at=delivery.created_at,
        delivery=delivery.pk,
        alert=alert.pk,
    )


def send(channel: Channel, message: Message) -> str:
    """Send it and say who took it; NotSent says why nobody did. Takes seconds: never inside a transaction."""
    return _SEND[Channel.Kind(channel.kind)](channel, message)


def _email(channel: Channel, message: Message) -> str:
    backend = settings.EMAIL_BACKEND.split(".")[-2]
    if backend == "dummy":
        raise NotSent("No mail server is set up; whoever runs Marginalia sets EMAIL_URL.")
    try:
        send_mail(message.subject, message.text, settings.DEFAULT_FROM_EMAIL, [channel.target])
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotSent(f"The mail server did not take it ({type(error).__name__}).") from error
    if backend == "console":
        return "No mail server is set up (EMAIL_URL): the e-mail stands in the server's log."
    return "The mail server took it."


def _webhook(channel: Channel, message: Message) -> str:
    try:
        secret = keyring().open(channel.sealed, bound_to=channel.uid.bytes)
    except KeyringError as error:
        raise NotSent("Its secret does not open any more; remove the channel and add it again.") from error
    body = message.json
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Marginalia",
        "X-Marginalia-Signature": webhooks.signature(secret, body, int(time.time())),
    }
    status = webhooks.post(channel.target, body.encode(), headers)
    if not 200 <= status < 300:
        raise NotSent(f"It answered {status}" + ("; redirects are not followed." if 300 <= status < 400 else "."))
    return f"It answered {status}."


_SEND: dict[Channel.Kind, Callable[[Channel, Message], str]] = {
    Channel.Kind.EMAIL: _email,
    Channel.Kind.WEBHOOK: _webhook,
}
