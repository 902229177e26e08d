"""Behaviour cases to begin with, for projects that mark DISEASE and TREATMENT. Every sentence is made up.

By the guidelines a disease that is denied is marked like any other, and the word that denies it is not: so a case of
negation is a pair, the name that must be found and the words that must stay outside.

The demo's first model holds those that are switched on. Those that come switched off it fails, and rightly is told so:
a denied disease that it rarely saw, a misspelled one, a brand with its number in a Hinglish sentence. A project
switches them on when it wants its models held to them. No Django in here.
"""

from __future__ import annotations

from dataclasses import dataclass

from training.gates.phrases import ANY, Phrase

FIND, NOT_FIND = "find", "not_find"
DISEASE, TREATMENT = "DISEASE", "TREATMENT"


@dataclass(frozen=True, slots=True)
class Starter:
    """A case as it is written: see training.models.BehaviourCase."""

    category: str
    expectation: str
    text: str
    phrases: tuple[Phrase, ...] = ()
    repeat: int = 1
    active: bool = True


def _find(category: str, text: str, *phrases: tuple[str, str], repeat: int = 1) -> Starter:
    return Starter(category, FIND, text, tuple(Phrase(*phrase) for phrase in phrases), repeat)


def _later(category: str, text: str, *phrases: tuple[str, str]) -> Starter:
    return Starter(category, FIND, text, tuple(Phrase(*phrase) for phrase in phrases), active=False)


def _not(category: str, text: str, *words: str) -> Starter:
    return Starter(category, NOT_FIND, text, tuple(Phrase(word, ANY) for word in words))


LONG_VISIT = (
    "Review visit. K/c/o hypertension, on Tab Amlodipine 5 mg OD. BP 132/84, pulse 78. Continue same, review 1 month."
)

SUGAR, FEVER = "Sugar ki bimari 5 saal se", "3 din se bukhar, viral fever lag raha hai"

STARTERS: tuple[Starter, ...] = (
    _find("basic", "K/c/o hypertension since 5 years.", ("hypertension", DISEASE)),
    _find("basic", "Tab Metformin 500 mg BD after food.", ("Metformin", TREATMENT)),
    _not("basic", "Tab Metformin 500 mg BD after food.", "Tab", "500 mg", "BD"),
    _find("negation", "No h/o DM, HTN.", ("DM", DISEASE), ("HTN", DISEASE)),
    _not("negation", "No h/o DM, HTN.", "No", "h/o"),
    _find("negation", "Denies asthma, no h/o hypothyroidism.", ("asthma", DISEASE), ("hypothyroidism", DISEASE)),
    _not("negation", "Denies asthma, no h/o hypothyroidism.", "Denies", "no"),
    _later("negation", "No h/o dengue.", ("dengue", DISEASE)),
    _find("abbreviation", "K/c/o T2DM, HTN.", ("T2DM", DISEASE), ("HTN", DISEASE)),
    _find("abbreviation", "Tab PCM 650 mg SOS.", ("PCM", TREATMENT)),
    _not("abbreviation", "BP 130/80, SpO2 98%, RS clear, CVS S1S2 normal.", "BP", "SpO2", "RS", "CVS"),
    _find("misspelling", "Tab Metfromin 500 mg BD.", ("Metfromin", TREATMENT)),
    _find("misspelling", "Tab Paracetmol 500 mg SOS.", ("Paracetmol", TREATMENT)),
    _later("misspelling", "K/c/o hypertenson since 3 years.", ("hypertenson", DISEASE)),
    _find("hinglish", f"{SUGAR}, Tab Metformin 500 mg BD.", ("Sugar ki bimari", DISEASE), ("Metformin", TREATMENT)),
    _later("hinglish", f"{FEVER}, Tab Dolo 650 din me 3 baar.", ("viral fever", DISEASE), ("Dolo 650", TREATMENT)),
    _not("hinglish", "Khana time pe khana, paani zyada peena, 5 din baad dikhana."),
    _not("empty", ""),
    _not("empty", "\n \t \n"),
    _not("empty", "Review after 2 weeks with reports."),
    _find(
        "long", LONG_VISIT, ("hypertension", DISEASE), ("Amlodipine", TREATMENT), repeat=20_000 // (len(LONG_VISIT) + 1)
    ),
)
