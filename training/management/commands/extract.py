from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.actions import projects
from annotation.errors import ActionError
from annotation.spans import TextError, check_text
from training import ner
from training.actions import models
from training.artefacts import nlp_of


class Command(BaseCommand):
    help = "Find the entities of one note: text in (a file or standard input), JSON out. Nothing is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="text in UTF-8 (default: standard input)")
        parser.add_argument("--project", default="", help="slug of the project (default: the oldest)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = check_text(read_text(options["file"]))
            model = models.serving_in(projects.get_or_oldest(options["project"]))
            entities = ner.predict(nlp_of(model), [text])[0]
        except (ActionError, TextError, ner.ArtefactError) as error:
            raise CommandError(str(error)) from error
        rows = [{**entity.to_json(), "text": text[entity.start : entity.end]} for entity in entities]
        name = {"name": model.project.slug, "version": model.number, "sha256": model.sha256, "role": "champion"}
        self.stdout.write(json.dumps({"model": name, "entities": rows}, ensure_ascii=False))


def read_text(path: Path | None) -> str:
    """The bytes as text, line ends as they are."""
    try:
        data = path.read_bytes() if path else sys.stdin.buffer.read()
    except OSError as error:
        raise ActionError(f"{path} can't be read ({error.strerror}); check the path.") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ActionError(f"The text is not UTF-8 at byte {error.start}; convert it first.") from None
