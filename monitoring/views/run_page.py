"""One run: its steps as a graph, live, and what there is to know of the one that is chosen."""

from __future__ import annotations

import zlib
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from annotation.access import Right, with_object
from monitoring.gate_rows import gates_of
from monitoring.runs.graph import choose, graph
from monitoring.runs.now import now_of
from monitoring.runs.panel import TABS, panel
from monitoring.runs.shapes import Fact, plain
from monitoring.runs.timing import lasted, words
from monitoring.views.exports import export_of
from monitoring.views.run_forms import TrainForm, settings_tables
from training.models import ModelVersion, Run, Step

# Any of these rights lets a person steer a run.
NEEDED = {
    Run.Kind.PIPELINE: {Right.TRAIN},
    Run.Kind.TRIAL: {Right.TRAIN},
    Run.Kind.EXPERIMENT: {Right.TRAIN},
    Run.Kind.EVALUATE: {Right.TRAIN, Right.DECIDE},
    Run.Kind.UAT: {Right.TRAIN, Right.DECIDE},
    Run.Kind.INGEST: {Right.IMPORT},
    Run.Kind.EXPORT: {Right.EXPORT},
}


def rows() -> Any:
    return Run.objects.select_related("created_by", "source", "parent").all()


@require_GET
@with_object(rows, Right.VIEW)
def run(request: HttpRequest, run: Run) -> HttpResponse:
    return render(request, "monitoring/run.html", run_context(request, run))


@require_GET
@with_object(rows, Right.VIEW)
def status(request: HttpRequest, run: Run) -> HttpResponse:
    """What the page fetches while the run goes on: nothing when it shows the state already."""
    context = run_context(request, run)
    if request.GET.get("live") == context["live"]:
        return HttpResponse(status=204)
    context["with_rest"] = request.GET.get("rest") != context["rest"]
    return render(request, "monitoring/_run_update.html", context)


def may_steer(request: HttpRequest, run: Run) -> bool:
    return bool(NEEDED[Run.Kind(run.kind)] & set(request.rights))  # type: ignore[attr-defined]


def require_steering(request: HttpRequest, run: Run, verb: str) -> None:
    if not may_steer(request, run):
        raise PermissionDenied(f"Your roles don't let you {verb} this run; ask its starter or an ML lead.")


def run_context(request: HttpRequest, run: Run, form: TrainForm | None = None) -> dict[str, Any]:
    asked, tab, rights = request.GET.get("step", ""), request.GET.get("tab", ""), request.rights  # type: ignore[attr-defined]
    now, steps = timezone.now(), list(run.steps.select_related("reused_from").order_by("position"))
    for step in steps:
        step.run = run
    drawn = graph(run, steps, choose(steps, asked), now)
    shown = panel(run, next(node for node in drawn.nodes if node.chosen), steps, tab, rights)
    model = _model_of(run, steps)
    return {
        "run": run,
        "graph": drawn,
        "panel": shown,
        "tabs": TABS,
        "asked": {"step": asked if asked == shown.step.name else "", "tab": tab if tab in TABS else ""},
        "now": now_of(run, drawn, model),
        "model": model,
        "asker": asker(run),
        "given": given(run),
        "took": words(lasted(run.started_at, run.ended_at, now)),
        "cost": words(run.cpu_seconds) if run.cpu_seconds else "",
        "report": report(run, steps),
        "export": export_of(run),
        "gates": gates_of(run, rights) if run.gates.exists() else None,
        "may_export": Right.EXPORT in rights,
        "may_steer": may_steer(request, run),
        "form": form or TrainForm(run.project, initial=TrainForm.of(run)),
        "form_open": form is not None,
        "recipes": settings_tables() if shown.may_go_on and may_steer(request, run) else [],
        **_marks(run, steps, shown.step, tab),
    }


def asker(run: Run) -> str:
    """Who asked for it: a person, a client of the API, or the product itself."""
    if client := run.params.get("client"):
        return f"{client} (API)"
    by = str(run.created_by) if run.created_by else "the system"
    return by if run.trigger == Run.Trigger.USER else f"{by} ({run.get_trigger_display().lower()})"


def given(run: Run) -> list[Fact]:
    """The parameters that the run was given, in words."""
    names = {"upload", "client", "seed", "trials", "filters", "raters"}
    return [
        Fact(name.replace("_", " ").capitalize(), plain(v)) for name, v in run.params.items() if v and name not in names
    ]


def _marks(run: Run, steps: list[Step], chosen: Step, tab: str) -> dict[str, str]:
    """Short hashes of what the page shows: of what moves all the time, and of the rest."""
    rest = [run.status, chosen.name, tab, len(chosen.log), *((step.status, step.attempt) for step in steps)]
    live = [rest, run.cpu_seconds, *((step.progress, step.message) for step in steps)]
    return {"rest": f"{zlib.crc32(repr(rest).encode()):x}", "live": f"{zlib.crc32(repr(live).encode()):x}"}


def _model_of(run: Run, steps: list[Step]) -> ModelVersion | None:
    """The version that the run is about, that it registered, or took over from the run it goes on from."""
    models = ModelVersion.objects.select_related("project").filter(project=run.project_id)
    if run.subject_id:
        return models.get(pk=run.subject_id)
    if own := models.filter(run=run).first():
        return own
    number = next((step.outputs.get("model_id") for step in steps if step.name == "register"), None)
    return models.filter(pk=number).first() if number else None


def report(run: Run, steps: list[Step]) -> dict[str, Any] | None:
    """What an import made of each row, once it is done."""
    outputs = steps[0].outputs if run.kind == Run.Kind.INGEST and steps else {}
    if not outputs:
        return None
    rejected = [{**row, "external_id": row["id"]} for row in outputs["rejections"]]
    return {**outputs, "rejections": rejected, "more": outputs["rejected"] - len(rejected)}
