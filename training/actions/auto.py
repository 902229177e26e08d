"""Ask for an automatic experiment: the best of several recipes and their settings, within a budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

from annotation.errors import ActionError
from annotation.models import Project, User
from training import ner
from training.actions.experiments import check_limits, complete, queue_experiment, within
from training.choosing import worth_searching
from training.models import Dataset, Deployment, Run
from training.recipes import recipe
from training.trials import Objective

MOST_KEPT = 10


@dataclass(frozen=True, slots=True)
class Auto:
    """Which recipes to search, what makes a trial better, and how much may be spent: trials, and minutes (0: no limit).

    What the best `keep` trials trained is kept for longer. `prune` ends trials early as in a tuning.
    """

    recipes: Sequence[str]
    objective: Objective = field(default_factory=Objective)
    count: int = 20
    minutes: float = 60
    seed: int = 0
    prune: bool = True
    keep: int = 3


@transaction.atomic
def start_auto(
    *,
    project: Project,
    by: User,
    auto: Auto,
    name: str = "",
    dataset: Dataset | None = None,
    parallel: int = 2,
    trigger: Run.Trigger = Run.Trigger.USER,
) -> Run:
    """Queue an experiment that looks for the best recipe with the best settings on one dataset (None: the gold now).

    Each recipe is tried with its defaults first. Same dataset, seed, trials at once and number of trials: same winner;
    a limit in minutes ends the same sequence of trials earlier or later, as the machine is fast.
    """
    check_limits(project, auto.objective, auto.count, auto.minutes, auto.seed)
    within("trials kept", auto.keep, 1, MOST_KEPT)
    names = list(dict.fromkeys(auto.recipes))
    _check_recipes(project, names)
    if auto.count < len(names):
        raise ActionError(f"{auto.count} trials are too few for {len(names)} recipes; allow one for each at least.")
    space = {one: worth_searching(recipe(one).settings) for one in names}
    params: dict[str, Any] = {
        "mode": "auto",
        "recipes": names,
        "settings": {one: _fixed(one, space[one]) for one in names},
        "space": space,
        "objective": asdict(auto.objective),
        # Recipes without settings are tried once: trained again they would be the same.
        "count": auto.count if any(space.values()) else len(names),
        "minutes": auto.minutes,
        "seed": auto.seed,
        "prune": auto.prune,
        "keep": auto.keep,
    }
    return queue_experiment(project, by, trigger, name, dataset, parallel, params, seed=auto.seed)


def _fixed(name: str, space: Mapping[str, Any]) -> dict[str, Any]:
    return {setting: value for setting, value in complete(name, {}).items() if setting not in space}


def _check_recipes(project: Project, names: Sequence[str]) -> None:
    if not names:
        raise ActionError("No recipe is chosen; choose at least one.")
    try:
        for name in names:
            recipe(name)
    except ner.TrainingError as error:
        raise ActionError(str(error)) from error
    if "update" in names and not Deployment.objects.champion_of(project):
        raise ActionError("There is no model in service that the recipe update could go on from; leave it out.")
