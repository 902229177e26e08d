"""``Idempotency-Key``: the same request sent twice is done once and gets the same answer, for a day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.actions import replies
from webapp.api.problems import problem

HEADER = "Idempotency-Key"
MOST = 200


def once(request: Request, work: Callable[[], Response], *, body_sha256: str = "") -> Response:
    """What `work` answers, or what it answered when the same request came with the same key before.

    `body_sha256` is that of a body that was too long to be kept in memory.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return work()
    if len(key) > MOST or not key.isprintable():
        return problem(422, f"The {HEADER} has {len(key)} characters; send at most {MOST} printable ones.")
    client, digest = client_of(request), _digest(request, body_sha256)
    row, known = replies.begin(client=client, key=key, request_sha256=digest)
    if known:
        return _known(row, digest)
    try:
        response = work()
    except BaseException:
        replies.forget(row)
        raise
    if response.status_code >= 400:
        # Nothing was done: the caller may mend the request and send it under the same key.
        replies.forget(row)
    else:
        replies.finish(row, status=response.status_code, body=JSONRenderer().render(response.data).decode())
    return response


def _known(row: replies.KeptReply, digest: str) -> Response:
    if row.request_sha256 != digest:
        return problem(422, f"The {HEADER} came with another request before; use a new one.")
    kept = replies.read(row)
    if kept is None:
        headers = {"Retry-After": "1"}
        return problem(409, f"The first request with this {HEADER} is still at work; ask again later.", headers=headers)
    return Response(kept, status=row.status, headers={"Idempotency-Replayed": "true"})


def _digest(request: Request, body_sha256: str) -> str:
    told = f"{request.method} {request.path} {request.headers.get('Accept', '')}\n".encode()
    if body_sha256:
        asked = request._request.META.get("QUERY_STRING", "")
        return hashlib.sha256(told + f"{asked}\n{body_sha256}".encode()).hexdigest()
    return hashlib.sha256(told + request._request.body).hexdigest()
