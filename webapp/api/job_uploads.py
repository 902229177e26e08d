"""What comes with ``POST /api/v1/jobs``: documents in JSON, or a JSONL or CSV body, kept as it comes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from training.batches import upload
from training.batches.upload import Upload
from webapp.api.documents import Options, RequestError, parse_options

READ = 2**18
FORMATS = {"application/json": "json", "application/x-ndjson": "jsonl", "text/csv": "csv"}
OPTIONS = frozenset(("store", "index_type", "client_ref"))
TRUTH = {"true": True, "false": False}


class HalfSentError(RequestError):
    """The body ended before its length."""


class _Streamed(BaseParser):
    """Leaves the body where it is: the view reads it piece by piece."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream


class JsonLinesParser(_Streamed):
    media_type = "application/x-ndjson"


class CsvParser(_Streamed):
    media_type = "text/csv"


def format_of(request: Request) -> str:
    """json, jsonl or csv; empty for what is none of them."""
    return FORMATS.get((request.content_type or "").partition(";")[0].strip().lower(), "")


def inline(request: Request) -> tuple[Options, Upload]:
    """The options and documents of a JSON body, as extract has them but any number. Raises RequestError."""
    # Read by Django itself, which refuses what is too large for memory.
    body = request.data if request._request.body else None
    options = parse_options(body)
    documents = body.get("documents") if isinstance(body, Mapping) else None
    if not isinstance(documents, list) or not documents:
        raise RequestError('The body has no "documents" list; send {"documents": [{"id": …, "text": …}]}.')
    lines = (json.dumps(document).encode() + b"\n" for document in documents)
    return options, upload.receive(lines, most_bytes=settings.BATCH_MEGABYTES * 10**6)


def streamed(request: Request) -> tuple[Options, Upload]:
    """The options of the address and the body, kept encrypted. Raises RequestError and upload.TooLargeError."""
    options = _options(request)
    most, length = settings.BATCH_MEGABYTES * 10**6, int(request._request.META.get("CONTENT_LENGTH") or 0)
    if not length:
        raise RequestError("The body is empty or came without its Content-Length; send the rows with it.")
    if length > most:
        raise upload.TooLargeError
    received = upload.receive(_pieces(request._request), most_bytes=most)
    if received.size != length:
        received.vault.remove()
        raise HalfSentError(f"Only {received.size:,} of {length:,} bytes came; send the whole body again.")
    return options, received


def _options(request: Request) -> Options:
    asked = request.query_params.dict()
    if unknown := asked.keys() - OPTIONS:
        raise RequestError(f"The address has {len(unknown)} unknown options; there are {', '.join(sorted(OPTIONS))}.")
    store = asked.get("store", "true")
    return parse_options({**asked, "store": TRUTH.get(store, store)})


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    while piece := request.read(READ):
        yield piece
