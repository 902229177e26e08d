"""The judging side of a pipeline: scores on the frozen test notes, gates, the comparison with the champion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from spacy.language import Language

from training import evaluations, gates, snapshots
from training.artefacts import nlp_of
from training.context import Context
from training.gate_results import GateResult
from training.models import DatasetItem, Deployment, Evaluation, GateReport, ModelVersion
from training.statistics import f1_difference

Role = Evaluation.Role
Kind = GateReport.Kind
Split = DatasetItem.Split


def evaluate(context: Context) -> dict[str, Any]:
    """Candidate, champion and baseline on the same frozen test notes: overall, per label, per slice."""
    champion = Deployment.objects.champion_of(context.run.project)
    plan: list[tuple[Evaluation.Role, Language, ModelVersion | None]] = [
        (Role.CANDIDATE, context.load("package"), None),
        (Role.BASELINE, context.load("baseline"), None),
    ]
    if champion:
        plan.append((Role.CHAMPION, nlp_of(champion.model), champion.model))
    return _score(context, plan, Split.TEST)


def evaluate_again(context: Context) -> dict[str, Any]:
    """A registered version beside the champion of now, unless it is the champion itself."""
    champion = Deployment.objects.champion_of(context.run.project)
    plan: list[tuple[Evaluation.Role, Language, ModelVersion | None]]
    # It becomes the version's own once the gates have spoken too.
    plan = [(Role.CANDIDATE, context.load("package"), None)]
    if champion and champion.model_id != context.run.subject_id:
        plan.append((Role.CHAMPION, nlp_of(champion.model), champion.model))
    return _score(context, plan, Split.TEST)


def score_trial(context: Context) -> dict[str, Any]:
    """A trial on the calibration notes: the test notes are kept for candidates."""
    return _score(context, [(Role.TRIAL, context.load("calibrate"), None)], Split.DEV)


def _score(
    context: Context, plan: Sequence[tuple[Evaluation.Role, Language, ModelVersion | None]], split: Split
) -> dict[str, Any]:
    dataset, labels = context.dataset, context.labels
    items = list(snapshots.items_of(dataset, split))
    rows = []
    for number, (role, nlp, model) in enumerate(plan):
        row = evaluations.build(nlp, items, labels)
        row.run, row.dataset, row.split, row.role, row.model = context.run, dataset, split, role, model
        rows.append(row)
        context.log(f"{role.label}: F1 {row.scores['f1']:.4f} on {len(items):,} notes")
        context.progress((number + 1) / len(plan), f"{role.label} scored on {len(items):,} notes")
    with transaction.atomic():
        # An earlier attempt may have come as far.
        Evaluation.objects.filter(run=context.run, split=split).delete()
        Evaluation.objects.bulk_create(rows)
    brief = {row.role: {name: row.scores[name] for name in ("f1", "low", "high", "notes", "entities")} for row in rows}
    return {**brief, "key": f"{dataset.sha256}:{':'.join(sorted(brief))}"}


def check(context: Context) -> dict[str, Any]:
    """The gates of behaviour and of integration. A gate that fails stops no run: it keeps the model from approval."""
    unit = gates.behaviour(context)
    context.progress(0.5, _sentence(unit))
    integration = gates.integration(context)
    return {**_record(context, Kind.UNIT, unit), **_record(context, Kind.INTEGRATION, integration)}


def compare(context: Context) -> dict[str, Any]:
    """The paired comparison with the champion, and the gate of quality."""
    rows = {row.role: row for row in Evaluation.objects.filter(run=context.run, split=Split.TEST)}
    candidate, champion = rows[Role.CANDIDATE], rows.get(Role.CHAMPION)
    if champion:
        gap = f1_difference(evaluations.counts(candidate), evaluations.counts(champion))
        Evaluation.objects.filter(pk=candidate.pk).update(compared_with=champion, difference=gap.to_json())
    quality = gates.quality(context, candidate, champion)
    return _record(context, Kind.QUALITY, quality)


def _sentence(result: GateResult) -> str:
    failed = [check.name for check in result.checks if check.passed is False]
    if failed:
        return f"{len(failed)} of {len(result.checks)} checks failed: {', '.join(failed)}"
    return f"{len(result.checks)} checks, none failed"


def _record(context: Context, kind: GateReport.Kind, result: GateResult) -> dict[str, Any]:
    report = {"passed": result.passed, "report": result.to_json()}
    GateReport.objects.update_or_create(run=context.run, kind=kind, defaults=report)
    context.log(f"{kind.label}: {'passed' if result.passed else 'FAILED'}; {_sentence(result)}")
    return {kind.value: {"passed": result.passed, "sentence": _sentence(result)}}
