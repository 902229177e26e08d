"""What a request for a training or an evaluation may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.ner import TrainingError
from training.ner.params import resolved
from training.recipes import recipe

MOST_SEEDS = 10
HIGHEST_SEED = 2**31 - 1


class OrderError(ValueError):
    """The request can't be carried out; the message names the field."""

    def __init__(self, sentence: str) -> None:
        # A value is quoted as it was sent: half a character in it would keep the answer from being written.
        super().__init__(sentence.encode("utf-8", "replace").decode()[:300])


def model_of(body: object) -> int | None:
    """The number of the version that shall be evaluated again; None of any other order. Raises OrderError."""
    if not isinstance(body, Mapping) or "kind" not in body or body["kind"] == "pipeline":
        return None
    if body["kind"] != "evaluate":
        raise OrderError('"kind" is neither "pipeline" nor "evaluate"; correct it or leave it out.')
    unknown = sorted(str(name) for name in set(body) - {"kind", "model"})
    if unknown:
        raise OrderError(f"An evaluation takes no {', '.join(unknown)}; send kind and model.")
    return _whole(body.get("model"), "model", 1, HIGHEST_SEED)


def parse(body: object) -> dict[str, Any]:
    """The parameters of a run, only those that were sent: recipe, settings, seed, seeds, fresh. Raises OrderError."""
    if not isinstance(body, Mapping):
        raise OrderError('The body is no object; send {} or {"recipe": …, "settings": {…}, "seed": …}.')
    fields = {"recipe": _recipe, "settings": _settings, "seed": _seed, "seeds": _seeds, "fresh": _fresh}
    # What kind of run it is was read before.
    unknown = sorted(str(name) for name in set(body) - set(fields) - {"kind"})
    if unknown:
        raise OrderError(f"A training takes no {', '.join(unknown)}; send some of {', '.join(fields)}.")
    params: dict[str, Any] = {name: check(body[name]) for name, check in fields.items() if name in body}
    if "settings" in params:
        _check_settings(params.get("recipe"), params["settings"])
    return params


def _recipe(value: object) -> str:
    if not isinstance(value, str):
        raise OrderError('"recipe" is no string; send the name of a recipe.')
    try:
        return recipe(value).name
    except TrainingError as error:
        raise OrderError(str(error)) from error


def _settings(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise OrderError('"settings" is no object; send the settings of the recipe by name.')
    return dict(value)


def _check_settings(name: str | None, settings: Mapping[str, Any]) -> None:
    if name is None:
        raise OrderError('"settings" are those of a recipe; send its name as "recipe" too.')
    try:
        resolved(name, recipe(name).settings, settings)
    except TrainingError as error:
        raise OrderError(str(error)) from error


def _seed(value: object) -> int:
    return _whole(value, "seed", 0, HIGHEST_SEED)


def _seeds(value: object) -> int:
    return _whole(value, "seeds", 1, MOST_SEEDS)


def _fresh(value: object) -> bool:
    if not isinstance(value, bool):
        raise OrderError('"fresh" is neither true nor false; send true to take over nothing of earlier runs.')
    return value


def _whole(value: object, name: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise OrderError(f'"{name}" is no whole number from {least} to {most:,}; correct it or leave it out.')
    return value
