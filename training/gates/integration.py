"""The gate of integration: the artefact in a fresh process, as it will serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from training import ner, snapshots
from training.context import Context
from training.gate_results import Check, GateResult
from training.gates.fresh_process import NotAnswering, fresh_process
from training.gates.golden import GOLDEN
from training.gates.golden_requests import REQUESTS, Exchange, GoldenRequest, judge
from training.models import DatasetItem
from training.rules import Rules

Rows = list[list[Any]]
# Notes with gold, of the test split: a model that finds nothing in any of them is of no use.
SAMPLES = 8


def integration(context: Context) -> GateResult:
    """Loads, finds something, answers golden texts and HTTP requests, stays within the budget of time and memory."""
    items = _samples(context)
    texts = [*GOLDEN, *(item.note.text for item in items)]
    exchanges: list[tuple[GoldenRequest, Exchange]] = []
    told: dict[str, Any] = {}
    try:
        with fresh_process(context.path("package"), context.need("package")["sha256"], texts) as fresh:
            told = fresh.told
            exchanges = [(request, fresh.ask(request)) for request in REQUESTS]
            told |= fresh.end()
    except NotAnswering as finding:
        name = "Stays up" if told else "Loads in a fresh process"
        return GateResult("integration", [*_loaded(told), Check(name, False, str(finding))])
    here = [[[s.span.start, s.span.end, s.span.label] for s in found] for found in _here(context, texts)]
    known = dict(zip(texts, told["spans"], strict=True))
    http = [judge(request, exchange, known) for request, exchange in exchanges]
    answers = _answers(told["spans"], here, texts, items)
    return GateResult("integration", [*_loaded(told), *answers, *http, *_budget(told, context.rules)])


def _samples(context: Context) -> list[DatasetItem]:
    rows = snapshots.items_of(context.dataset, DatasetItem.Split.TEST)
    return [item for item in rows[: 5 * SAMPLES] if item.annotation.spans][:SAMPLES]


def _here(context: Context, texts: Sequence[str]) -> Any:
    return ner.predict(context.load("package"), texts)


def _loaded(told: Mapping[str, Any]) -> list[Check]:
    if not told:
        return []
    return [Check("Loads in a fresh process", True, f"Loaded in {told['load_seconds']:.1f} s.")]


def _answers(
    there: Sequence[Rows], here: Sequence[Rows], texts: Sequence[str], items: Sequence[DatasetItem]
) -> list[Check]:
    inside = all(
        0 <= start < end <= len(text) for text, spans in zip(texts, there, strict=True) for start, end, _ in spans
    )
    return [
        _finds(there[len(GOLDEN) :], items),
        Check("Same answers there and here", there == here, f"{len(texts)} texts were compared."),
        Check("Offsets lie in the text", inside, "Start and end of each entity, counted in code points."),
    ]


def _finds(found: Sequence[Rows], items: Sequence[DatasetItem]) -> Check:
    name, gold = "Finds something", sum(len(item.annotation.spans) for item in items)
    count = sum(len(rows) for rows in found)
    if not items:
        return Check(name, None, "Not tested: the test notes have no entity; add gold.")
    sentence = f"In {len(items)} test notes with {gold} entities of gold it finds {count or 'none'}."
    return Check(name, count > 0, sentence, {"found": count}, () if count else [item.note_id for item in items])


def _budget(told: Mapping[str, Any], rules: Rules) -> list[Check]:
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
