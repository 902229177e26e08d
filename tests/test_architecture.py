"""The rules of the house that a machine can check. Each exception is in a list here, with its reason beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from annotation.models import User
from training.models import ModelVersion

ROOT = Path(settings.BASE_DIR)
APPS = ("webapp", "monitoring", "training", "annotation")
FILES = sorted(
    path
    for path in (*(p for app in APPS for p in (ROOT / app).rglob("*.py")), ROOT / "dev.py", ROOT / "manage.py")
    if "migrations" not in path.parts
)
TREES = {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in FILES}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models()]
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
PURE = (
    "annotation/spans.py", "annotation/crypto.py", "annotation/synthetic.py", "annotation/formats/",
    "annotation/addresses.py",
    "annotation/guidelines.py", "annotation/comparison.py", "annotation/agreement.py", "annotation/bootstrap.py",
    "annotation/disagreements.py", "annotation/corrections.py", "annotation/search/", "annotation/vocabulary/",
    "annotation/intake.py", "annotation/intake_counts.py", "training/verdicts.py",
    "training/ner/", "training/statistics.py", "training/scoring.py", "training/comparison.py", "training/power.py",
    "training/gating.py", "training/gate_", "training/paired.py", "training/fairness.py", "training/tuning.py",
    "training/search_space.py", "training/example_differences.py", "training/dataset_quality/", "training/rules.py",
    "training/model_card.py", "training/traffic_", "training/likeness.py",
    "monitoring/charts.py", "monitoring/experiment_charts.py", "monitoring/trends.py", "monitoring/kpi.py",
    "monitoring/policy/", "monitoring/policy_words.py", "monitoring/drift/", "monitoring/constraints/",
    "annotation/scenarios.py",
)  # fmt: skip
# What one pure module takes from another app's.
PURE_ACROSS = {
    "monitoring.charts", "monitoring.constraints", "monitoring.policy", "monitoring.drift", "monitoring.trends",
}  # fmt: skip
# Stock Django; and what must be imported after something else was set up.
IMPORTS_LATE = {"manage.py"}
SENDS_TASKS = {"training/nudges.py"}
# A step is what a page shows of its run: the run's row decides, and its own constraints hold it.
STATUS_UNCHECKED = {"training.Step.status"}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def found(tree: ast.AST, kinds: type | tuple[type, ...]) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if isinstance(node, kinds))


# Size -----------------------------------------------------------------------------------------------------------------
def test_files_are_small() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in FILES}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}
    assert median(size for size in sizes.values() if size) <= 70


def test_functions_are_small() -> None:
    sizes = {f"{name}:{node.name}": length(node) for name, tree in TREES.items() for node in functions(tree)}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}
    assert median(sizes.values()) <= 10


# Imports --------------------------------------------------------------------------------------------------------------
def test_no_import_hides_in_a_function() -> None:
    hidden = {
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        if name not in IMPORTS_LATE
        for function in functions(tree)
        for node in found(function, (ast.Import, ast.ImportFrom))
    }
    assert hidden == set()


def imported(tree: ast.AST) -> set[str]:
    """The modules that a file imports, from-imports with and without the name (it may be a module)."""
    names = {alias.name for node in found(tree, ast.Import) for alias in node.names}
    for node in found(tree, ast.ImportFrom):
        names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return names


def test_pure_modules_know_no_django() -> None:
    pure = {name: imported(tree) for name, tree in TREES.items() if name.startswith(PURE)}
    assert len(pure) > 20
    forbidden = ("django", "rest_framework", "celery", "webapp", "monitoring")
    is_app = lambda m: m.split(".")[0] in forbidden and not m.startswith(tuple(PURE_ACROSS))  # noqa: E731
    guilty = {name for name, modules in pure.items() if any(is_app(m) for m in modules)}
    assert guilty == set()
    stems = tuple(name.removesuffix(".py").rstrip("/").replace("/", ".") for name in PURE)
    others = {
        f"{name}: {module}"
        for name, modules in pure.items()
        for module in modules
        if module.startswith(("annotation.", "training.")) and not module.startswith(stems)
    }
    assert others == set()


def test_apps_import_only_to_their_right() -> None:
    wrong = {
        f"{name}: {module}"
        for name, tree in TREES.items()
        if (app := name.split("/")[0]) in APPS
        for module in imported(tree)
        if module.split(".")[0] in APPS[: APPS.index(app)]
    }
    assert wrong == set()


# Models ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_model_says_what_it_is(model: type[models.Model]) -> None:
    assert "__str__" in vars(model)
    assert "save" not in vars(model)
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}(")  # Django's own


def test_people_and_models_that_something_refers_to_can_not_be_deleted() -> None:
    loose = {
        f"{model._meta.label}.{field.name}"
        for model in MODELS
        for field in model._meta.fields
        if field.remote_field
        and field.remote_field.model in {User, ModelVersion}
        and field.remote_field.on_delete is not models.PROTECT
    }
    assert loose == set()


def checked(model: type[models.Model]) -> list[set[str]]:
    """The fields that each of the model's CheckConstraints speaks of."""
    conditions = [c.condition for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
    return [set(fields_of(condition)) for condition in conditions]


def fields_of(condition: models.Q) -> Iterator[str]:
    for child in condition.children:
        if isinstance(child, models.Q):
            yield from fields_of(child)
        else:
            yield child[0].split("__")[0]


def test_each_status_is_held_by_a_check_constraint() -> None:
    free = {
        f"{model._meta.label}.status"
        for model in MODELS
        if any(field.name == "status" for field in model._meta.fields)
        and not any("status" in names for names in checked(model))
    }
    assert free == STATUS_UNCHECKED


def test_who_and_when_are_set_together() -> None:
    pairs = [
        (model, field.name, f"{field.name[:-3]}_by")
        for model in MODELS
        for field in model._meta.fields
        if field.name.endswith("_at") and field.null
    ]
    pairs = [(model, at, by) for model, at, by in pairs if by in {field.name for field in model._meta.fields}]
    assert len(pairs) >= 3
    apart = {f"{m._meta.label}.{at}" for m, at, by in pairs if not any({at, by} <= names for names in checked(m))}
    assert apart == set()


# Tasks and errors -----------------------------------------------------------------------------------------------------
def test_tasks_are_short() -> None:
    bodies = {
        f"{name}:{node.name}": length(node)
        for name, tree in TREES.items()
        for node in functions(tree)
        if any("shared_task" in ast.unparse(decorator) for decorator in node.decorator_list)
    }
    assert len(bodies) >= 5
    assert {name for name, lines in bodies.items() if lines >= 8} == set()
    assert {name.split(":")[0] for name in bodies} <= {f"{app}/tasks.py" for app in APPS}


def test_tasks_are_sent_from_one_place() -> None:
    senders = {
        name
        for name, tree in TREES.items()
        for node in found(tree, ast.Attribute)
        if node.attr in {"delay", "delay_on_commit", "apply_async", "send_task", "apply_async_on_commit"}
    }
    assert senders == SENDS_TASKS


def test_no_error_is_swallowed_in_silence() -> None:
    silent = {
        f"{name}:{node.lineno}"
        for name, tree in TREES.items()
        for node in found(tree, ast.ExceptHandler)
        if node.type is None or all(ast.unparse(line) in {"pass", "..."} for line in node.body)
    }
    assert silent == set()


# Templates ------------------------------------------------------------------------------------------------------------
INLINE = {
    "script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "address": re.compile(r"javascript:", re.IGNORECASE),
    "safe": re.compile(r"\|\s*safe\b|autoescape\s+off"),
    "elsewhere": re.compile(r"(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE),
}


@pytest.mark.parametrize("kind", INLINE)
def test_templates_have_nothing_inline(kind: str) -> None:
    assert len(TEMPLATES) > 20
    assert [str(path.relative_to(ROOT)) for path in TEMPLATES if INLINE[kind].search(path.read_text())] == []


def test_every_form_that_posts_carries_its_token() -> None:
    forms = [
        (str(path.relative_to(ROOT)), form)
        for path in TEMPLATES
        for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL | re.IGNORECASE)
    ]
    posts = [(name, form) for name, form in forms if re.search(r"method=[\"']post", form[: form.index(">")], re.I)]
    assert len(posts) > 5
    assert [name for name, form in posts if "{% csrf_token %}" not in form] == []
