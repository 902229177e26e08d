"""Libraries of statistics, loaded when a window is measured: two seconds and 80 MB, which no web process needs."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType


@cache
def library(name: str) -> ModuleType:
    return import_module(name)
