"""Forms about work: what is asked for, of which notes, for whom."""

from __future__ import annotations

from typing import Any

from django import forms

from annotation.actions import teams
from annotation.actions.assignments import ASKABLE, MAX_NOTES
from annotation.actions.audience import Audience
from annotation.actions.choosing import ORDERS, Choice
from annotation.models import FACETS, Project, Task

REASONS = [(reason.value, reason.label) for reason in ASKABLE if reason != Task.Reason.DOUBLE]
GOLD = {"": None, "without": False, "with": True}


class AudienceField(forms.ChoiceField):
    """Everybody, a team or a person of the project; the value is an :class:`Audience`."""

    def offer(self, project: Project, *, everybody: bool = True) -> None:
        people = {f"person-{user.pk}": Audience(person=user) for user in teams.annotators(project)}
        groups = {f"team-{team.pk}": Audience(team=team) for team in project.teams.all()}
        self.audiences = {**({"everybody": Audience()} if everybody else {}), **groups, **people}
        named = [("Teams", groups), ("People", people)]
        first = [("everybody", "Everybody")] if everybody else []
        self.choices = first + [(name, [(key, str(one)) for key, one in rows.items()]) for name, rows in named if rows]

    def clean(self, value: Any) -> Audience:
        return self.audiences[super().clean(value)]


class FacetsForm(forms.Form):
    """Notes with these facets; the page offers the values among the newest notes."""

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in FACETS:
            attributes = {"list": f"known-{name}", "autocomplete": "off"}
            self.fields[name] = forms.CharField(
                required=False, max_length=200, strip=False, widget=forms.TextInput(attrs=attributes)
            )
            self.fields[name].label = name.replace("_", " ").capitalize()

    @property
    def facet_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in FACETS]

    @property
    def facets(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in FACETS}


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
        audience = self.fields["audience"]
        if isinstance(audience, AudienceField):
            audience.offer(project)

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
        for name in ("holder", "target"):
            field = self.fields[name]
            if isinstance(field, AudienceField):
                field.offer(project)


class WithdrawForm(forms.Form):
    holder = AudienceField(label="What waits for")

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["holder"]
        if isinstance(field, AudienceField):
            field.offer(project, everybody=False)
