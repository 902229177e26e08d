"""Pre-annotations: what the champion finds in the notes that wait for a person."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.language import Language

from annotation.actions import revisions
from annotation.models import Annotation, Note, Project, Task
from annotation.spans import ScoredSpan
from training import ner
from training.artefacts import nlp_of
from training.models import Deployment

BATCH = 64
HUMAN = (Annotation.Origin.HUMAN, Annotation.Origin.IMPORT)


def refresh(project: Project) -> int:
    """Pre-annotate the open tasks that the champion has not seen yet; returns how many notes got spans.

    Blind tasks get none, and notes that a person or an import has annotated are left alone.
    """
    champion = Deployment.objects.champion_of(project)
    if champion is None:
        return 0
    author = str(champion.model)
    tasks = Task.objects.filter(project=project, status=Task.Status.OPEN, blind=False)
    done = Annotation.objects.filter(project=project, author_model=author) | Annotation.objects.filter(
        project=project, origin__in=HUMAN
    )
    notes = Note.objects.filter(tasks__in=tasks, status=Note.Status.ACTIVE).exclude(annotations__in=done).distinct()
    added = 0
    while batch := list(notes[:BATCH]):
        found = _find(batch, nlp_of(champion.model))
        written = revisions.add_prelabels(project=project, found=found, author_model=author)
        if not written:
            # Somebody took every note of the batch meanwhile; the next refresh looks again.
            break
        added += written
    return added


def _find(notes: Sequence[Note], nlp: Language) -> dict[int, list[ScoredSpan]]:
    found = ner.predict(nlp, [note.text for note in notes])
    return {note.pk: spans for note, spans in zip(notes, found, strict=True)}
