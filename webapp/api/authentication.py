"""``Authorization: Bearer KEY``: a platform client's key."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from annotation.actions import clients
from annotation.models import Client


class ClientAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Client] | None:
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if not scheme:
            return None
        client = clients.authenticate(key.strip()) if scheme.lower() == "bearer" and key.isascii() else None
        if client is None:
            raise AuthenticationFailed("The API key is unknown or revoked; send Authorization: Bearer KEY.")
        return client, client

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
