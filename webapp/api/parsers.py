"""How bodies are read: JSON as it is. What is compressed may be a thousand times as long, and is refused."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import JSONParser


class PlainJSONParser(JSONParser):
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        encoding = parser_context["request"].headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            raise UnsupportedMediaType(encoding, "The body is compressed; send the JSON as it is.")
        return super().parse(stream, media_type, parser_context)
