"""A person says again who they are before a decision counts: by the password, as at the sign-in and as often."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import authenticate
from django.http import HttpRequest

from annotation.access import person
from annotation.errors import ActionError
from training.in_force import rules_of
from training.models import ModelVersion


@dataclass(frozen=True, slots=True)
class Confirmation:
    """`how`: password, version, or empty when the project's rules ask for nothing."""

    how: str
    version: str

    @property
    def label(self) -> str:
        return "Your password, again" if self.how == "password" else f"Type {self.version} to confirm"


def confirmation(request: HttpRequest, model: ModelVersion) -> Confirmation:
    """What is asked of this person. Who has no password, as the people of the demo, types the version instead."""
    version = f"v{model.number}"
    if not rules_of(model.project).reauthenticate:
        return Confirmation("", version)
    return Confirmation("password" if person(request).has_usable_password() else "version", version)


def confirm(request: HttpRequest, model: ModelVersion) -> str:
    """How the person confirmed. Raises ActionError when it is wrong; wrong passwords lock, as at sign-in."""
    asked, typed = confirmation(request, model), request.POST.get("confirm", "")
    if asked.how == "version" and typed.strip().lower() != asked.version:
        raise ActionError(f"Nothing was decided: type {asked.version}, the version that you decide about.")
    if asked.how == "password" and not _knows_password(request, typed):
        raise ActionError("Nothing was decided: that is not your password; type the one you sign in with.")
    return asked.how


def _knows_password(request: HttpRequest, password: str) -> bool:
    # Through all backends: the first of them counts the failures and locks after too many.
    who = person(request)
    found = authenticate(request, username=who.username, password=password)
    return found is not None and found.pk == who.pk
