"""Versions whose real artefacts misbehave: the champion's weights with one more component behind them.

The component comes from a package of its own, as any plug-in of spaCy does: processes that are to load such a version
are started with ``with_plugin(folder)`` in their environment, and need nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from django.db.models import Max
from django.utils import timezone

from annotation.models import User
from training import ner
from training.artefacts import sign
from training.models import ModelVersion, Run
from training.ner.package import META, folder_sha256

# What it does with each note, or with each batch of them.
RAISES, NOTHING, SLEEPS, GOOD = "raises", "finds nothing", "sleeps", "good"
PLUGIN = """
import time
from spacy.language import Language
from spacy.util import minibatch

@Language.factory("test_behaviour")
class Behaviour:
    def __init__(self, nlp, name, how: str, seconds: float):
        self.how, self.seconds = how, seconds

    def __call__(self, doc):
        if self.how == "raises":
            raise RuntimeError("this version always fails")
        if self.how == "finds nothing":
            doc.ents = ()
        return doc

    def pipe(self, stream, *, batch_size):
        for docs in minibatch(stream, batch_size):
            if self.how == "sleeps":
                time.sleep(self.seconds)
            for doc in docs:
                yield self(doc)
"""


def with_plugin(folder: Path) -> dict[str, str]:
    """The environment of a process that knows the component; this process knows it from now on too."""
    facts = folder / "test_behaviour-1.0.dist-info"
    facts.mkdir(parents=True, exist_ok=True)
    (folder / "test_behaviour.py").write_text(PLUGIN)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: test-behaviour\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[spacy_factories]\ntest_behaviour = test_behaviour:Behaviour\n")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    __import__("test_behaviour")
    return {"PYTHONPATH": os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])}


def version_that(model: ModelVersion, how: str, *, by: User, seconds: float = 5.0) -> ModelVersion:
    """An approved version beside `model`, which it is but for what it does."""
    number = 1 + (ModelVersion.objects.filter(project=model.project).aggregate(n=Max("number"))["n"] or 0)
    run = Run.objects.get(pk=model.run_id)
    run.pk, run.status, run.ended_at = None, Run.Status.SUCCEEDED, timezone.now()
    run.save()
    folder = f"{model.project.slug}/run-{run.pk}-{how.replace(' ', '-')}"
    sha256 = _package(model, model.path.parent.parent / folder, how, seconds)
    made = ModelVersion.objects.get(pk=model.pk)
    made.pk, made.run, made.number, made.folder = None, run, number, folder
    made.sha256, made.signature = sha256, sign(sha256)
    made.status, made.decided_by, made.decided_at = ModelVersion.Status.APPROVED, by, timezone.now()
    made.decision_reason = f"To see what becomes of a version that {how}."
    made.save()
    return made


def _package(model: ModelVersion, folder: Path, how: str, seconds: float) -> str:
    nlp = ner.load(model.path, sha256=model.sha256)
    nlp.add_pipe("test_behaviour", config={"how": how, "seconds": seconds}, last=True)
    nlp.to_disk(folder, exclude=["vocab"])
    if (model.path / "vocab").is_dir():
        shutil.copytree(model.path / "vocab", folder / "vocab")
    facts = json.loads((model.path / META).read_text())
    (folder / META).write_text(json.dumps(facts, indent=1, sort_keys=True))
    return folder_sha256(folder)
