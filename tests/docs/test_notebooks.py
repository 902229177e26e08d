"""The notebook templates run from top to bottom against a live server, and use what the pipelines use."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from django.conf import settings
from nbclient import NotebookClient

from annotation.models import Project
from monitoring.notebook_files import filled
from tests.webapp.api.keys import make_key
from training.models import Deployment, Evaluation, Run

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "docs" / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
PURE = ("annotation.spans", "annotation.agreement", "annotation.disagreements", "training.statistics")
PURE += ("training.comparison", "training.paired", "training.example_differences", "training.dataset_quality")


def code(name: str) -> list[str]:
    notebook = json.loads((FOLDER / f"{name}.ipynb").read_text())
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run_all(values: Mapping[str, Mapping[str, Any]], environment: Mapping[str, str]) -> dict[str, list[Any]]:
    """The outputs of each notebook; raises where a cell does.

    One kernel runs all, so that the libraries are imported once; every name is forgotten between two notebooks.
    """
    parts = {name: nbformat.reads(filled(name, own), as_version=4).cells for name, own in values.items()}
    together = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for cells in parts.values():
        together.cells += [nbformat.v4.new_code_cell("%reset -f"), *cells]
    NotebookClient(together, timeout=60).execute(env={**os.environ, **environment})
    return {name: [out for cell in cells for out in cell.get("outputs", ())] for name, cells in parts.items()}


def figures(outputs: list[Any]) -> list[dict[str, Any]]:
    data = [out.get("data", {}) for out in outputs]
    return [one["application/vnd.plotly.v1+json"] for one in data if "application/vnd.plotly.v1+json" in one]


def cells_of(figure: dict[str, Any]) -> list[list[str]]:
    """The columns of a table, each with its head."""
    table = figure["data"][0]
    return [[head, *column] for head, column in zip(table["header"]["values"], table["cells"]["values"], strict=True)]


@pytest.mark.django_db(transaction=True)
def test_notebooks_run_to_the_end_and_show_what_the_product_has(
    champion: Deployment, live_server: Any, project: Project
) -> None:
    number = Run.objects.get().pk
    values: dict[str, dict[str, Any]] = {
        "explore_dataset": {"DATASET": 1},
        "error_analysis": {"RUN": number},
        "compare_recipes": {"RUNS": {"dictionary": (number, "baseline"), "candidate": (number, "candidate")}},
        "drift_drill_down": {"DATASET": 1, "BY": "specialty", "DRAWS": 50},
    }
    assert sorted(values) == NAMES
    own = {"MARGINALIA_URL": live_server.url, "MARGINALIA_KEY": make_key(project, "read"), "MARGINALIA_CODE": str(ROOT)}
    outputs = run_all(values, {**own, "PLOTLY_RENDERER": "plotly_mimetype"})
    for name in NAMES:
        assert [out for out in outputs[name] if out.output_type == "stream"] == [], f"{name} prints a warning"
    shown = {name: figures(out) for name, out in outputs.items()}
    for name in NAMES:
        assert {figure["data"][0]["type"] for figure in shown[name]} > {"table"}, name
    assert cells_of(shown["explore_dataset"][0])[-1] == ["notes", "60"]
    scores = Evaluation.objects.get(run=number, role="candidate").scores
    assert [column[1] for column in cells_of(shown["error_analysis"][0])][6] == f"{scores['f1']:.3f}"
    assert f"{scores['f1']:.3f}" in cells_of(shown["compare_recipes"][0])[5]
    assert "too few notes" in cells_of(shown["drift_drill_down"][1])[-1]


# What the files hold --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", NAMES)
def test_notebook_holds_no_output_and_uses_what_the_pipelines_use(name: str) -> None:
    notebook = json.loads((FOLDER / f"{name}.ipynb").read_text())
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
    tree = ast.parse("\n".join("".join(cell["source"]) for cell in cells))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    ours = {str(module) for module in imported if str(module).startswith(("annotation", "training"))}
    assert ours
    assert ours <= set(PURE)
    assert not {module for module in imported if str(module).startswith("django")}


def defined(path: Path) -> set[str]:
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, kinds)}


def test_notebooks_write_nothing_again_that_a_pure_module_has() -> None:
    paths = [ROOT / f"{module.replace('.', '/')}.py" for module in PURE]
    paths = [path for path in paths if path.exists()] + list((ROOT / "training" / "dataset_quality").glob("*.py"))
    taken = set().union(*map(defined, paths))
    assert {"Span", "paired_table", "normalised", "example_differences"} <= taken
    own = {
        node.name
        for name in NAMES
        for node in ast.walk(ast.parse("\n".join(code(name))))
        if isinstance(node, ast.FunctionDef)
    }
    assert own
    assert own & taken == set()
