"""The accuracy that a run measured, as tables: each model with its interval, and each label."""

from __future__ import annotations

from monitoring.runs.shapes import Made, Table, interval, percent
from training.models import Evaluation, Run

Role = Evaluation.Role
ORDER = (Role.CANDIDATE, Role.TRIAL, Role.CHAMPION, Role.BASELINE)


def scored(run: Run) -> Made:
    """F1 with its 95 % interval of every model that the run scored, overall and per label, on the same notes."""
    known = {row.role: row for row in Evaluation.objects.filter(run=run).select_related("model").defer("found")}
    rows = [known[role] for role in ORDER if role in known]
    if not rows:
        return Made()
    overall = [
        [
            _name(row),
            interval(row.scores),
            percent(row.scores.get("precision")),
            percent(row.scores.get("recall")),
        ]
        for row in rows
    ]
    heads = ("Model", "F1 (95 % interval)", "Precision", "Recall")
    of = rows[0].scores
    title = f"Exact match of span and label on {of['notes']:,} notes with {of['entities']:,} entities"
    tables = [Table(title, heads, overall), _per_label(rows)]
    return Made(sentences=_gap(rows[0]), tables=[table for table in tables if table.rows])


def _name(row: Evaluation) -> str:
    return f"{row.get_role_display()} v{row.model.number}" if row.model else row.get_role_display()


def _per_label(rows: list[Evaluation]) -> Table:
    labels = sorted({label for row in rows for label in row.per_label})
    body = [[label, *(_cell(row, label) for row in rows)] for label in labels]
    return Table("F1 of each label", ("Label", *(row.get_role_display() for row in rows)), body)


def _cell(row: Evaluation, label: str) -> str:
    return interval(row.per_label[label]) if label in row.per_label else "–"


def _gap(candidate: Evaluation) -> list[str]:
    gap = candidate.difference
    if not gap:
        return []
    points = {name: f"{100 * gap[name]:+.1f}" for name in ("value", "low", "high")}
    verdict = "better" if gap["low"] > 0 else "worse" if gap["high"] < 0 else "no difference can be told"
    return [
        f"Against the champion on the same notes: {points['value']} points of F1 "
        f"({points['low']} to {points['high']}): {verdict}."
    ]
