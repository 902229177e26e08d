"""Where Chromium is, for tests and benchmarks."""

from __future__ import annotations

import os
import shutil


def path() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
