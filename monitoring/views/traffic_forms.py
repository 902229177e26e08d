"""The forms that start a canary, a test or a shadow."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from annotation.access import person
from annotation.models import Project, User
from monitoring.views.confirming import confirm
from training.actions import rollouts, split_tests
from training.in_force import rules_of
from training.models import Deployment, ModelVersion, Rollout
from training.split_metrics import METRICS

Status = ModelVersion.Status


class VersionField(forms.ModelChoiceField):
    def label_from_instance(self, obj: ModelVersion) -> str:
        return f"Version {obj.number}, {obj.get_status_display().lower()}"


class StartForm(forms.Form):
    """What all have: the version. `among` are the states that it may be in."""

    kind: ClassVar[str]
    title: ClassVar[str]
    what: ClassVar[str]
    button: ClassVar[str]
    among: ClassVar[tuple[str, ...]] = (Status.APPROVED,)
    confirms: ClassVar[bool] = True

    def __init__(self, request: HttpRequest, project: Project, data: QueryDict | None = None) -> None:
        super().__init__(data, auto_id=f"{self.kind}-%s")
        self.request, self.project, self.rules = request, project, rules_of(project)
        self.versions = self._versions()
        self.fields["model"] = VersionField(self.versions, label="Version", empty_label=None)
        self.add_fields()
        if self.confirms and self.rules.reauthenticate:
            self.fields["confirm"] = self._confirmation()

    def _versions(self) -> QuerySet[ModelVersion]:
        champions = Deployment.objects.active().filter(project=self.project, role=Deployment.Role.CHAMPION)
        rows = ModelVersion.objects.filter(project=self.project, status__in=self.among).select_related("project")
        return rows.exclude(pk__in=champions.values("model")).order_by("-number")

    def _confirmation(self) -> forms.CharField:
        if person(self.request).has_usable_password():
            widget: forms.Widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
            return forms.CharField(label="Your password, again", widget=widget)
        widget = forms.TextInput(attrs={"autocomplete": "off"})
        return forms.CharField(label="Type the version, such as v3, to confirm", widget=widget)

    @property
    def url(self) -> str:
        return reverse(f"traffic_{self.kind}", args=[self.project.slug])

    def add_fields(self) -> None:
        """The fields of this kind."""

    def start(self, by: User) -> Rollout:
        """Raises ActionError when it can't be, or when the person did not confirm."""
        model = self.cleaned_data["model"]
        if self.confirms:
            confirm(self.request, model)
        return self.begin(model, by)

    def begin(self, model: ModelVersion, by: User) -> Rollout:
        raise NotImplementedError


class CanaryForm(StartForm):
    kind, title, button = "canary", "Canary", "Start the canary"
    what = (
        "An approved version answers a few callers, then more, then all, and is champion after that. When an alarm "
        "trips, it is taken back within seconds."
    )

    def begin(self, model: ModelVersion, by: User) -> Rollout:
        return rollouts.start_canary(model=model, by=by)


class ShadowForm(StartForm):
    kind, title, button, confirms = "shadow", "Shadow", "Start the shadow", False
    what = (
        "A version reads notes after they were answered, and nobody gets its answers. Where it differs from the "
        "champion, annotators can be asked. It may wait for its approval."
    )
    among = rollouts.UNDECIDED

    def add_fields(self) -> None:
        initial = max(1, round(100 * self.rules.shadow_share))
        label = "Share of the notes that it reads (%)"
        self.fields["share"] = forms.IntegerField(min_value=1, max_value=100, initial=initial, label=label)

    def begin(self, model: ModelVersion, by: User) -> Rollout:
        return rollouts.start_shadow(model=model, by=by, share=self.cleaned_data["share"])


class TestForm(StartForm):
    kind, title, button = "test", "A/B test", "Start the test"
    what = (
        "An approved version answers a share of the callers, always the same ones, until enough notes are there to see "
        "the difference that you name. Then it says better, worse or can't tell, and a person decides. Alarms are on."
    )

    def add_fields(self) -> None:
        self.fields["share"] = forms.IntegerField(
            min_value=1, max_value=90, initial=50, label="Share of the callers that it answers (%)"
        )
        metrics = [(metric.name, metric.title) for metric in METRICS.values()]
        self.fields["metric"] = forms.ChoiceField(choices=metrics, label="What is measured")
        widget = forms.NumberInput(attrs={"step": "any"})
        label, told = "Difference that it must see", "In points of 100 for a share, else in entities a note."
        self.fields["difference"] = forms.FloatField(
            min_value=0.1, max_value=90, initial=5, label=label, help_text=told, widget=widget
        )

    def begin(self, model: ModelVersion, by: User) -> Rollout:
        said = self.cleaned_data
        times = 100 if METRICS[said["metric"]].share else 1
        return split_tests.start_test(
            model=model, by=by, share=said["share"], metric=said["metric"], difference=said["difference"] / times
        )


FORMS: dict[str, type[StartForm]] = {form.kind: form for form in (CanaryForm, TestForm, ShadowForm)}


def forms_of(request: HttpRequest, project: Project, posted: StartForm | None = None) -> list[Any]:
    """One of each kind, the posted one with its errors."""
    return [posted if posted and posted.kind == kind else make(request, project) for kind, make in FORMS.items()]
