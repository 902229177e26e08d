"""What the steps that make a model made, readable."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.template.defaultfilters import filesizeformat

from monitoring.runs import curve
from monitoring.runs.shapes import Fact, Made, Table, number, percent, plain
from training.models import Step


def fitted(step: Step, _: Collection[str]) -> Made:
    """Of the baseline: what was kept."""
    return Made(facts=_kept(step.outputs))


def train(step: Step, _: Collection[str]) -> Made:
    made = step.outputs
    history, f1s = made.get("history", []), made.get("seed_f1s", {})
    looks = curve.looks(history)
    facts = [
        Fact("Recipe", made["recipe"]),
        Fact("Settings", "as the recipe has them" if not made["settings"] else f"{len(made['settings'])} changed"),
        Fact("Seed", str(made["seed"])),
        Fact("F1 on calibration notes", percent(looks[-1]["dev_f1"]) if looks else "not measured"),
        Fact("Updates", f"{history[-1]['step']:,}" if history else "none"),
        *_kept(made),
    ]
    tables = [settings_table(made["settings"]), _seeds(f1s, made["seed"]), curve.table(history)]
    return Made(facts=facts, tables=[table for table in tables if table and table.rows], figure=curve.figure(history))


def settings_table(settings: dict[str, Any]) -> Table:
    return Table("Settings that were changed", ("Setting", "Value"), [[name, plain(v)] for name, v in settings.items()])


def _seeds(f1s: dict[str, float], kept: int) -> Table | None:
    if len(f1s) < 2:
        return None
    rows = [
        [f"{seed} (kept: the one in the middle)" if seed == str(kept) else seed, percent(f)] for seed, f in f1s.items()
    ]
    return Table("Each seed", ("Seed", "F1 on calibration notes"), rows)


def _kept(made: dict[str, Any]) -> list[Fact]:
    return [
        Fact("Gold spans that cut a token", f"{made['misaligned']:,}, widened to whole tokens"),
        Fact("SHA-256", made["sha256"], code=True),
    ]


def calibrate(step: Step, _: Collection[str]) -> Made:
    found = step.outputs["calibration"]
    facts = [
        Fact("Temperature", number(found["temperature"])),
        Fact("Calibration error", _error(found.get("ece"))),
        Fact("Before calibration", _error(found.get("ece_before"))),
        Fact("Entities it was measured on", f"{found.get('entities') or 0:,}"),
    ]
    return Made(facts=facts, tables=[table for table in (_bins(found.get("bins") or []),) if table.rows])


def _error(value: float | None) -> str:
    return "not measured: too few calibration notes" if value is None else f"{value:.3f}"


def _bins(bins: list[dict[str, float]]) -> Table:
    """The reliability plot's numbers."""
    rows = [
        [f"{percent(one['low'])} to {percent(one['high'])}", percent(one["accuracy"]), f"{one['n']:,.0f}"]
        for one in bins
    ]
    return Table("Confidence that was said, and how often it was right", ("Confidence", "Right", "Entities"), rows)


def package(step: Step, _: Collection[str]) -> Made:
    made = step.outputs
    return Made(
        facts=[
            Fact("Size", filesizeformat(made["bytes"])),
            Fact("SHA-256", made["sha256"], code=True),
            Fact("Signature", made["signature"], code=True),
        ]
    )
