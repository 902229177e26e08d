from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from annotation.actions import clients, projects
from annotation.actions.client_terms import BURST, RATE
from annotation.errors import ActionError
from annotation.models.client import SCOPES


class Command(BaseCommand):
    help = "Make an API key for a system that calls the API. The key is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--project", default="", help="slug of the project (default: the oldest)")
        says = "what the key may do; give it more than once for several (default: extract)"
        parser.add_argument("--scope", action="append", choices=SCOPES, dest="scopes", help=says)
        parser.add_argument("--days", type=int, help="the key expires after so many (default: never)")
        says = "address or network that it may be used from; give it more than once for several (default: any)"
        parser.add_argument("--ip", action="append", dest="ips", metavar="ADDRESS", help=says)
        parser.add_argument("--rate", type=int, default=RATE, help="requests a minute over time (default: %(default)s)")
        parser.add_argument("--burst", type=int, default=BURST, help="requests at once (default: %(default)s)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            project = projects.get_or_oldest(options["project"])
            client, key = clients.create(project=project, name=options["name"], by=None, **terms(options))
        except ActionError as error:
            raise CommandError(str(error)) from error
        facts = {"client": client.name, "project": project.slug, "prefix": client.prefix, "scopes": client.scopes}
        row = {**facts, "expires_at": client.expires_at and client.expires_at.isoformat(), "key": key}
        self.stdout.write(json.dumps(row) if options["json"] else f"{client.name} in {project.slug}: {key}")


def terms(options: dict[str, Any]) -> dict[str, Any]:
    """What was said of the key, as the action takes it. Raises ActionError for days that no calendar has."""
    try:
        expires_at = None if options["days"] is None else timezone.now() + timedelta(days=options["days"])
    except OverflowError as error:
        raise ActionError(f"The key can't expire after {options['days']} days; give fewer.") from error
    return {
        "scopes": options["scopes"] or ["extract"],
        "expires_at": expires_at,
        "allowed_ips": options["ips"] or (),
        "rate_per_minute": options["rate"],
        "burst": options["burst"],
    }
