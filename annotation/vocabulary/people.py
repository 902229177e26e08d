"""The made-up people of the demo notes: who comes, to whom, and what a note and its facets say of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from annotation.vocabulary import vocabulary

SURNAMES_OF_DOCTORS = ("Mehta", "Rao", "Krishnan", "Ahmed", "Sinha", "Bose", "Gill", "Menon", "Deshmukh")
FOLLOW_UPS, NEAREST_NOTES = 0.25, 60


@dataclass(frozen=True, slots=True)
class Patient:
    """Who a note is about: `topic` is why they come, `age` in years, `gender` "F", "M" or "other"."""

    number: int
    topic: str
    gender: str
    age: int
    first: str
    surname: str
    phone: str
    city: str
    doctor: str
    source: str


def seeded(seed: str) -> Random:
    """A Random of its own for each thing that is drawn, so that nothing depends on the order of drawing."""
    return Random(seed)  # noqa: S311 - made-up notes, nothing secret


def patient_number(seed: int, index: int) -> int:
    """The patient of note `index`: that of a note shortly before, or a new one."""
    rng = seeded(f"{seed}:{index}:visit")
    while index and rng.random() < FOLLOW_UPS:
        index -= rng.randint(1, min(index, NEAREST_NOTES))
        rng = seeded(f"{seed}:{index}:visit")
    return index


def patient_of(seed: int, number: int) -> Patient:
    """Patient `number` of the run with `seed`: always the same person, doctor and topic."""
    rng = seeded(f"{seed}:patient:{number}")
    topic, (gender, ages) = rng.choice(list(_topics().items()))
    gender = gender if gender != "*" else rng.choices(("F", "M", "other"), (49, 49, 2))[0]
    names = vocabulary().names
    first = rng.choice(names["M" if gender == "M" else "F"])
    place = rng.randrange(len(SURNAMES_OF_DOCTORS))
    specialty = topic.partition("/")[0]
    return Patient(
        number,
        topic,
        gender,
        rng.randint(*ages),
        first,
        rng.choice(names["surnames"]),
        # The series printed in every example: it can't be dialled to a patient.
        f"98765432{rng.randrange(100):02d}",
        names["cities"][(place + len(specialty)) % len(names["cities"])],
        f"dr-{SURNAMES_OF_DOCTORS[place].lower()}-{specialty.replace(' ', '-')}",
        rng.choices(("web", "mobile", "clinic-desktop"), (35, 40, 25))[0],
    )


@cache
def _topics() -> dict[str, tuple[str, tuple[int, int]]]:
    return vocabulary().topics


def facts_about(rng: Random, patient: Patient) -> dict[str, str]:
    """What the slots about the person say; the same words all through a note."""
    sex, gender, pro, own, child = {
        "F": (rng.choice(("F", "F", "Female", "f")), "female", "She", "Her", "female child"),
        "M": (rng.choice(("M", "M", "Male", "m")), "male", "He", "His", "male child"),
        "other": ("TG", "transgender", "Pt", "Pt's", "child"),
    }[patient.gender]
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2022, 2025)
    return {
        "age": str(patient.age),
        "sex": sex,
        "gender": gender,
        "Pro": pro,
        "PossPro": own,
        "child": child,
        "name": f"{patient.first} {patient.surname}",
        "phone": rng.choice((patient.phone, f"+91 {patient.phone[:5]} {patient.phone[5:]}")),
        "city": patient.city,
        "doctor": "Dr " + patient.doctor.split("-")[1].title(),
        "date": rng.choice((f"{day}/{month}/{year % 100}", f"{day:02d}-{month:02d}-{year}", f"{day}.{month}.{year}")),
    }


def facets_of(patient: Patient, language: str) -> dict[str, str]:
    """The facets of a note, in their agreed order."""
    band = next(b for limit, b in ((18, "0-17"), (40, "18-39"), (60, "40-59"), (999, "60+")) if patient.age < limit)
    return {
        "specialty": patient.topic.partition("/")[0],
        "city": patient.city,
        "gender": patient.gender,
        "age_band": band,
        "language": language,
        "source": patient.source,
    }
