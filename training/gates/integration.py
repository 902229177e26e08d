"""The gate of integration: the artefact in a fresh process, as it will serve."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from django.conf import settings

from training import ner
from training.context import Context
from training.gate_results import Check, GateResult
from training.gates.golden import GOLDEN
from training.rules import Rules

SECONDS = 120


def integration(context: Context) -> GateResult:
    """Loads, answers the golden texts with sound offsets, and stays within the budget of time and memory."""
    told = fresh_process(context)
    if isinstance(told, str):
        return GateResult("integration", [Check("Loads in a fresh process", False, told)])
    here = [[[s.span.start, s.span.end, s.span.label] for s in spans] for spans in _here(context)]
    return GateResult("integration", [*_answers(told, here), *_budget(told, context.rules)])


def _here(context: Context) -> Any:
    return ner.predict(context.load("package"), GOLDEN)


def fresh_process(context: Context) -> dict[str, Any] | str:
    """``{spans, milliseconds, load_seconds, megabytes}``, or the sentence of why there is none."""
    made = context.need("package")
    command = [sys.executable, "-m", "training.gates.fresh", str(context.path("package")), made["sha256"]]
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter and module)
            command, capture_output=True, text=True, timeout=SECONDS, cwd=settings.BASE_DIR, check=False
        )
    except subprocess.TimeoutExpired:
        return f"A fresh process did not answer within {SECONDS} seconds."
    if done.returncode:
        return "A fresh process could not load the artefact; the worker's log has the reason."
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _answers(told: dict[str, Any], here: list[Any]) -> list[Check]:
    same = told["spans"] == here
    inside = all(
        0 <= start < end <= len(text)
        for text, spans in zip(GOLDEN, told["spans"], strict=True)
        for start, end, _ in spans
    )
    return [
        Check("Loads in a fresh process", True, f"Loaded in {told['load_seconds']:.1f} s."),
        Check("Same answers there and here", same, f"{len(GOLDEN)} golden texts were compared."),
        Check("Offsets lie in the text", inside, "Start and end of each entity, counted in code points."),
    ]


def _budget(told: dict[str, Any], rules: Rules) -> list[Check]:
    slow, large = told["milliseconds"], told["megabytes"]
    return [
        Check(
            "Within its time",
            slow <= rules.latency_ms,
            f"p95 of a note {slow:.0f} ms; the budget is {rules.latency_ms:.0f} ms.",
            {"p95_ms": slow},
        ),
        Check(
            "Within its memory",
            large <= rules.memory_mb,
            f"The process took {large:.0f} MB; the budget is {rules.memory_mb:.0f} MB.",
            {"megabytes": large},
        ),
    ]
