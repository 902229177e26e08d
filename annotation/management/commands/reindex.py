"""Build the notes' index anew."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.actions import indexing, projects
from annotation.errors import ActionError


class Command(BaseCommand):
    help = "Builds the notes' search index anew: after a restore, a new PSEUDONYM_KEY, or a change of what is indexed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", default="", help="slug; without it, every project")
        parser.add_argument("--later", action="store_true", help="only mark the notes: a running worker indexes them")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            project = projects.get(options["project"]) if options["project"] else None
        except ActionError as error:
            raise CommandError(str(error)) from error
        marked = indexing.mark_all(project)
        self.stdout.write(f"{marked:,} notes marked")
        if options["later"]:
            return
        began, done = time.monotonic(), 0
        while some := indexing.catch_up(seconds=5):
            done += some
            self.stdout.write(f"{done:,} indexed, {done / (time.monotonic() - began):,.0f} a second")
        left = indexing.behind()
        self.stdout.write(f"{left:,} left: a worker has them in hand" if left else "the index is up to date")
