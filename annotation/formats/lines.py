"""Lines of a file as bytes have them: parted at LF only, one at a time, and of bounded length."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

# A note has at most 20,000 characters (240 kB as JSON escapes); the rest is room for its spans.
MAX_BYTES = 8 * 2**20
LINE_COST = 100  # about what Python needs to keep a line besides its characters


class Line(NamedTuple):
    """``text`` with its line end; ``fault`` says in a sentence why it can't be used, or is empty."""

    number: int
    text: str
    fault: str = ""

    @property
    def body(self) -> str:
        """The text without its line end (LF or CRLF)."""
        return self.text.removesuffix("\n").removesuffix("\r")

    @property
    def blank(self) -> bool:
        return not self.fault and not self.text.strip(" \t\r\n")


def numbered_lines(file: BinaryIO) -> Iterator[Line]:
    """Lines from 1; never more than `MAX_BYTES` of one line in memory. U+2028, VT and the like part nothing."""
    number = 0
    while data := file.readline(MAX_BYTES + 1):
        number += 1
        if len(data) > MAX_BYTES:
            _skip_line(file, data)
            yield Line(number, "", f"The line has more than {MAX_BYTES:,} bytes; split the note.")
        else:
            yield decoded(data.removeprefix(codecs.BOM_UTF8) if number == 1 else data, number)


def _skip_line(file: BinaryIO, data: bytes) -> None:
    while data and not data.endswith(b"\n"):
        data = file.readline(MAX_BYTES)


def decoded(data: bytes, number: int, noun: str = "line") -> Line:
    """`data` as text; bytes that are not UTF-8 become lone surrogates and a fault that names the first of them."""
    try:
        return Line(number, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        fault = f"The {noun} is not UTF-8 at byte {error.start}; save the file as UTF-8."
        return Line(number, data.decode("utf-8", "surrogateescape"), fault)


class Block:
    """The lines of one note; past `MAX_BYTES` only the fact that it is too long is kept."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._cost = 0

    def add(self, line: Line) -> None:
        self._cost += len(line.text) + LINE_COST
        if self._cost <= MAX_BYTES or not self.lines:
            self.lines.append(line)
        elif not self.lines[-1].fault:
            self.lines.append(Line(line.number, "", "The note is too long; split it."))

    @property
    def fault(self) -> str:
        """The first fault of its lines with the line's number, or nothing."""
        return next((f"Line {line.number}: {line.fault}" for line in self.lines if line.fault), "")
