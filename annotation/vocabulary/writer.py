"""Fills the slots of a template: how one doctor writes about one patient, as pieces with their labels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from random import Random

from annotation.vocabulary import Disease, Treatment, vocabulary
from annotation.vocabulary.choosing import Chooser
from annotation.vocabulary.noise import Piece

DISEASE, TREATMENT = "DISEASE", "TREATMENT"
SLOT = re.compile(r"\{(\w+)\}|<([\d.]+)-([\d.]+)>")
FORMS = {
    "tab": ("Tab", "Tab.", "T.", "tab", "TAB", "TAB."),
    "cap": ("Cap", "Cap.", "C.", "cap", "CAP"),
    "inj": ("Inj", "Inj.", "inj", "INJ", "Inj"),
    "syp": ("Syp", "Syp.", "Syr", "syp", "SYP"),
    "oint": ("Oint", "oint", "Cream", "L/A", "Oint."),
    "drops": ("E/d", "drops", "Drops", "e/d", "gtt"),
    "neb": ("Neb", "neb", "Neb.", "NEB", "Neb with"),
    "inh": ("Inhaler", "MDI", "inh", "Rotacap", "Inh."),
}
TIMES = {
    "inj": ("IV BD", "IM stat", "IV OD", "stat", "SC OD", "IV TDS"),
    "oint": ("BD", "LA HS", "L/A BD", "twice daily on affected area"),
    "gel": ("L/A BD", "LA HS", "local application"),
    "lotion": ("L/A", "HS", "once a week", "BD"),
    "drops": ("BE QID", "RE TDS", "TDS", "LE 6 times/day", "BD", "QID"),
    "neb": ("QID", "TDS", "8 hrly", "SOS"),
    "inh": ("BD", "SOS", "OD", "BD with spacer"),
    "spray": ("BD", "each nostril BD", "HS"),
    "gargle": ("TDS", "after meals", "QID"),
    "sachet": ("OD", "HS", "BD", "in 1 glass water"),
    "inj endocrinology": ("SC BBF", "SC HS", "SC BD"),
    "inj oncology": ("IV D1 q3w", "in 500 ml NS over 2 hrs", "D1", "D1, D8"),
    "inj ophthalmology": ("under TA", "RE", "LE x 3 doses"),
    "inj psychiatry": ("IM SOS", "IM stat"),
    "inj gynaecology": ("IM stat", "IV stat", "in drip"),
    "inj orthopaedics": ("SC OD", "IM BD", "stat"),
    "inj paediatrics": ("IM stat", "0.5 ml IM"),
    "inj dermatology": ("SC q2w", "SC monthly"),
    "pessary": ("PV HS", "PV OD"),
}
CODES = ("OD", "OD", "BD", "BD", "TDS", "HS", "SOS", "OD HS", "QID")
OWN_SHARE = {"symptoms": 0.92, "vitals": 1.0, "exam": 0.85, "duration": 0.9}
GRIDS = ("1-0-1", "1-0-0", "0-0-1", "1-1-1", "1---1", "0-1-0")
LONG_TERM = ("OD", "BD", "HS", "1-0-1", "1-0-0", "0-0-1")
# A name that says its form already gets no second one.
SAYS_FORM = re.compile(
    r"drops|gel|inhaler|respules|shampoo|ointment|spray|vaginal|kit|applicap|mouthwash|gargle|patch|gum", re.I
)
WORDS = ("once daily", "twice a day", "at bedtime", "thrice daily", "when required")


@dataclass(frozen=True, slots=True)
class Habits:
    """How one doctor types; the same in every batch, so that a doctor's notes look alike."""

    form: int
    drug_case: str
    disease_case: str
    times: tuple[str, ...]
    days: tuple[str, ...]
    number: tuple[str, ...]
    gap: str

    @classmethod
    def of(cls, rng: Random) -> Habits:
        return cls(
            rng.randrange(5),
            rng.choice(("as is", "title", "title", "upper", "lower")),
            rng.choice(("as is", "as is", "as is", "title", "lower", "upper")),
            rng.choice((CODES, CODES, GRIDS, GRIDS, CODES + GRIDS, WORDS)),
            rng.choice((("x 5 days", "x 7 days", "x 1 month", ""), ("x 3d", "x 5d", "x1wk"), ("", "", "for 5 days"))),
            rng.choice((("",) * 9, tuple(f"{n}. " for n in range(1, 10)), tuple(f"{n}) " for n in range(1, 10)))),
            rng.choice((" ", " ", "")),
        )


