"""What a run costs beside its work.

    .venv/bin/python -m webapp.holding --scratch .venv/bin/python benchmarks/pipeline.py

Two ratios of processor time, each measured in one run of this script. First a whole pipeline on generated notes: all
that the executor spent, over what the steps' own functions spent. Then a training by a spaCy config as a recipe of the
product, over ``spacy.training.loop.train`` with the same config, notes and number of steps.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

import django

django.setup()

import spacy
from django.core.management import call_command
from spacy.tokens import DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as spacy_train
from spacy.util import load_config_from_str, load_model_from_config

from annotation.actions import notes, people, projects, revisions
from annotation.models import Note, Project
from annotation.synthetic import generate
from training import ner, runs
from training.actions import runs as actions
from training.models import Run
from training.ner.recipes.config import config_recipe
from training.pipelines import PIPELINES
from training.reports import cpu_seconds

LABELS = ["DISEASE", "TREATMENT"]
CONFIG = """
[paths]
train = ""
dev = ""
[nlp]
lang = "xx"
pipeline = ["tok2vec","ner"]
batch_size = 64
[components]
[components.tok2vec]
factory = "tok2vec"
[components.ner]
factory = "ner"
[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "ner"
hidden_width = 64
maxout_pieces = 2
use_upper = true
[components.ner.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = 96
[corpora]
[corpora.train]
@readers = "spacy.Corpus.v1"
path = ${paths.train}
[corpora.dev]
@readers = "spacy.Corpus.v1"
path = ${paths.dev}
[training]
seed = 0
dropout = 0.1
max_steps = STEPS
max_epochs = 0
patience = 0
eval_frequency = 100
train_corpus = "corpora.train"
dev_corpus = "corpora.dev"
[training.batcher]
@batchers = "spacy.batch_by_words.v1"
size = 600
discard_oversize = false
tolerance = 0.2
[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.001
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=400)
    parser.add_argument("--steps", type=int, default=300)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    overhead(options.notes)
    against_spacy(options.notes, options.steps)


def overhead(count: int) -> None:
    project, trainer = clinic(count), people.system("trainer")
    spent: list[float] = []
    specs = PIPELINES[Run.Kind.PIPELINE]
    timed = tuple(type(s)(**{n: getattr(s, n) for n in s.__slots__} | {"do": clocked(s.do, spent)}) for s in specs)
    PIPELINES[Run.Kind.PIPELINE] = timed
    run = actions.start_training(project=project, by=trainer)
    began = cpu_seconds()
    runs.execute(run.pk)
    total = cpu_seconds() - began
    PIPELINES[Run.Kind.PIPELINE] = specs
    run.refresh_from_db()
    print(f"run {run.status}: {run.error or 'no error'}; {len(spent)} steps carried out")
    print(
        f"pipeline {total:.2f} s of processor, its steps' own work {sum(spent):.2f} s: ratio {total / sum(spent):.3f}"
    )


def clocked(do: Callable[[Any], dict[str, Any]], spent: list[float]) -> Callable[[Any], dict[str, Any]]:
    def work(context: Any) -> dict[str, Any]:
        began = cpu_seconds()
        try:
            return do(context)
        finally:
            spent.append(cpu_seconds() - began)

    return work


def clinic(count: int) -> Project:
    project = projects.create(name="bench", slug=f"bench-{uuid.uuid4().hex[:8]}")
    made = list(generate(count, seed=11))
    news = [notes.NewNote(n.external_id, n.text, n.patient, n.doctor, n.facets) for n in made]
    rows = notes.add(project=project, news=news, origin=Note.Origin.IMPORT)
    spans = {row.pk: note.spans for row, note in zip(rows, made, strict=True)}
    revisions.add_imported(project=project, spans=spans, by=people.system("trainer"), gold=True)
    return project


def against_spacy(count: int, steps: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    made = list(generate(count, seed=12))
    documents = [ner.Document(n.external_id, n.text, n.spans) for n in made]
    train, dev = documents[count // 10 :], documents[: count // 10]
    config = folder / "config.cfg"
    text = CONFIG.replace("STEPS", str(steps))
    for name, part in (("train", train), ("dev", dev)):
        docbin(part).to_disk(folder / f"{name}.spacy")
        text = text.replace(f'{name} = ""', f'{name} = "{folder / name}.spacy"')
    config.write_text(text)
    began = cpu_seconds()
    nlp = init_nlp(load_model_from_config(load_config_from_str(text), auto_fill=True).config)
    (folder / "out").mkdir()
    spacy_train(nlp, folder / "out", stdout=open(os.devnull, "w"), stderr=sys.stderr)  # noqa: SIM115
    plain = cpu_seconds() - began
    began = cpu_seconds()
    config_recipe("bench", "Bench", config).train(
        train, dev, labels=LABELS, settings={}, seed=0, resources=ner.Resources(), on_progress=lambda _: None
    )
    ours = cpu_seconds() - began
    print(f"{steps} steps: product {ours:.1f} s, plain spaCy {plain:.1f} s of processor: ratio {ours / plain:.3f}")


def docbin(documents: list[ner.Document]) -> DocBin:
    nlp, made = spacy.blank("xx"), DocBin()
    for document in documents:
        doc = nlp.make_doc(document.text)
        spans = [doc.char_span(s.start, s.end, s.label, alignment_mode="expand") for s in document.spans]
        doc.set_ents([span for span in spans if span is not None])
        made.add(doc)
    return made


if __name__ == "__main__":
    main()
