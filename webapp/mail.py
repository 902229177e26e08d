"""Settings of outgoing e-mail, from one address such as ``smtp+tls://name:password@mail.example.org:587``."""

from __future__ import annotations

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

SECONDS = 10
KNOWN = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "dummymail")


def email_settings(url: str, *, embedded: bool) -> dict[str, Any]:
    """Django's EMAIL_… settings. No URL: printed to the log on embedded services, elsewhere not sent at all."""
    url = url or ("consolemail://" if embedded else "dummymail://")
    scheme = url.partition(":")[0]
    if scheme not in KNOWN:
        raise ImproperlyConfigured("EMAIL_URL is not understood; write it as smtp+tls://name:password@host:587.")
    try:
        found = environ.Env.email_url_config(url)
    except ValueError as error:
        raise ImproperlyConfigured("EMAIL_URL has a wrong host or port; percent-encode its password.") from error
    if scheme.startswith("smtp") and not found["EMAIL_HOST"]:
        raise ImproperlyConfigured("EMAIL_URL names no host; write it as smtp+tls://name:password@host:587.")
    plain = {name: value for name, value in found.items() if name.startswith("EMAIL_") and value is not None}
    return {**plain, "EMAIL_TIMEOUT": SECONDS}
