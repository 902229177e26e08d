"""What each step of a run does. A step gets the run's context, returns its outputs, and reports progress."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from annotation.actions import imports
from annotation.actions.imports import Report
from annotation.spans import Counts
from training import ner, scoring, snapshots
from training.artefacts import folder_size, nlp_of
from training.leftovers import model_folders
from training.models import Dataset, DatasetItem, Deployment, Evaluation, ModelVersion, Run
from training.statistics import f1_difference

RECIPE = "spacy-dictionary"
T = TypeVar("T")
Split = DatasetItem.Split


@dataclass(slots=True)
class Context:
    """What the steps of one attempt share. ``progress(share, message)`` raises when the run was cancelled or lost."""

    run: Run
    progress: Callable[[float, str], None]
    dataset: Dataset | None = None
    trained: ner.Trained | None = None
    artefact: Artefact | None = None
    scored: scoring.Scored | None = None
    champion: Champion | None = None
    labels: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Artefact:
    folder: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Champion:
    model: ModelVersion
    scored: scoring.Scored


def snapshot(context: Context) -> dict[str, Any]:
    run = context.run
    context.labels = run.project.labels.active().names()
    context.dataset = snapshots.seal(project=run.project, by=run.created_by)
    return {"dataset": context.dataset.version, "sha256": context.dataset.sha256, "splits": context.dataset.summary}


def train(context: Context) -> dict[str, Any]:
    dataset = _require(context.dataset)
    context.trained = ner.train(
        snapshots.documents(dataset, Split.TRAIN),
        snapshots.documents(dataset, Split.DEV),
        labels=context.labels,
        settings=ner.Settings(**{**context.run.params.get("settings", {}), "seed": context.run.seed}),
        on_progress=lambda p: context.progress(p.step / max(p.total, 1), _sentence(p)),
    )
    return {"temperature": context.trained.temperature, "misaligned": context.trained.misaligned}


def _sentence(progress: ner.Progress) -> str:
    dev = f", F1 {progress.dev_f1:.3f} on calibration notes" if progress.dev_f1 is not None else ""
    return f"Update {progress.step:,} of at most {progress.total:,}, loss {progress.loss:,.1f}{dev}"


def package(context: Context) -> dict[str, Any]:
    run = context.run
    name = f"{run.project.slug}/run-{run.pk}-{run.attempt}"
    for left_over in model_folders(run):
        shutil.rmtree(left_over)
    folder = settings.MODELS_DIR / name
    meta = {"project": run.project.slug, "run": run.pk, "recipe": RECIPE, "dataset": _require(context.dataset).sha256}
    sha256 = ner.package(_require(context.trained), folder, meta=meta)
    context.artefact = Artefact(name, sha256, folder_size(folder))
    return {"sha256": sha256, "bytes": context.artefact.size}


def evaluate(context: Context) -> dict[str, Any]:
    """The candidate as packaged, and the champion, on the same sealed test notes."""
    documents = snapshots.documents(_require(context.dataset), Split.TEST)
    artefact = _require(context.artefact)
    nlp = ner.load(settings.MODELS_DIR / artefact.folder, sha256=artefact.sha256)
    context.scored = scoring.evaluate(nlp, documents, context.labels)
    context.progress(0.5, f"Candidate scored on {len(documents)} notes")
    champion = Deployment.objects.champion_of(context.run.project)
    if champion:
        scored = scoring.evaluate(nlp_of(champion.model), documents, context.labels)
        context.champion = Champion(champion.model, scored)
    rivals = {f"champion v{context.champion.model.number}": context.champion.scored} if context.champion else {}
    return {name: _brief(scored) for name, scored in {"candidate": context.scored, **rivals}.items()}


def _brief(scored: scoring.Scored) -> dict[str, Any]:
    return {name: scored.scores[name] for name in ("f1", "low", "high", "notes", "entities")}


@transaction.atomic
def register(context: Context) -> dict[str, Any]:
    """The model version and its evaluations appear together, or not at all."""
    run, dataset, artefact, trained = context.run, _require(context.dataset), context.artefact, context.trained
    artefact, trained = _require(artefact), _require(trained)
    type(run.project).objects.select_for_update(no_key=True).get(pk=run.project_id)
    number = (ModelVersion.objects.filter(project=run.project).aggregate(n=Max("number"))["n"] or 0) + 1
    model = ModelVersion.objects.create(
        project=run.project,
        number=number,
        run=run,
        dataset=dataset,
        recipe=RECIPE,
        labels=context.labels,
        folder=artefact.folder,
        sha256=artefact.sha256,
        size=artefact.size,
        temperature=trained.temperature,
        misaligned=trained.misaligned,
        trained_by=run.created_by,
    )
    evaluation = _evaluations(context, model)
    Run.objects.filter(pk=run.pk).update(metrics={"f1": evaluation.scores["f1"], "model": number})
    return {"model": number, "f1": evaluation.scores["f1"]}


def _evaluations(context: Context, model: ModelVersion) -> Evaluation:
    rival, difference = None, {}
    if context.champion:
        rival = _evaluation(context, context.champion.model, context.champion.scored)
        gap = f1_difference(_require(context.scored).per_note, context.champion.scored.per_note)
        difference = {"value": gap.value, "low": gap.low, "high": gap.high, "p": gap.p}
    return _evaluation(context, model, _require(context.scored), compared_with=rival, difference=difference)


def _evaluation(
    context: Context,
    model: ModelVersion,
    scored: scoring.Scored,
    *,
    compared_with: Evaluation | None = None,
    difference: Mapping[str, float] | None = None,
) -> Evaluation:
    dataset = _require(context.dataset)
    ids = dataset.items.filter(split=Split.TEST).order_by("note_id").values_list("note_id", flat=True)
    return Evaluation.objects.create(
        run=context.run,
        model=model,
        dataset=dataset,
        compared_with=compared_with,
        difference=difference or {},
        scores=scored.scores,
        per_label=scored.per_label,
        per_note=[[pk, *_numbers(counts)] for pk, counts in zip(ids, scored.per_note, strict=True)],
        misaligned=scored.misaligned,
    )


def _numbers(counts: Counts) -> tuple[int, int, int]:
    return counts.tp, counts.fp, counts.fn


def ingest(context: Context) -> dict[str, Any]:
    """Import an uploaded file. The file stays until the run is over: another attempt may have to read it."""
    params, run = context.run.params, context.run
    path = settings.UPLOADS_DIR / params["upload"]

    def on_progress(report: Report) -> None:
        done = f"{report.accepted:,} accepted, {report.duplicate:,} duplicate, {report.rejected:,} rejected"
        context.progress(report.share, done)

    report = imports.import_file(
        project=run.project,
        path=path,
        file_format=params["format"],
        by=_require(run.created_by),
        gold=params["gold"],
        label_map=params["label_map"] or None,
        on_progress=on_progress,
    )
    return report.to_json()


def _require(value: T | None) -> T:
    if value is None:
        raise RuntimeError("A step ran before the step that makes its input.")
    return value
