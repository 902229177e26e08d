"""What doctors say of a version's answers, on its page."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.test import Client as Browser
from django.urls import reverse

from annotation.models import Client, User
from tests.conftest import Cast
from training.models import Deployment, Feedback
from training.statistics import wilson


def say(client: Client, by: Deployment, **counts: int) -> None:
    Feedback.objects.create(
        client=client, deployment=by, model=by.model, prediction_uid=uuid.uuid4(), verdicts=[], **counts
    )


def test_page_of_a_version_tells_what_doctors_say(
    champion: Deployment, api_key: tuple[Client, str], cast: Cast, browser_of: Callable[[User], Browser]
) -> None:
    browser, address = browser_of(cast.lead), reverse("model", args=[champion.model.pk])
    assert "Nothing yet. The doctors" in browser.get(address).content.decode()
    for accepted in (4, 4, 3):
        say(api_key[0], champion, accepted=accepted, rejected=4 - accepted, added=1)
    response = browser.get(address)
    page, interval = " ".join(response.content.decode().split()), response.context["feedback"].interval
    assert "91.7 %" in page
    # 11 of 12, and the one that is wrong lies in a single answer: a little wider than Wilson's.
    assert f"{interval.low * 100:.1f} to {interval.high * 100:.1f}" in page
    assert 0.60 < interval.low < wilson(11, 12).low
    assert '<dd class="num"> 3, 0 of them read as a whole </dd>' in page
