from __future__ import annotations

import time
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand

from annotation.actions.people import DEMO
from training.models import Deployment


class Command(BaseCommand):
    help = "Fill the database with the demo project and train its first model; does nothing when they are there."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if Deployment.objects.filter(project__slug=DEMO).exists():
            return
        began = time.monotonic()
        # Only now: it loads the recogniser's libraries, two seconds that a warm start need not spend.
        demo = import_module("webapp.demo")
        demo.set_up(lambda line: self.stdout.write(f"[{time.monotonic() - began:5.1f} s] demo: {line}"))
