"""Forms about work: what is asked for, of which notes, for whom."""

from __future__ import annotations

from typing import Any

from django import forms

from annotation.actions.assignments import ASKABLE, MAX_NOTES
from annotation.actions.choosing import ORDERS, Choice
from annotation.models import Project, Task
from annotation.views.work_fields import AudienceField, FacetsForm, offer

REASONS = [(reason.value, reason.label) for reason in ASKABLE if reason != Task.Reason.DOUBLE]
GOLD = {"": None, "without": False, "with": True}


class AskForm(FacetsForm):
    reason = forms.ChoiceField(
        choices=[*REASONS, (Task.Reason.DOUBLE, "Second opinion on one person's gold (blind)")], label="What for"
    )
    count = forms.IntegerField(min_value=1, max_value=MAX_NOTES, initial=100, label="How many notes at most")
    order = forms.ChoiceField(choices=list(ORDERS.items()), label="Which first")
    gold = forms.ChoiceField(
        choices=[("without", "Without gold"), ("with", "With gold"), ("", "Either")],
        initial="without",
        required=False,
        label="Gold",
    )
    audience = AudienceField(label="For whom")
    people = forms.TypedChoiceField(
        choices=[(1, "One person"), (2, "Two people, blind: compared, and settled by a reviewer")],
        coerce=int,
        label="Each note by",
    )
    priority = forms.TypedChoiceField(
        choices=[(0, "In line"), (10, "Before the others"), (-10, "After the others")], coerce=int, label="When"
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(project, *args, **kwargs)
        offer(self, project, "audience")

    @property
    def choice(self) -> Choice:
        data = self.cleaned_data
        return Choice(count=data["count"], order=data["order"], facets=self.facets, gold=GOLD[data["gold"]])


class HandOutForm(FacetsForm):
    holder = AudienceField(label="Of what waits for")
    target = AudienceField(label="Give it to")
    count = forms.IntegerField(min_value=1, max_value=MAX_NOTES, initial=50, label="How many notes at most")

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(project, *args, **kwargs)
        offer(self, project, "holder", "target")


class WithdrawForm(forms.Form):
    holder = AudienceField(label="What waits for")

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, project, "holder", everybody=False)
