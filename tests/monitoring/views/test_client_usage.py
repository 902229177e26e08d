from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from annotation.actions import client_usage
from annotation.actions.client_usage import Use
from annotation.models import Client, User
from tests.conftest import Cast


@pytest.mark.parametrize(("query", "rows"), [("", 24), ("?time=24h", 24), ("?time=30d", 30), ("?time=ever", 24)])
def test_usage_shows_sums_and_a_row_for_each_step(
    api_key: tuple[Client, str], cast: Cast, browser_of: Callable[[User], Browser], query: str, rows: int
) -> None:
    client = api_key[0]
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    client_usage.add({(client.pk, hour): Use(1234, 5678, 90123, 11, 7)}, {})
    response = browser_of(cast.admin).get(reverse("client_usage", args=[client.pk]) + query)
    page = response.content.decode()
    assert len(response.context["rows"]) == rows
    for number in ("1,234", "5,678", "90,123", "11", "7"):
        assert number in page
    assert page.count('class="chart"') == 2


def test_usage_of_a_key_that_asked_nothing_says_so(
    api_key: tuple[Client, str], cast: Cast, browser_of: Callable[[User], Browser]
) -> None:
    page = browser_of(cast.admin).get(reverse("client_usage", args=[api_key[0].pk])).content.decode()
    assert "Nothing was asked with this key" in page
    assert "plotly" not in page.split("</head>")[1]
