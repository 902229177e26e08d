"""Rows from text with marks in square brackets: ``[fever|DISEASE] since monday``."""

import re

from annotation.spans import Span
from training.dataset_quality import Row

MARK = re.compile(r"\[([^|\]]+)\|([A-Z]+)\]")
LABELS = ["DISEASE", "TREATMENT"]


def row(note_id, marked, split="train", patient="", spans=None):
    text, found, at = "", [], 0
    for match in MARK.finditer(marked):
        text += marked[at : match.start()]
        found.append(Span(len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        at = match.end()
    return Row(note_id, split, text + marked[at:], found if spans is None else spans, patient)
