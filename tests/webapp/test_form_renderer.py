from __future__ import annotations

from datetime import date

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from webapp.form_renderer import QuickRenderer

NASTY = "\"><script>&amp;'"


class EveryInput(forms.Form):
    words = forms.CharField(max_length=12, help_text="Some.", widget=forms.TextInput(attrs={"list": NASTY}))
    count = forms.IntegerField(min_value=0, widget=forms.NumberInput(attrs={"step": 0.05}))
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    sure = forms.BooleanField(widget=forms.CheckboxInput(attrs={"autofocus": True, "hidden": False}))
    secret = forms.CharField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"words": NASTY, "count": "x", "day": "2026-02-03", "sure": "on", "secret": NASTY, "kind": "b"},
        {"words": "0", "count": "0", "day": NASTY},
    ],
)
def test_html_is_that_of_djangos_templates(data: dict[str, str] | None) -> None:
    first = {"count": 1234, "day": date(2026, 2, 3), "sure": True, "words": ""}
    quick, theirs = (EveryInput(data, initial=first, renderer=kind()) for kind in (QuickRenderer, DjangoTemplates))
    for name in EveryInput.base_fields:
        assert str(quick[name]) == str(theirs[name])
        assert str(quick[name].errors) == str(theirs[name].errors)
