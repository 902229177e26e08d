"""The form of an API key: what it may do, how long, from where and how often."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms

from annotation.actions.client_terms import BURST, MAX_BURST, MAX_NAME, MAX_RATE, RATE

SCOPES = (
    ("extract", "Extract: send notes, get entities back"),
    ("jobs", "Jobs: send many notes at once, fetch the results later"),
    ("feedback", "Feedback: say which entities were right"),
    ("read", "Read: datasets with the texts of their notes, runs and models"),
    ("write", "Write: bring in notes and annotations"),
    ("train", "Train: start a training"),
)


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
        last = self.cleaned_data["expires_on"]
        return {**data, "expires_at": datetime.combine(last, time.min, UTC) + timedelta(days=1) if last else None}


class ClientForm(TermsForm):
    name = forms.CharField(max_length=MAX_NAME, label="System that will use the key")
    field_order = ("name",)
