from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from annotation.crypto import Sealed
from annotation.keys import keyring
from annotation.models import Project, User
from training.models.run import Run


class GateReport(models.Model):
    """What a gate found of a run's candidate. Immutable."""

    class Kind(models.TextChoices):
        UNIT = "unit", "Behaviour"
        INTEGRATION = "integration", "Integration"
        QUALITY = "quality", "Quality"

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="gates")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    passed = models.BooleanField()
    report = models.JSONField(help_text="{checks: [{name, passed, sentence, figures, notes, cases}]}.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("run", "pk")
        constraints = (models.UniqueConstraint(fields=("run", "kind"), name="gate_once_per_run"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} gate of {self.run}"


class BehaviourCase(models.Model):
    """A sentence and what a model must, or must not, find in it. Written by clinicians; its text is encrypted."""

    class Expectation(models.TextChoices):
        FIND = "find", "Must find"
        NOT_FIND = "not_find", "Must not find"

    class Category(models.TextChoices):
        BASIC = "basic", "Plain"
        NEGATION = "negation", "Negation"
        ABBREVIATION = "abbreviation", "Abbreviation"
        MISSPELLING = "misspelling", "Misspelling"
        HINGLISH = "hinglish", "Hinglish"
        EMPTY = "empty", "Empty or nothing to find"
        LONG = "long", "Very long"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="behaviour_cases")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    category = models.CharField(max_length=12, choices=Category.choices)
    expectation = models.CharField(max_length=8, choices=Expectation.choices)
    ciphertext = models.BinaryField()
    wrapped_key = models.BinaryField()
    key_id = models.CharField(max_length=40)
    # Of "must not find", an empty list says: nothing at all.
    spans = models.JSONField(default=list, help_text="[{start, end, label}] in code points.")
    repeat = models.PositiveIntegerField(default=1, help_text="The text so often, a line each: for very long notes.")
    active = models.BooleanField(default=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("project", "category", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(repeat__range=(1, 2000)), name="behaviour_case_repeat_in_range"),
            models.CheckConstraint(
                condition=~Q(expectation="find") | ~Q(spans=[]), name="behaviour_case_to_find_has_spans"
            ),
        )

    def __str__(self) -> str:
        return f"case {self.pk}"

    @property
    def text(self) -> str:
        sealed = Sealed(bytes(self.ciphertext), bytes(self.wrapped_key), self.key_id)
        return keyring().open(sealed, bound_to=self.uid.bytes)