@cache
def habits(doctor: str) -> Habits:
    return Habits.of(Random(f"habits of {doctor}"))  # noqa: S311 - made-up notes, nothing secret


def in_case(name: str, case: str) -> str:
    """`name` as the doctor's hand has it; abbreviations keep their capitals unless the hand is all lower."""
    if case == "title":
        return name[0].upper() + name[1:]
    return {"upper": name.upper(), "lower": name.lower()}.get(case, name)


@dataclass(slots=True)
class Writer:
    """Writes the lines of one note. `facts` answers slots that are about the person ("age", "name", …)."""

    rng: Random
    chooser: Chooser
    habits: Habits
    facts: dict[str, str]
    hinglish: float
    hindi: bool
    join: str
    spoke_hinglish: bool = False

    def line(self, template: str) -> list[Piece]:
        """The pieces of one template line; raises KeyError for a slot that nobody fills."""
        pieces, position = [], 0
        for match in SLOT.finditer(template):
            pieces.append(Piece(template[position : match.start()]))
            pieces += self._slot(match[1]) if match[1] else [Piece(self._number(match[2], match[3]))]
            position = match.end()
        pieces.append(Piece(template[position:]))
        return [piece for piece in pieces if piece.text]

    def _slot(self, slot: str) -> list[Piece]:
        writers = {
            "D": lambda: self._disease(self.chooser.disease()),
            "H": lambda: self._disease(self.chooser.comorbidity(), hedged=False),
            "N": lambda: self._disease(self.chooser.elsewhere(), hedged=False),
            "F": lambda: self._disease(self.chooser.elsewhere(), hedged=False),
            "T": lambda: [self._name(self.chooser.drug(), self.habits.drug_case)],
            "P": lambda: [self._name(self.chooser.procedure(), self.habits.disease_case)],
            "C": lambda: self._drug(self.chooser.chronic_drug(), form=self.rng.random() < 0.4, days=False),
            "RX": lambda: self._drug(self.chooser.drug()),
            "RXS": lambda: self._list(self.rng.choice((1, 2, 2, 3, 3, 4))),
            "RXI": lambda: self._inline(self.rng.choice((1, 1, 2, 2, 3))),
        }
        if slot in writers:
            return writers[slot]()
        return [Piece(self.facts[slot])] if slot in self.facts else self._phrase(slot)

    def _number(self, low: str, high: str) -> str:
        if "." in low:
            return f"{self.rng.uniform(float(low), float(high)):.1f}"
        return str(self.rng.randint(int(low), int(high)))

    def _phrase(self, slot: str) -> list[Piece]:
        """A phrase of the topic or specialty (mostly), or of any; Hinglish in a Hinglish note."""
        return self.line(self.rng.choice(self._hinglish_phrases(slot) or self._phrases(slot)))

    def _phrases(self, slot: str) -> tuple[str, ...]:
        phrases, general = vocabulary().phrases, vocabulary().phrases.get(slot, ())
        # A child's vitals are a child's in every clinic.
        specialty = "paediatrics" if slot == "vitals" and self.chooser.age < 13 else self.chooser.specialty
        own = phrases.get(f"{slot} {self.chooser.topic}") or phrases.get(f"{slot} {specialty}") or general
        return own if not general or self.rng.random() < OWN_SHARE.get(slot, 0.65) else general

    def _hinglish_phrases(self, slot: str) -> tuple[str, ...]:
        phrases = vocabulary().hinglish
        if slot not in phrases or self.rng.random() >= self.hinglish:
            return ()
        if self.hindi and f"{slot} hi" in phrases:
            self.spoke_hinglish = True
            return phrases[f"{slot} hi"]
        self.spoke_hinglish |= not self.hindi
        own = phrases.get(f"{slot} {self.chooser.specialty}", ())
        return own if own and self.rng.random() < 0.7 else phrases[slot]

    def _disease(self, disease: Disease, *, hedged: bool = True) -> list[Piece]:
        mention = self._name(disease, self.habits.disease_case)
        if not hedged or self.rng.random() > 0.16:
            return [mention]
        if self.rng.random() < 0.5:
            sign = self.rng.choice(vocabulary().phrases["prefix"])
            return [Piece(sign if sign == "?" else f"{sign} "), mention]
        return [mention, Piece(f" {self.rng.choice(vocabulary().phrases['suffix'])}")]

    def _name(self, term: Disease | Treatment, case: str) -> Piece:
        label = DISEASE if isinstance(term, Disease) else TREATMENT
        if term.hinglish and self.rng.random() < self.hinglish * 0.6:
            self.spoke_hinglish |= not self.hindi
            return Piece(self.rng.choice(term.hinglish), label)
        return Piece(in_case(self.rng.choice(term.names), case), label)

    def _drug(self, drug: Treatment, *, form: bool = True, days: bool = True) -> list[Piece]:
        """ "Tab Telma 40 OD x 5 days": only the name is the mention."""
        name = self._name(drug, self.habits.drug_case)
        form = form and self.rng.random() < 0.9 and not SAYS_FORM.search(name.text)
        pieces = [Piece(self._form(drug.form) + " "), name] if form else [name]
        tail = [self.rng.choice(self._times(drug, long_term=not days))]
        if drug.strengths and not any(c.isdigit() for c in name.text) and self.rng.random() < 0.75:
            tail.insert(0, self._strength(drug))
        if days and drug.form not in ("inj", "sachet"):
            tail.append(self.rng.choice(self.habits.days))
        if self.rng.random() < 0.06 and drug.form in ("tab", "cap", "syp"):
            tail.append(self.rng.choice(vocabulary().phrases["meal"]))
        return [*pieces, Piece("".join(f" {word}" for word in tail if word))]

    def _times(self, drug: Treatment, *, long_term: bool) -> tuple[str, ...]:
        own = TIMES.get(f"{drug.form} {drug.specialty}") or TIMES.get(drug.form)
        return own or (LONG_TERM if long_term else self.habits.times)

    def _form(self, form: str) -> str:
        if form == "drops" and self.chooser.specialty != "ophthalmology":
            return "drops"
        return FORMS[form][self.habits.form] if form in FORMS else form

    def _strength(self, drug: Treatment) -> str:
        return re.sub(r"(?<=\d)(?=mg|mcg|ml|g\b)", self.habits.gap, self.rng.choice(drug.strengths))

    def _list(self, count: int) -> list[Piece]:
        """`count` treatments, each on its line where the note has lines; now and then a procedure among them."""
        if self.join not in ("line", "blank"):
            return self._inline(count)
        pieces: list[Piece] = []
        for number in range(count):
            pieces.append(Piece(("\n" if number else "") + self.habits.number[number]))
            procedure = number and self.rng.random() < 0.1
            pieces += [self._name(self.chooser.procedure(), "title")] if procedure else self._slot("RX")
        return [piece for piece in pieces if piece.text]

    def _inline(self, count: int) -> list[Piece]:
        glue = self.rng.choice((", ", " + ", ", ", " and "))
        pieces = self._slot("RX")
        for _ in range(count - 1):
            pieces += [Piece(glue), *self._slot("RX")]
        return pieces
