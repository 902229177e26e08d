"""The elements of one big JSON array, one at a time: a file of 200 MB needs the memory of its longest element.

An element that is bad JSON is a fault of its own and the next one is read; only a file that ends early, or an element
longer than `MAX_BYTES`, ends the reading.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from annotation.formats import json_fields
from annotation.formats.lines import MAX_BYTES
from annotation.formats.records import FormatError

CHUNK = 2**18
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(object_pairs_hook=json_fields.without_repeats)
# A string as a whole, or a sign that opens, closes or parts. Possessive: no back-tracking over an open string.
_SIGN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},"]', re.DOTALL)


class Element(NamedTuple):
    """A value of the array and the line where it starts; ``fault``: why there is none; ``last``: none follows."""

    line: int
    value: Any
    fault: str = ""
    last: bool = False


class _Buffer:
    """Text of the file from `place` on; what was read is let go of."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
        self.text, self.place, self.line, self.over = "", 0, 1, False

    def more(self) -> bool:
        """Whether there was more; twice as much each time, so that a long element is not scanned over and over."""
        data = b"" if self.over else self._file.read(max(CHUNK, len(self.text) - self.place))
        self.over = not data
        self.text = self.text[self.place :] + self._decode(data, final=self.over)
        self.place = 0
        return not self.over

    def skip_to(self, place: int) -> None:
        self.line += self.text.count("\n", self.place, place)
        self.place = place

    def peek(self) -> str:
        """The next character that is no white space; empty at the end of the file."""
        while True:
            found = _SPACE.match(self.text, self.place)
            self.skip_to(found.end() if found else self.place)
            if self.place < len(self.text):
                return self.text[self.place]
            if not self.more():
                return ""


def elements(file: BinaryIO, *, key: str = "") -> Iterator[Element]:
    """The elements of the array that the file is, or with `key` of the array that the file's object has as its first.

    A last Element with a fault says why reading ended before the array did.
    """
    buffer = _Buffer(file)
    if key and not _opened(buffer, key):
        yield Element(1, None, f"The file does not begin as an object with a list {key}; export it as JSON.")
        return
    if buffer.peek() != "[":
        yield Element(1, None, "The file is no JSON list; export it as JSON, with all notes in one list.")
        return
    buffer.skip_to(buffer.place + 1)
    if buffer.peek() == "]":
        return
    while True:
        buffer.peek()
        element = _element(buffer)
        yield element
        sign = "]" if element.last else buffer.peek()
        if sign == "]":
            return
        if sign != ",":
            yield Element(buffer.line, None, "The list breaks off here; nothing was read after it. Export it again.")
            return
        buffer.skip_to(buffer.place + 1)


def _opened(buffer: _Buffer, key: str) -> bool:
    buffer.peek()
    found = re.compile(r'\{\s*"' + re.escape(key) + r'"\s*:').match(buffer.text, buffer.place)
    if found:
        buffer.skip_to(found.end())
    return found is not None


def _element(buffer: _Buffer) -> Element:
    line = buffer.line
    while True:
        try:
            value, end = _DECODER.raw_decode(buffer.text, buffer.place)
        except (ValueError, RecursionError) as error:
            # Bad, or not wholly read yet: the signs tell.
            bad_until = _end(buffer.text, buffer.place)
            if bad_until is not None:
                buffer.skip_to(bad_until)
                return Element(line, None, _fault(error))
        else:
            # A number may go on in the next piece of the file.
            if end < len(buffer.text) or buffer.over:
                buffer.skip_to(end)
                return Element(line, value)
        if len(buffer.text) - buffer.place > MAX_BYTES:
            return Element(
                line, None, f"The note has more than {MAX_BYTES:,} characters; nothing was read after it.", True
            )
        if not buffer.more():
            return Element(line, None, "The file ends within this note; send the whole file.", True)


def _end(text: str, place: int) -> int | None:
    """Where the element that starts at `place` ends, by its brackets; None when `text` ends before."""
    depth = 0
    for sign in _SIGN.finditer(text, place):
        match sign[0]:
            case "[" | "{":
                depth += 1
            case '"':  # a string without its end
                return None
            case "]" | "}" | "," if depth == 0:
                return sign.start()
            case "]" | "}":
                depth -= 1
                if depth == 0:
                    return sign.end()
    return None


def _fault(error: Exception) -> str:
    if isinstance(error, FormatError):
        return str(error)
    return "Not valid JSON, nested too deep or a number too long; export the note again."
