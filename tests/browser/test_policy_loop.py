"""Both policies end to end: simulated clinics through the real web server, workers, clock and, to approve, a browser.

A drift that is noticed in time is met with labels, a training, gates, an approval, a canary, and accuracy is back. A
broken feed stops automation, and only a version that clinicians have passed goes into service.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext

from annotation.models import Task
from annotation.scenarios import SCENARIOS, Scenario
from monitoring.actions import responses
from monitoring.models import Decision, Window
from monitoring.policy import Level, State
from tests.browser.test_pages import sign_in
from tests.faults.processes import eventually
from tests.stack import Stack
from training.models import Deployment, Hold, ModelVersion, Rollout, Run, Step
from webapp.simulation.clinic import Clinic, open_clinic
from webapp.simulation.loop import Course, live

pytestmark = [pytest.mark.nightly, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOTES, DAYS = 40, 77


@pytest.fixture
def running(stack: Stack) -> Stack:
    """Web server, workers and clock."""
    stack.web()
    stack.worker("default,training")
    stack.worker("traffic")
    stack.start("beat", "-m", "celery", "-A", "webapp", "beat", "-l", "INFO", "-S", "celery.beat:Scheduler")
    assert eventually(lambda: stack.log("worker").count("ready.") >= 2 and "watch-rollouts" in stack.log("beat"), 90)
    return stack


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    context.set_default_timeout(15_000)
    yield context
    context.close()


def clinic_of(scenario: str, lines: list[str]) -> Clinic:
    return open_clinic(slug="loop", title=scenario, days=DAYS, seed=1, audit_rate=0.25, say=lines.append)


def halfway(scenario: Scenario) -> Scenario:
    """The change stops when it has come half the way: what goes on for long ends at the clinicians' test instead."""
    return replace(scenario, knobs=lambda far: scenario.knobs(min(far, 0.5)))


def approve_in_browser(context: BrowserContext, url: str, clinic: Clinic, model: ModelVersion) -> None:
    sign_in(context, url, clinic.members["approver"])
    page = context.new_page()
    page.goto(f"{url}/p/{clinic.project.slug}/health/")
    page.get_by_role("link", name=f"Review version {model.number}").click()
    form = page.locator(f'form[action="/models/{model.pk}/approve/"]')
    form.locator("textarea").fill("The gates passed, and its figures are better where it drifted.")
    form.locator('input[name="way"][value="canary"]').check()
    form.locator('button[type="submit"]').click()
    page.get_by_text("is approved and answers").wait_for()
    page.close()


def test_a_drift_in_time_is_met_with_labels_and_accuracy_is_back(running: Stack, context: BrowserContext) -> None:
    lines: list[str] = []
    clinic = clinic_of("new-drug", lines)
    target = responses.policies.values_of(clinic.project).target
    course = Course(halfway(SCENARIOS["new-drug"]), 0, NOTES, 1, running.url, labels=40, hands_off=True)
    seen: set[str] = set()
    for day in range(DAYS):
        live(clinic, replace(course, days=day + 1), first=day)
        row = responses.of(clinic.project)
        seen.add(row.state)
        if row.state == State.AWAITING_APPROVAL and row.model and row.model.status == "pending_approval":
            approve_in_browser(context, running.url, clinic, row.model)
        window = Window.objects.filter(project=clinic.project, model__number__gt=1).order_by("-pk").first()
        kpi = window.evidence["kpi"] if window else None
        if kpi and kpi["value"] >= target:
            break
    else:
        pytest.fail("\n".join(lines))
    assert {State.COLLECTING, State.DEPLOYING} <= seen, "\n".join(lines)
    worst = Window.objects.filter(project=clinic.project, level=Level.WARNING).order_by("starts_at").first()
    assert worst is not None, "\n".join(lines)
    done = Task.objects.filter(reason=Task.Reason.DRIFT_SLICE, status=Task.Status.ACCEPTED)
    assert done.count() > 20
    pipelines = Run.objects.filter(project=clinic.project, trigger=Run.Trigger.DECISION, kind=Run.Kind.PIPELINE)
    promoted = Rollout.objects.filter(kind=Rollout.Kind.CANARY, status=Rollout.Status.PROMOTED)
    run = pipelines.filter(model__rollouts__in=promoted).order_by("-pk")[0]
    names = list(run.steps.values_list("name", flat=True))
    assert names[:4] == ["ingest", "validate", "snapshot", "quality"]
    assert set(run.steps.values_list("status", flat=True)) <= set(Step.DONE)
    learned = set(run.model.dataset.items.values_list("note", flat=True))
    assert len(learned & set(done.values_list("note", flat=True))) > 20
    rollout = Rollout.objects.get(model=run.model, kind=Rollout.Kind.CANARY)
    assert (rollout.status, [stage["share"] for stage in rollout.passed]) == (Rollout.Status.PROMOTED, [50, 90])
    champion = Deployment.objects.champion_of(clinic.project)
    assert champion is not None
    assert champion.model == run.model
    verbs = list(Decision.objects.filter(project=clinic.project).order_by("pk").values_list("verb", flat=True))
    chain = [verb for verb in verbs if verb in ("collect", "retrain", "promote")]
    assert chain[:3] == ["collect", "retrain", "promote"], "\n".join(lines)
    assert Decision.objects.filter(verb="approve", by=clinic.members["approver"]).count() >= 2


def test_a_broken_feed_stops_automation_until_clinicians_have_passed_a_version(running: Stack) -> None:
    lines: list[str] = []
    clinic = clinic_of("broken-feed", lines)
    course = Course(SCENARIOS["broken-feed"], 49, NOTES, 1, running.url)
    frozen = False
    for day in range(course.days):
        live(clinic, replace(course, days=day + 1), first=day)
        frozen = frozen or any("under investigation" in line for line in lines)
        champion = Deployment.objects.champion_of(clinic.project)
        if champion and champion.model.number > 1:
            break
    else:
        pytest.fail("\n".join(lines))
    assert frozen
    decision = Decision.objects.get(project=clinic.project, verb="investigate")
    assert {"freeze", "open_investigation", "needs_review_on", "audit_four_times"} <= set(decision.evidence["actions"])
    assert decision.evidence["level"] == Level.CRITICAL
    order = list(Decision.objects.filter(project=clinic.project, model=champion.model).values_list("verb", flat=True))
    assert order.index("approve") < order.index("uat")  # the newest first
    assert champion.model.uat_sessions.filter(status="passed").exists()
    row = responses.of(clinic.project)
    assert (row.state, row.level) == (State.IDLE, Level.NO_BASELINE)
    assert not Hold.objects.exists()
