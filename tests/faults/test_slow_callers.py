"""Callers that send slowly, half or nothing, against the real server: others are answered, nothing is left behind."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time

import pytest

from annotation.models import Client, Note, Project
from tests.faults.processes import eventually
from tests.stack import Stack
from training.models import Deployment

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
BODY = json.dumps({"documents": [{"id": "slow", "text": "Canary has asthma."}]}).encode()
# With those that are silent fewer than the threads of one process, which may get them all.
SLOW = 8


def begun(stack: Stack, key: str, length: int = len(BODY)) -> socket.socket:
    """A connection on which only the head of a request was sent."""
    connection = socket.create_connection(("127.0.0.1", stack.port), timeout=30)
    lines = (
        "POST /api/v1/extract HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {key}",
        "Content-Type: application/json", f"Content-Length: {length}", "Connection: close", "", "",
    )  # fmt: skip
    connection.sendall("\r\n".join(lines).encode())
    return connection


def status_of(connection: socket.socket) -> int:
    """Of the answer; 0 when the connection ended without one."""
    head = connection.recv(2**16).split(b" ", 2)
    return int(head[1]) if len(head) > 1 else 0


def dribble(connection: socket.socket, statuses: list[int]) -> None:
    """A byte at a time, over about five seconds."""
    for place in range(len(BODY)):
        connection.sendall(BODY[place : place + 1])
        time.sleep(5 / len(BODY))
    statuses.append(status_of(connection))


def ask_until(stop: threading.Event, stack: Stack, key: str, statuses: list[int]) -> None:
    """Ordinary requests, each on a connection of its own, one after the other."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    while not stop.wait(0.1):
        connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
        try:
            connection.request("POST", "/api/v1/extract", b'{"documents": [{"text": "Asthma."}]}', headers)
            statuses.append(connection.getresponse().status)
        finally:
            connection.close()


def test_slow_and_half_sent_requests_hold_up_nobody_and_store_nothing_half(
    champion: Deployment, api_key: tuple[Client, str], stack: Stack
) -> None:
    Project.objects.update(audit_rate=0.0)
    Client.objects.update(rate_per_minute=1_000_000, burst=100_000)
    key, before = api_key[1], Note.objects.count()
    stack.environ |= {"WEB_CALLER_SECONDS": "2"}
    stack.web()
    # Half of a body, and gone.
    for _ in range(60):
        with begun(stack, key) as connection:
            connection.sendall(BODY[:20])
    # A head without an end, and a length that is none.
    for head in (b"POST /api/v1/extract HTTP/1.1\r\nHost: x\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", stack.port), timeout=30) as connection:
            connection.sendall(head)
    statuses: list[int] = []
    opened = contextlib.ExitStack()
    slow = [opened.enter_context(begun(stack, key)) for _ in range(SLOW)]
    threads = [threading.Thread(target=dribble, args=(connection, statuses)) for connection in slow]
    # Half of a body, and silence: told so after two seconds, and the thread is free.
    silent = [opened.enter_context(begun(stack, key)) for _ in range(4)]
    stop, others = threading.Event(), list[int]()
    asking = [threading.Thread(target=ask_until, args=(stop, stack, key, others)) for _ in range(3)]
    for thread in (*threads, *asking):
        thread.start()
    for connection in silent:
        connection.sendall(BODY[:20])
    assert [status_of(connection) for connection in silent] == [408] * len(silent)
    for thread in threads:
        thread.join(30)
    stop.set()
    for thread in asking:
        thread.join(30)
    # Slow is no fault: the whole request came in the end.
    assert statuses == [200] * SLOW
    assert others == [200] * len(others)
    assert len(others) > SLOW
    assert eventually(lambda: Note.objects.filter(external_id="slow").count() == 1, 20)
    # Beside it only what the other callers sent, a note an answer.
    assert eventually(lambda: Note.objects.count() == before + 1 + len(others), 20)
    assert "Canary" not in stack.log("web")
    opened.close()
