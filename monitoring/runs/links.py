"""Addresses of pages by their names. Pages couple by name only: one that is not there gives no link."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse

from training.models import Run


def link(name: str, *args: Any) -> str:
    """Empty when this version of the product has no such page, or the row is not known."""
    if None in args:
        return ""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def run_link(run: Run) -> str:
    """An experiment's own page where there is one, else the run's."""
    return (run.kind == Run.Kind.EXPERIMENT and link("experiment", run.pk)) or link("run", run.pk)


def step_link(run_id: int, step: str) -> str:
    return f"{link('run', run_id)}?step={step}"
