"""How a version was judged: when it was registered, and each time it was evaluated again."""

from __future__ import annotations

from django.db.models import QuerySet

from training.models import DatasetItem, Evaluation, GateReport, ModelVersion, Run


def judgements_of(model: ModelVersion) -> QuerySet[Evaluation]:
    """The version's own evaluations on test notes, newest first; without what they hold of each note."""
    rows = Evaluation.objects.filter(
        model=model, role=Evaluation.Role.CANDIDATE, split=DatasetItem.Split.TEST
    ).select_related("run", "dataset__test_set")
    return rows.defer("per_note", "found").order_by("-pk")


def judged_in(model: ModelVersion) -> Run:
    """The run whose evaluation and gates count: the newest."""
    newest = judgements_of(model).first()
    return newest.run if newest else model.run


def reopening_refusal(model: ModelVersion) -> str:
    """Why a rejected version may not be opened again; empty when it was evaluated since and passed every gate."""
    newest = judgements_of(model).first()
    if newest is None or model.decided_at is None or newest.created_at <= model.decided_at:
        return "It was not evaluated since it was rejected; evaluate it again, then open it again."
    failed = GateReport.objects.filter(run=newest.run_id, passed=False)
    if names := ", ".join(row.get_kind_display().lower() for row in failed):
        return f"It failed a gate when it was evaluated again in run {newest.run_id}: {names}. It stays rejected."
    return ""
