"""The form of the notes list, and the words that were searched for.

Words may be a patient's name, so they never stand in an address: the form is sent by POST, the words are kept in the
session, encrypted, under a number that means nothing, and that number stands in the address. The other filters may.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from annotation.crypto import KeyringError, Sealed
from annotation.keys import keyring
from annotation.models import FACETS, NoteIndex, Project, Task, User
from annotation.search.filters import Days, Filters
from annotation.search.ordering import Sort
from annotation.search.question import Question, parse
from annotation.views.work_fields import FacetsForm

MAX_WORDS = 300
# Of each person; the oldest is forgotten first.
KEPT = 10
IN_SESSION = "searches"
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
STEP = forms.NumberInput(attrs={"step": "0.05"})


def keep(request: HttpRequest, words: str) -> str:
    """Remember the words; returns what stands for them in an address, empty for none."""
    if not words:
        return ""
    name = secrets.token_urlsafe(9)
    sealed = keyring().seal(words, bound_to=name.encode())
    row = [sealed.ciphertext.hex(), sealed.wrapped_key.hex(), sealed.key_id]
    kept = {**request.session.get(IN_SESSION, {}), name: row}
    request.session[IN_SESSION] = dict(list(kept.items())[-KEPT:])
    return name


def recall(request: HttpRequest, name: str) -> str:
    """The words; empty when this session does not know them (any more)."""
    row = request.session.get(IN_SESSION, {}).get(name)
    if not row:
        return ""
    try:
        return keyring().open(Sealed(bytes.fromhex(row[0]), bytes.fromhex(row[1]), row[2]), bound_to=name.encode())
    except KeyringError:
        return ""


class QuickSelect(forms.Select):
    """As its parent, but without two templates for each option: they were half of the page's time."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        inside = "".join(_option(str(key), str(words), chosen=str(key) == chosen) for key, words in self.choices)
        return format_html("<select{}>{}</select>", flatatt({"name": name, **(attrs or {})}), SafeString(inside))


@lru_cache(maxsize=1000)
def _option(key: str, words: str, *, chosen: bool) -> SafeString:
    return format_html('<option value="{}"{}>{}</option>', key, SafeString(" selected" if chosen else ""), words)


class SearchForm(FacetsForm):
    """Filters of the list; a field that can't be read filters nothing and says so."""

    words = forms.CharField(
        required=False,
        max_length=MAX_WORDS,
        help_text='All words must occur. In quotes, an entity marked exactly so: "type 2 diabetes".',
    )
    label = forms.ChoiceField(required=False, widget=QuickSelect)
    status = forms.ChoiceField(widget=QuickSelect, required=False, choices=[("", "Any"), *NoteIndex.Status.choices])
    reason = forms.ChoiceField(
        widget=QuickSelect, required=False, choices=[("", "Any"), *Task.Reason.choices], label="Open task"
    )
    annotator = forms.ChoiceField(required=False, widget=QuickSelect)
    model = forms.CharField(required=False, max_length=120, label="Suggested by model")
    received_from = forms.DateField(required=False, widget=DAY, label="Received from")
    received_to = forms.DateField(required=False, widget=DAY, label="to")
    annotated_from = forms.DateField(required=False, widget=DAY, label="Annotated from")
    annotated_to = forms.DateField(required=False, widget=DAY, label="to")
    disagreement = forms.FloatField(
        required=False, min_value=0, max_value=1, widget=STEP, label="Disagreement at least"
    )
    score = forms.FloatField(required=False, min_value=0, max_value=1, widget=STEP, label="Lowest score at most")
    sort = forms.ChoiceField(
        widget=QuickSelect, required=False, choices=[(sort.slug, sort.words) for sort in Sort], label="Sorted by"
    )

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(project, *args, **kwargs)
        people = User.objects.filter(memberships__project=project).distinct().order_by("last_name", "username")
        people = people.only("username", "first_name", "last_name")
        labels = project.labels.order_by("colour", "name").names()
        self._offer("label", [(name, name) for name in labels])
        self._offer("annotator", [(str(user.pk), str(user)) for user in people])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "Any"), *choices]

    @property
    def chosen(self) -> dict[str, str]:
        """What filters or sorts, as it was sent; without the words."""
        names = [name for name in self.fields if name != "words"]
        return {name: self.data[name] for name in names if self.data.get(name) and name in self.cleaned_data}

    @property
    def narrowed(self) -> int:
        """How many filters are set, besides the words and the order."""
        return len(set(self.chosen) - {"sort"})

    @property
    def shown(self) -> str:
        """All that the filters' part of the page depends on, beside the facets' known values."""
        offered = [self.fields[name].choices for name in ("label", "annotator")]  # type: ignore[attr-defined]
        # As they were sent: a field that can't be read shows it again, with its error.
        sent = {name: self.data.get(name) for name in self.fields if name not in ("words", "sort")}
        return repr((offered, sent))

    @property
    def question(self) -> Question:
        return parse(self.cleaned_data.get("words", ""))

    def filters(self) -> Filters:
        data = self.cleaned_data
        tags = {name: data.get(name, "") for name in ("status", "reason", "annotator", "model", *FACETS)}
        return Filters(
            question=self.question,
            label=data.get("label", ""),
            tags=tags,
            received=Days(data.get("received_from"), data.get("received_to")),
            annotated=Days(data.get("annotated_from"), data.get("annotated_to")),
            disagreement=data.get("disagreement"),
            score=data.get("score"),
        )

    @property
    def order(self) -> Sort:
        return Sort.named(self.cleaned_data.get("sort", ""))

    def query(self, search: str, **more: object) -> str:
        """The query of an address with these filters; the words stand there as what :func:`keep` gave."""
        return urlencode({**({"s": search} if search else {}), **self.chosen, **{k: v for k, v in more.items() if v}})


def asked(request: HttpRequest, project: Project) -> tuple[SearchForm, str]:
    """The form as the address has it, checked, and what stands for its words."""
    name = request.GET.get("s", "")[:40]
    words = recall(request, name)
    data = {**{key: request.GET.get(key, "") for key in request.GET}, "words": words}
    form = SearchForm(project, data)
    form.is_valid()
    return form, name if words else ""
