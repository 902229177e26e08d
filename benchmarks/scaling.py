"""What 1, 10 and 100 million notes a day take: ``python -m benchmarks.scaling [--worker-ms 4.1 …]``.

Arithmetic from measured figures, and a simulated day (benchmarks/day.py) for backlog and lateness. Each figure can be
given; those that stand here are what ``benchmarks.batch`` and ``benchmarks.api`` printed, see docs/scaling.md.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, fields

from benchmarks import day

LEVELS = (1_000_000, 10_000_000, 100_000_000)
DAYS = 30
GIGA = 1e9
# A web process that is busier than this makes its callers wait.
LIVE_LOAD = 0.6


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of processor time and bytes, a note each."""

    api_ms: float = 16.45
    worker_ms: float = 4.10
    database_ms: float = 0.30
    index_ms: float = 0.29
    note_bytes: float = 643.0
    prediction_bytes: float = 861.0
    result_bytes: float = 408.0
    index_bytes: float = 805.0
    file_bytes: float = 265.0
    log_bytes: float = 6_088.0


def told(measured: Measured, notes: int, options: argparse.Namespace) -> None:
    batch = int(notes * options.batch_share)
    alive = notes - batch
    print(f"\n{notes:,} notes a day: {alive:,} live, {batch:,} in batches")
    _live(measured, alive)
    _batches(measured, batch, options)
    _database(measured, notes, batch)
    _storage(measured, notes, batch, options)


def _live(measured: Measured, notes: int) -> None:
    rate, seconds = day.peak_rate(notes), measured.api_ms / 1000
    processes = max(2, math.ceil(rate * seconds / LIVE_LOAD))
    waits = day.live(rate, seconds, processes, lasting=min(600.0, 200_000 / rate))
    p50, p99 = (1000 * waits[int(part * len(waits))] for part in (0.5, 0.99))
    print(f"  live, busiest hour: {rate:,.0f} notes a second, {processes} web processes at most {LIVE_LOAD:.0%} busy")
    print(f"  live, simulated: a note waits p50 {p50:.1f} ms, p99 {p99:.1f} ms for its turn")


def _batches(measured: Measured, notes: int, options: argparse.Namespace) -> None:
    seconds = day.CHUNK * measured.worker_ms / 1000
    workers, outcome = day.enough(notes, options.upload, seconds, late=60 * options.late)
    print(f"  batches: {workers} workers; {notes * measured.worker_ms / 3.6e6:,.1f} core hours a day")
    print(f"  batches, simulated: {outcome.busy:.0%} busy, at most {outcome.backlog:,} notes wait")
    times = (outcome.median / 60, outcome.late / 60, outcome.latest / 60)
    print("  batches, simulated: done after {:.0f} min (half), {:.0f} min (99 %), {:.0f} min (last)".format(*times))
    print(f"  broker: {notes / day.CHUNK:,.0f} chunks a day, and at most 32 messages a batch of {options.upload:,}")


def _database(measured: Measured, notes: int, batch: int) -> None:
    peak = max(day.peak_rate(notes - batch), batch * max(day.EVENING.values()) / day.HOUR)
    cores, log = peak * measured.database_ms / 1000, peak * measured.log_bytes / 1e6
    print(f"  database, busiest hour: {peak:,.0f} notes a second, {cores:,.2f} cores, {log:,.1f} MB a second of log")
    print(f"  search index, busiest hour: {peak * measured.index_ms / 1000:,.2f} cores, of the one it has")


def _storage(measured: Measured, notes: int, batch: int, options: argparse.Namespace) -> None:
    month = DAYS * notes * measured.prediction_bytes / GIGA
    kept = DAYS * notes * (measured.note_bytes + measured.index_bytes) / GIGA
    waiting = batch * options.batch_days * (measured.result_bytes + measured.file_bytes) / GIGA
    print(f"  disk: predictions {month:,.0f} GB a month, {options.months * month:,.0f} GB for {options.months} months")
    print(f"  disk: notes and their search index {kept:,.0f} GB a month; results that wait {waiting:,.0f} GB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for one in fields(Measured):
        parser.add_argument(f"--{one.name.replace('_', '-')}", type=float, default=one.default)
    parser.add_argument("--batch-share", type=float, default=0.5, help="of the notes that come in batches")
    parser.add_argument("--upload", type=int, default=100_000, help="notes of a batch")
    parser.add_argument("--late", type=int, default=60, help="minutes within which 99 %% of chunks shall be done")
    parser.add_argument("--months", type=int, default=13, help="for which predictions are kept")
    parser.add_argument("--batch-days", type=int, default=7, help="for which results wait")
    options = parser.parse_args()
    measured = Measured(**{one.name: getattr(options, one.name) for one in fields(Measured)})
    print(measured)
    for notes in LEVELS:
        told(measured, notes, options)


if __name__ == "__main__":
    main()
