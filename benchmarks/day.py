"""A day of notes, simulated: when they come, how long they wait, how many workers it takes. Standard library only."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CHUNK = 500
HOUR = 3600.0
# Shares of a day's live notes by hour: a morning and an evening clinic; the busiest hour has 12 %.
CLINIC = (0.2, 0.1, 0.1, 0.1, 0.2, 0.5, 1.5, 3, 6, 10, 12, 11, 8, 4, 3, 4, 7, 9, 8, 6, 3.5, 1.5, 0.8, 0.5)
# When platforms send their files: shares of the hours from 20:00 to 24:00.
EVENING = {20: 0.2, 21: 0.4, 22: 0.3, 23: 0.1}
# How much the time of a chunk scatters about its mean (sigma of its logarithm).
SCATTER = 0.25


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the batches: the most notes that waited, and how late chunks were done, in seconds."""

    backlog: int
    median: float
    late: float
    latest: float
    busy: float


def peak_rate(notes: float) -> float:
    """Live notes a second in the busiest hour."""
    return notes * max(CLINIC) / sum(CLINIC) / HOUR


def arrivals(notes: int, upload: int, dice: random.Random) -> list[float]:
    """The moment (seconds of the day) at which each chunk of the day's uploads is there."""
    found: list[float] = []
    for hour, share in EVENING.items():
        for _ in range(max(1, round(notes * share / upload))):
            at = (hour + dice.random()) * HOUR
            found += [at] * math.ceil(upload / CHUNK)
    return sorted(found)


def served(chunks: Sequence[float], seconds: float, workers: int, dice: random.Random) -> Outcome:
    """The chunks, first come first served, by so many workers that need about `seconds` for one."""
    free = [0.0] * workers
    ends: list[float] = []
    waits: list[float] = []
    spent = 0.0
    for at in chunks:
        begin = max(at, heapq.heappop(free))
        took = seconds * math.exp(dice.gauss(0, SCATTER) - SCATTER**2 / 2)
        heapq.heappush(free, begin + took)
        ends.append(begin + took)
        waits.append(begin + took - at)
        spent += took
    waits.sort()
    span = max(ends) - chunks[0]
    last = waits[min(len(waits) - 1, int(0.99 * len(waits)))]
    return Outcome(_most(chunks, ends), waits[len(waits) // 2], last, waits[-1], spent / span / workers)


def _most(begins: Sequence[float], ends: Sequence[float]) -> int:
    """The most notes that were there and not done at any moment."""
    waiting = most = 0
    for _, change in heapq.merge(((at, 1) for at in begins), ((at, -1) for at in sorted(ends))):
        waiting += change
        most = max(most, waiting)
    return most * CHUNK


def enough(notes: int, upload: int, seconds: float, *, late: float, seed: int = 1) -> tuple[int, Outcome]:
    """The fewest workers with which 99 of 100 chunks are done within `late` seconds of their arrival."""
    chunks = arrivals(notes, upload, random.Random(seed))
    low, high = 1, 1
    while served(chunks, seconds, high, random.Random(seed)).late > late:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        if served(chunks, seconds, middle, random.Random(seed)).late > late:
            low = middle + 1
        else:
            high = middle
    return high, served(chunks, seconds, high, random.Random(seed))


def live(rate: float, seconds: float, processes: int, *, lasting: float = 600.0, seed: int = 1) -> list[float]:
    """The waits (seconds, sorted) of notes that come by chance at `rate` a second to so many web processes."""
    dice, free, waits = random.Random(seed), [0.0] * processes, []
    for at in _chance(rate, lasting, dice):
        begin = max(at, heapq.heappop(free))
        heapq.heappush(free, begin + seconds * dice.expovariate(1))
        waits.append(begin - at)
    return sorted(waits)


def _chance(rate: float, lasting: float, dice: random.Random) -> Iterator[float]:
    at = dice.expovariate(rate)
    while at < lasting:
        yield at
        at += dice.expovariate(rate)
