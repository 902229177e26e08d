from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand

from webapp import demo


class Command(BaseCommand):
    help = "Fill the database with the demo project and train its first model; does nothing when they are there."

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        demo.set_up(lambda line: self.stdout.write(f"[{time.monotonic() - began:5.1f} s] demo: {line}"))
