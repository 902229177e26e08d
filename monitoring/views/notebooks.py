"""Open as notebook: a template of docs/notebooks with the dataset or run filled in. The file holds no word of a note:
whoever runs it needs a key with the scope `read`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from annotation.access import Right, with_object
from monitoring.notebook_files import filled
from training.models import Dataset, Evaluation, Run

OF_DATASET = ("explore_dataset", "drift_drill_down")
OF_RUN = ("error_analysis", "compare_recipes")
MOST_RUNS = 10
Role = Evaluation.Role


@require_GET
@with_object(Dataset.objects.filter(kind=Dataset.Kind.SNAPSHOT).all, Right.VIEW)
def dataset_notebook(request: HttpRequest, dataset: Dataset) -> HttpResponse:
    """``?template=`` explore_dataset or drift_drill_down."""
    template = _chosen(request, OF_DATASET, OF_DATASET[0])
    return _download(request, template, f"dataset-{dataset.version}", {"DATASET": dataset.version})


@require_GET
@with_object(Run.objects.filter(kind__in=(Run.Kind.PIPELINE, Run.Kind.TRIAL, Run.Kind.EXPERIMENT)).all, Right.VIEW)
def run_notebook(request: HttpRequest, run: Run) -> HttpResponse:
    """``?template=`` error_analysis or compare_recipes; an experiment's trials are compared."""
    template = _chosen(request, OF_RUN, OF_RUN[run.kind == Run.Kind.EXPERIMENT])
    trial = run.kind == Run.Kind.TRIAL
    values: dict[str, Any] = {"RUN": run.pk, "ROLE": "trial", "SPLIT": "dev"} if trial else {"RUN": run.pk}
    if template == "compare_recipes":
        values = {"RUNS": _compared(run)}
    return _download(request, template, f"run-{run.pk}", values)


def _compared(run: Run) -> dict[str, tuple[int, str]]:
    """The best trials of an experiment; otherwise the models that the run itself scored, the candidate last."""
    if run.kind == Run.Kind.EXPERIMENT:
        rows = Evaluation.objects.filter(run__parent=run, role=Role.TRIAL).values_list("run_id", "scores__f1")
        best = sorted(rows, key=lambda row: -row[1])[:MOST_RUNS]
        return {f"trial {number}": (number, Role.TRIAL.value) for number, _ in best}
    roles = set(run.evaluations.values_list("role", flat=True))
    order = (Role.BASELINE, Role.CHAMPION, Role.CANDIDATE, Role.TRIAL)
    return {role.label.lower(): (run.pk, role.value) for role in order if role in roles}


def _chosen(request: HttpRequest, names: tuple[str, ...], usual: str) -> str:
    name = request.GET.get("template", usual)
    if name not in names:
        raise Http404("No such notebook.")
    return name


def _download(request: HttpRequest, template: str, of: str, values: Mapping[str, Any]) -> HttpResponse:
    body = filled(template, {**values, "URL": request.build_absolute_uri("/")})
    answer = HttpResponse(body, content_type="application/x-ipynb+json")
    answer["Content-Disposition"] = f'attachment; filename="{template}-{of}.ipynb"'
    return answer
