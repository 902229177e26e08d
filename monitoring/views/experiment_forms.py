"""What can be asked of an experiment: on which gold, which recipes or which settings, and how much it may cost."""

from __future__ import annotations

from typing import Any

from django import forms

from annotation.models import Project
from monitoring.views.settings_json import settings_of
from training.actions.auto import MOST_KEPT
from training.actions.experiments import MOST_MINUTES, MOST_PARALLEL, MOST_TRIALS, Candidate
from training.models import Dataset
from training.recipes import recipes
from training.trials import Objective

# So many recipes can be set side by side.
ROWS = 6
MAX_SETTINGS = 4000
MEASURES = {"f1": "F1", "recall": "Recall", "precision": "Precision"}


class ExperimentForm(forms.Form):
    """What both kinds of experiment ask for."""

    name = forms.CharField(max_length=120, help_text="What is to be found out, in a few words.")
    dataset = forms.ModelChoiceField(
        Dataset.objects.none(), required=False, empty_label="The gold as it is now", label="Data"
    )
    parallel = forms.IntegerField(
        min_value=1,
        max_value=MOST_PARALLEL,
        initial=2,
        label="Trials at once",
        help_text="As far as there are workers for them.",
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Dataset.objects.filter(project=project, kind=Dataset.Kind.SNAPSHOT, status=Dataset.Status.SEALED)
        field = self.fields["dataset"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows.select_related("project").defer("quality").order_by("-version")

    def common(self) -> dict[str, Any]:
        """What the actions take of it."""
        return {name: self.cleaned_data[name] for name in ("name", "dataset", "parallel")}


class CandidateForm(forms.Form):
    """A recipe with settings and seeds; without a recipe the row is empty."""

    recipe = forms.ChoiceField(required=False)
    settings = forms.CharField(
        required=False,
        max_length=MAX_SETTINGS,
        label="Settings",
        widget=forms.TextInput(attrs={"spellcheck": "false", "class": "mono", "placeholder": '{"max_steps": 800}'}),
    )
    seeds = forms.IntegerField(min_value=1, max_value=20, initial=1, required=False, label="Seeds")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["recipe"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "None"), *((one.name, one.title) for one in recipes().values())]

    def clean_settings(self) -> dict[str, Any]:
        return settings_of(self.cleaned_data["settings"])

    def candidate(self) -> Candidate | None:
        said = self.cleaned_data
        if not said.get("recipe"):
            return None
        return Candidate(said["recipe"], said["settings"], said["seeds"] or 1)


Candidates = forms.formset_factory(CandidateForm, extra=ROWS, max_num=ROWS)


class SearchForm(ExperimentForm):
    """What makes a trial better, and how much may be spent."""

    measure = forms.ChoiceField(choices=list(MEASURES.items()), label="Better means a higher")
    label = forms.ChoiceField(required=False, label="Of")
    count = forms.IntegerField(min_value=1, max_value=MOST_TRIALS, initial=20, label="Trials at most")
    minutes = forms.FloatField(
        min_value=0,
        max_value=MOST_MINUTES,
        initial=60,
        label="Minutes at most",
        help_text="No trial starts later. 0: no limit.",
    )
    seed = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, initial=0, help_text="Same seed, same gold: the same trials."
    )
    prune = forms.BooleanField(
        required=False,
        initial=True,
        label="End trials early that fall behind",
        help_text="At each look at the calibration notes, after five trials: when F1 is below the others' median. "
        "Once the minutes are used up: unless it is ahead of all that are scored.",
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(project, *args, **kwargs)
        names = sorted(project.labels.active().names())
        field = self.fields["label"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "All labels"), *((name, name) for name in names)]

    def budget(self) -> dict[str, Any]:
        """What the actions take of it."""
        said = self.cleaned_data
        limits = {part: said[part] for part in ("count", "minutes", "seed", "prune")}
        return {**limits, "objective": Objective(said["measure"], said["label"])}


class AutoForm(SearchForm):
    """Every recipe is ticked but the one that goes on from the champion."""

    recipes = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="Recipes",
        help_text="Each is tried with its defaults; then the one that leads gets two trials in three.",
    )
    keep = forms.IntegerField(
        min_value=1,
        max_value=MOST_KEPT,
        initial=3,
        label="Models kept",
        help_text="What the best trials trained stays for 90 days, the others' for 14.",
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(project, *args, **kwargs)
        field = self.fields["recipes"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(one.name, one.title) for one in recipes().values()]
            field.initial = [name for name in recipes() if name != "update"]
