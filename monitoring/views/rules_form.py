"""The rules of training as a form: shares as per cent, floors a field a label."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.http import QueryDict

from annotation.models import Project
from monitoring.runs.rule_words import CHOICES, GROUPS, RULES, Rule
from monitoring.views.settings_json import settings_of
from training import ner
from training.ner.params import resolved
from training.recipes import recipes
from training.rules import BOUNDS, Rules

FLOOR = "floor-"
# Their fields are not made from the default's type alone.
OWN = ("recipe", "settings", "label_floors", *CHOICES)


class RulesForm(forms.Form):
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, project: Project, rules: Rules, base: int, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"base": base})
        self.rules, self.labels = rules, sorted(project.labels.active().names())
        values = rules.to_json()
        for rule in RULES.values():
            if rule.name not in OWN:
                self.fields[rule.name] = _field(rule, values[rule.name])
        names = [(one.name, f"{one.title} ({one.name})") for one in recipes().values()]
        self._choice("recipe", names, rules.recipe)
        for name, words in CHOICES.items():
            self._choice(name, list(words.items()), values[name])
        area = forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "mono"})
        told = json.dumps(rules.settings) if rules.settings else ""
        self._add("settings", forms.CharField(required=False, max_length=4000, widget=area, initial=told))
        for label in self.labels:
            floor = _number(
                Rule(label, f"Floor of {label}", "%"), rules.label_floors.get(label), (0, 1), required=False
            )
            self.fields[FLOOR + label] = floor
        why = "Kept with the version, for whoever asks later."
        self.fields["reason"] = forms.CharField(max_length=300, label="Why it is changed", help_text=why)

    def _choice(self, name: str, choices: list[tuple[str, str]], initial: str) -> None:
        self._add(name, forms.ChoiceField(choices=choices, initial=initial))

    def _add(self, name: str, field: forms.Field) -> None:
        field.label, field.help_text = RULES[name].title, RULES[name].help
        self.fields[name] = field

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings, in the order of the words."""
        told = []
        for title, rules in GROUPS.items():
            names = [name for rule in rules for name in self._names(rule.name)]
            told.append((title, [self[name] for name in names]))
        return told

    def _names(self, rule: str) -> list[str]:
        return [FLOOR + label for label in self.labels] if rule == "label_floors" else [rule]

    def clean_settings(self) -> dict[str, Any]:
        return settings_of(self.cleaned_data["settings"])

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("recipe") and said.get("settings"):
            try:
                resolved(said["recipe"], recipes()[said["recipe"]].settings, said["settings"])
            except ner.TrainingError as error:
                self.add_error("settings", str(error))
        return said

    def changed(self) -> dict[str, Any]:
        """The rules that differ from those in force, by name, shares as fractions of 1."""
        said, now = self.cleaned_data, self.rules.to_json()
        values = {name: _share(name, said[name]) for name in RULES if name in said}
        floors = {label: said[FLOOR + label] for label in self.labels}
        # A floor of a label that is retired now stays: the label may come back.
        kept = {label: floor for label, floor in self.rules.label_floors.items() if label not in self.labels}
        given = {label: round(floor / 100, 6) for label, floor in floors.items() if floor is not None}
        values["label_floors"] = {**kept, **given}
        return {name: value for name, value in values.items() if value != now[name]}


def _share(name: str, value: Any) -> Any:
    return round(value / 100, 6) if RULES[name].unit == "%" else value


def _field(rule: Rule, value: Any) -> forms.Field:
    if isinstance(value, bool):
        return forms.BooleanField(required=False, label=rule.title, help_text=rule.help, initial=value)
    return _number(rule, value, BOUNDS[rule.name])


def _number(rule: Rule, value: Any, bounds: tuple[float, float], *, required: bool = True) -> forms.Field:
    """A number with its unit and bounds in the words around it; a share is asked for as per cent."""
    times = 100 if rule.unit == "%" else 1
    low, high = (times * bound for bound in bounds)
    unit = f" ({rule.unit})" if rule.unit else ""
    told: dict[str, Any] = {
        "required": required,
        "label": f"{rule.title}{unit}",
        "help_text": f"{rule.help} From {_figure(low)} to {_figure(high)}.".strip(),
        "initial": None if value is None else _whole(round(times * value, 6)),
    }
    if isinstance(value, int) and times == 1:
        return forms.IntegerField(min_value=int(low), max_value=int(high), **told)
    widget = forms.NumberInput(attrs={"step": "any"})
    return forms.FloatField(min_value=low, max_value=high, widget=widget, **told)


def _figure(bound: float) -> str:
    return f"{bound:,.0f}"


def _whole(value: float) -> float:
    """2 rather than 2.0 in the field."""
    return int(value) if value == int(value) else value
