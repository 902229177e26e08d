"""Sessions and their people as Django keeps them, each read by one written statement: every request begins so."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from annotation.models import User
from annotation.models.rows import by_key


class SessionStore(DatabaseStore):
    def load(self) -> dict[str, Any]:
        found = by_key(Session, "session_key", self.session_key) if self.session_key else None
        if found and found.expire_date > timezone.now():
            return self.decode(found.session_data)
        # Django's own way with a session that is unknown or over: a fresh one.
        return super().load()


class QuickBackend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        user = by_key(User, "id", user_id)
        return user if user and self.user_can_authenticate(user) else None
