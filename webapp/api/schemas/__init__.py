"""The shapes of the API that have a name, as JSON Schema; ``webapp/api/openapi.py`` puts them into the description."""

from __future__ import annotations

from webapp.api.schemas import extract, feedback, integration, jobs, parts, reading
from webapp.api.schemas.build import Schema

SCHEMAS: dict[str, Schema] = {
    name: schema
    for nouns in (parts, extract, feedback, integration, jobs, reading)
    for name, schema in nouns.SCHEMAS.items()
}
