"""Settings of a recipe as a form takes them: a JSON object."""

from __future__ import annotations

import json
from typing import Any

from django import forms


def settings_of(said: str) -> dict[str, Any]:
    """Settings written as JSON; nothing is no settings. Raises ValidationError."""
    try:
        value = json.loads(said) if said.strip() else {}
    except (ValueError, RecursionError) as error:
        raise forms.ValidationError('This is not JSON; write for example {"max_steps": 800}.') from error
    if not isinstance(value, dict):
        raise forms.ValidationError('Give an object of settings, for example {"max_steps": 800}.')
    return value
