from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.actions import imports, people, projects
from annotation.actions.imports import Report
from annotation.errors import ActionError
from annotation.formats import FORMATS, parse_label_map
from annotation.models import Project


class Command(BaseCommand):
    help = "Import a file of notes, with or without gold. Repeating it is safe: known notes count as duplicates."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--project", required=True, help="slug of the project")
        parser.add_argument("--create", action="store_true", help="make the project when it does not exist")
        parser.add_argument("--format", choices=FORMATS, default="jsonl")
        parser.add_argument("--gold", action="store_true", help="the file's spans are gold, not suggestions")
        parser.add_argument("--map", action="append", default=[], metavar="FROM=TO", help="FROM= leaves spans out")
        parser.add_argument("--by", default="", help="user the annotations are by (default: the system's importer)")
        parser.add_argument("--json", action="store_true", help="print the report as JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["path"].exists():
            raise CommandError(f"There is no {options['path']}; check the path.")
        try:
            report = self.run(options)
        except (ActionError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(report.to_json()) if options["json"] else summary(report))

    def run(self, options: dict[str, Any]) -> Report:
        return imports.import_file(
            project=self.project(options),
            path=options["path"],
            file_format=options["format"],
            by=people.get(options["by"]) if options["by"] else people.system("importer"),
            gold=options["gold"],
            label_map=parse_label_map(options["map"]) if options["map"] else None,
            on_progress=lambda report: self.stderr.write(f"line {report.line:,}: {report.accepted:,} accepted"),
        )

    def project(self, options: dict[str, Any]) -> Project:
        exists = Project.objects.filter(slug=options["project"]).exists()
        if options["create"] and not exists:
            return self.create(options["project"])
        return projects.get(options["project"])

    def create(self, slug: str) -> Project:
        """A new project; the demo's people, where there are any, see it too."""
        oldest = Project.objects.order_by("pk").first()
        project = projects.create(name=slug, slug=slug)
        if oldest:
            projects.copy_members(source=oldest, target=project, prefix=people.DEMO_PEOPLE)
        return project


def summary(report: Report) -> str:
    lines = [
        f"{report.accepted:,} accepted with {report.entities:,} entities, {report.duplicate:,} duplicate, "
        f"{report.rejected:,} rejected; {report.dropped:,} spans left out by --map."
    ]
    lines += [f"line {r.line}, id {r.external_id or '(none)'}: {r.reason}" for r in report.rejections]
    if any("unknown label" in r.reason for r in report.rejections):
        lines.append("A label of the file is renamed with --map FROM=TO; --map FROM= leaves its spans out.")
    if report.rejected > len(report.rejections):
        lines.append(f"… and {report.rejected - len(report.rejections):,} more.")
    return "\n".join(lines)
