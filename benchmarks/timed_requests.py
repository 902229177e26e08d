"""Requests to the real views in a database of one's own, timed kind by kind."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

Ask = Callable[[], object]


@contextmanager
def own_database(name: str, *, keep: bool, reuse: bool, fill: Callable[[], None]) -> Iterator[None]:
    """A database made anew and filled; with `reuse` the one that was kept. Dropped afterwards unless kept."""
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(0, autoclobber=not reuse, serialize=False, keepdb=reuse)
    try:
        if not reuse:
            fill()
        with override_settings(ALLOWED_HOSTS=["testserver", "127.0.0.1"], SECURE_SSL_REDIRECT=False):
            yield
    finally:
        if not (keep or reuse):
            connection.creation.destroy_test_db(settings.DATABASES["default"]["NAME"], verbosity=0)


class Clock:
    """Times `rounds` requests of a kind, and the processor time behind them."""

    def __init__(self, rounds: int, width: int) -> None:
        self.rounds, self.width = rounds, width
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (self.backend,) = cursor.fetchone()

    def all(self, kinds: Iterable[tuple[str, Ask]]) -> dict[str, float]:
        """Print each kind's figures as they come, and the load at the end; the p95 of each in milliseconds."""
        found = {name: self.one(name, ask) for name, ask in kinds}
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        return found

    def one(self, name: str, ask: Ask) -> float:
        used = self.processor()
        times = [milliseconds(ask) for _ in range(self.rounds)]
        python, postgres = ((now - then) / self.rounds * 1000 for then, now in zip(used, self.processor(), strict=True))
        p95 = statistics.quantiles(times, n=20)[-1]
        print(
            f"{name:<{self.width}} p50 {statistics.median(times):6.1f}   p95 {p95:6.1f} ms   processor:"
            f" Python {python:5.1f}, PostgreSQL {postgres:5.1f}",
            flush=True,
        )
        return p95

    def processor(self) -> tuple[float, float]:
        """Seconds of processor time so far: of this process, and of its PostgreSQL backend when that is a local one."""
        stat = Path(f"/proc/{self.backend}/stat")
        ticks = stat.read_text().rsplit(")", 1)[1].split()[11:13] if stat.exists() else ("0", "0")
        return time.process_time(), sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def milliseconds(ask: Ask) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000
