"""The words of the demo notes: text files beside this module, read once. No Django in here.

Terms are counted by line; the names on a line (generic, brand, abbreviation, Hinglish) mean the same thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


class VocabularyError(ValueError):
    """A line of a vocabulary file can't be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Disease:
    """One disease: its `names`, most usual first; `gender` is "F", "M" or "*"; `ages` in years, both included."""

    names: tuple[str, ...]
    hinglish: tuple[str, ...]
    topic: str
    gender: str
    ages: tuple[int, int]
    common: bool
    new: bool

    @property
    def specialty(self) -> str:
        return self.topic.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Treatment:
    """One drug or procedure (`form` "proc"); `strengths` such as "500mg", empty when none is written."""

    names: tuple[str, ...]
    hinglish: tuple[str, ...]
    topic: str
    form: str
    strengths: tuple[str, ...]
    common: bool
    new: bool

    @property
    def specialty(self) -> str:
        return self.topic.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Template:
    """A whole note: its `lines` with slots ("?" first: may be left out), and the word for how they are joined."""

    name: str
    join: str
    specialties: tuple[str, ...]
    lines: tuple[str, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything the generator knows; ``len(vocabulary().diseases)`` counts terms, held-back ones included."""

    diseases: tuple[Disease, ...]
    treatments: tuple[Treatment, ...]
    templates: tuple[Template, ...]
    phrases: Mapping[str, tuple[str, ...]]
    hinglish: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[str, ...]]

    @property
    def topics(self) -> dict[str, tuple[str, tuple[int, int]]]:
        """Each topic ("specialty/topic") with its gender and ages, in the order of the file."""
        return {disease.topic: (disease.gender, disease.ages) for disease in self.diseases}


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, read from the text files once a process; raises :class:`VocabularyError`."""
    return Vocabulary(
        tuple(_disease(*row) for row in _rows("diseases.txt")),
        tuple(_treatment(*row) for row in _rows("treatments.txt")),
        tuple(_template(block) for block in _blocks("templates.txt")),
        _sections("phrases.txt"),
        _sections("hinglish.txt"),
        _sections("names.txt"),
    )


def _lines(file: str) -> Iterator[tuple[int, str]]:
    text = (FOLDER / file).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        # "#" followed by a space is a remark; "# NOF" inside a line is how doctors write fracture.
        if line.strip() and not line.startswith("# "):
            yield number, line.strip()


def _rows(file: str) -> Iterator[tuple[str, str, str]]:
    """(line, its heading, where it stands) for each line that is no heading."""
    heading = ""
    for number, line in _lines(file):
        if line.startswith("["):
            heading = line
        elif heading:
            yield line, heading, f"{file}:{number}"
        else:
            raise VocabularyError(f"{file}:{number} stands before the first [heading]; put it under one.")


def _sections(file: str) -> dict[str, tuple[str, ...]]:
    sections: dict[str, list[str]] = {}
    for line, heading, _ in _rows(file):
        sections.setdefault(heading.strip("[]"), []).append(line)
    return {name: tuple(lines) for name, lines in sections.items()}


def _names(line: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = [name.strip() for name in line.lstrip("+!").split("|")]
    return tuple(n for n in names if n[0] != "~"), tuple(n[1:] for n in names if n[0] == "~")


def _disease(line: str, heading: str, where: str) -> Disease:
    try:
        topic, rest = heading[1:].split("] ")
        gender, ages = rest.split(" ")
        youngest, oldest = (int(age) for age in ages.split("-"))
    except ValueError:
        raise VocabularyError(f"{where}: {heading!r} is not '[specialty/topic] gender youngest-oldest'.") from None
    return Disease(*_names(line), topic, gender, (youngest, oldest), line[0] == "+", line[0] == "!")


def _treatment(line: str, heading: str, where: str) -> Treatment:
    names, separator, use = line.partition(";")
    if not separator or not use.strip():
        raise VocabularyError(f"{where}: a treatment needs '; form' after its names.")
    form, _, strengths = use.strip().partition(" ")
    doses = tuple(s.strip() for s in strengths.split(",") if s.strip())
    return Treatment(*_names(names), heading.strip("[]"), form, doses, line[0] == "+", line[0] == "!")


def _blocks(file: str) -> Iterator[list[str]]:
    block: list[str] = []
    for _, line in _lines(file):
        if line.startswith(("== ", "! == ")):
            if block:
                yield block
            block = []
        block.append(line)
    yield block


def _template(block: list[str]) -> Template:
    heading, *lines = block
    name, join, specialties = (part.strip() for part in heading.partition("== ")[2].split("|"))
    return Template(name, join, tuple(specialties.split(",")), tuple(lines), heading.startswith("!"))
