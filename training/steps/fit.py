"""The model side of a pipeline: baseline, candidate, calibration, the artefact."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from training import ner, snapshots, work
from training.artefacts import folder_size, nlp_of, sign
from training.context import Context
from training.in_force import order_of
from training.leftovers import model_folders
from training.looks import Looks
from training.models import DatasetItem, Deployment, Run
from training.recipes import recipe

Split = DatasetItem.Split
BASELINE = "dictionary"
Report = Callable[[ner.Progress], None]


def baseline(context: Context) -> dict[str, Any]:
    """What a dictionary finds: a candidate has to beat it."""
    trained = _fit(context, BASELINE, {}, 0, _reporter(context, 0, 1))
    return _keep(context, "baseline", trained)


def train(context: Context) -> dict[str, Any]:
    """Train with each seed, and keep the run in the middle: a lucky seed is no better model."""
    order = order_of(context.run)
    name, chosen = order["recipe"], order["settings"]
    seeds = [order["seed"] + n for n in range(order["seeds"])]
    fits = []
    looks = Looks(context) if context.run.kind == Run.Kind.TRIAL else None
    for number, seed in enumerate(seeds):
        report = _reporter(context, number, len(seeds), looks if number == 0 else None)
        fits.append((seed, _fit(context, name, chosen, seed, report)))
        context.log(f"seed {seed}: F1 {_f1(fits[-1][1]):.4f} on the calibration notes")
    seed, trained = sorted(fits, key=lambda pair: _f1(pair[1]))[len(fits) // 2]
    history = [point.to_json() for point in trained.history]
    made = _keep(context, "train", trained)
    f1s = {str(number): _f1(each) for number, each in fits}
    return {**made, "recipe": name, "settings": chosen, "seed": seed, "seed_f1s": f1s, "history": history}


def _f1(trained: ner.Trained) -> float:
    return trained.history[-1].dev_f1 or 0.0 if trained.history else 0.0


def _fit(context: Context, name: str, chosen: Mapping[str, Any], seed: int, report: Report) -> ner.Trained:
    dataset = context.dataset
    fresh, old = snapshots.documents(dataset, Split.TRAIN), []
    champion = Deployment.objects.champion_of(context.run.project) if name == "update" else None
    if champion:
        seen = {str(pk) for pk in champion.model.dataset.items.values_list("note_id", flat=True)}
        fresh, old = [d for d in fresh if d.id not in seen], [d for d in fresh if d.id in seen]
    resources = ner.Resources(
        raw_texts=lambda: snapshots.raw_texts(context.run.project, without=dataset),
        base=nlp_of(champion.model) if champion else None,
        rehearsal=old,
        cache=work.root() / "vectors",
    )
    dev = snapshots.documents(dataset, Split.DEV)
    return recipe(name).train(
        fresh, dev, labels=context.labels, settings=chosen, seed=seed, resources=resources, on_progress=report
    )


def _reporter(context: Context, number: int, of: int, looks: Looks | None = None) -> Report:
    def report(progress: ner.Progress) -> None:
        context.progress((number + _share(progress)) / of, _sentence(progress))
        if looks:
            looks.tell(progress)

    return report


def _share(progress: ner.Progress) -> float:
    """How much of one training is done. Word vectors come before it and count for nothing: no bar runs twice."""
    return 0.0 if progress.stage == "vectors" else min(1.0, progress.step / max(progress.total, 1))


def _sentence(progress: ner.Progress) -> str:
    if progress.stage == "vectors":
        return "Learns word vectors from the project's own notes"
    dev = f", F1 {progress.dev_f1:.3f} on calibration notes" if progress.dev_f1 is not None else ""
    return f"Update {progress.step:,} of at most {progress.total:,}, loss {progress.loss:,.1f}{dev}"


def _keep(context: Context, name: str, trained: ner.Trained) -> dict[str, Any]:
    """Write a pipeline where later steps find it, also in another process; whole or not at all."""
    folder = context.folder / f"{name}-{context.run.attempt}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.parent.mkdir(mode=0o700, exist_ok=True)
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    sha256 = ner.package(trained, folder, meta={"labels": context.labels})
    relative = str(folder.relative_to(work.root()))
    facts = {"temperature": trained.temperature, "misaligned": trained.misaligned}
    return {"key": sha256, "folder": relative, "sha256": sha256, **facts}


def calibrate(context: Context) -> dict[str, Any]:
    """Fit the temperature on one half of the calibration notes, and measure its error on the other."""
    nlp, made = context.load("train"), context.need("train")
    dev = snapshots.documents(context.dataset, Split.DEV)
    found = ner.calibrate(
        nlp, dev, default=made["temperature"], on_progress=lambda p: context.progress(p.step / max(p.total, 1), "")
    )
    context.log(f"temperature {found.temperature:g}, calibration error {found.ece}")
    kept = _keep(context, "calibrate", ner.Trained(nlp, found.temperature, made["misaligned"]))
    return {**kept, "calibration": found.to_json()}


def package(context: Context) -> dict[str, Any]:
    """The artefact as it will serve: no word of a note, one hash over all files, our signature on it."""
    run, made = context.run, context.need("train")
    for left_over in model_folders(run):
        shutil.rmtree(left_over)
    name = f"{run.project.slug}/run-{run.pk}-{run.attempt}"
    folder = settings.MODELS_DIR / name
    calibrated = context.need("calibrate")
    trained = ner.Trained(context.load("calibrate"), calibrated["temperature"], made["misaligned"])
    meta = {
        "project": run.project.slug,
        "dataset": context.dataset.sha256,
        "labels": context.labels,
        **{name: made[name] for name in ("recipe", "settings", "seed")},
    }
    sha256 = ner.package(trained, folder, meta=meta)
    size = folder_size(folder)
    context.log(f"{size:,} bytes, sha256 {sha256[:12]}")
    return {"key": sha256, "folder": name, "final": True, "sha256": sha256, "signature": sign(sha256), "bytes": size}
