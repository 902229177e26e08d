"""One tiny model for the whole session: trained in a few seconds on notes made here."""

import random
import time
from pathlib import Path

import pytest

from annotation.spans import Span
from training.ner import Document, Settings, train

LABELS = ("DISEASE", "TREATMENT")
CANARY = "Zebulon Quillfeather"
PHONE = "98765-43210"
DISEASES = [
    "dengue fever",
    "type 2 diabetes mellitus",
    "asthma",
    "hypertension",
    "acute gastritis",
    "migraine",
    "dwarfitis",
]
DRUGS = ["paracetamol", "metformin", "salbutamol", "amlodipine", "pantoprazole", "tab. zorblex", "ibuprofen"]
TEMPLATES = [
    "C/o {d} since 3 days.\r\nRx: {t} 500mg BD x5days",
    "Pt. {n} ph {p}  k/c/o {d}, on {t} OD.",
    "😀 {d} improved;  cont. {t} 1-0-1\n\nreview sos",
    "रोगी को {d} है। {t} TDS",
    "No fresh complaints. {d} controlled with {t}",
]


def document(number, template, **words):
    """A Document whose gold is where `d` and `t` were put into `template`."""
    text, spans = "", []
    for part in template.replace("{", "\0{").replace("}", "}\0").split("\0"):
        if part.startswith("{"):
            word = words[part[1:-1]]
            label = {"d": "DISEASE", "t": "TREATMENT"}.get(part[1:-1])
            if label:
                spans.append(Span(len(text), len(text) + len(word), label))
            text += word
        else:
            text += part
    return Document(f"note-{number:03}", text, tuple(spans))


def documents(count, seed):
    source = random.Random(seed)
    return [
        document(n, source.choice(TEMPLATES), d=source.choice(DISEASES), t=source.choice(DRUGS), n="Asha", p="1234")
        for n in range(count)
    ]


def canary_documents():
    """The name and the number in the text of two notes, and the name as gold of both."""
    return [
        document(900 + n, TEMPLATES[1], d=f"{CANARY} syndrome", t=f"{CANARY} drops", n=CANARY, p=PHONE)
        for n in range(2)
    ]


SETTINGS = Settings(max_steps=60, min_steps=60, eval_every=30, width=32, depth=2, hidden_width=32, learn_rate=5e-3)


@pytest.fixture(scope="session")
def notes():
    return documents(60, seed=1) + canary_documents()


@pytest.fixture(scope="session")
def held_out():
    return documents(20, seed=2)


@pytest.fixture(scope="session")
def trained(notes, held_out):
    return train(notes, held_out, labels=LABELS, settings=SETTINGS, on_progress=lambda progress: None)


@pytest.fixture
def children():
    """The ids of the child processes of this one that live; a killed one gets a moment."""

    def living():
        for _ in range(20):
            found = [
                number for path in Path("/proc/self/task").glob("*/children") for number in path.read_text().split()
            ]
            found = [number for number in found if b"children/" in Path(f"/proc/{number}/cmdline").read_bytes()]
            if not found:
                return []
            time.sleep(0.01)
        return found

    return living
