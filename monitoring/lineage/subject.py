"""What a lineage's page is about: its name, where it is opened, and a sentence on what the graph shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from django.db.models import Model
from django.urls import reverse

from annotation.models import Note
from monitoring.lineage.nodes import day, name_of
from training.models import Dataset, ModelVersion, Prediction, Run


@dataclass(frozen=True, slots=True)
class Subject:
    """`opens` names the page of the thing itself, empty where there is none."""

    title: str
    sentence: str
    url: str = ""
    opens: str = ""


@singledispatch
def subject_of(row: Model) -> Subject:
    raise TypeError(f"{type(row).__name__} has no lineage; ask for a note, dataset, run, model or prediction.")


@subject_of.register
def _(note: Note) -> Subject:
    sentence = (
        "Its revisions, the datasets they went into, what was made of those, and what was found in it. A model without"
        " a line to it did not learn from it: it only answered."
    )
    if note.status != Note.Status.ACTIVE:
        return Subject(f"Note {note.pk}", f"{note.get_status_display()}. {sentence}")
    return Subject(f"Note {note.pk}", sentence, reverse("note", args=[note.pk]), "Open the note")


@subject_of.register
def _(dataset: Dataset) -> Subject:
    by = f" by {dataset.created_by}" if dataset.created_by else ""
    sentence = f"Sealed on {day(dataset.created_at)}{by}: the notes in it, and what was made of it."
    return Subject(name_of(dataset), sentence, reverse("dataset", args=[dataset.pk]), "Open the dataset")


@subject_of.register
def _(run: Run) -> Subject:
    sentence = f"{run.get_kind_display()}, asked for on {day(run.created_at)} by {run.created_by or 'the system'}."
    return Subject(f"Run {run.pk}", sentence, reverse("run", args=[run.pk]), "Open the run")


@subject_of.register
def _(model: ModelVersion) -> Subject:
    by = f" by {model.trained_by}" if model.trained_by else ""
    sentence = f"Trained on {day(model.created_at)}{by}: the notes it learned from, and where it served."
    return Subject(f"Model v{model.number}", sentence, reverse("model", args=[model.pk]), "Open the model")


@subject_of.register
def _(prediction: Prediction) -> Subject:
    asked = f", asked for by {prediction.client.name}" if prediction.client else ""
    sentence = (
        f"What model v{prediction.model.number} found in note {prediction.note_id} on {day(prediction.created_at)}"
        f" at {prediction.created_at:%H:%M}{asked}, back to the notes that the model learned from."
    )
    url = reverse("lineage_note", args=[prediction.note_id])
    return Subject(f"Prediction {prediction.pk}", sentence, url, f"Lineage of note {prediction.note_id}")
