"""How long ago the champion was trained and a note was audited, and how many words of its notes are new to it."""

from __future__ import annotations

from collections.abc import Sequence

from annotation.clock import now_of
from monitoring.actions.freshness import ages
from monitoring.health.read import Health
from monitoring.policy import Ages, stale
from monitoring.policy.freshness import AUDITS, MODEL
from monitoring.quality.section import Cell, Column, Kind, Section
from monitoring.windows.rows import UNSEEN


def section(health: Health) -> Section:
    found = ages(health.champion, now_of(health.project)) if health.champion else None
    return Section(
        "freshness",
        "Freshness",
        "Days since the champion was trained and since an audit was finished, held against the policy; and the share "
        "of words in the newest window that are in no training note, which has no threshold here: the drift below says "
        "whether it grew. What to do: train an old champion on newer notes; finish audits, or nobody knows how good "
        "it is.",
        [Column("What", Kind.TEXT), Column("Days"), Column("Warns after"), Column("State", Kind.TEXT)],
        _rows(health, found) if found else [],
        says=_says(health, found) if found else [],
        missing="No model serves, so there is nothing to grow old.",
    )


def _rows(health: Health, found: Ages) -> list[Sequence[Cell]]:
    values = health.values
    old = {reason.rule for reason in stale(found, values)}
    trained, audited = ("stale" if rule in old else "fresh" for rule in (MODEL, AUDITS))
    if found.audited is None:
        audited = "never audited, stale" if AUDITS in old else "never audited"
    return [
        ("Since the champion was trained", found.trained, values.fresh_days, trained),
        ("Since an audit was finished", found.audited, values.audit_days, audited),
        ("Words in no training note", None, None, _unseen(health)),
    ]


def _unseen(health: Health) -> str:
    row = health.of_window(UNSEEN).get(health.windows[-1].pk) if health.windows else None
    return f"{100 * row.value['share']:.1f} % of {row.value['words']:,} words" if row else "not counted yet"


def _says(health: Health, found: Ages) -> list[str]:
    reasons = stale(found, health.values)
    told = any(reason.rule == AUDITS for reason in reasons)
    never = ["No note was audited yet."] if found.audited is None and not told else []
    return [*never, *(reason.sentence for reason in reasons)]
