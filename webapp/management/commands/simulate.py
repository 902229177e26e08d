from __future__ import annotations

import argparse
import time
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotation.errors import ActionError
from annotation.scenarios import SCENARIOS


class Command(BaseCommand):
    help = (
        "Simulate a clinic in a project of its own: notes go day by day through the API of the running product, people "
        "annotate, the monitor looks, and the policy responds. Watch it on the project's pages. Ctrl-C stops it."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--scenario", choices=list(SCENARIOS), default="new-drug", help="what happens to the notes")
        parser.add_argument("--days", type=int, default=60)
        parser.add_argument("--notes", type=int, default=40, help="notes a day")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--accuracy", type=float, default=0.97, help="of the simulated annotators, 0.5 to 1")
        parser.add_argument("--audit", type=float, default=0.2, help="share of notes drawn into the audit sample")
        parser.add_argument("--project", default="", help="its short name; default: simulation-SCENARIO")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the product runs")
        parser.add_argument("--canary", action="store_true", help="new versions answer a share of the callers first")
        parser.add_argument("--hands-off", action="store_true", help="leave approvals to you, in the browser")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()

        def say(line: str) -> None:
            self.stdout.write(f"[{time.monotonic() - began:6.1f} s] {line}")

        _check(options)
        # Only now: they load the recogniser's libraries.
        clinics, loop = import_module("webapp.simulation.clinic"), import_module("webapp.simulation.loop")
        scenario, slug = SCENARIOS[options["scenario"]], options["project"] or f"simulation-{options['scenario']}"
        try:
            clinic = clinics.open_clinic(
                slug=slug, title=scenario.title, days=options["days"], seed=options["seed"],
                audit_rate=options["audit"], say=say,
            )  # fmt: skip
            say(f"watch {options['url']}/p/{slug}/health/")
            course = loop.Course(
                scenario, options["days"], options["notes"], options["seed"], options["url"].rstrip("/"),
                accuracy=options["accuracy"], canary=options["canary"], hands_off=options["hands_off"],
            )  # fmt: skip
            windows = loop.live(clinic, course)
        except ActionError as error:
            raise CommandError(str(error)) from error
        say(f"{options['days']} days, {windows} windows")


def _check(options: dict[str, Any]) -> None:
    for name, low, high in (("days", 1, 730), ("notes", 1, 100_000), ("accuracy", 0.5, 1), ("audit", 0, 1)):
        if not low <= options[name] <= high:
            raise CommandError(f"--{name} is {options[name]}; give {low} to {high}.")
