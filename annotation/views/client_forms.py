"""Forms about API keys: what a key may do, how long, from where and how often."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms

from annotation.actions.client_terms import BURST, MAX_BURST, MAX_NAME, MAX_RATE, RATE
from annotation.models import Client

SCOPES = (
    ("extract", "Extract: send notes, get entities back"),
    ("jobs", "Jobs: send many notes at once, fetch the results later"),
    ("feedback", "Feedback: say which entities were right"),
    ("read", "Read: datasets with the texts of their notes, runs and models"),
    ("write", "Write: bring in notes and annotations"),
    ("train", "Train: start a training"),
)
OVERLAPS = ((24, "A day"), (0, "Not at all"), (1, "An hour"), (24 * 7, "7 days"), (24 * 30, "30 days"))
DAY = timedelta(days=1)


class Addresses(forms.CharField):
    """Addresses and networks in lines or by commas, as a list."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def clean(self, value: Any) -> list[str]:
        return [one for one in re.split(r"[\s,;]+", super().clean(value)) if one]


class TermsForm(forms.Form):
    """What can be changed later. `values` are the arguments of the actions."""

    scopes = forms.MultipleChoiceField(
        choices=SCOPES,
        initial=["extract"],
        widget=forms.CheckboxSelectMultiple,
        label="What the key may do",
        error_messages={"required": "A key that may do nothing is of no use; tick at least one."},
    )
    expires_on = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        label="Last day",
        help_text="It is refused from midnight UTC after it. Empty: it does not expire.",
    )
    allowed_ips = Addresses(
        required=False,
        label="Only from these addresses",
        help_text="IPv4 or IPv6, single or networks (192.0.2.0/24), one a line. Empty: from anywhere.",
    )
    rate_per_minute = forms.IntegerField(
        min_value=1, max_value=MAX_RATE, initial=RATE, label="Requests a minute", help_text="Over time."
    )
    burst = forms.IntegerField(
        min_value=1, max_value=MAX_BURST, initial=BURST, label="Requests at once", help_text="Before the rate counts."
    )

    @property
    def values(self) -> dict[str, Any]:
        data = {name: value for name, value in self.cleaned_data.items() if name != "expires_on"}
        return {**data, "expires_at": end_of(self.cleaned_data["expires_on"])}


class ClientForm(TermsForm):
    name = forms.CharField(max_length=MAX_NAME, label="System that will use the key")
    field_order = ("name",)


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


def end_of(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) + DAY if day else None
