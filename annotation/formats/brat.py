"""BRAT standoff: ``note.txt`` with its entities in ``note.ann``, in a folder, a zip of one, or a single note.

T lines are read, with their attributes named Assertion and references to ICD10; relations, events, other attributes
and notes are passed over. A written zip says in a # line of each note who made it, its scores and facets. Offsets
count code points of the file as it is, CRLF included. A folder without any .ann is unannotated notes (spans None).
Where some notes have an .ann, a .txt without one is rejected by name, as it may be a note or not; README, LICENSE,
NOTICE and COPYING without an .ann are never notes. An .ann without T lines means no entity. The id is the path below
the folder without ``.txt``; the line of a result is the number of the document in sorted order.
https://brat.nlplab.org/standoff.html
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path, PurePosixPath

from annotation.formats.exported import RENAMED, UNKNOWN_LOST, Exported, ExportedSpan, Written, joined_label
from annotation.formats.files import Files, FolderFiles, ZipFiles
from annotation.formats.lines import decoded
from annotation.formats.records import Draft, FormatError, Mention, Rejection, Result
from annotation.formats.settle import Rules, settle, shown_id
from annotation.spans import ASSERTIONS, ICD10

_ENTITY = re.compile(r"(T\S*)\t(\S+) ([0-9]{1,9} [0-9]{1,9}(?:;[0-9]{1,9} [0-9]{1,9})*)\t(.*)", re.DOTALL)
_ASSERTION = re.compile(r"A\S*\tAssertion (T\S*) (\S+)")
_CODE = re.compile(r"N\S*\tReference (T\S*) ICD10:(\S+)\t.*", re.DOTALL)
_BREAKS = re.compile(r"[\r\n]+")
# What a name of a file in a zip may hold everywhere; the rest is written as %XX.
_NAMES = " ()+,-.=@_"
_OTHER = ("R", "E", "N", "A", "M", "#", "*")
_ABOUT = re.compile(r"(readme|licen[cs]e)([-_. ].*)?|notice|copying", re.IGNORECASE)
_BOM = "\ufeff"


def read_brat(path: Path, rules: Rules) -> Iterator[Result]:
    """A result for each document, sorted by name."""
    if path.is_dir():
        yield from _results(FolderFiles(path, sorted(path.rglob("*"))), rules)
    elif path.suffix.lower() == ".zip":
        yield from _zipped(path, rules)
    else:
        pair = [file for file in (path.with_suffix(".ann"), path.with_suffix(".txt")) if file.exists()]
        yield from _results(FolderFiles(path.parent, pair), rules)


def _zipped(path: Path, rules: Rules) -> Iterator[Result]:
    try:
        files = ZipFiles(path)
    except FormatError as error:
        yield Rejection(1, "", str(error))
        return
    with files:
        yield from _results(files, rules)


def _results(files: Files, rules: Rules) -> Iterator[Result]:
    texts, anns = ({name[:-4] for name in files.names if name.endswith(end)} for end in (".txt", ".ann"))
    if not texts | anns:
        yield Rejection(1, "", "There is no .txt in it; give a folder or a zip of .txt and .ann files, or one .txt.")
    about = {stem for stem in texts - anns if _ABOUT.fullmatch(PurePosixPath(stem).name)}
    stems = sorted((texts | anns) - about)
    for number, stem in enumerate(stems, start=1):
        rules.reach.of(number, len(stems))
        try:
            _check_pair(stem, texts, anns)
            yield settle(_draft(files, number, stem, annotated=stem in anns), rules)
        except FormatError as error:
            yield Rejection(number, shown_id(stem), str(error))


def _check_pair(stem: str, texts: set[str], anns: set[str]) -> None:
    if stem not in texts:
        raise FormatError("The .ann has no .txt beside it; add the text.")
    if anns and stem not in anns:
        raise FormatError("The .txt has no .ann while others have one; add an .ann (empty for no entity) or remove it.")


def _draft(files: Files, number: int, stem: str, *, annotated: bool) -> Draft:
    text = _text(files, stem + ".txt")
    plain = text.removeprefix(_BOM)
    if not annotated:
        return Draft(number, stem, plain, None)
    ann = _text(files, stem + ".ann").removeprefix(_BOM)
    # Some tools count the byte order mark and some do not: the mentions tell.
    found, problems = _mentions(ann, text)
    if plain == text:
        return Draft(number, stem, text, found, problems=problems)
    if plain.startswith(_BOM):
        # The text itself begins with the mark; the one before it is the file's.
        found, problems = _mentions(ann, plain)
        return Draft(number, stem, plain, found, problems=problems)
    if all(mention.text == text[mention.start : mention.end] for mention in found):
        found = [replace(m, start=m.start - 1, end=m.end - 1) for m in found]
    else:
        found, problems = _mentions(ann, plain)
    return Draft(number, stem, plain, found, problems=problems)


def _text(files: Files, name: str) -> str:
    line = decoded(files.read(name), 1, noun=f"{name[-4:]} file")
    if line.fault:
        raise FormatError(line.fault)
    return line.text


def _mentions(ann: str, text: str) -> tuple[list[Mention], list[str]]:
    found: dict[str, Mention] = {}
    problems: list[str] = []
    for number, line in enumerate(ann.split("\n"), start=1):
        entity = _ENTITY.fullmatch(line.removesuffix("\r"))
        if entity:
            # A T without a number of its own is one more entity all the same.
            name = entity[1] if entity[1] not in found else f"{entity[1]} in line {number}"
            found[name] = _mention(entity[2], entity[3], entity[4], text)
        elif line.strip() and not line.startswith(_OTHER):
            problems.append(
                f"Line {number} of the .ann is no entity; write T1, label start end, mention parted by tabs."
            )
    for line in ann.split("\n"):
        _mark(line.removesuffix("\r"), found)
    return list(found.values()), problems


def _mark(line: str, found: dict[str, Mention]) -> None:
    """Put assertion or code of a line to the entity it speaks of; other attributes and references are passed over."""
    said, code = _ASSERTION.fullmatch(line), _CODE.fullmatch(line)
    if said and said[1] in found and said[2] in ASSERTIONS:
        mention = found[said[1]]
        both = tuple(name for name in ASSERTIONS if name in (*mention.assertion, said[2]))
        found[said[1]] = replace(mention, assertion=both)
    elif code and code[1] in found and ICD10.fullmatch(code[2]):
        found[code[1]] = replace(found[code[1]], code=code[2])


def _mention(label: str, places: str, said: str, text: str) -> Mention:
    pieces = [tuple(map(int, place.split(" "))) for place in places.split(";")]
    start, end = pieces[0][0], pieces[-1][1]
    gaps = [text[before[1] : after[0]] for before, after in pairwise(pieces)]
    # BRAT cuts an entity at a line break and writes a space for the break; neither parts the mention.
    whole = all(gap and not gap.strip("\r\n") for gap in gaps)
    found = text[start:end]
    same = ("\n" in found or "\r" in found) and found.split() == said.split()
    return Mention(start, end, label, found if same else said, discontinuous=not whole)


def write_brat(path: Path, rows: Iterable[Exported], written: Written) -> None:
    """A zip with a .txt and an .ann a row; a revision after the first of a note is a document of its own."""
    last = ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for row in rows:
            if row.spans is None:
                written.lose(UNKNOWN_LOST, row)
                continue
            written.row(row)
            name = _file_name(row.external_id if row.external_id != last else f"{row.external_id}.r{row.revision}")
            last = row.external_id
            if name != row.external_id:
                written.lose(RENAMED, row)
            _put(archive, f"{name}.txt", (_BOM if row.text.startswith(_BOM) else "") + row.text)
            _put(archive, f"{name}.ann", "".join(_ann(row, row.spans, written)))


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    # One date for all, so that the same rows make the same file.
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    archive.writestr(info, text.encode())


def _file_name(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in _NAMES else "".join(f"%{byte:02X}" for byte in c.encode()) for c in name)
    return f"%2E{kept[1:]}" if kept.startswith(".") else kept


def _ann(row: Exported, spans: tuple[ExportedSpan, ...], written: Written) -> Iterator[str]:
    marks = 0
    for number, span in enumerate(spans, start=1):
        mention = row.text[span.start : span.end]
        places = ";".join(f"{span.start + a} {span.start + b}" for a, b in _pieces(mention))
        said = " ".join(mention[a:b] for a, b in _pieces(mention))
        yield f"T{number}\t{joined_label(span, row, written)} {places}\t{said}\n"
        for assertion in span.assertion:
            marks += 1
            yield f"A{marks}\tAssertion T{number} {assertion}\n"
        if span.code:
            yield f"N{number}\tReference T{number} ICD10:{span.code}\t{said}\n"
    scores = {"scores": [span.score for span in spans]} if row.scores else {}
    made = json.dumps({**row.made(), "facets": dict(row.facets), **scores}, ensure_ascii=False)
    yield f"#1\tAnnotatorNotes T1\t{made}\n"


def _pieces(mention: str) -> list[tuple[int, int]]:
    """The lines of a mention: BRAT knows no line break within an entity."""
    edges = [0, *(edge for found in _BREAKS.finditer(mention) for edge in found.span()), len(mention)]
    return [(edges[i], edges[i + 1]) for i in range(0, len(edges), 2)]
