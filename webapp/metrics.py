"""``GET /metrics``: the figures of all web processes of this machine, in Prometheus' text format.

Processes write theirs into files below the data folder; whichever of them is asked adds all up. No figure is of a
person: labels are addresses' patterns, statuses, and models. The route of a call that matched none is "none".
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from training.traffic_counts import EDGES
from webapp import health_metrics

# As the library itself decided when it was imported a moment ago.
IN_FILES = "PROMETHEUS_MULTIPROC_DIR" in os.environ
LOOPBACK = frozenset(("127.0.0.1", "::1", ""))  # "": a Unix socket
MEASURED = ("/api/",)

REQUESTS = Counter("marginalia_http_requests", "Requests to the API.", ("route", "method", "status"))
SECONDS = Histogram(
    "marginalia_http_request_seconds",
    "What requests to the API took, every wait included.",
    ("route",),
    buckets=[edge / 1000 for edge in EDGES],
)


class MetricsMiddleware:
    """Counts and times what the API answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(MEASURED):
            return self.get_response(request)
        began = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "none"
        method = request.method if request.method in ("GET", "HEAD", "POST", "OPTIONS") else "other"
        REQUESTS.labels(route, method, response.status_code).inc()
        SECONDS.labels(route).observe(time.perf_counter() - began)
        return response


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """200 for who has METRICS_TOKEN, or without one for this machine itself; 403 for anybody else."""
    if not _may_read(request):
        words = "Send Authorization: Bearer and the METRICS_TOKEN of this server, or ask from the machine itself.\n"
        return HttpResponse(words, status=403, content_type="text/plain")
    registry = REGISTRY
    if IN_FILES:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    return HttpResponse(generate_latest(registry) + health_metrics.told(), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        told = request.headers.get("Authorization", "")
        return secrets.compare_digest(told.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    # Behind a proxy everybody comes from this machine.
    return request.META.get("REMOTE_ADDR", "") in LOOPBACK and "HTTP_X_FORWARDED_FOR" not in request.META
