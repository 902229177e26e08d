"""Pages of experiments: start both kinds, follow live, compare in figures and in the text, register."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import assignments, projects
from annotation.models import Note, Project, Role, Task, User
from tests.conftest import Cast
from tests.pipelines import judge_few_notes, with_model
from training import ner, runs
from training.actions import experiments as actions
from training.actions.experiments import Candidate
from training.models import Evaluation, ModelVersion, Run

SignIn = Callable[[User], Browser]
START = "/p/clinic/experiments/start/"
COMPARE = "/p/clinic/experiments/compare/"


@pytest.fixture
def lead(cast: Cast, gold_notes: list[Note], browser_of: SignIn) -> Browser:
    return browser_of(cast.lead)


@pytest.fixture
def experiment(
    project: Project, cast: Cast, lead: Browser, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Two trials of the same model; in the second a note's entities were not found."""
    judge_few_notes(project)
    with_model(monkeypatch, trained)
    candidates = [Candidate("clinical", {}), Candidate("clinical", {"dropout": 0.4})]
    run = actions.start_comparison(project=project, by=cast.lead, candidates=candidates, name="Dropout")
    while queued := Run.objects.filter(status=Run.Status.QUEUED).first():
        runs.execute(queued.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.SUCCEEDED, run.error
    return run


@pytest.fixture
def blind_note(experiment: Run) -> int:
    """A note in which the second trial found nothing, and the first the gold."""
    first, second = Evaluation.objects.filter(run__parent=experiment).order_by("run_id")
    item = first.dataset.items.filter(split="dev").order_by("note").first()
    assert item
    first.found[str(item.note_id)] = [[s.start, s.end, s.label] for s in item.annotation.spans]
    first.save()
    second.found = {**first.found, str(item.note_id): []}
    second.save()
    return item.note_id


def page(browser: Browser, address: str, **query: Any) -> str:
    response = browser.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def test_comparison_starts_from_the_form(lead: Browser) -> None:
    sent = {"mode": "compare", "name": "Two recipes", "parallel": 2, "form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 0}
    sent |= {"form-0-recipe": "crf", "form-0-settings": '{"c1": 0.2}', "form-0-seeds": 3, "form-1-recipe": ""}
    response = lead.post(START, sent)
    run = Run.objects.get(kind=Run.Kind.EXPERIMENT)
    assert response["Location"] == reverse("experiment", args=[run.pk])
    assert [(trial["recipe"], trial["seed"], trial["settings"]["c1"]) for trial in run.params["trials"]] == [
        ("crf", seed, 0.2) for seed in range(3)
    ]


@pytest.mark.parametrize(
    ("written", "says"),
    [("c1 = 2", "This is not JSON"), ('{"c9": 1}', "has no setting c9"), ('{"c1": 99}', "from 0.0 to 10.0")],
)
def test_comparison_with_wrong_settings_says_so_and_keeps_the_form(lead: Browser, written: str, says: str) -> None:
    sent = {"mode": "compare", "name": "Two recipes", "parallel": 2, "form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 0}
    answer = lead.post(START, {**sent, "form-0-recipe": "crf", "form-0-settings": written, "form-0-seeds": 1})
    text = answer.content.decode()
    assert says in text
    assert "Two recipes" in text
    assert not Run.objects.exists()


def tuning(**more: Any) -> dict[str, Any]:
    sent = {"mode": "tune", "recipe": "crf", "name": "Penalties", "parallel": 1, "measure": "recall", "seed": 5}
    sent |= {"label": "DISEASE", "count": 4, "minutes": 10, "prune": "on", "vary-c1": "on", "low-c1": "0.01"}
    return {**sent, "high-c1": "1", "value-c2": "0.3", "value-iterations": "20", **more}


def test_tuning_starts_from_the_form(lead: Browser) -> None:
    text = page(lead, START, mode="tune", recipe="crf")
    assert 'name="low-c1"' in text
    lead.post(START, tuning())
    params = Run.objects.get(kind=Run.Kind.EXPERIMENT).params
    assert params["space"] == {"c1": {"low": 0.01, "high": 1.0}}
    assert params["settings"] == {"c2": 0.3, "iterations": 20}
    assert params["objective"] == {"measure": "recall", "label": "DISEASE"}
    assert (params["count"], params["minutes"], params["seed"], params["prune"]) == (4, 10, 5, True)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"vary-c1": ""}, "No setting varies"),
        ({"low-c1": "2", "high-c1": "1"}, "give a low end below the high one"),
        ({"high-c1": "many"}, "The setting c1 is &#x27;many&#x27;; give a number."),
        ({"value-c2": "99"}, "The setting c2 is 99.0"),
    ],
)
def test_tuning_that_can_not_be_says_why_and_keeps_what_was_said(
    lead: Browser, wrong: dict[str, str], says: str
) -> None:
    text = lead.post(START, tuning(**wrong)).content.decode()
    assert says in text
    assert 'value="Penalties"' in text
    assert not Run.objects.exists()


def test_leaderboard_is_live_until_the_experiment_is_over(lead: Browser) -> None:
    lead.post(START, tuning())
    run = Run.objects.get()
    address = reverse("experiment_status", args=[run.pk])
    assert f'hx-get="{address}" hx-trigger="every 2s"' in page(lead, reverse("experiment", args=[run.pk]))
    runs.cancel(run)
    answer = lead.get(address)
    assert answer["HX-Refresh"] == "true"
    assert "hx-get" not in answer.content.decode()


