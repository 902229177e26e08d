"""What a key asked: the last day by the hour, the last month by the day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from annotation.access import Right, with_object
from annotation.models import Client
from monitoring import client_usage as read


@require_GET
@with_object(Client.objects.all, Right.MANAGE_CLIENTS)
def usage(request: HttpRequest, client: Client) -> HttpResponse:
    chosen = request.GET.get("time", "24h")
    window = read.WINDOWS.get(chosen, read.WINDOWS["24h"])
    rows = read.rows(client, window, timezone.now())
    context = {
        "client": client,
        "windows": read.WINDOWS,
        "window": window,
        "by_hour": window.step == read.HOUR,
        "rows": rows[::-1],
        "total": read.total(rows),
        "figures": read.figures(rows, window),
    }
    return render(request, "monitoring/client_usage.html", context)
