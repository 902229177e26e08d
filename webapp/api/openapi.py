"""How the views of the API describe themselves, in OpenAPI 3.1. Above a method of a view stands

    @describe(
        "Entities of notes", tag="Extract", scope="extract",
        body=as_json(ref("ExtractRequest")), answers={200: as_json(ref("ExtractAnswer"))}, errors=(409,),
    )

``answers`` has what comes when all is well, by status: a mapping of content types, made by :func:`as_json` or by hand.
Errors that every address has are added: 401, 403, 406, 429 and 503, with a body also 400, 408, 413, 415 and 422;
``errors`` names others. ``asked`` has parameters (:func:`path`, :func:`query`, ``PAGES``, ``IDEMPOTENCY_KEY``). Shapes
that have a name are in ``webapp/api/schemas``, a file a noun, and ``ref`` names them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema

from webapp.api.pages import MOST, USUAL
from webapp.api.schemas import SCHEMAS
from webapp.api.schemas.build import Schema, ref, text, whole

View = TypeVar("View", bound=Callable[..., Any])
Content = Mapping[str, Any]

ALWAYS = (401, 403, 406, 429, 503)
WITH_BODY = (400, 408, 413, 415, 422)
LATER = (409, 429, 503)
SECURITY = "key"
TAGS = ("Extract", "Jobs", "Integration", "Reading")

ERRORS = {
    400: "The body is not JSON in UTF-8, nested too deeply, or ended too early.",
    401: "The key is missing, unknown, expired or revoked.",
    403: "The key has not the scope, or may not be used from this address.",
    404: "There is no such thing in the key's project.",
    406: "There is no such form of answer.",
    408: "The rest of the body did not come for a minute.",
    409: "It can't be done as things stand; with an `Idempotency-Key`: the first request is still at work.",
    410: "It is gone: its time is over.",
    413: "The body is too large.",
    415: "The body is compressed or of another type.",
    422: "The request can't be read as it is; `detail` names the field and the remedy.",
    429: "Too many requests for this key; `Retry-After` says when to come again.",
    503: "No model is in service, too much is to do, or the database is away; `Retry-After` says when to come again.",
}

_NUMBER = {"schema": {"type": "integer", "minimum": 0}}
LIMITS: dict[str, Schema] = {
    "RateLimit-Limit": {"description": "Requests that may come at once.", **_NUMBER},
    "RateLimit-Remaining": {"description": "Requests that may come now.", **_NUMBER},
    "RateLimit-Reset": {"description": "Seconds until all may come again.", **_NUMBER},
}
RETRY_AFTER: dict[str, Schema] = {"Retry-After": {"description": "Seconds to wait.", **_NUMBER}}
BEARER: dict[str, Schema] = {"WWW-Authenticate": {"schema": {"type": "string"}}}


def as_json(schema: Schema, example: Any = None) -> Content:
    """A JSON body, with an example if there is one."""
    return {"application/json": {"schema": schema} if example is None else {"schema": schema, "example": example}}


def path(name: str, description: str, schema: Schema | None = None) -> Schema:
    """A part of the address, by its name in ``urls.py``; a whole number unless `schema` says otherwise."""
    return _parameter(name, "path", description, schema or whole(least=0), required=True)


def query(name: str, description: str, schema: Schema) -> Schema:
    return _parameter(name, "query", description, schema)


def header(name: str, description: str, schema: Schema) -> Schema:
    return _parameter(name, "header", description, schema)


def _parameter(name: str, place: str, description: str, schema: Schema, *, required: bool = False) -> Schema:
    return {"name": name, "in": place, "description": description, "required": required, "schema": schema}


PAGES = (
    query("cursor", "`next` of the answer before.", text(pattern="^[1-9][0-9]{0,18}$")),
    query("limit", "Rows of a page.", {**whole(least=1, most=MOST), "default": USUAL}),
)
IDEMPOTENCY_KEY = header(
    "Idempotency-Key", "The same request with the same key is done once within a day.", text(most=200)
)


def describe(
    summary: str,
    *,
    tag: str,
    scope: str,
    answers: Mapping[int, Content],
    body: Content | None = None,
    errors: Collection[int] = (),
    asked: Sequence[Schema] = (),
    headers: Mapping[int, Mapping[str, Schema]] | None = None,
) -> Callable[[View], View]:
    """Describe a method of a view; the module's docstring says how. `headers`: those of an answer, by its status."""
    more = headers or {}
    failing = sorted({*ALWAYS, *(WITH_BODY if body else ()), *errors})
    operation = {
        "operationId": summary.lower().replace(" ", "_").replace("'", ""),
        "summary": summary,
        "description": f"Scope of the key: `{scope}`.",
        "tags": [tag],
        "security": [{SECURITY: []}],
        **({"parameters": list(asked)} if asked else {}),
        **({"requestBody": {"content": dict(body), "required": True}} if body else {}),
        "responses": {
            **{str(status): _answer(content, more.get(status, {})) for status, content in answers.items()},
            **{str(status): _error(status) for status in failing},
        },
    }
    return extend_schema(operation=operation)


def _answer(content: Content, headers: Mapping[str, Schema]) -> Schema:
    return {"description": "Done.", "content": dict(content), "headers": {**LIMITS, **headers}}


def _error(status: int) -> Schema:
    more = RETRY_AFTER if status in LATER else BEARER if status == 401 else {}
    content = {"application/problem+json": {"schema": ref("Problem")}}
    return {"description": ERRORS[status], "content": content, "headers": {**LIMITS, **more}}


def add_components(result: dict[str, Any], **given: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: the shapes that operations name, and what a key is."""
    components = result.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **SCHEMAS}
    key = {"type": "http", "scheme": "bearer", "description": "A key of a project, made on its page API keys."}
    components["securitySchemes"] = {SECURITY: key}
    result["tags"] = [{"name": name} for name in TAGS]
    return result
