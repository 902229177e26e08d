from __future__ import annotations

import subprocess
import sys

from django.conf import settings

from webapp.peak_memory import peak_megabytes

TOLD = "from webapp.peak_memory import peak_megabytes; print(peak_megabytes())"


def test_peak_is_of_the_program_and_not_of_who_started_it() -> None:
    held = bytearray(300_000_000)
    command = [sys.executable, "-c", TOLD]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert len(held) / 1e6 < peak_megabytes()
    assert 1 < float(done.stdout) < 250
