"""Every address, every role, both methods: what each gets. An address without a row fails the test."""

from __future__ import annotations

from tests.permissions.admin import ADMIN
from tests.permissions.annotation import ANNOTATION
from tests.permissions.gates import GATES
from tests.permissions.training import TRAINING

AREAS: tuple[dict[str, tuple[str, str]], ...] = (GATES, ANNOTATION, TRAINING, ADMIN)
TABLE = {route: expected for area in AREAS for route, expected in area.items()}
