"""Trying a step again when disk or network failed it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from training.context import Context

if TYPE_CHECKING:
    from training.pipelines import StepSpec

PAUSE_SECONDS = 2.0


def with_retries(spec: StepSpec, context: Context, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do the work, again after 2, 4, … seconds when an OSError stopped it, ``spec.retries`` times at most."""
    for number in range(spec.retries):
        try:
            return work()
        except OSError as error:
            pause = PAUSE_SECONDS * 2**number
            context.log(f"{error.strerror or type(error).__name__}; tried again in {pause:g} s")
            _sleep(pause, context)
    return work()


def _sleep(seconds: float, context: Context) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        context.progress(0.0, "Waits to try again")
        time.sleep(0.2)
