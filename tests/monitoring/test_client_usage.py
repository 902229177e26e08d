from __future__ import annotations

from datetime import UTC, datetime, timedelta

from annotation.actions import client_usage as actions
from annotation.actions import clients
from annotation.actions.client_usage import Use
from annotation.models import Client, Project
from monitoring import client_usage
from monitoring.client_usage import WINDOWS

NOW = datetime(2026, 5, 4, 10, 20, 30, tzinfo=UTC)
HOUR = datetime(2026, 5, 4, 10, tzinfo=UTC)
DAY = datetime(2026, 5, 4, tzinfo=UTC)


def add(client: Client, at: datetime, use: Use) -> None:
    actions.add({(client.pk, at): use}, {})


def test_rows_by_the_hour_fill_what_nobody_asked(api_key: tuple[Client, str], project: Project) -> None:
    client = api_key[0]
    other, _ = clients.create(project=project, name="other", by=None)
    add(client, HOUR, Use(5, 6, 700, 1, 1))
    add(client, HOUR - timedelta(hours=23), Use(1))
    add(client, HOUR - timedelta(hours=24), Use(100))
    add(client, HOUR + timedelta(hours=1), Use(100))
    add(other, HOUR, Use(100))
    rows = client_usage.rows(client, WINDOWS["24h"], NOW)
    assert [row.at for row in rows] == [HOUR - timedelta(hours=back) for back in range(23, -1, -1)]
    assert [row.use.requests for row in rows] == [1, *[0] * 22, 5]
    assert rows[-1].answered == 3
    assert client_usage.total(rows) == Use(6, 6, 700, 1, 1)


def test_rows_by_the_day_add_up_its_hours(api_key: tuple[Client, str]) -> None:
    client = api_key[0]
    for hour in (DAY, HOUR, DAY - timedelta(hours=1), DAY - timedelta(days=29), DAY - timedelta(days=29, hours=1)):
        add(client, hour, Use(1, 2))
    rows = client_usage.rows(client, WINDOWS["30d"], NOW)
    assert [(row.at, row.use.documents) for row in rows if row.use.requests] == [
        (DAY - timedelta(days=29), 2), (DAY - timedelta(days=1), 2), (DAY, 4),
    ]  # fmt: skip
    assert len(rows) == 30


def test_figures_show_what_the_table_has(api_key: tuple[Client, str]) -> None:
    add(api_key[0], HOUR, Use(5, 6, 700, 1, 2))
    rows = client_usage.rows(api_key[0], WINDOWS["24h"], NOW)
    (_, _, requests), (_, _, documents) = client_usage.figures(rows, WINDOWS["24h"])
    assert {trace["name"]: trace["y"][-1] for trace in requests["data"]} == {
        "answered": 2, "refused (4xx)": 1, "failed (5xx)": 2,
    }  # fmt: skip
    assert documents["data"][0]["y"][-1] == 6
    assert requests["data"][0]["x"][-1] == "2026-05-04 10:00"
