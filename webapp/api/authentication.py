"""``Authorization: Bearer KEY``: a platform client's key."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from annotation.actions import client_keys
from annotation.actions.client_secrets import AddressRefused, KeyRefused
from annotation.models import Client
from webapp.api import usage


class ClientAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Client] | None:
        scheme, _, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or not key.isascii():
            raise AuthenticationFailed("The API key is unknown; send Authorization: Bearer KEY.")
        try:
            client = client_keys.authenticate(key.strip(), address=address_of(request._request))
        except AddressRefused as error:
            _count(error, 403)
            raise PermissionDenied(str(error)) from error
        except KeyRefused as error:
            _count(error, 401)
            raise AuthenticationFailed(str(error)) from error
        return client, client

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def address_of(request: HttpRequest) -> str:
    """From where the request was sent: who is connected, or what the proxies in front say of it.

    Each proxy adds the address that was connected to it at the end of ``X-Forwarded-For``; what stands before those of
    our own PROXY_COUNT proxies is the caller's own word and counts for nothing.
    """
    connected: str = request.META.get("REMOTE_ADDR", "")
    if not settings.PROXY_COUNT:
        return connected
    told = [one for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
    return told[-min(settings.PROXY_COUNT, len(told))].strip() if told else connected


def _count(refused: KeyRefused, status: int) -> None:
    """A caller whose key ended, or who moved, is seen on the page of its usage."""
    if refused.client:
        usage.counter().count(refused.client.pk, status)
