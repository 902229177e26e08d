"""What forms about work have in common: for whom, and notes with which facets."""

from __future__ import annotations

from typing import Any

from django import forms

from annotation.actions import teams
from annotation.actions.audience import Audience
from annotation.models import FACETS, Project


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


def offer(form: forms.Form, project: Project, *names: str, everybody: bool = True) -> None:
    """The project's people and teams in these audience fields of the form."""
    for name in names:
        field = form.fields[name]
        if isinstance(field, AudienceField):
            field.offer(project, everybody=everybody)


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
