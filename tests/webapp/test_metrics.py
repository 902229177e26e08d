"""Who may read the figures, what they count, and that they are of all web processes."""

from __future__ import annotations

import http.client
import re
from contextlib import closing
from typing import Any

import pytest
from django.test import Client as Browser
from prometheus_client import REGISTRY

from annotation.models import Client
from monitoring.actions import responses
from monitoring.actions.responses import Asked
from monitoring.policy import Event, Kind, Level
from tests.faults.processes import eventually
from tests.monitoring.windows import an_alert, healthy_windows
from tests.stack import Stack
from tests.webapp.api.conftest import engine, own_log, post, served  # noqa: F401 (fixtures)
from training import prediction_log
from training.models import Deployment
from webapp.gauges import Gauges

Settings = Any
pytestmark = pytest.mark.django_db
LABELS = {"route": "api/v1/extract", "method": "POST", "status": "200"}


def test_without_a_token_only_the_machine_itself_may_read(settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    assert Browser().get("/metrics").status_code == 200
    assert Browser(REMOTE_ADDR="10.0.0.7").get("/metrics").status_code == 403
    # What comes through a proxy on this machine comes from anywhere.
    assert Browser().get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403


def test_with_a_token_whoever_has_it_may_read_and_nobody_else(settings: Settings) -> None:
    settings.METRICS_TOKEN = "a long secret"
    assert Browser().get("/metrics").status_code == 403
    assert Browser().get("/metrics", headers={"Authorization": "Bearer a lonG secret"}).status_code == 403
    answer = Browser(REMOTE_ADDR="10.0.0.7").get("/metrics", headers={"Authorization": "Bearer a long secret"})
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, "text/plain")


def test_call_is_counted_by_its_pattern_and_nothing_else(served: Deployment, post: Any) -> None:  # noqa: F811
    before = REGISTRY.get_sample_value("marginalia_http_requests_total", LABELS) or 0
    assert post({"documents": [{"text": "Hypertension", "id": "secret-id"}]}).status_code == 200
    assert REGISTRY.get_sample_value("marginalia_http_requests_total", LABELS) == before + 1
    Browser().get("/api/v1/nothing-here/17")
    Gauges().look()
    text = Browser().get("/metrics").content.decode()
    assert ':rest>"' in text
    assert "nothing-here" not in text
    assert "secret-id" not in text
    assert f'marginalia_model_serving{{project="clinic",role="champion",version="v{served.model.number}"}} 1.0' in text


def test_lost_documents_are_counted_once(served: Deployment, own_log: prediction_log.Log) -> None:  # noqa: F811
    lost = lambda: REGISTRY.get_sample_value("marginalia_log_lost_documents_total") or 0  # noqa: E731
    gauges, before = Gauges(), lost()
    own_log.lost += 3
    gauges.look()
    gauges.look()
    assert lost() == before + 3


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_figures_are_of_all_web_processes(stack: Stack, champion: Deployment, api_key: tuple[Client, str]) -> None:
    stack.web()

    def ask(method: str, path: str, body: bytes = b"") -> tuple[int, str]:
        # On a connection of its own, so that both processes get some.
        told = {"Authorization": f"Bearer {api_key[1]}", "Content-Type": "application/json"}
        with closing(http.client.HTTPConnection("127.0.0.1", stack.port, timeout=20)) as connection:
            connection.request(method, path, body, told)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    for _ in range(40):
        assert ask("POST", "/api/v1/extract", b'{"documents": [{"text": "Hypertension"}]}')[0] == 200
    figures = lambda: ask("GET", "/metrics")[1]  # noqa: E731
    counted = re.compile(r'marginalia_http_requests_total{method="POST",route="api/v1/extract",status="200"} 40\.0')
    for _ in range(6):  # whoever answers
        assert counted.search(figures())
    assert eventually(lambda: 'marginalia_model_serving{project="clinic"' in figures(), 10)
    assert eventually(lambda: "marginalia_log_backlog_bytes 0.0" in figures(), 10)


def test_level_accuracy_and_alerts_of_each_project_are_told(champion: Deployment) -> None:
    healthy_windows(champion, 1)
    an_alert(champion.project)
    responses.move(project=champion.project, event=Event(Kind.LEVEL, level=Level.CRITICAL), asked=Asked())
    text = Browser().get("/metrics").content.decode()
    assert 'marginalia_level{project="clinic"} 4.0' in text
    assert 'marginalia_automation_stopped{project="clinic"} 0.0' in text
    assert 'marginalia_alerts{project="clinic",severity="critical"} 1.0' in text
    assert 'marginalia_alerts{project="clinic",severity="warning"} 1.0' in text
