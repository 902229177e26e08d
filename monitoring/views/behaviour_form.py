"""The form of a behaviour case: a sentence, and phrases as they stand in it, each with its label."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django import forms
from django.forms import BoundField

from annotation.models import Project
from annotation.spans import MAX_TEXT
from training.actions.behaviour import Wording, mark
from training.gates.cases import wanted
from training.gates.phrases import ANY, Phrase, phrases_of
from training.models import BehaviourCase

PHRASES = 6


class CaseForm(forms.Form):
    """`seen` tells one writing of the case from the next, so that nobody overwrites another's."""

    category = forms.ChoiceField(choices=BehaviourCase.Category.choices, label="What it is about")
    text = forms.CharField(
        max_length=MAX_TEXT,
        required=False,
        strip=False,
        label="Text",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Made up, as a doctor would type it. Never a real patient's.",
    )
    repeat = forms.IntegerField(
        min_value=1, max_value=2000, initial=1, label="Repeat it", help_text="So many lines of it: for very long notes."
    )
    expectation = forms.ChoiceField(
        choices=BehaviourCase.Expectation.choices, label="The model", widget=forms.RadioSelect, initial="find"
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = project.labels.filter(retired_at__isnull=True).values_list("name", flat=True)
        labels = [(ANY, "Any label"), *((name, name) for name in names)]
        for row in range(PHRASES):
            title = f"Phrase {row + 1}"
            self.fields[f"words_{row}"] = forms.CharField(max_length=300, required=False, label=title)
            self.fields[f"label_{row}"] = forms.ChoiceField(choices=labels, required=False, label=f"Label of {title}")
        # The first label is what a new row asks for.
        if len(labels) > 1:
            for row in range(PHRASES):
                self.fields[f"label_{row}"].initial = labels[1][0]

    def clean_text(self) -> str:
        # Browsers send a line's end as two characters.
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")

    @property
    def phrase_rows(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[f"words_{row}"], self[f"label_{row}"]) for row in range(PHRASES)]

    @property
    def wording(self) -> Wording:
        """What a valid form says."""
        data = self.cleaned_data
        rows = ((data[f"words_{row}"], data[f"label_{row}"]) for row in range(PHRASES))
        phrases = [Phrase(words, label) for words, label in rows if words]
        return Wording(data["category"], data["expectation"], data["text"], phrases, data["repeat"])


def initial(case: BehaviourCase) -> dict[str, Any]:
    """The form's values of a case."""
    text = case.text
    start = {
        "category": case.category,
        "expectation": case.expectation,
        "text": text,
        "repeat": case.repeat,
        "seen": mark(case),
    }
    for row, phrase in zip_longest(range(PHRASES), phrases_of(text, wanted(case))[:PHRASES]):
        if phrase:
            start |= {f"words_{row}": phrase.words, f"label_{row}": phrase.label}
    return start
