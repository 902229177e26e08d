"""The buckets in Valkey. This is on the path of every request, so it goes past the client library's own layers: a
connection for each thread, commands put together once, one round trip (12 against 43 microseconds of processor time).
"""

from __future__ import annotations

import hashlib
import threading

import redis
from redis.backoff import NoBackoff
from redis.connection import Connection
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import NoScriptError
from redis.retry import Retry

from webapp.api.buckets import SCRIPT

SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()
# Longer no request waits for it.
TIMEOUT_SECONDS = 0.25
MAX_PACKED = 1000


class BucketServer:
    """The buckets at `url` (redis://, rediss:// or unix://). Raises RedisError or OSError when it can't be asked."""

    def __init__(self, url: str) -> None:
        timeouts = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
        # Only asked what its address means: the pool itself is not used.
        pool = redis.ConnectionPool.from_url(url, retry=Retry(NoBackoff(), 0), **timeouts)
        self._kind, self._how = pool.connection_class, pool.connection_kwargs
        self._thread = threading.local()
        self._packed: dict[tuple[int, int, int], list[bytes]] = {}

    def take(self, key: int, each: int, burst: int, now: int | None = None) -> int:
        """The script's answer for the bucket `key`, by the server's clock or by `now` (microseconds)."""
        bucket = (key, each, burst)
        command = self._packed.get(bucket) if now is None else None
        if command is None:
            command = self._pack("EVALSHA", SHA, bucket, now)
            if now is None:
                if len(self._packed) >= MAX_PACKED:
                    self._packed.clear()
                self._packed[bucket] = command
        try:
            return self._exchange(command)
        except NoScriptError:
            # A server that was started anew is told the script again.
            return self._exchange(self._pack("EVAL", SCRIPT, bucket, now))

    def _pack(self, verb: str, script: str, bucket: tuple[int, int, int], now: int | None) -> list[bytes]:
        key, each, burst = bucket
        clock = () if now is None else (now,)
        packed = self._connection().pack_command(verb, script, 1, f"marginalia:rate:{key}", each, burst, *clock)
        return [b"".join(packed)]

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._thread, "connection", None)
        if connection is None:
            connection = self._thread.connection = self._kind(**self._how)
        return connection

    def _exchange(self, command: list[bytes]) -> int:
        connection = self._connection()
        was_open = connection.is_connected
        try:
            return self._once(connection, command)
        except NotConnected:
            if not was_open:
                raise
            # It was open and idle, and the server had closed it meanwhile.
            return self._once(connection, command)

    def _once(self, connection: Connection, command: list[bytes]) -> int:
        try:
            connection.send_packed_command(command, check_health=False)
            return int(connection.read_response())
        except (redis.ConnectionError, redis.TimeoutError, OSError):
            # An answer that comes later must not be taken for that of the next request.
            connection.disconnect()
            raise
