"""(pure) The rate of a key as a token bucket: GCRA, the generic cell rate algorithm of ATM, one number a key.

The number is when the bucket will be full again. A request puts that off by the time that one token takes to come; it
is refused when it would be put off further than a whole bucket takes. The same steps stand here twice: in Lua for the
server that all processes share, and in Python for a process that can't reach it. Times are microseconds.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from functools import lru_cache

MINUTE = 60_000_000
MAX_KEPT = 10_000

# Answers when the bucket is full again, counted from now; or, negative, how long to wait for the next token.
SCRIPT = """
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1])) or now, now) + interval
local wait = full - interval * burst - now
if wait > 0 then return -wait end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1000)
return full - now
"""


@lru_cache(maxsize=1024)
def interval(rate_per_minute: int) -> int:
    """The time that one token takes to come."""
    return max(1, round(MINUTE / rate_per_minute))


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether there was a token, the size of the bucket, what is left, seconds until it is full and to the next one."""

    allowed: bool
    limit: int
    remaining: int
    reset: int
    retry_after: int


def taken(answer: int, each: int, burst: int) -> Taken:
    """What the script's answer means for a bucket of `burst` tokens that come one in `each` microseconds."""
    if answer > 0:
        return Taken(True, burst, burst - -(-answer // each), -(-answer // 1_000_000), 0)
    full = (burst - 1) * each - answer
    return Taken(False, burst, 0, -(-full // 1_000_000), max(1, math.ceil(-answer / 1_000_000)))


class Buckets:
    """The buckets of this process alone."""

    def __init__(self) -> None:
        self._full: dict[int, int] = {}
        self._lock = threading.Lock()

    def take(self, key: int, each: int, burst: int, now: int) -> int:
        """The script's steps and its answer."""
        with self._lock:
            full = max(self._full.get(key, now), now) + each
            wait = full - each * burst - now
            if wait > 0:
                return -wait
            if len(self._full) >= MAX_KEPT:
                self._full = {key: at for key, at in self._full.items() if at > now}
            self._full[key] = full
            return full - now
