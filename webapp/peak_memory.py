"""How much memory this process took at most. No Django."""

from __future__ import annotations

import resource
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_megabytes() -> float:
    """Resident megabytes at the peak, of this program alone.

    ``ru_maxrss`` also has what the process was before it became this program: a copy of whoever started it. So it is
    the answer only where the system tells nothing better.
    """
    lines = STATUS.read_text().splitlines() if STATUS.exists() else []
    kilobytes = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
    return (kilobytes or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024
