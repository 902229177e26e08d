"""Words in one file and their tags in another, line by line: ``x_sent`` and ``x_label`` in a folder or a zip of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import zip_longest
from pathlib import Path

from annotation.formats.files import Files, FolderFiles, ZipFiles
from annotation.formats.lines import Line, numbered_lines
from annotation.formats.records import FormatError

_SCHEME = re.compile(r"O|[BILUSE]-\S+")


def paired_lines(path: Path) -> Iterator[Line]:
    """The lines of both as columns of one file; a tag without a prefix goes on as long as it is the same."""
    files: Files = FolderFiles(path, sorted(path.rglob("*"))) if path.is_dir() else ZipFiles(path)
    stems = [name.removesuffix("_sent") for name in files.names if name.endswith("_sent")]
    pairs = [stem for stem in stems if f"{stem}_label" in files.names]
    if len(pairs) != 1:
        raise FormatError(f"There are {len(pairs)} pairs of files x_sent and x_label in it; give one, or one file.")
    words, tags = (numbered_lines(BytesIO(files.read(f"{pairs[0]}_{end}"))) for end in ("sent", "label"))
    for word, tag in zip_longest(words, tags):
        if word is None or tag is None:
            yield Line((word or tag).number, "", "One of the two files ends here; give both in full.")
            return
        if word.blank != tag.blank:
            yield Line(word.number, "", "Only one of the two files has an empty line here; correct it.")
            continue
        yield word if word.blank else _line(word, tag)


def _line(word: Line, tag: Line) -> Line:
    said = tag.body.strip()
    column = said if _SCHEME.fullmatch(said) else f"I-{said}"
    return Line(word.number, f"{word.body}\t{column}\n", word.fault or tag.fault)
