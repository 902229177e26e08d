from __future__ import annotations

from django.db import models

from annotation.models.user import User


class KeyMap(models.Model):
    """The keys that a person chose for the commands of the note page; a command without one has its usual key."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="keymap")
    keys = models.JSONField(default=dict, help_text="{command: key}")

    class Meta:
        ordering = ("user",)

    def __str__(self) -> str:
        return f"keys of {self.user}"
