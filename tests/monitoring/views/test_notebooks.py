"""Open as notebook: a file with the dataset or the run filled in, and no word of a note."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from annotation.models import Note, Project, User
from tests.conftest import Cast
from training import snapshots
from training.models import Dataset, Run


@pytest.fixture
def dataset(project: Project, cast: Cast, gold_notes: list[Note]) -> Dataset:
    return snapshots.seal(project=project, by=cast.lead)


def settings_of(body: bytes) -> dict[str, Any]:
    """The values that the first code cell sets, those that are literals."""
    notebook = json.loads(body)
    assert notebook["nbformat"] == 4
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    found = {}
    for node in ast.parse("".join(cell["source"])).body:
        if isinstance(node, ast.Assign):
            source = node.value.args[1] if isinstance(node.value, ast.Call) else node.value
            found[ast.unparse(node.targets[0])] = ast.literal_eval(source)
    return found


@pytest.mark.parametrize("template", ["explore_dataset", "drift_drill_down"])
def test_notebook_of_a_dataset_has_its_version_and_no_key(
    dataset: Dataset, cast: Cast, browser_of: Callable[[User], Browser], template: str
) -> None:
    Dataset.objects.filter(pk=dataset.pk).update(version=12)
    browser, page = browser_of(cast.annotator), f"/datasets/{dataset.pk}/notebook/"
    response = browser.get(page, {"template": template})
    assert response.status_code == 200
    assert (browser.get(page).content == response.content) == (template == "explore_dataset")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{template}-dataset-12.ipynb"'
    values = settings_of(response.content)
    assert (values["DATASET"], values["URL"]) == (12, "http://testserver/")
    assert "MARGINALIA_KEY" in values["KEY"]
    assert not [note for note in Note.objects.all() if note.text[:40] in response.content.decode()]


def test_notebook_of_a_run_has_its_number(project: Project, cast: Cast, browser_of: Callable[[User], Browser]) -> None:
    run, browser = Run.objects.create(project=project, kind=Run.Kind.PIPELINE), browser_of(cast.lead)
    assert settings_of(browser.get(f"/runs/{run.pk}/notebook/").content)["RUN"] == run.pk
    compared = browser.get(f"/runs/{run.pk}/notebook/", {"template": "compare_recipes"})
    assert settings_of(compared.content)["RUNS"] == {}
    trial = Run.objects.create(project=project, kind=Run.Kind.TRIAL, parent=run)
    values = settings_of(browser.get(f"/runs/{trial.pk}/notebook/").content)
    assert (values["RUN"], values["ROLE"], values["SPLIT"]) == (trial.pk, "trial", "dev")


def test_notebook_of_an_experiment_compares_its_trials_the_best_first(
    project: Project, cast: Cast, dataset: Dataset, browser_of: Callable[[User], Browser]
) -> None:
    experiment = Run.objects.create(project=project, kind=Run.Kind.EXPERIMENT)
    trials = [Run.objects.create(project=project, kind=Run.Kind.TRIAL, parent=experiment) for _ in range(12)]
    for at, trial in enumerate(trials):
        trial.evaluations.create(role="trial", split="dev", dataset=dataset, scores={"f1": 0.5 + at / 100})
    values = settings_of(browser_of(cast.lead).get(f"/runs/{experiment.pk}/notebook/").content)
    best = [trial.pk for trial in reversed(trials)][:10]
    assert values["RUNS"] == {f"trial {pk}": (pk, "trial") for pk in best}


def test_notebook_that_is_not_there_is_404(
    project: Project, cast: Cast, dataset: Dataset, browser_of: Callable[[User], Browser]
) -> None:
    browser = browser_of(cast.lead)
    run = Run.objects.create(project=project, kind=Run.Kind.INGEST)
    assert browser.get(f"/runs/{run.pk}/notebook/").status_code == 404
    for name in ("error_analysis", "../../README", "explore_dataset.ipynb"):
        assert browser.get(f"/datasets/{dataset.pk}/notebook/", {"template": name}).status_code == 404