def test_leaderboard_and_comparison_name_scores_and_what_differs(lead: Browser, experiment: Run) -> None:
    text = page(lead, reverse("experiment", args=[experiment.pk]))
    assert "dropout" in text
    assert "hidden_width" not in text  # the same in both
    assert text.count("Register<") == 2
    assert "leads with" in text
    assert "Dropout" in page(lead, "/p/clinic/experiments/")
    trials = list(experiment.children.order_by("pk").values_list("pk", flat=True))
    text = page(lead, COMPARE, run=trials)
    assert "dropout" in text
    assert "0.4" in text
    assert "hidden_width" not in text
    assert "not told apart" in text
    assert "DISEASE" in text


def test_trial_becomes_a_candidate_with_one_click_once(lead: Browser, experiment: Run) -> None:
    trial = experiment.children.order_by("pk")[0]
    address = reverse("trial_register", args=[trial.pk])
    answer = lead.post(address)
    pipeline = Run.objects.get(kind=Run.Kind.PIPELINE)
    assert answer["Location"] == reverse("run", args=[pipeline.pk])
    assert pipeline.source == trial
    assert "already" in lead.post(address, follow=True).content.decode()
    assert Run.objects.filter(kind=Run.Kind.PIPELINE).count() == 1
    text = page(lead, reverse("experiment", args=[experiment.pk]))
    assert f"Run {pipeline.pk}" in text
    runs.execute(pipeline.pk)
    model = ModelVersion.objects.get(run=pipeline)
    text = page(lead, reverse("experiment", args=[experiment.pk]))
    assert f'href="{reverse("model", args=[model.pk])}">Version 1</a>' in text


def test_compare_of_one_run_sends_back(lead: Browser) -> None:
    lead.post(START, tuning())
    answer = lead.get(COMPARE, {"run": [Run.objects.get().pk, "x", "99999999999999"]}, follow=True)
    assert "Choose two to ten" in answer.content.decode()


def test_differences_in_the_text_are_for_those_who_may_read_notes(
    lead: Browser, experiment: Run, blind_note: int, cast: Cast, browser_of: SignIn
) -> None:
    trials = list(experiment.children.order_by("pk").values_list("pk", flat=True))
    text = page(lead, COMPARE, run=trials)
    assert f"Note {blind_note}<" in text
    assert "A is right, B: missed" in text
    assert "gold A</small></mark>" in text
    assert "No note shows such a difference" in page(lead, COMPARE, run=trials, kind="spurious")
    turned = page(lead, COMPARE, run=trials, first=trials[1], second=trials[0], kind="missed")
    assert "A is right, B: missed" in turned
    for user in (cast.approver, cast.admin, cast.annotator):
        text = page(browser_of(user), COMPARE, run=trials)
        assert "in the text" not in text
        assert f"Note {blind_note}<" not in text


def test_blind_notes_are_hidden_from_who_may_be_asked_for_them(
    lead: Browser, experiment: Run, blind_note: int, cast: Cast, project: Project, browser_of: SignIn
) -> None:
    trials = list(experiment.children.order_by("pk").values_list("pk", flat=True))
    projects.add_member(project=project, user=cast.annotator2, roles=[Role.REVIEWER])
    other = browser_of(cast.annotator2)
    assert f"Note {blind_note}<" in page(other, COMPARE, run=trials)
    asked = {"note_ids": [blind_note], "reason": Task.Reason.UNCERTAINTY, "doubled": True}
    assert assignments.open_for_notes(project=project, by=cast.lead, **asked).notes == 1
    assert f"Note {blind_note}<" in page(lead, COMPARE, run=trials)
    assert f"Note {blind_note}<" not in page(other, COMPARE, run=trials)


def test_auto_starts_from_the_form(lead: Browser) -> None:
    text = page(lead, START, mode="auto")
    assert text.count('name="recipes"') >= 4
    assert text.count("checked") >= 4
    sent = {"mode": "auto", "name": "Best of all", "parallel": 1, "measure": "recall", "label": "TREATMENT", "seed": 3}
    sent |= {"recipes": ["dictionary", "crf"], "count": 6, "minutes": 30, "prune": "on", "keep": 2}
    lead.post(START, sent)
    params = Run.objects.get(kind=Run.Kind.EXPERIMENT).params
    assert params["objective"] == {"measure": "recall", "label": "TREATMENT"}
    assert (params["recipes"], params["minutes"], params["keep"]) == (["dictionary", "crf"], 30, 2)
    assert params["space"]["crf"] == {"c1": {"low": 0.0, "high": 1.0}, "c2": {"low": 0.0, "high": 1.0}}


def test_auto_with_too_few_trials_says_so_and_keeps_the_form(lead: Browser) -> None:
    sent = {"mode": "auto", "name": "Best of all", "parallel": 1, "measure": "f1", "seed": 3}
    sent |= {"recipes": ["dictionary", "crf"], "count": 1, "minutes": 30, "keep": 2}
    text = lead.post(START, sent).content.decode()
    assert "1 trials are too few for 2 recipes" in text
    assert 'value="Best of all"' in text


def test_best_is_registered_with_one_click_on_the_page(lead: Browser, experiment: Run) -> None:
    text = page(lead, reverse("experiment", args=[experiment.pk]))
    best = experiment.steps.get().outputs["best"]
    assert "Register the best" in text
    assert text.index(reverse("trial_register", args=[best])) < text.index('id="compare-form"')
