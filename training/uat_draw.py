"""Which notes a clinicians' test shows: recent ones that neither model learned from, drawn by a keyed lot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from spacy.language import Language

from annotation.errors import ActionError
from annotation.keys import signature
from annotation.models import Note, Task
from training import ner
from training.artefacts import check_signature
from training.models import DatasetItem, ModelVersion, UatItem

# Drawn from so many of the newest notes; both models read at most so many times the notes that are asked for.
RECENT = 2_000
TRIED = 5
Split = DatasetItem.Split


@dataclass(frozen=True, slots=True)
class Drawn:
    """A note with what each model found in it, as JSON rows."""

    note_id: int
    uid: str
    candidate: list[dict[str, Any]]
    rival: list[dict[str, Any]]

    @property
    def differs(self) -> bool:
        return _places(self.candidate) != _places(self.rival)


def differs(item: UatItem) -> bool:
    return _places(item.candidate_spans) != _places(item.rival_spans)


def _places(rows: Sequence[dict[str, Any]]) -> set[tuple[int, int, str]]:
    return {(row["start"], row["end"], row["label"]) for row in rows}


def lot(model: ModelVersion, number: int, uid: str, what: str = "order") -> str:
    """A note's place in a test; nobody can steer it without the key."""
    return signature(f"uat:{what}:{model.pk}:{number}", uid)


def draw(
    model: ModelVersion,
    rival: ModelVersion | None,
    *,
    count: int,
    number: int,
    on_progress: Callable[[float, str], None] = lambda share, message: None,
) -> list[Drawn]:
    """`count` notes in the order of the lot, half of them notes on which the two differ, as far as there are.

    ``number`` tells one test of the model from the next. ``on_progress(share, message)`` may raise to stop. Raises
    ActionError when there are too few notes, or a model can't be loaded.
    """
    chosen = _lottery(model, rival, number)
    half = count - count // 2
    apart: list[Drawn] = []
    alike: list[Drawn] = []
    for one in _read(chosen[: TRIED * count], _load(model), _load(rival) if rival else None, count):
        (apart if one.differs else alike).append(one)
        read = len(apart) + len(alike)
        on_progress(read / max(1, min(len(chosen), TRIED * count)), f"{read} notes read by both models")
        if len(apart) >= half and len(apart) + len(alike) >= count and len(alike) >= count - half:
            break
    rows = apart[:half] + alike[: count - half]
    rows += (apart[half:] + alike[count - half :])[: count - len(rows)]
    if len(rows) < count:
        raise ActionError(
            f"Only {len(rows)} recent notes are left that neither model learned from; ask for a test on so many."
        )
    return sorted(rows, key=lambda one: lot(model, number, one.uid, "shown"))


def _lottery(model: ModelVersion, rival: ModelVersion | None, number: int) -> list[int]:
    datasets = [one.dataset_id for one in (model, rival) if one]
    learned = DatasetItem.objects.filter(dataset__in=datasets, split__in=(Split.TRAIN, Split.DEV))
    blind = Task.objects.unfinished().filter(project=model.project_id, blind=True)
    shown = UatItem.objects.filter(session__model=model)
    rows = Note.objects.filter(project=model.project_id, status=Note.Status.ACTIVE)
    rows = rows.exclude(pk__in=learned.order_by().values("note"))
    rows = rows.exclude(pk__in=blind.order_by().values("note"))
    rows = rows.exclude(pk__in=shown.order_by().values("note"))
    newest = rows.order_by("-pk").values_list("pk", "uid")[:RECENT]
    return [pk for pk, uid in sorted(newest, key=lambda row: lot(model, number, str(row[1])))]


def _read(ids: Sequence[int], candidate: Language, rival: Language | None, size: int) -> Iterator[Drawn]:
    """What the two find, some notes at a time: most tests need no more than the first."""
    for start in range(0, len(ids), size):
        notes = Note.objects.in_bulk(ids[start : start + size])
        rows = [notes[pk] for pk in ids[start : start + size] if pk in notes]
        texts = [note.text for note in rows]
        ours = ner.predict(candidate, texts)
        theirs = ner.predict(rival, texts) if rival else [[] for _ in texts]
        for note, one, other in zip(rows, ours, theirs, strict=True):
            yield Drawn(note.pk, str(note.uid), [s.to_json() for s in one], [s.to_json() for s in other])


def _load(model: ModelVersion) -> Language:
    try:
        check_signature(model)
        # A pipeline of its own: those that serve belong to their thread.
        return ner.load(model.path, sha256=model.sha256)
    except ner.ArtefactError as error:
        raise ActionError(f"{model} can't be tested: {error}") from error
