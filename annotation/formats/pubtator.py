"""PubTator: ``PMID|t|title``, ``PMID|a|abstract``, then ``PMID start end mention label …`` parted by tabs.

Offsets count title, one separator, abstract (checked against all 18,976 mentions of BC5CDR train and dev), so the
text is the title, a line feed and the abstract; a title alone has no line feed. Relations (``PMID CID …``) and the
extra columns of composite mentions are passed over. A document without entity lines has no entities. A document ends
where the next title is, or at a blank line before another PMID. https://www.ncbi.nlm.nih.gov/research/bionlp/Tools/PubTator
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotation.formats.lines import Block, Line, numbered_lines
from annotation.formats.records import Draft, FormatError, Mention, Rejection, Result
from annotation.formats.settle import Rules, settle, shown_id

_PASSAGE = re.compile(r"([^|\t]+)\|([ta])\|(.*)", re.DOTALL)
_ID = re.compile(r"([^|\t]{1,200})[|\t]")
_OFFSET = re.compile(r"[0-9]{1,9}")
_RELATION = re.compile(r"[A-Za-z][A-Za-z_-]*")


def read_pubtator(path: Path, rules: Rules) -> Iterator[Result]:
    """A result for each document."""
    with path.open("rb") as file:
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
    return Draft(first.number, pmid, "\n".join(parts), found, problems=problems)


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
    return Mention(int(columns[1]), int(columns[2]), columns[4], columns[3])


def _is_relation(columns: list[str]) -> bool:
    """``PMID CID id id``, or BioRED's five columns that end in Novel or No; an entity with a bad offset is neither."""
    if len(columns) < 4 or not _RELATION.fullmatch(columns[1]):
        return False
    return len(columns) == 4 or (len(columns) == 5 and columns[4] in {"Novel", "No"})
