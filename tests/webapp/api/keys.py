"""Keys with scopes, and requests with them."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client as Browser

from annotation.actions import clients
from annotation.models import Project


def make_key(project: Project, *scopes: str) -> str:
    return clients.create(project=project, name=f"may {' '.join(scopes)}", by=None, scopes=scopes)[1]


def get(key: str, path: str) -> HttpResponse:
    return Browser().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})


def send(key: str, path: str, body: Any) -> HttpResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}"}
    return Browser().generic("POST", f"/api/v1/{path}", data, content_type="application/json", headers=headers)
