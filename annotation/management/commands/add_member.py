from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.actions import people, projects
from annotation.errors import ActionError
from annotation.models import Role


class Command(BaseCommand):
    help = "Give a user a role in a project."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--project", required=True, help="slug of the project")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user, project = people.get(options["username"]), projects.get(options["project"])
        except ActionError as error:
            raise CommandError(str(error)) from error
        projects.add_member(project=project, user=user, roles=[Role(options["role"])])
        self.stdout.write(f"{user} is {Role(options['role']).label} in {project}.")
