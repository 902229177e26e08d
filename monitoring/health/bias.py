"""Is it fair: each group of a facet against all other notes, on the audited notes of the newest windows."""

from __future__ import annotations

from typing import Any

from monitoring.actions import policies
from monitoring.health.read import Health
from monitoring.quality.section import Cell, Column, Kind, Section
from monitoring.windows.rows import GAP

MEASURES = ("recall", "precision", "f1")


def section(health: Health) -> Section:
    newest = health.windows[-1] if health.windows else None
    measured = [row for row in health.measured(GAP) if newest and row.window_id == newest.pk]
    rows = [_row(row.value) for row in measured]
    unfair = [row.value["title"] for row in measured if any(gap["unfair"] for gap in row.value["gaps"])]
    small = sum(not row.value["gaps"] for row in measured)
    # By the policy that it was measured with.
    then = policies.values_at(health.project, newest.policy_version) if newest else health.values
    allowed, now = f"±{100 * then.group_gap:g} points", health.values.group_gap
    says = [f"Outside the allowed range with the whole interval: {', '.join(unfair)}."] if unfair else []
    if measured and not unfair:
        says.append("No group that is large enough lies outside the allowed range.")
    if small:
        says.append(f"{small} groups are too small to judge; they are listed, not hidden.")
    if measured and now != then.group_gap:
        says.append(f"The policy allows ±{100 * now:g} points now; the next window is measured with it.")
    return Section(
        "bias",
        "Groups of patients and places",
        "How much better or worse the champion does for a group than for everybody else, in points. It counts when "
        f"the whole interval lies outside {allowed}, corrected for the number of groups. What to do: "
        "collect labels of that group.",
        [
            Column("Group", Kind.TEXT),
            Column("Audited notes"),
            Column("Entities"),
            *(Column(f"{name.capitalize()} gap", Kind.TEXT) for name in MEASURES),
            Column("Found a note, over the rest", Kind.TEXT),
        ],
        rows,
        says=says,
        missing="No audited notes in the newest windows.",
    )


def _row(value: dict[str, Any]) -> list[Cell]:
    gaps = {gap["measure"]: gap for gap in value["gaps"]}
    ratio = value["found_ratio"]
    return [
        value["title"],
        value["notes"],
        value["entities"],
        *(_gap(gaps.get(name)) for name in MEASURES),
        "–" if ratio is None else f"{ratio:.2f}",
    ]


def _gap(gap: dict[str, Any] | None) -> str:
    if gap is None:
        return "too few"
    points = f"{100 * gap['value']:+.1f} ({100 * gap['low']:+.1f} to {100 * gap['high']:+.1f})"
    return f"{points}, unfair" if gap["unfair"] else points
