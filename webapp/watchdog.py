"""Ends what a killed supervisor leaves: ``python -I -S watchdog.py``, told of process groups on standard input.

``+GROUP`` and ``-GROUP`` lines add and remove a process group. The end of the input means that the supervisor has gone,
however it went: the groups still named are asked to stop and, ten seconds later, killed. Ignores every polite signal.
"""

from __future__ import annotations

import os
import signal
import sys
import time


def end(group: int, number: int) -> bool:
    """Signal the group; False when there is nobody left in it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def main() -> None:
    """Keep the list until the input ends, then end the groups."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line[0] == "+":
            groups.add(group)
        else:
            groups.discard(group)
    left = [group for group in groups if end(group, signal.SIGTERM)]
    until = time.monotonic() + 10
    while left and time.monotonic() < until:
        time.sleep(0.05)
        left = [group for group in left if end(group, 0)]
    for group in left:
        end(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
