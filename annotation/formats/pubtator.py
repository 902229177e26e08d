"""PubTator: ``PMID|t|title``, ``PMID|a|abstract``, then ``PMID start end mention label …`` parted by tabs.

Offsets count title, one separator, abstract (checked against all 18,976 mentions of BC5CDR train and dev), so the
text is the title, a line feed and the abstract; a title alone has no line feed. Relations (``PMID CID …``) and
extra columns are passed over, but for a sixth one that is a code of ICD-10. A document without entity lines has no
entities. A document ends where the next title is, or at a blank line before another PMID. https://www.ncbi.nlm.nih.gov/research/bionlp/Tools/PubTator
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from annotation.formats.exported import RENAMED, UNKNOWN_LOST, Exported, Written, lose_made, lose_marks
from annotation.formats.lines import Block, Line, numbered_lines
from annotation.formats.records import Draft, FormatError, Mention, Rejection, Result
from annotation.formats.settle import Rules, settle, shown_id
from annotation.spans import ICD10

_BREAKS_LOST = "A tab, or a line break but the first, became a space; all offsets stay as they are."
_END_LOST = "A line break at the end of the text is not in this format."
_PLAIN = str.maketrans("\t\r\n", "   ")
_PASSAGE = re.compile(r"([^|\t]+)\|([ta])\|(.*)", re.DOTALL)
_ID = re.compile(r"([^|\t]{1,200})[|\t]")
_OFFSET = re.compile(r"[0-9]{1,9}")
_RELATION = re.compile(r"[A-Za-z][A-Za-z_-]*")


def read_pubtator(path: Path, rules: Rules) -> Iterator[Result]:
    """A result for each document."""
    with rules.reach.opened(path) as file:
        for block in _documents(numbered_lines(file)):
            yield _result(block, rules)


def _documents(lines: Iterable[Line]) -> Iterator[Block]:
    block, gap = Block(), False
    for line in lines:
        if line.blank:
            gap = True
            continue
        if block.lines and (_is_title(line) or (gap and _id(line) != _id(block.lines[0]))):
            yield block
            block = Block()
        block.add(line)
        gap = False
    if block.lines:
        yield block


def _is_title(line: Line) -> bool:
    passage = _PASSAGE.fullmatch(line.body)
    return passage is not None and passage[2] == "t"


def _id(line: Line) -> str:
    found = _ID.match(line.text)
    return found[1] if found else ""


def _result(block: Block, rules: Rules) -> Result:
    first = block.lines[0]
    try:
        if block.fault:
            raise FormatError(block.fault)
        return settle(_draft(block), rules)
    except FormatError as error:
        return Rejection(first.number, shown_id(_id(first)), str(error))


def _draft(block: Block) -> Draft:
    first = block.lines[0]
    pmid = _id(first)
    if not _is_title(first):
        raise FormatError("The document does not start with a title; begin it with PMID|t|title.")
    passages: dict[str, str] = {}
    found: list[Mention] = []
    problems: list[str] = []
    for line in block.lines:
        try:
            _take(line, pmid, passages, found)
        except FormatError as error:
            problems.append(str(error))
    parts = [passages["t"], passages["a"]] if passages.get("a") else [passages["t"]]
    text = "\n".join(parts)
    # A mention that runs from the title into the abstract says a space for the line feed between them.
    found = [replace(m, text=None) if text[m.start : m.end].replace("\n", " ") == m.text else m for m in found]
    return Draft(first.number, pmid, text, found, problems=problems)


def _take(line: Line, pmid: str, passages: dict[str, str], found: list[Mention]) -> None:
    """Put what `line` says into `passages` or `found`."""
    if _id(line) != pmid:
        raise FormatError(f"Line {line.number} does not carry the document's PMID; correct it.")
    passage = _PASSAGE.fullmatch(line.body)
    if passage is None:
        mention = _mention(line)
        if mention:
            found.append(mention)
    elif passage[2] in passages:
        raise FormatError(f"Line {line.number} is a second abstract; keep one of them.")
    else:
        passages[passage[2]] = passage[3]


def _mention(line: Line) -> Mention | None:
    """The entity of a tab line; None for a relation."""
    columns = line.body.split("\t")
    if _is_relation(columns):
        return None
    if len(columns) < 5 or not (_OFFSET.fullmatch(columns[1]) and _OFFSET.fullmatch(columns[2])) or not columns[4]:
        raise FormatError(f"Line {line.number} is no entity; write PMID, start, end, mention, label parted by tabs.")
    code = columns[5] if len(columns) > 5 and ICD10.fullmatch(columns[5]) else ""
    return Mention(int(columns[1]), int(columns[2]), columns[4], columns[3], code=code)


def _is_relation(columns: list[str]) -> bool:
    """``PMID CID id id``, or BioRED's five columns that end in Novel or No; an entity with a bad offset is neither."""
    if len(columns) < 4 or not _RELATION.fullmatch(columns[1]):
        return False
    return len(columns) == 4 or (len(columns) == 5 and columns[4] in {"Novel", "No"})


def write_pubtator(path: Path, rows: Iterable[Exported], written: Written) -> None:
    """A document a row: the first line of the text is the title, the rest the abstract."""
    last, name = "", ""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            if row.spans is None:
                written.lose(UNKNOWN_LOST, row)
                continue
            written.row(row)
            lose_made(written, row)
            lose_marks(written, row, codes=False)
            # A revision after the first of a note is a document of its own.
            name = row.external_id if row.external_id != last else f"{row.external_id}.r{row.revision}"
            last = row.external_id
            file.write(_document(row, _fitting(name, row, written), written))


def _fitting(name: str, row: Exported, written: Written) -> str:
    """`name` with what parts the columns written as %7C, and no byte order mark in front."""
    fit = (
        name.replace("%", "%25").replace("|", "%7C").replace("\ufeff", "%FEFF") if set("|\ufeff") & set(name) else name
    )
    if fit != row.external_id:
        written.lose(RENAMED, row)
    return fit


def _document(row: Exported, name: str, written: Written) -> str:
    title, _, abstract = row.text.partition("\n")
    title, abstract = title.translate(_PLAIN), abstract.translate(_PLAIN)
    held = f"{title}\n{abstract}" if abstract else title
    if len(held) < len(row.text):
        written.lose(_END_LOST, row, len(held), len(row.text))
    if held != row.text[: len(held)]:
        written.lose(_BREAKS_LOST, row)
    lines = [f"{name}|t|{title}", f"{name}|a|{abstract}"]
    for span in row.spans or ():
        # The first line break may lie within a mention.
        mention = row.text[span.start : span.end].translate(_PLAIN)
        columns = (name, str(span.start), str(span.end), mention, span.label, *filter(None, [span.code]))
        lines.append("\t".join(columns))
    return "\n".join(lines) + "\n\n"
