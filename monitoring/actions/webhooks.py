"""A POST to somebody else's server: only to public addresses, five seconds in all, no redirect followed."""

from __future__ import annotations

import hmac
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from annotation.errors import ActionError

SECONDS = 5.0
PORTS = {"http": 80, "https": 443}
# Addresses of IPv4 behind a translator: the last four bytes.
NAT64 = IPv6Network("64:ff9b::/96")


class NotSent(ActionError):  # noqa: N818 - says what happened
    """It was not taken; the message says why in a few words of our own."""


def signature(secret: str, body: str, at: int) -> str:
    """The header X-Marginalia-Signature: whoever has the secret can tell that the body is ours and how old it is."""
    made = hmac.digest(secret.encode(), f"{at}.{body}".encode(), "sha256").hex()
    return f"t={at},v1={made}"


def parts_of(url: str) -> SplitResult:
    """The parts of a URL that can be posted to; NotSent of any other."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    plain = url.isascii() and url.isprintable() and not {" ", "#", "\\"} & set(url)
    if not fine or not plain or parts.username is not None:
        raise NotSent("Write the URL as https://host/path, in ASCII, without spaces, a user's name or a #.")
    return parts


def places(parts: SplitResult) -> list[tuple[Any, ...]]:
    """Where the host is, as `socket.getaddrinfo` says it. NotSent when it is nowhere or in a private network."""
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or PORTS[parts.scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent("There is no host of this name; look at its spelling.") from error
    if not settings.WEBHOOK_PRIVATE and not all(is_public(str(place[4][0])) for place in found):
        raise NotSent("The host is in a private network; whoever runs Marginalia can allow that (WEBHOOK_PRIVATE).")
    return list(found)


def is_public(address: str) -> bool:
    """Whether the address is on the public internet; one of IPv6 that stands for one of IPv4 is judged as that."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        inner = IPv4Address(int(found) & 0xFFFFFFFF) if found in NAT64 else found.ipv4_mapped or found.sixtofour
        if inner is not None:
            return is_public(str(inner))
    odd = found.is_private or found.is_multicast or found.is_reserved or found.is_link_local or found.is_unspecified
    return found.is_global and not odd and not (isinstance(found, IPv6Address) and found.is_site_local)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send it and give the status of the answer, whose body is not read. NotSent when there is no answer."""
    parts = parts_of(url)
    found = places(parts)
    until = time.monotonic() + SECONDS
    try:
        with _connect(found, until) as raw, _secured(raw, parts) as line:
            return _ask(line, parts, body, headers, until)
    except (OSError, HTTPException) as error:
        if isinstance(error, TimeoutError) or time.monotonic() >= until:
            raise NotSent(f"It did not answer within {SECONDS:g} seconds.") from error
        if isinstance(error, ssl.SSLError):
            raise NotSent("Its certificate is not valid, or it does not speak TLS.") from error
        raise NotSent(f"The connection failed ({type(error).__name__}).") from error


def _connect(found: Sequence[tuple[Any, ...]], until: float) -> socket.socket:
    """To the address that was looked at, not to the name: that could lead elsewhere the second time."""
    last: OSError = TimeoutError()
    for family, kind, protocol, _, place in found:
        line = socket.socket(family, kind, protocol)
        try:
            line.settimeout(max(until - time.monotonic(), 0.01))
            line.connect(place)
            return line
        except OSError as error:
            line.close()
            last = error
    raise last


def _secured(raw: socket.socket, parts: SplitResult) -> socket.socket:
    if parts.scheme == "http":
        return raw
    context = ssl.create_default_context()
    return context.wrap_socket(raw, server_hostname=parts.hostname, do_handshake_on_connect=False)


def _ask(line: socket.socket, parts: SplitResult, body: bytes, headers: Mapping[str, str], until: float) -> int:
    # A timeout of a socket is for each read: a server that sends a byte now and then would hold us for hours.
    watch = threading.Timer(max(until - time.monotonic(), 0.01), _cut, [line])
    watch.daemon = True
    watch.start()
    try:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        with closing(HTTPConnection(parts.hostname or "")) as connection:
            connection.sock = line
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, {"Host": parts.netloc, "Connection": "close", **headers})
            with closing(connection.getresponse()) as response:
                return response.status
    finally:
        watch.cancel()


def _cut(line: socket.socket) -> None:
    """End it below TLS, whose own shutdown another thread may not call."""
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)
