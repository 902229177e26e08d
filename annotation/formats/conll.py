"""CoNLL columns: a token a line, first column the token, last one its tag, a blank line after each sentence.

The text is made: tokens parted by one space, sentences of a document by a line feed. ``-DOCSTART-`` lines part
documents; in a file without them each sentence is a note. The id is the file's stem and the number of the note.
Tags: IOB2, IOB1, BILOU and IOBES; an I- that continues nothing starts an entity, as conlleval has it
(https://www.clips.uantwerpen.be/conll2000/chunking/conlleval.txt). A folder or a zip has words and tags in two files
(paired.py). Written are the four columns of CoNLL-2003 in IOB2, a sentence a line of the note; readers of it know no
comments, so nothing else has room.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from annotation.formats.exported import (
    NESTED_LOST,
    UNKNOWN_LOST,
    Exported,
    ExportedSpan,
    Written,
    joined_label,
    lose_made,
    lose_marks,
    outermost,
)
from annotation.formats.lines import Block, Line, numbered_lines
from annotation.formats.paired import paired_lines
from annotation.formats.records import Draft, FormatError, Mention, Rejection, Result
from annotation.formats.settle import Rules, settle, shown_id
from annotation.formats.words import cut_at_spans, words

_SPACE_LOST = "White space of the text is not in this format: words are parted by one space or a line break."
_IDS_LOST = "Ids are not in this format; notes are numbered in the order of the file."
_TAG = re.compile(r"(O)|([BILUSE])-(\S+)")


class _Token(NamedTuple):
    text: str
    prefix: str
    label: str


def read_conll(path: Path, rules: Rules) -> Iterator[Result]:
    """A result for each document, or for each sentence where the file has no documents."""
    if path.is_dir() or path.suffix.lower() == ".zip":
        try:
            yield from _results(paired_lines(path), path, rules)
        except FormatError as error:
            yield Rejection(1, "", str(error))
        return
    with rules.reach.opened(path) as file:
        yield from _results(numbered_lines(file), path, rules)


def _results(lines: Iterable[Line], path: Path, rules: Rules) -> Iterator[Result]:
    for number, block in enumerate(_notes(lines), start=1):
        yield _result(block, f"{path.stem}-{number}", rules)


def _notes(lines: Iterable[Line]) -> Iterator[Block]:
    block, by_document = Block(), False
    for line in lines:
        start = line.text.startswith("-DOCSTART-")
        by_document = by_document or start
        if block.lines and (start or (line.blank and not by_document)):
            yield block
            block = Block()
        if not start and (block.lines or not line.blank):
            block.add(line)
    if block.lines:
        yield block


def _result(block: Block, external_id: str, rules: Rules) -> Result:
    first = block.lines[0]
    if block.fault:
        return Rejection(first.number, shown_id(external_id), block.fault)
    sentences, problems = _sentences(block)
    texts = [" ".join(token.text for token in sentence) for sentence in sentences]
    found: list[Mention] = []
    offset = 0
    for sentence, text in zip(sentences, texts, strict=True):
        found.extend(_mentions(sentence, offset))
        offset += len(text) + 1
    return settle(Draft(first.number, external_id, "\n".join(texts), found, problems=problems), rules)


def _sentences(block: Block) -> tuple[list[list[_Token]], list[str]]:
    sentences: list[list[_Token]] = [[]]
    problems: list[str] = []
    for line in block.lines:
        if line.blank:
            sentences.append([])
            continue
        try:
            sentences[-1].append(_token(line))
        except FormatError as error:
            problems.append(str(error))
    return [sentence for sentence in sentences if sentence], problems


def _token(line: Line) -> _Token:
    columns = line.body.split("\t") if "\t" in line.body else line.body.strip(" ").split(" ")
    tag = _TAG.fullmatch(columns[-1].strip(" "))
    if len(columns) < 2 or not columns[0] or tag is None:
        # The tag itself is not named: where a column is missing it is a word of the note.
        raise FormatError(
            f"Line {line.number} is no token with a tag; write the token, then O or B-, I-, L-, U- and a label."
        )
    return _Token(columns[0], tag[1] or tag[2], tag[3] or "")


def _mentions(sentence: list[_Token], offset: int) -> Iterator[Mention]:
    """Entities of a sentence that starts at `offset` of the text."""
    current: Mention | None = None
    for token in sentence:
        end = offset + len(token.text)
        goes_on = current is not None and token.prefix in "ILE" and token.label == current.label
        if current is not None and not goes_on:
            yield current
            current = None
        if token.prefix != "O":
            current = Mention(current.start if current else offset, end, token.label)
        if current is not None and token.prefix in "LUSE":
            yield current
            current = None
        offset = end + 1
    if current is not None:
        yield current


def write_conll(path: Path, rows: Iterable[Exported], written: Written) -> None:
    """A document a row."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            if row.spans is None:
                written.lose(UNKNOWN_LOST, row)
                continue
            written.row(row)
            written.lose(_IDS_LOST, row)
            lose_made(written, row)
            lose_marks(written, row)
            file.write("-DOCSTART- -X- O O\n\n" + "".join(_columns(row, row.spans, written)) + "\n")


def _columns(row: Exported, spans: tuple[ExportedSpan, ...], written: Written) -> Iterator[str]:
    """A line a word, and an empty one where the note has a line break outside of spans."""
    kept = outermost(spans)
    for nested in set(spans) - set(kept):
        written.lose(NESTED_LOST, row, nested.start, nested.end)
    labels = {span: joined_label(span, row, written) for span in kept}
    places = cut_at_spans(words(row.text), replace(row, spans=tuple(kept)), written)
    left, before, said = iter(kept), 0, []
    span = next(left, None)
    for start, end in places:
        if span is not None and start >= span.end:
            span = next(left, None)
        inside = span is not None and span.start <= start
        gap = row.text[before:start]
        broken = bool(before) and ("\n" in gap or "\r" in gap) and not (inside and span and span.start < start)
        said.append((("\n" if broken else " ") if before else "") + row.text[start:end])
        tag = f"{'B' if start == span.start else 'I'}-{labels[span]}" if inside and span else "O"
        yield ("\n" if broken else "") + f"{row.text[start:end]} -X- _ {tag}\n"
        before = end
    if "".join(said) != row.text:
        written.lose(_SPACE_LOST, row)
