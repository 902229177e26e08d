from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.actions import projects
from annotation.errors import ActionError
from annotation.formats import EXPORT_FORMATS
from annotation.models import FACETS, Annotation
from training.export_rows import Filters, What
from training.exports import write_file


class Command(BaseCommand):
    help = "Export notes with their annotations or predictions to a file, and say what its format can't hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="slug of the project")
        parser.add_argument("--out", required=True, type=Path, help="file to write; it is made readable by you alone")
        parser.add_argument("--format", choices=EXPORT_FORMATS, default="jsonl")
        parser.add_argument("--what", choices=What.values, default=What.GOLD)
        parser.add_argument("--label", default="", help="notes with an entity of this label")
        parser.add_argument("--status", choices=Annotation.Status.values, default="", help="of revisions")
        parser.add_argument("--facet", default="", metavar="NAME=VALUE", help=f"NAME is one of {', '.join(FACETS)}")
        parser.add_argument("--author", default="", help="user name of the annotator")
        parser.add_argument("--model", default="", metavar="N", help="number of a model version")
        parser.add_argument("--since", default="", metavar="YYYY-MM-DD", help="first day, UTC")
        parser.add_argument("--until", default="", metavar="YYYY-MM-DD", help="last day, UTC")
        parser.add_argument("--json", action="store_true", help="print the account as JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["out"].parent.is_dir():
            raise CommandError(f"There is no folder {options['out'].parent}; make it first.")
        try:
            account = write_file(
                options["out"],
                project=projects.get(options["project"]),
                file_format=options["format"],
                what=What(options["what"]),
                filters=filters(options),
                progress=lambda share, message: self.stderr.write(message),
            )
        except (ActionError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(account) if options["json"] else summary(account))


def filters(options: dict[str, Any]) -> Filters:
    facet, _, value = options["facet"].partition("=")
    if facet and (facet not in FACETS or not value):
        raise ValueError(f"--facet takes NAME=VALUE with a NAME of {', '.join(FACETS)}.")
    if options["model"] and not options["model"].isdecimal():
        raise ValueError("--model takes the number of a version, for example 3.")
    for name in ("since", "until"):
        if options[name]:
            date.fromisoformat(options[name])
    names = ("label", "status", "author", "model", "since", "until")
    return Filters(facet=facet, value=value, **{name: options[name] for name in names})


def summary(account: dict[str, Any]) -> str:
    lines = [f"{account['notes']:,} rows with {account['spans']:,} spans, {account['bytes']:,} bytes."]
    lines.append(f"sha256 {account['sha256']}")
    for loss in account["losses"]:
        places = ", ".join(f"{place['id']} {place['start']}-{place['end']}" for place in loss["places"][:3])
        lines.append(f"{loss['count']:,} times: {loss['what']} First: {places}.")
    return "\n".join(lines)
