from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.actions import clients, projects
from annotation.errors import ActionError
from annotation.models.client import SCOPES


class Command(BaseCommand):
    help = "Make an API key for a system that calls the API. The key is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--project", default="", help="slug of the project (default: the oldest)")
        says = "what the key may do; give it more than once for several (default: extract)"
        parser.add_argument("--scope", action="append", choices=SCOPES, dest="scopes", help=says)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            project = projects.get_or_oldest(options["project"])
            scopes = options["scopes"] or ["extract"]
            client, key = clients.create(project=project, name=options["name"], by=None, scopes=scopes)
        except ActionError as error:
            raise CommandError(str(error)) from error
        facts = {"client": client.name, "project": project.slug, "prefix": client.prefix, "scopes": client.scopes}
        row = {**facts, "key": key}
        self.stdout.write(json.dumps(row) if options["json"] else f"{client.name} in {project.slug}: {key}")
