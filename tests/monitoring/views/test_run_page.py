"""The page of a run: every step from the start, what each made, and going on from one of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from annotation.access import Right
from annotation.models import Note, Project, User
from monitoring.runs import outputs
from monitoring.runs.outputs import outputs_of
from monitoring.runs.panel import TABS
from tests.conftest import Cast
from tests.pipelines import instead_of_training
from training import runs
from training.actions import runs as actions
from training.in_force import order_of
from training.models import Deployment, GateReport, ModelVersion, Run, Step
from training.step_names import STEPS

SignIn = Callable[[User], Browser]


@pytest.fixture
def lead(cast: Cast, browser_of: SignIn) -> Browser:
    return browser_of(cast.lead)


@pytest.fixture
def queued(project: Project, cast: Cast, gold_notes: list[Note]) -> Run:
    return actions.start_training(project=project, by=cast.lead)


def page_of(browser: Browser, run: Run, **asked: str) -> str:
    response = browser.get(f"/runs/{run.pk}/", asked)
    assert response.status_code == 200
    return response.content.decode()


def begin(run: Run, name: str, **values: Any) -> None:
    """As a worker that is in the middle of the step."""
    now = timezone.now()
    run.steps.filter(position__lt=STEPS[run.kind].index(name)).update(status=Step.Status.SUCCEEDED)
    values = {"status": Step.Status.RUNNING, "started_at": now - timedelta(seconds=30), "attempt": 1, **values}
    run.steps.filter(name=name).update(**values)
    Run.objects.filter(pk=run.pk).update(status=Run.Status.RUNNING, heartbeat_at=now, attempt=1, started_at=now)


@pytest.fixture
def failed(queued: Run) -> Run:
    """It failed in the step train."""
    begin(queued, "train", status=Step.Status.FAILED, message="Diverged.")
    Run.objects.filter(pk=queued.pk).update(status=Run.Status.FAILED, ended_at=timezone.now(), error="Diverged.")
    queued.refresh_from_db()
    return queued


# The graph ------------------------------------------------------------------------------------------------------------
def test_queued_run_shows_every_step_as_pending(lead: Browser, queued: Run) -> None:
    page = page_of(lead, queued)
    for name in STEPS["pipeline"]:
        assert f'id="node-{name}"' in page
    assert page.count("node node-pending") == len(STEPS["pipeline"])
    assert "A worker takes it as soon as one is free." in page


def test_running_step_says_how_far_and_how_long(lead: Browser, queued: Run) -> None:
    begin(queued, "train", progress=0.25, message="Update 100 of at most 400, loss 3.1", attempt=2)
    page = page_of(lead, queued)
    assert "Step 6 of 15: Train the candidate." in page
    assert "about 1 min 30 s left" in page
    assert "attempt 2" in page
    assert "Update 100 of at most 400" in page
    assert 'id="panel-title">Train the candidate<' in page  # it follows what runs


def test_step_that_is_asked_for_stays_open_while_the_run_goes_on(lead: Browser, queued: Run) -> None:
    begin(queued, "train")
    fragment = lead.get(f"/runs/{queued.pk}/status/", {"step": "ingest", "tab": "inputs"}).content.decode()
    assert 'id="panel-title">Take in what is new<' in fragment
    assert f"/runs/{queued.pk}/status/?step=ingest&amp;tab=inputs&amp;" in fragment


@pytest.mark.parametrize("asked", [{"step": "no"}, {"step": "train", "tab": "no"}, {"tab": "\x00"}, {"step": "<b>"}])
def test_strange_step_or_tab_shows_the_page(lead: Browser, queued: Run, asked: dict[str, str]) -> None:
    assert "<b>" not in page_of(lead, queued, **asked).split("<main")[1]


# The update -----------------------------------------------------------------------------------------------------------
def test_status_sends_nothing_when_nothing_moved(lead: Browser, queued: Run) -> None:
    context = lead.get(f"/runs/{queued.pk}/").context
    shown = {"live": context["live"], "rest": context["rest"]}
    assert lead.get(f"/runs/{queued.pk}/status/", shown).status_code == 204
    begin(queued, "train", progress=0.1)
    assert lead.get(f"/runs/{queued.pk}/status/", shown).status_code == 200


def test_status_leaves_the_panel_alone_while_only_the_progress_moves(lead: Browser, queued: Run) -> None:
    begin(queued, "train", progress=0.1)
    context = lead.get(f"/runs/{queued.pk}/", {"step": "ingest", "tab": "logs"}).context
    asked = {"step": "ingest", "tab": "logs", "live": context["live"], "rest": context["rest"]}
    queued.steps.filter(name="train").update(progress=0.5)
    fragment = lead.get(f"/runs/{queued.pk}/status/", asked).content.decode()
    assert 'id="run-graph"' in fragment
    assert 'id="step-panel"' not in fragment
    queued.steps.filter(name="train").update(status=Step.Status.SUCCEEDED)
    assert 'id="step-panel"' in lead.get(f"/runs/{queued.pk}/status/", asked).content.decode()


def test_page_of_a_run_that_is_over_asks_no_more(lead: Browser, queued: Run) -> None:
    actions.cancel(run=queued)
    page = page_of(lead, queued)
    assert "run_status" not in page
    assert "hx-get" not in page
    assert "cancel-run" not in page


# What steps made ------------------------------------------------------------------------------------------------------
def test_every_tab_and_the_outputs_of_every_step_of_a_whole_run_are_shown(lead: Browser, champion: Deployment) -> None:
    run = champion.model.run
    runs.execute(run.pk)  # the steps after the approval
    assert set(run.steps.values_list("status", flat=True)) == {Step.Status.SUCCEEDED}
    for tab in TABS:
        assert f'id="tab-{tab}"' in page_of(lead, run, step="train", tab=tab)
    for name in STEPS["pipeline"]:
        assert "The step made nothing" not in page_of(lead, run, step=name, tab="outputs")
        assert outputs_of(run.steps.get(name=name), {Right.VIEW}) != outputs._plainly(run.steps.get(name=name).outputs)


def test_outputs_are_tables_with_intervals_and_links(lead: Browser, candidate: ModelVersion) -> None:
    run = candidate.run
    scores = run.evaluations.get(role="candidate").scores
    page = page_of(lead, run, step="evaluate", tab="outputs")
    assert f"{100 * scores['f1']:.1f} % ({100 * scores['low']:.1f} to {100 * scores['high']:.1f})" in page
    assert "F1 of each label" in page
    step = run.steps.get(name="train")
    point = {"total": 400, "loss": 2.0, "words_per_second": 1.0}
    step.outputs["history"] = [{**point, "step": 200, "dev_f1": 0.51}, {**point, "step": 400, "dev_f1": 0.62}]
    step.save(update_fields=["outputs"])
    page = page_of(lead, run, step="train", tab="outputs")
    assert 'data-figure="training-curve"' in page
    assert "51.0 %" in page
    assert f'href="/models/{candidate.pk}/"' in page_of(lead, run, step="register", tab="outputs")


def test_waiting_run_says_for_whom_and_its_gates_link_notes_for_those_who_may_read_them(
    lead: Browser, cast: Cast, browser_of: SignIn, candidate: ModelVersion, gold_notes: list[Note]
) -> None:
    page = page_of(lead, candidate.run)
    assert "Waits for an approver, who decides about version 1." in page
    assert "Approve or reject" in page
    assert f'href="/models/{candidate.pk}/"' in page
    check = {"name": "F1", "passed": False, "sentence": "Too low.", "figures": {}, "notes": [gold_notes[0].pk]}
    report = {"name": "quality", "passed": False, "checks": [check]}
    GateReport.objects.filter(run=candidate.run, kind="quality").update(passed=False, report=report)
    link = f'href="/notes/{gold_notes[0].pk}/"'
    assert link in page_of(lead, candidate.run)
    assert link not in page_of(browser_of(cast.annotator), candidate.run)
    # Going on from the wait would wait for the other run's version.
    assert "retry-step" not in page_of(lead, candidate.run, step="approval")
    assert "retry-step" in page_of(lead, candidate.run, step="evaluate")
    assert "retry-step" not in page_of(lead, candidate.run, step="reference")  # what lies before it is not done


def test_outputs_of_another_version_of_the_product_are_shown_plainly(lead: Browser, queued: Run) -> None:
    queued.steps.filter(name="train").update(
        status=Step.Status.SUCCEEDED, outputs={"odd": list(range(1000)), "few": {"a": 1}}
    )
    panel = page_of(lead, queued, step="train", tab="outputs").split('id="step-panel"')[1].split('id="run-rest"')[0]
    assert "1,000 values" in panel
    assert "999" not in panel


# Steering -------------------------------------------------------------------------------------------------------------
def test_retry_from_a_failed_step_takes_over_what_lies_before(
    lead: Browser, queued: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("Mrs Canary")

    with monkeypatch.context() as patch:
        instead_of_training(patch, fail)
        runs.execute(queued.pk)
    page = page_of(lead, queued)
    assert "Retry from here" in page
    assert "Canary" not in page
    response = lead.post(f"/runs/{queued.pk}/again/?step=baseline")
    new = Run.objects.exclude(pk=queued.pk).get()
    assert response["Location"] == f"/runs/{new.pk}/"
    assert new.source == queued
    assert new.steps.filter(status=Step.Status.REUSED).count() == STEPS["pipeline"].index("baseline")
    page = page_of(lead, new, step="snapshot")
    assert f'href="/runs/{queued.pk}/"' in page
    assert "Taken over from" in page


def test_run_from_here_with_other_parameters_sends_them_along(lead: Browser, failed: Run) -> None:
    said = {"other": "1", "recipe": "crf", "settings": '{"c2": 0.2}', "seed": "4", "seeds": ""}
    lead.post(f"/runs/{failed.pk}/again/?step=train", said)
    new = Run.objects.exclude(pk=failed.pk).get()
    assert new.params == {"recipe": "crf", "settings": {"c2": 0.2}, "seed": 4, "seeds": None}
    assert new.seed == 4
    # What is emptied takes back what the earlier run was given.
    form = lead.get(f"/runs/{new.pk}/", {"step": "train"}).context["form"]
    assert (form["recipe"].initial, form["seed"].initial, form["settings"].initial) == ("crf", 4, '{"c2": 0.2}')
    Run.objects.filter(pk=new.pk).update(status=Run.Status.CANCELLED, ended_at=timezone.now())
    lead.post(f"/runs/{new.pk}/again/?step=train", {"other": "1", "recipe": "", "settings": "", "seed": ""})
    last = Run.objects.order_by("-pk")[0]
    assert order_of(last) == {"recipe": "clinical", "settings": {}, "seeds": 1, "seed": 0}


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("{", "This is not JSON"),
        ("[1]", "Give an object of settings"),
        ('{"nothing": 1}', "has no setting nothing"),
        ('{"max_steps": "many"}', "it must be a whole number"),
    ],
)
def test_parameters_that_can_not_be_are_named_and_nothing_starts(
    lead: Browser, failed: Run, written: str, says: str
) -> None:
    said = {"other": "1", "recipe": "clinical", "settings": written}
    page = lead.post(f"/runs/{failed.pk}/again/?step=train", said).content.decode()
    assert says in page
    assert written.replace('"', "&quot;") in page  # what was written is not lost
    assert Run.objects.count() == 1


def test_going_on_from_a_run_that_runs_is_not_offered(lead: Browser, queued: Run) -> None:
    begin(queued, "evaluate")
    assert "retry-step" not in page_of(lead, queued, step="train")


def test_going_on_from_a_step_that_is_not_there_says_so(lead: Browser, failed: Run) -> None:
    page = lead.post(f"/runs/{failed.pk}/again/?step=nothing", follow=True).content.decode()
    assert "has no step" in page
    assert Run.objects.count() == 1


# The list -------------------------------------------------------------------------------------------------------------
def test_list_is_narrowed_by_kind_and_status(lead: Browser, failed: Run, cast: Cast) -> None:
    params = {"format": "jsonl", "gold": False, "label_map": {}}
    other = actions.start_import(project=failed.project, by=cast.reviewer, upload="x", params=params)

    def found(**asked: str) -> set[int]:
        return {run.pk for run in lead.get("/p/clinic/runs/", asked).context["page_obj"]}

    assert found() == {failed.pk, other.pk}
    assert found(kind="ingest") == {other.pk}
    assert found(status="failed") == {failed.pk}
    assert found(kind="ingest", status="failed") == set()
    assert found(kind="nothing", status="\x00") == {failed.pk, other.pk}


def test_run_now_form_starts_a_training_with_its_parameters(
    lead: Browser, project: Project, gold_notes: list[Note]
) -> None:
    said = {"recipe": "spacy", "settings": '{"max_steps": 50}', "seed": "7", "seeds": "3", "fresh": "on"}
    lead.post("/p/clinic/train/", said)
    run = Run.objects.get()
    assert run.seed == 7
    assert run.params == {"recipe": "spacy", "settings": {"max_steps": 50}, "seed": 7, "seeds": 3, "fresh": True}


def test_run_now_form_with_a_mistake_shows_it_and_starts_nothing(lead: Browser, gold_notes: list[Note]) -> None:
    page = lead.post("/p/clinic/train/", {"recipe": "magic", "seeds": "99"}).content.decode()
    assert "magic is not one of the available choices" in page
    assert "less than or equal to 9" in page
    assert not Run.objects.exists()
