"""How often a key may ask: one bucket a client for all web processes, in Valkey, asked once a request.

An answer to a valid key says how it stands in ``RateLimit-Limit`` (the size of the bucket), ``RateLimit-Remaining``
and ``RateLimit-Reset`` (seconds until it is full again), as draft-ietf-httpapi-ratelimit-headers-06 names them; later
drafts fold the three into one. While Valkey can't be asked, each process counts alone: then a client may ask as often
as there are processes, and the log says so once.
"""

from __future__ import annotations

import logging
import time
from functools import cache

from django.conf import settings
from redis.exceptions import RedisError
from rest_framework.exceptions import APIException

from annotation.models import Client
from webapp.api.bucket_server import BucketServer
from webapp.api.buckets import Buckets, Taken, interval, taken

# So long a server that did not answer is left alone.
AWAY_SECONDS = 5.0

logger = logging.getLogger(__name__)


class TooManyRequests(APIException):
    """The bucket is empty."""

    status_code = 429

    def __init__(self, client: Client, found: Taken) -> None:
        super().__init__(
            f"The key of {client.name} may ask {client.rate_per_minute:,} times a minute, {client.burst:,} times at"
            f" once; wait {found.retry_after} s."
        )


class Throttle:
    """Takes tokens, from the server at `url` or, when it is empty or does not answer, from buckets of this process."""

    def __init__(self, url: str) -> None:
        self._server = BucketServer(url) if url else None
        self._alone = Buckets()
        self._ask_again = 0.0
        self._is_away = False

    def take(self, client: Client, *, now: int | None = None) -> Taken:
        """A token of the client's bucket, or how long to wait for one. `now`: microseconds, else the clocks'."""
        each = interval(client.rate_per_minute)
        answer = self._asked(client.pk, each, client.burst, now)
        if answer is None:
            answer = self._alone.take(client.pk, each, client.burst, now or time.time_ns() // 1000)
        return taken(answer, each, client.burst)

    def _asked(self, key: int, each: int, burst: int, now: int | None) -> int | None:
        if self._server is None or (self._is_away and time.monotonic() < self._ask_again):
            return None
        try:
            answer = self._server.take(key, each, burst, now)
        except (RedisError, OSError) as error:
            self._ask_again = time.monotonic() + AWAY_SECONDS
            if not self._is_away:
                self._is_away = True
                what = "requests are counted against the rate of their key in each process alone"
                logger.warning("%s: Valkey does not answer (%s)", what, type(error).__name__)
            return None
        if self._is_away:
            self._is_away = False
            logger.warning("requests are counted against the rate of their key for all processes together again")
        return answer


@cache
def throttle() -> Throttle:
    """This process's; its connections are made by the threads that ask, so after any fork."""
    return Throttle(settings.RATE_URL)
