from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.actions import projects
from annotation.errors import ActionError
from annotation.formats import FORMATS, Record, parse_label_map, read
from annotation.models import Project
from training import ner, scoring
from training.actions import models
from training.artefacts import nlp_of
from training.models import ModelVersion


class Command(BaseCommand):
    help = "Score a model on a file with gold: exact spans and labels."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="slug of the project")
        parser.add_argument("--model", default="champion", help="version number, or champion")
        parser.add_argument("--gold", type=Path, required=True, help="file of notes with gold")
        parser.add_argument("--format", choices=FORMATS, default="jsonl")
        parser.add_argument("--map", action="append", default=[], metavar="FROM=TO")
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["gold"].exists():
            raise CommandError(f"There is no {options['gold']}; check the path.")
        try:
            project = projects.get(options["project"])
            model = self.model(project, options["model"])
            documents = self.documents(project, options)
            # What the gold has and the model does not know counts against it.
            labels = {*model.labels, *(span.label for document in documents for span in document.spans)}
            scored = scoring.evaluate(nlp_of(model), documents, sorted(labels))
        except (ActionError, ValueError, ner.ArtefactError) as error:
            raise CommandError(str(error)) from error
        row = {"model": model.number, **scored.scores, "per_label": scored.per_label, "misaligned": scored.misaligned}
        self.stdout.write(json.dumps(row) if options["json"] else sentence(model, row))

    def model(self, project: Project, name: str) -> ModelVersion:
        if name == "champion":
            return models.serving_in(project)
        if not name.isdigit():
            raise ActionError(f"--model is {name!r}; give a version number or champion.")
        return models.find(int(name), project)

    def documents(self, project: Project, options: dict[str, Any]) -> list[ner.Document]:
        """The rows with gold; what is left out is counted on standard error."""
        labels = list(project.labels.values_list("name", flat=True))
        label_map = parse_label_map(options["map"]) if options["map"] else None
        documents, left_out = [], Counter[str]()
        for row in read(options["gold"], options["format"], labels=labels, label_map=label_map, nested=project.nested):
            if isinstance(row, Record) and row.spans is not None and not row.suggested:
                documents.append(ner.Document(row.external_id, row.text, tuple(m.span for m in row.spans)))
            elif isinstance(row, Record):
                left_out["without gold"] += 1
            else:
                left_out["rejected"] += 1
                self.stderr.write(f"line {row.line}: {row.reason}")
        if left_out:
            self.stderr.write(f"Left out: {', '.join(f'{count} {why}' for why, count in left_out.items())}.")
        if not documents:
            raise ActionError(f"{options['gold'].name} has no note with gold; check --format and --map.")
        return documents


def sentence(model: ModelVersion, row: dict[str, Any]) -> str:
    return (
        f"{model}: precision {row['precision']:.3f}, recall {row['recall']:.3f}, F1 {row['f1']:.3f} "
        f"({row['low']:.3f}-{row['high']:.3f}) on {row['notes']} notes with {row['entities']} entities; "
        f"{row['misaligned']} gold spans cut a token."
    )
