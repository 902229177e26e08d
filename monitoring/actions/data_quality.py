"""The notes of a window held against the champion's constraints, and the alert when they are not as they have to be.

A violation raises no level: drift, outages and the accuracy do. It says that the feed changed, and where.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import DatabaseError

from monitoring.actions import alerts, constraints
from monitoring.actions.alerts import News, Severity
from monitoring.constraints import CHECKS, Check, check, read
from monitoring.models import Measurement, Window
from monitoring.policy import Level, Values
from monitoring.windows.constraining import window_of
from monitoring.windows.due import Stretch
from monitoring.windows.measuring import Measured
from monitoring.windows.rows import row
from training.models import ModelVersion

logger = logging.getLogger(__name__)
T = TypeVar("T")
METRIC, KEY = "constraint", "data-quality"


def checked(model: ModelVersion, stretch: Stretch, measured: Measured) -> list[Check]:
    """All checks of a window that was measured; none when they can't be made, which is logged."""
    return _or_logged(model, lambda: _checked(model, stretch, measured)) or []


def renew(model: ModelVersion, values: Values) -> None:
    """Derive the constraints from the reference once it is full; what goes wrong is logged, and tried next time."""
    _or_logged(model, lambda: constraints.from_reference(model, values))


def _checked(model: ModelVersion, stretch: Stretch, measured: Measured) -> list[Check]:
    newest = constraints.from_training(model)
    if newest is None:
        return []
    window = window_of(model.project_id, stretch, measured.sample.rows)
    return check(read(newest.document), window, measured.seen.drifts)


def _or_logged(model: ModelVersion, work: Callable[[], T]) -> T | None:
    try:
        return work()
    except DatabaseError:
        raise
    except Exception as error:
        # Whatever it is: the window is measured and judged without it.
        logger.error("constraints of %s: %s", model, type(error).__name__, exc_info=error)
        return None


def keep(window: Window, checks: Sequence[Check]) -> None:
    """Write them down as measurements of the window."""
    Measurement.objects.bulk_create(
        row(window, METRIC, f"{one.field}:{one.check}", one.to_json(), one.level) for one in checks
    )


def tell(window: Window, checks: Sequence[Check]) -> None:
    """One alert for all that is violated; it is over with the first window that was checked and has nothing."""
    found = [one for one in checks if one.is_violated]
    if not found:
        if any(one.level == Level.OK for one in checks):
            alerts.over(project=window.project, key=KEY, at=window.ends_at)
        return
    named = "; ".join(_named(kind, found) for kind in CHECKS if any(one.check == kind for one in found))
    news = News(
        KEY,
        Severity.WARNING,
        f"{window.project.name}: notes are not as expected",
        f"In the window to {window.ends_at:%-d %b %Y} the notes broke constraints. {named}.",
        "Open Data quality on the Health page; ask whoever sends the notes what changed.",
        {"window": window.pk, "checks": len(found)},
    )
    alerts.tell(project=window.project, news=news, at=window.ends_at)


def _named(kind: str, found: Sequence[Check]) -> str:
    return f"{CHECKS[kind]}: {', '.join(one.field for one in found if one.check == kind)}"
