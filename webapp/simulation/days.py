"""A day of the clinic: its notes go through the API, then what they left behind is moved to that day."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import F
from django.utils import timezone

from annotation.errors import ActionError
from annotation.models import Note
from annotation.synthetic import SyntheticNote
from training import partitions
from training.models import Deployment, Prediction, TrafficMinute
from webapp.simulation.clinic import Clinic

A_REQUEST = 4
LOG_SECONDS = 60
DAY = timedelta(days=1)


def live_through(clinic: Clinic, url: str, made: Sequence[SyntheticNote], day: int) -> None:
    """Send the notes as the doctors' platform does, and set the clock a day on.

    Raises ActionError when the product does not answer.
    """
    clinic.truth |= {note.external_id: note.spans for note in made}
    began, ref = timezone.now(), f"day-{day}"
    waiting = iter(made)
    while some := list(islice(waiting, A_REQUEST)):
        _extract(clinic, url, some, ref)
    _wait_for_log(clinic, ref, len(made))
    _move(clinic, ref, began)
    clinic.project.simulated_at = clinic.now + DAY
    clinic.project.save(update_fields=["simulated_at"])


def _extract(clinic: Clinic, url: str, made: Sequence[SyntheticNote], ref: str) -> None:
    documents = [{"id": note.external_id, "text": note.text, **note.facets} for note in made]
    body = json.dumps({"documents": documents, "client_ref": ref}).encode()
    headers = {"Authorization": f"Bearer {clinic.key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/api/v1/extract", body, headers)  # noqa: S310 - the product's own address
    for attempt in range(30):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                answer.read()
                return
        except urllib.error.HTTPError as error:
            if error.code != 503 or attempt == 29:
                raise ActionError(f"The API answered {error.code}: {error.read()[:300]!r}") from error
            time.sleep(1)
        except OSError as error:
            raise ActionError(f"Nothing answers at {url}; start the product first (python3 dev.py run).") from error


def _wait_for_log(clinic: Clinic, ref: str, count: int) -> None:
    rows = Prediction.objects.filter(model__project=clinic.project, client_ref=ref, origin=Prediction.Origin.API)
    ended = time.monotonic() + LOG_SECONDS
    while rows.filter(outcome=Prediction.Outcome.OK).count() < count:
        if time.monotonic() > ended:
            raise ActionError(f"{rows.count()} of {count} answers are on record after {LOG_SECONDS} seconds.")
        time.sleep(0.1)


def _move(clinic: Clinic, ref: str, began: datetime) -> None:
    """Answers, notes and the champion's traffic, to the day that it is in the clinic, in the order in which they came.

    A canary's traffic stays: it is judged by the real clock.
    """
    for month in {clinic.now.date(), (clinic.now + DAY).date()}:
        partitions.ensure(month, ahead=0)
    back = began - clinic.now
    rows = Prediction.objects.filter(model__project=clinic.project, client_ref=ref)
    champions = Deployment.objects.filter(project=clinic.project, role=Deployment.Role.CHAMPION)
    rows.filter(deployment__in=champions).update(created_at=F("created_at") - back)
    Note.objects.filter(project=clinic.project, received_at__gte=began - timedelta(seconds=5)).update(
        received_at=F("received_at") - back
    )
    first = began.replace(second=0, microsecond=0)
    for minute in TrafficMinute.objects.filter(deployment__in=champions, minute__gte=first):
        at = clinic.now.replace(second=0, microsecond=0) + (minute.minute - first) + timedelta(minutes=1)
        TrafficMinute.objects.filter(pk=minute.pk).update(minute=at)
