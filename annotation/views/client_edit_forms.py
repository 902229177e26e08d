"""Forms about an API key that is there: other terms, a new key in its place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from annotation.models import Client
from annotation.views.client_forms import TermsForm

OVERLAPS = ((24, "A day"), (0, "Not at all"), (1, "An hour"), (24 * 7, "7 days"), (24 * 30, "30 days"))


class EditForm(TermsForm):
    def __init__(self, client: Client, data: Any = None) -> None:
        self.client = client
        last = (client.expires_at - timedelta(microseconds=1)).date() if client.expires_at else None
        initial = {
            "scopes": client.scopes, "expires_on": last, "allowed_ips": "\n".join(client.allowed_ips),
            "rate_per_minute": client.rate_per_minute, "burst": client.burst,
        }  # fmt: skip
        super().__init__(data, initial=initial)

    @property
    def values(self) -> dict[str, Any]:
        """An expiry that nobody touched stays to the second."""
        kept = {} if "expires_on" in self.changed_data else {"expires_at": self.client.expires_at}
        return {**super().values, **kept}


class RotateForm(forms.Form):
    # The key that the page showed: what was sent twice is done once.
    replaces = forms.CharField(max_length=12, widget=forms.HiddenInput)
    overlap = forms.TypedChoiceField(choices=OVERLAPS, coerce=int, label="The old key goes on for")

    @property
    def time(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["overlap"])
