"""Rows for benchmarks/lineage.py: the notes of million_fill, with datasets, runs, models, deployments, predictions."""

from __future__ import annotations

import io
import json
import random
import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from million_fill import COLUMNS, line
from million_fill import Fill as NotesFill

from annotation.models import Annotation, Project, User
from training.models import Dataset, Deployment, ModelVersion, Run, Step

DATASETS, MODELS, PREDICTIONS = 5, 20, 300_000
SPLITS = ("train",) * 14 + ("dev",) * 2 + ("test",) * 4
CHUNK = 50_000
COLUMNS |= {
    "training_datasetitem": "dataset_id note_id annotation_id split",
    "training_prediction": "model_id deployment_id note_id origin request_id entities latency_ms created_at "
    "outcome uid",
}


def request_of(number: int) -> uuid.UUID:
    """The id of the request that the prediction of this number answered; two predictions a request."""
    return uuid.UUID(int=random.Random(number // 2).getrandbits(128), version=4)


class Fill:
    """Every note has gold; each dataset holds a fifth more of them than the one before, the last all."""

    def __init__(self, project: Project, people: Sequence[User], count: int) -> None:
        self.project, self.people, self.count = project, people, count
        self.random = random.Random(2)

    def run(self) -> None:
        # The oldest 40 % of million_fill's notes have gold: asked for as part of more, all of them do.
        notes = NotesFill(self.project, self.people, self.count)
        notes.annotate = lambda note_id, *rest: _all_gold(notes, note_id, *rest)  # type: ignore[method-assign]
        notes.check = lambda: None  # type: ignore[method-assign]
        notes.run()
        gold = list(Annotation.objects.gold().order_by("note_id").values_list("note_id", "pk"))
        models = [model for place in range(DATASETS) for model in self.dataset(place, gold)]
        self.predictions([Deployment.objects.get(model=model) for model in models])
        with connection.cursor() as cursor:
            for table in ("training_datasetitem", "training_prediction", "training_step", "training_run"):
                cursor.execute(f"VACUUM ANALYZE {table}")

    def dataset(self, place: int, gold: Sequence[tuple[int, int]]) -> list[ModelVersion]:
        """A snapshot with its test set, the runs on it and a model of each."""
        part = gold[: len(gold) * (place + 1) // DATASETS]
        rows = [(note, annotation, SPLITS[note % len(SPLITS)]) for note, annotation in part]
        tested = [row for row in rows if row[2] == "test"]
        test_set = self.sealed(Dataset.Kind.TEST, place, tested)
        dataset = self.sealed(Dataset.Kind.SNAPSHOT, place, rows, test_set=test_set)
        return [self.model(dataset, place * MODELS // DATASETS + number) for number in range(MODELS // DATASETS)]

    def sealed(self, kind: Dataset.Kind, place: int, rows: Sequence[Any], **more: Any) -> Dataset:
        summary: dict[str, Any] = {}
        for _, _, split in rows:
            part = summary.setdefault(split, {"notes": 0, "entities": {"DISEASE": 2, "TREATMENT": 2}})
            part["notes"] += 1
        dataset = Dataset.objects.create(
            project=self.project, kind=kind, version=place + 1, status="sealed", sha256=f"{place:064x}",
            summary=summary, created_by=self.people[0], **more,
        )  # fmt: skip
        copy("training_datasetitem", ((dataset.pk, *row) for row in rows))
        return dataset

    def model(self, dataset: Dataset, number: int) -> ModelVersion:
        now = timezone.now()
        run = Run.objects.create(
            project=self.project, kind="pipeline", status="succeeded", created_by=self.people[0], ended_at=now
        )
        outputs = {"dataset_id": dataset.pk, "dataset": dataset.version}
        for position, name in enumerate(("ingest", "validate", "snapshot", "quality", "train", "register")):
            made = outputs if name == "snapshot" else {}
            Step.objects.create(run=run, position=position, name=name, status="succeeded", outputs=made)
        model = ModelVersion.objects.create(
            project=self.project, number=number + 1, run=run, dataset=dataset, recipe="spacy", folder=f"m{number}",
            sha256=f"{number:064x}", size=1, status="approved", decided_by=self.people[1], decided_at=now,
            decision_reason="Made up.", trained_by=self.people[0],
        )  # fmt: skip
        ended = {"status": "retired", "ended_at": now, "ended_by": self.people[1], "end_reason": "Made up."}
        last = number == MODELS - 1
        Deployment.objects.create(
            project=self.project, model=model, started_at=now, started_by=self.people[1], **({} if last else ended)
        )
        return model

    def predictions(self, deployments: Sequence[Deployment]) -> None:
        """In the order of the deployments, as they served one after the other; two predictions a request."""
        began = timezone.now() - timedelta(days=400)
        entities = json.dumps([{"start": 0, "end": 4, "label": "DISEASE", "score": 0.9}] * 4)
        for first in range(1, PREDICTIONS + 1, CHUNK):
            rows = []
            for number in range(first, min(first + CHUNK, PREDICTIONS + 1)):
                served = deployments[(number - 1) * len(deployments) // PREDICTIONS]
                note = self.random.randrange(1, self.count + 1)
                at = began + timedelta(seconds=100 * number)
                rows.append(
                    (
                        served.model_id,
                        served.pk,
                        note,
                        "api",
                        request_of(number),
                        entities,
                        12.0,
                        at,
                        "ok",
                        uuid.uuid4(),
                    )
                )
            copy("training_prediction", rows)


def _all_gold(fill: NotesFill, note_id: int, *rest: Any) -> dict[str, Any]:
    count, fill.count = fill.count, 10 * fill.count
    try:
        return NotesFill.annotate(fill, note_id, *rest)
    finally:
        fill.count = count


def copy(table: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        lines = io.StringIO("".join(line(row) for row in rows))
        cursor.cursor.copy_expert(f"COPY {table} ({', '.join(COLUMNS[table].split())}) FROM STDIN", lines)
