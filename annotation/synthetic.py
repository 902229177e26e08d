"""Demo notes: Indian e-prescriptions as doctors type them, with gold spans. All people in them are made up.

Guideline of the gold, which the demo project's guideline page repeats:

* DISEASE is the name of a disease, as written, abbreviation, Hinglish or typo included: also when it is denied
  ("no h/o DM"), doubtful ("?dengue"), past, or a relative's. The words that say so are outside. Side and stage count
  when the name is not usual without them ("B/L OA knee", "CKD stage 4"). Symptoms, signs and findings (fever, cough,
  pain, pedal edema) are no disease.
* TREATMENT is the name of a drug (generic or brand), procedure or therapy, also when it is stopped or planned. The
  form (Tab, Inj), dose, frequency and duration are outside; a number that belongs to the brand counts ("Dolo 650",
  "Glycomet GP 2"). Diet, rest and other advice are no treatment.
* A name inside a test, level, place, diet, vaccine history or allergy is no mention ("dengue NS1", "TB clinic",
  "diabetic diet", "S. lithium level", "allergic to penicillin").

Note i depends on the seed, the knobs and i alone: it is drawn from its own ``Random(f"{seed}:{i}")``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from random import Random

from annotation.spans import Span
from annotation.vocabulary import Template, Vocabulary, vocabulary
from annotation.vocabulary.choosing import Chooser
from annotation.vocabulary.noise import Piece, assemble, upper, with_accidents, with_typos
from annotation.vocabulary.people import Patient, facets_of, facts_about, patient_number, patient_of, seeded
from annotation.vocabulary.writer import DISEASE, TREATMENT, Writer, habits

__all__ = ["DISEASE", "LABELS", "TREATMENT", "Knobs", "SyntheticNote", "Vocabulary", "generate", "vocabulary"]

LABELS = (DISEASE, TREATMENT)
JOINS = {"line": "\n", "blank": "\n\n", "space": " ", "dot": ". ", "comma": ", ", "slash": " / "}


@dataclass(frozen=True, slots=True)
class Knobs:
    """Drift knobs: shares in [0, 1] and `length`, a factor in [0.3, 4]; ValueError names the one out of range.

    `new_disease`, `new_drug`: share of mentions from the held-back terms; `new_template`, `upper_case`, `hinglish`:
    share of notes; `typos`: share of words of four letters or more.
    """

    new_disease: float = 0.0
    new_drug: float = 0.0
    new_template: float = 0.0
    upper_case: float = 0.05
    typos: float = 0.02
    hinglish: float = 0.12
    length: float = 1.0

    def __post_init__(self) -> None:
        for knob in fields(self):
            low, high = (0.3, 4.0) if knob.name == "length" else (0.0, 1.0)
            value = getattr(self, knob.name)
            if not low <= value <= high:
                raise ValueError(f"Knob {knob.name} is {value}, outside {low:g} to {high:g}; choose a value inside.")


@dataclass(frozen=True, slots=True)
class SyntheticNote:
    """One note with its gold: `spans` in code points, in order, labels of :data:`LABELS`."""

    external_id: str
    text: str
    spans: tuple[Span, ...]
    patient: str
    doctor: str
    template: str
    facets: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Line:
    optional: bool
    pieces: list[Piece]

    @property
    def words(self) -> int:
        return sum(len(piece.text.split()) for piece in self.pieces)

    @property
    def has_mention(self) -> bool:
        return any(piece.label for piece in self.pieces)


def generate(
    count: int, *, seed: int, knobs: Knobs = Knobs(), prefix: str = "demo", start: int = 0
) -> Iterator[SyntheticNote]:
    """`count` notes, about 1.3 to a patient; the first n of a longer run are the same. Ids are ``{prefix}-{i:06}``.

    `start`: the number of the first one, so that a run can go on where another ended.
    """
    for index in range(start, start + count):
        yield _note(index, seed, knobs, prefix)


def _note(index: int, seed: int, knobs: Knobs, prefix: str) -> SyntheticNote:
    rng = seeded(f"{seed}:{index}")
    patient = patient_of(seed, patient_number(seed, index))
    template = _template(rng, patient, knobs)
    in_capitals, hinglish = rng.random() < knobs.upper_case, rng.random() < knobs.hinglish
    writer = _writer(rng, patient, template, knobs, hinglish)
    lines = _spoken(_lengthened(_lines(writer, template), writer, knobs.length), writer)
    pieces = with_typos(_joined(lines, JOINS[template.join]), knobs.typos, rng)
    text, spans = assemble(with_accidents(upper(pieces) if in_capitals else pieces, rng))
    language = ("hi" if writer.hindi else "hinglish") if hinglish else "en"
    who = f"{prefix}-patient-{patient.number:05d}"
    return SyntheticNote(
        f"{prefix}-{index:06d}", text, spans, who, patient.doctor, template.name, facets_of(patient, language)
    )


@cache
def _templates(topic: str, new: bool) -> tuple[Template, ...]:
    """The general ones, and those of a specialty or topic twice: its clinics have their own forms."""
    fitting = [t for t in vocabulary().templates if t.new == new]
    own = [t for t in fitting if {topic, topic.partition("/")[0]} & {*t.specialties}]
    return (*(t for t in fitting if t.specialties == ("all",)), *own, *own)


def _template(rng: Random, patient: Patient, knobs: Knobs) -> Template:
    new = rng.random() < knobs.new_template
    return rng.choice(_templates(patient.topic, new))


def _writer(rng: Random, patient: Patient, template: Template, knobs: Knobs, hinglish: bool) -> Writer:
    chooser = Chooser(rng, patient.topic, patient.gender, patient.age, knobs.new_disease, knobs.new_drug)
    hindi = hinglish and rng.random() < 0.15
    share = 0.65 if hinglish else 0.0
    return Writer(rng, chooser, habits(patient.doctor), facts_about(rng, patient), share, hindi, template.join)


def _lines(writer: Writer, template: Template) -> list[_Line]:
    """The written lines; those that may be left out come about half the time."""
    lines = []
    for line in template.lines:
        optional = line.startswith("?")
        if not optional or writer.rng.random() < 0.55:
            lines.append(_Line(optional, writer.line(line.removeprefix("?"))))
    if writer.rng.random() < 0.2:
        lines.insert(writer.rng.randint(1, len(lines)), _Line(True, writer.line("{distractor}")))
    return lines


def _lengthened(lines: list[_Line], writer: Writer, length: float) -> list[_Line]:
    """About `length` times the words: lines left out, those without a mention first, or general lines put in."""
    words = sum(line.words for line in lines)
    target = words * length
    for line in sorted(lines, key=lambda line: (not line.optional, line.has_mention, writer.rng.random())):
        if words - line.words < target or len(lines) == 1:
            continue
        lines = [other for other in lines if other is not line]
        words -= line.words
    while words < target - 3:
        line = _Line(True, writer.line(writer.rng.choice(vocabulary().phrases["filler"])))
        lines.insert(writer.rng.randint(1, len(lines)), line)
        words += line.words
    return lines


def _spoken(lines: list[_Line], writer: Writer) -> list[_Line]:
    """A note that is to be Hinglish, and by chance has no word of it yet, gets the complaint in it."""
    if writer.hinglish and not writer.spoke_hinglish:
        writer.hinglish = 1.0
        lines.insert(1, _Line(False, writer.line("{symptoms}")))
    return lines


def _joined(lines: list[_Line], separator: str) -> list[Piece]:
    pieces: list[Piece] = []
    for line in lines:
        pieces += [Piece(separator), *line.pieces] if pieces else line.pieces
    return pieces
