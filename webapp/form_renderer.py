"""Inputs and lists of errors without a template each: on a page with many fields they took a quarter of its time."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

ERRORS = "django/forms/errors/list/default.html"
INPUTS = {f"django/forms/widgets/{kind}.html" for kind in ("text", "number", "date", "hidden", "checkbox")}


class QuickRenderer(DjangoTemplates):
    """Writes the same HTML as Django's templates do; what is rare goes to them."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name in INPUTS:
            return _input(context["widget"])
        if template_name == ERRORS and not context["errors"]:
            return ""
        return super().render(template_name, context, request)


def _input(widget: dict[str, Any]) -> SafeString:
    attributes = {"type": widget["type"], "name": widget["name"], "value": widget["value"]}
    given = {name: value for name, value in widget["attrs"].items() if value is not False}
    return SafeString(f"<input{''.join(_attribute(*pair) for pair in {**attributes, **given}.items())}>")


def _attribute(name: str, value: Any) -> str:
    """Names are the code's own, values may be a person's."""
    if value is None:
        return ""
    return f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
