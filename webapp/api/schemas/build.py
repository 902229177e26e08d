"""Small words to write JSON Schema (2020-12, as OpenAPI 3.1 has it) with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

Schema = dict[str, Any]

TRUTH: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
UUID: Schema = {"type": "string", "format": "uuid"}
SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
NUMBER: Schema = {"type": "number"}
ANYTHING: Schema = {"type": "object", "additionalProperties": True}


def ref(name: str) -> Schema:
    """The shape of this name in ``webapp/api/schemas``."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(
    given: Mapping[str, Schema] | None = None, /, *, may_lack: Collection[str] = (), more: bool = False, **own: Schema
) -> Schema:
    """An object with the `given` fields and its `own`: all there but those it `may_lack`, no others unless `more`."""
    fields = {**(given or {}), **own}
    required = [name for name in fields if name not in may_lack]
    told: Schema = {"type": "object", "properties": fields, "additionalProperties": more}
    return {**told, "required": required} if required else told


def rows(of: Schema, *, least: int = 0, most: int | None = None) -> Schema:
    limits = {"minItems": least} if least else {}
    return {"type": "array", "items": of, **limits, **({} if most is None else {"maxItems": most})}


def listed(name: str, of: str) -> Schema:
    """A page of a long list of the shape `of`, under `name`, and where the next one begins."""
    return record({name: rows(ref(of)), "next": ref("Next")})


def text(*, least: int = 0, most: int | None = None, pattern: str = "") -> Schema:
    limits: Schema = {"minLength": least} if least else {}
    if most is not None:
        limits["maxLength"] = most
    return {"type": "string", **limits, **({"pattern": pattern} if pattern else {})}


def one_of(*names: str) -> Schema:
    return {"type": "string", "enum": list(names)}


def whole(*, least: int | None = None, most: int | None = None) -> Schema:
    limits = {"minimum": least, "maximum": most}
    return {"type": "integer", **{name: value for name, value in limits.items() if value is not None}}


def maybe(schema: Schema) -> Schema:
    """The shape, or null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def described(schema: Schema, sentence: str) -> Schema:
    return {**schema, "description": sentence}
