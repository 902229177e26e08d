"""What can be said of a training: recipe, settings, seeds, and whether everything is made anew."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from annotation.models import Project
from monitoring.views.settings_json import settings_of
from training import ner
from training.in_force import rules_of
from training.models import Run
from training.ner.params import Param, resolved
from training.recipes import recipes

MAX_SETTINGS = 4000


class TrainForm(forms.Form):
    """Empty fields leave it to the project's rules."""

    recipe = forms.ChoiceField(required=False)
    settings = forms.CharField(
        required=False,
        max_length=MAX_SETTINGS,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "mono"}),
        help_text='As JSON, only what shall differ: {"max_steps": 800}. The table below has every setting.',
    )
    seed = forms.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="Same seed, same gold: the same model. Empty: 0."
    )
    seeds = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=9,
        label="Number of seeds",
        help_text="Trains once with each and keeps the one in the middle. Three show how much is luck.",
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules, field = rules_of(project), self.fields["recipe"]
        if isinstance(field, forms.ChoiceField):
            as_ruled = ("", f"As the rules say: {rules.recipe}")
            field.choices = [as_ruled, *((one.name, f"{one.title} ({one.name})") for one in recipes().values())]
        self.fields["seeds"].help_text += f" Empty: {rules.seeds}, as the rules say."
        self.ruled = rules.recipe

    def clean_settings(self) -> dict[str, Any]:
        return settings_of(self.cleaned_data["settings"])

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        name = said.get("recipe") or self.ruled
        if given := said.get("settings"):
            try:
                resolved(name, recipes()[name].settings, given)
            except ner.TrainingError as error:
                self.add_error("settings", str(error))
        return said

    def params(self) -> dict[str, Any]:
        """What was said, by the names that a run's parameters have."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", {}, False)}

    @staticmethod
    def of(run: Run) -> dict[str, Any]:
        """What the run was given, to start the form with."""
        said = {name: run.params.get(name) for name in ("recipe", "seeds")}
        settings = run.params.get("settings")
        return {**said, "settings": json.dumps(settings) if settings else "", "seed": run.seed}

    def instead(self) -> dict[str, Any]:
        """Everything that can be said, so that what is empty now takes back what an earlier run was given."""
        said = self.cleaned_data
        return {**{name: said[name] for name in ("recipe", "settings", "seeds")}, "seed": said["seed"] or 0}


class RunNowForm(TrainForm):
    fresh = forms.BooleanField(
        required=False,
        label="Take over nothing",
        help_text="Carry out every step, also those whose result is there from an earlier run.",
    )


def settings_tables() -> list[dict[str, Any]]:
    """Every recipe with its settings: what each means, its default and what it takes."""
    return [
        {"recipe": one, "rows": [(name, param, _takes(param)) for name, param in one.settings.items()]}
        for one in recipes().values()
    ]


def _takes(param: Param) -> str:
    if param.kind == "choice":
        return ", ".join(param.choices)
    if param.kind == "bool":
        return "true, false"
    if param.low is None or param.high is None:
        return "a number"
    return f"{_figure(param.low)} to {_figure(param.high)}"


def _figure(bound: float) -> str:
    return f"{bound:,.0f}" if bound == int(bound) else f"{bound:g}"
