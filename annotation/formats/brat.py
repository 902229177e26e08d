"""BRAT standoff: ``note.txt`` with its entities in ``note.ann``, in a folder, a zip of one, or a single note.

Only T lines are read; relations, events, attributes and notes are passed over. Offsets count code points of the file
as it is, CRLF included. A folder without any .ann is unannotated notes (spans None). Where some notes have an .ann, a
.txt without one is rejected by name, as it may be a note or not; README, LICENSE, NOTICE and COPYING without an .ann
are never notes. An .ann without T lines means no entity. The id is the path below the folder without ``.txt``; the
line of a result is the number of the document in sorted order. https://brat.nlplab.org/standoff.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path, PurePosixPath

from annotation.formats.files import Files, FolderFiles, ZipFiles
from annotation.formats.lines import decoded
from annotation.formats.records import Draft, FormatError, Mention, Rejection, Result
from annotation.formats.settle import Rules, settle, shown_id

_ENTITY = re.compile(r"T\S*\t(\S+) ([0-9]{1,9} [0-9]{1,9}(?:;[0-9]{1,9} [0-9]{1,9})*)\t(.*)", re.DOTALL)
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
    for number, stem in enumerate(sorted((texts | anns) - about), start=1):
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
    if all(mention.text == text[mention.start : mention.end] for mention in found):
        found = [Mention(m.start - 1, m.end - 1, m.label, m.text, m.discontinuous) for m in found]
    else:
        found, problems = _mentions(ann, plain)
    return Draft(number, stem, plain, found, problems=problems)


def _text(files: Files, name: str) -> str:
    line = decoded(files.read(name), 1, noun=f"{name[-4:]} file")
    if line.fault:
        raise FormatError(line.fault)
    return line.text


def _mentions(ann: str, text: str) -> tuple[list[Mention], list[str]]:
    found: list[Mention] = []
    problems: list[str] = []
    for number, line in enumerate(ann.split("\n"), start=1):
        entity = _ENTITY.fullmatch(line.removesuffix("\r"))
        if entity:
            found.append(_mention(entity[1], entity[2], entity[3], text))
        elif line.strip() and not line.startswith(_OTHER):
            problems.append(
                f"Line {number} of the .ann is no entity; write T1, label start end, mention parted by tabs."
            )
    return found, problems


def _mention(label: str, places: str, said: str, text: str) -> Mention:
    pieces = [tuple(map(int, place.split(" "))) for place in places.split(";")]
    start, end = pieces[0][0], pieces[-1][1]
    gaps = [text[before[1] : after[0]] for before, after in pairwise(pieces)]
    # BRAT cuts an entity at a line break and writes a space for the break; neither parts the mention.
    whole = all(gap and not gap.strip("\r\n") for gap in gaps)
    found = text[start:end]
    same = ("\n" in found or "\r" in found) and found.split() == said.split()
    return Mention(start, end, label, found if same else said, discontinuous=not whole)
