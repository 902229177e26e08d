"""Label Studio JSON: a list of ``{"id", "data": {"text", …}, "annotations": [{"result": […]}], "predictions": […]}``.

Label Studio writes offsets of ``<Text>`` in code points (its tests: "Should calculate offsets by code points in text");
before 1.6 (2022) it wrote UTF-16 units. Where a text has signs outside the BMP, the mentions tell which: all must fit.
The id is ``data.id`` or the task's. The annotation taken is the ground truth, or the only one; cancelled ones are
passed over. Without annotations the prediction is taken as a suggestion, which is never gold. No annotation: nothing
is known; one without result: the note has none. Choices of a region named like an assertion and a text area ``code``
are kept; relations and other results are passed over. https://labelstud.io/guide/task_format
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from annotation.formats import json_fields
from annotation.formats.exported import Exported, ExportedSpan, Written
from annotation.formats.json_array import Element, elements
from annotation.formats.records import Draft, FormatError, Mention, Rejection, Result
from annotation.formats.settle import Rules, settle, shown_id
from annotation.spans import ASSERTIONS, ICD10, Span, SpanError, from_utf16


def read_labelstudio(path: Path, rules: Rules) -> Iterator[Result]:
    """A result for each task."""
    with rules.reach.opened(path) as file:
        for element in elements(file):
            yield _result(element, rules)


def _result(element: Element, rules: Rules) -> Result:
    name = ""
    try:
        if element.fault:
            raise FormatError(element.fault)
        task, data = _object(element.value, "task"), _object(element.value.get("data"), "data")
        name = json_fields.external_id(data.get("id") if data.get("id") is not None else task.get("id"))
        return settle(_draft(element.line, name, task, data), rules)
    except FormatError as error:
        return Rejection(element.line, shown_id(name), str(error))


def _object(value: object, noun: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise FormatError(
            f"The {noun} is {type(value).__name__}, not an object; export as JSON, not as JSON-MIN or CSV."
        )
    return value


def _draft(line: int, name: str, task: Mapping[str, Any], data: Mapping[str, Any]) -> Draft:
    text = data.get("text")
    if not isinstance(text, str):
        raise FormatError("The task's data has no text; name the field with the note text.")
    chosen, suggested = _chosen(task)
    found, problems = (None, []) if chosen is None else _mentions(text, chosen)
    return Draft(line, name, text, found, json_fields.named_fields([data]), problems, suggested)


def _chosen(task: Mapping[str, Any]) -> tuple[list[Any] | None, bool]:
    """The result to take, and whether it is a model's. More than one that differ are nobody's word."""
    done = [row for row in _rows(task, "annotations") if not row.get("was_cancelled")]
    true = [row for row in done if row.get("ground_truth") is True]
    rows, suggested = (true or done, False) if done else (_rows(task, "predictions"), True)
    if not rows:
        return None, False
    results = [_list(row.get("result"), "result") for row in rows]
    if not suggested and any(_places(result) != _places(results[0]) for result in results[1:]):
        raise FormatError(f"The task has {len(results)} annotations that differ; mark one of them as ground truth.")
    # Of predictions the newest, which Label Studio writes last.
    return results[-1], suggested


def _rows(task: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return [_object(row, key.rstrip("s")) for row in _list(task.get(key), key)]


def _list(value: object, noun: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise FormatError(f"The {noun} is {type(value).__name__}, not a list; export as JSON again.")
    return value


def _places(result: list[Any]) -> list[str]:
    values = [row.get("value") for row in result if isinstance(row, dict) and row.get("type") == "labels"]
    return sorted(str([v.get("start"), v.get("end"), v.get("labels")]) for v in values if isinstance(v, dict))


def _mentions(text: str, result: list[Any]) -> tuple[list[Mention], list[str]]:
    found: list[Mention] = []
    problems: list[str] = []
    marks = _marks(result)
    for number, row in enumerate(result, start=1):
        if not isinstance(row, dict) or row.get("type") != "labels":
            if isinstance(row, dict) and str(row.get("type")).endswith("labels"):
                problems.append(f"Result {number} labels no plain text; use the tag Text with Labels.")
            continue
        value = row.get("value")
        assertion, code = marks.get(row.get("id"), ((), ""))
        for label in (value.get("labels") if isinstance(value, dict) else None) or [""]:
            try:
                mention = json_fields.mention({**value, "label": label} if isinstance(value, dict) else value, number)
                found.append(replace(mention, assertion=assertion, code=code))
            except FormatError as error:
                problems.append(str(error))
    return _counted(text, found), problems


def _marks(result: list[Any]) -> dict[Any, tuple[tuple[str, ...], str]]:
    """Assertion and code by the id of the region they were given to."""
    marks: dict[Any, tuple[tuple[str, ...], str]] = {}
    for row in result:
        value = row.get("value") if isinstance(row, dict) else None
        if not isinstance(value, dict) or not isinstance(row.get("id"), str):
            continue
        assertion, code = marks.get(row["id"], ((), ""))
        said = value.get("choices") if row.get("type") == "choices" else None
        if isinstance(said, list):
            assertion = tuple(name for name in ASSERTIONS if name in (*assertion, *said))
        written = value.get("text") if row.get("type") == "textarea" and row.get("from_name") == "code" else None
        if isinstance(written, list) and written and ICD10.fullmatch(str(written[0])):
            code = str(written[0])
        marks[row["id"]] = (assertion, code)
    return marks


def _counted(text: str, found: list[Mention]) -> list[Mention]:
    """The mentions in code points, whichever way they were counted, with the text's own words where they fit."""
    if any(not _same(text, mention) for mention in found):
        try:
            spans = from_utf16(text, (Span(mention.start, mention.end, mention.label) for mention in found))
        except SpanError:
            spans = []
        moved = [replace(m, start=span.start, end=span.end) for m, span in zip(found, spans, strict=False)]
        if moved and all(_same(text, mention) for mention in moved):
            found = moved
    return [replace(m, text=None) if _same(text, m) else m for m in found]


