from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.actions import people, projects
from annotation.errors import ActionError
from annotation.models import Membership, Project, Role, User
from monitoring.actions import accuracy, decisions
from training.actions import models


class Command(BaseCommand):
    help = "Approve a model version and put it in service."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="version number")
        parser.add_argument("--by", required=True, help="user name of the approver")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--project", default="", help="slug, when the number alone does not say")
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            project = projects.get(options["project"]) if options["project"] else None
            model = models.find(options["number"], project)
            by = people.get(options["by"])
            require_approver(by, model.project)
            deployment = decisions.approve(model=model, by=by, reason=options["reason"])
        except ActionError as error:
            raise CommandError(str(error)) from error
        accuracy.refresh(model.project)
        row = {"model": model.number, "project": model.project.slug, "deployment": deployment.pk}
        self.stdout.write(json.dumps(row) if options["json"] else f"{model} is approved and in service.")


def require_approver(by: User, project: Project) -> None:
    """An approver of the project, or a superuser: who may name approvers may stand in for one here."""
    if not by.is_superuser and not Membership.objects.filter(user=by, project=project, role=Role.APPROVER).exists():
        raise ActionError(f"{by.username} is no approver of {project.name}; ask one, or add the role with add_member.")
