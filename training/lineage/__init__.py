"""From a note to everything it reached, and from anything back to the people whose annotations it rests on."""

from training.lineage.asked import Found, found_by
from training.lineage.edges import Key, edges
from training.lineage.parts import MOST, NEWEST, Lineage, Part
from training.lineage.people import Contribution, contributors
from training.lineage.steps import runs_on
from training.lineage.walks import of_dataset, of_model, of_note, of_prediction, of_run

__all__ = [
    "MOST",
    "NEWEST",
    "Contribution",
    "Found",
    "Key",
    "Lineage",
    "Part",
    "contributors",
    "edges",
    "found_by",
    "of_dataset",
    "of_model",
    "of_note",
    "of_prediction",
    "of_run",
    "runs_on",
]