def _same(text: str, mention: Mention) -> bool:
    """Whether the mention is what the text has there. Label Studio may write a line break as backslash and n."""
    if mention.text is None:
        return True
    found = text[mention.start : mention.end]
    return found == mention.text or found.split() == mention.text.replace("\\n", "\n").split()


def write_labelstudio(path: Path, rows: Iterable[Exported], written: Written) -> None:
    """A task a note; the revisions of a note that follow each other become annotations and predictions of one task."""
    parts = "[\n"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for _, group in groupby(rows, key=lambda row: row.external_id):
            file.write(parts + json.dumps(_task(list(group), written), ensure_ascii=False))
            parts = ",\n"
        file.write("[]\n" if parts == "[\n" else "\n]\n")


def _task(rows: Sequence[Exported], written: Written) -> dict[str, Any]:
    first = rows[0]
    for row in rows:
        written.row(row)
    known = [row for row in rows if row.spans is not None]
    return {
        "data": {**first.facets, "id": first.external_id, "text": first.text},
        "annotations": [_annotation(row) for row in known if not row.author_model],
        "predictions": [_prediction(row) for row in known if row.author_model],
    }


def _annotation(row: Exported) -> dict[str, Any]:
    return {
        "result": _regions(row),
        "ground_truth": row.status == "gold",
        "lead_time": row.seconds,
        "created_username": row.author,
        "created_at": row.annotated_at or None,
        "made": row.made(),
    }


def _prediction(row: Exported) -> dict[str, Any]:
    score = {"score": min(row.scores)} if row.scores else {}
    return {"result": _regions(row), "model_version": row.author_model, **score, "made": row.made()}


def _regions(row: Exported) -> list[dict[str, Any]]:
    return [part for number, span in enumerate(row.spans or ()) for part in _region(row.text, span, f"s{number}")]


def _region(text: str, span: ExportedSpan, name: str) -> Iterator[dict[str, Any]]:
    place = {"start": span.start, "end": span.end}
    base = {"id": name, "to_name": "text"}
    score = {} if span.score is None else {"score": span.score}
    value = {**place, "text": text[span.start : span.end], "labels": [span.label]}
    yield {**base, "from_name": "label", "type": "labels", "value": value, **score}
    if span.assertion:
        said = {**place, "choices": list(span.assertion)}
        yield {**base, "from_name": "assertion", "type": "choices", "value": said}
    if span.code:
        yield {**base, "from_name": "code", "type": "textarea", "value": {**place, "text": [span.code]}}
