from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person. What they may do in a project is said by their memberships."""

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Role(models.TextChoices):
    """What a member does in a project; the rights of each role are in annotation/access.py."""

    ANNOTATOR = "annotator", "Annotator"
    REVIEWER = "reviewer", "Reviewer"
    ML_LEAD = "ml_lead", "ML lead"
    APPROVER = "approver", "Approver"
    ADMIN = "admin", "Admin"
