"""LightTag JSON: ``{"examples": [{"id", "content", "annotations": [{"start", "end", "tag_name", "value"}]}]}``.

Read only. An example without a list of annotations says nothing about entities; an empty list says that it has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotation.formats import json_fields
from annotation.formats.json_array import Element, elements
from annotation.formats.records import Draft, FormatError, Mention, Rejection, Result
from annotation.formats.settle import Rules, settle, shown_id


def read_lighttag(path: Path, rules: Rules) -> Iterator[Result]:
    """A result for each example."""
    with rules.reach.opened(path) as file:
        for element in elements(file, key="examples"):
            yield _result(element, rules)


def _result(element: Element, rules: Rules) -> Result:
    row, name = element.value, ""
    try:
        if element.fault:
            raise FormatError(element.fault)
        if not isinstance(row, dict) or not isinstance(row.get("content"), str):
            raise FormatError("The example has no content; send it as the string content.")
        name = json_fields.external_id(row.get("id"))
        found, problems = _mentions(row.get("annotations"))
        return settle(Draft(element.line, name, row["content"], found, problems=problems), rules)
    except FormatError as error:
        return Rejection(element.line, shown_id(name), str(error))


def _mentions(rows: object) -> tuple[list[Mention] | None, list[str]]:
    if rows is None:
        return None, []
    if isinstance(rows, list):
        rows = [
            {**row, "label": row.get("tag_name"), "text": row.get("value")} if isinstance(row, dict) else row
            for row in rows
        ]
    return json_fields.mentions(rows)
