"""From an experiment to a roll-back, in the browser alone: the ML lead, two clinicians, the approver.

With SCREENSHOTS=folder each stage is pictured there.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annotation.models import User
from tests.browser.sitting.tab import sign_in
from tests.conftest import Cast
from tests.stack import Stack
from training.actions import rules
from training.models import Deployment, ModelVersion, Run

SETTINGS = '{"max_steps": 150, "min_steps": 150, "eval_every": 50}'
FOLDER = os.environ.get("SCREENSHOTS", "")
LONG = 120_000

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def picture(page: Page, name: str) -> None:
    if FOLDER:
        page.screenshot(path=str(Path(FOLDER) / f"{name}.png"), full_page=True)


def experiment(page: Page, url: str) -> None:
    page.goto(f"{url}/p/clinic/experiments/start/?mode=compare")
    page.get_by_label("Name").fill("Which recipe?")
    for row, (recipe, settings) in enumerate((("dictionary", ""), ("clinical", SETTINGS))):
        page.locator(f"[name=form-{row}-recipe]").select_option(recipe)
        page.locator(f"[name=form-{row}-settings]").fill(settings)
    picture(page, "1-experiment-start")
    page.get_by_role("button", name="Start the experiment").click()
    expect(page.get_by_text("2 of 2").first).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Register trial 1")).to_be_visible(timeout=LONG)
    picture(page, "2-leaderboard")


def compare(page: Page) -> None:
    for box in page.get_by_role("checkbox", name="Compare trial").all():
        box.check()
    page.get_by_role("button", name="Compare the chosen trials").click()
    expect(page.get_by_role("heading", name="differ in the text")).to_be_visible()
    picture(page, "3-compare")
    page.go_back()


def register(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Register trial 2").click()
    page.wait_for_url("**/runs/*/")
    expect(page.get_by_text("Waiting for a person").first).to_be_visible(timeout=LONG)
    picture(page, "4-run")


def ask_for_test(page: Page, url: str, model: ModelVersion) -> None:
    page.goto(f"{url}/models/{model.pk}/")
    picture(page, "5-model")
    for box in page.get_by_role("group", name="Who rates").get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Notes to compare").fill("3")
    page.get_by_role("button", name="Ask for the test").click()
    page.wait_for_url("**/runs/*/")
    page.get_by_role("link", name="See the test").click(timeout=LONG)
    page.wait_for_url("**/tests/*/")


def rate(page: Page, url: str, session: int) -> None:
    page.goto(f"{url}/tests/{session}/rate/")
    for number in range(3):
        expect(page.locator("#turn")).to_contain_text(f"{number + 1} of 3")
        if not number:
            picture(page, "6-rate")
        page.wait_for_load_state()  # the text is there before the keys are
        page.keyboard.press("3")
    page.wait_for_url(f"{url}/tests/{session}/")


def sign(page: Page) -> None:
    page.get_by_label("Why", exact=True).fill("Both find what I would prescribe for.")
    picture(page, "7-sign")
    page.get_by_role("button", name="Sign as passed").click()
    expect(page.get_by_text("Passed").first).to_be_visible()


def decide(page: Page, act: str, reason: str, said: str) -> None:
    form = page.locator(f"form[action$='/{act}/']")
    form.locator("textarea").fill(reason)
    form.get_by_role("button").click()
    expect(page.get_by_role("status").filter(has_text=said)).to_be_visible()


def reject_and_open_again(page: Page, url: str) -> None:
    page.goto(url)
    decide(page, "reject", "Too few test notes.", "is rejected")
    expect(page.get_by_text("It was not evaluated since it was rejected")).to_be_visible()
    page.get_by_role("button", name="Evaluate again").click()
    page.wait_for_url("**/runs/*/")
    page.get_by_role("link", name="See the version").click(timeout=LONG)
    page.wait_for_url(url)
    picture(page, "8-evaluated-again")
    decide(page, "reopen", "The same figures on the newest test set.", "waits for approval again")


def test_lifecycle_without_a_shell(page: Page, stack: Stack, champion: Deployment, cast: Cast) -> None:
    rules.change(project=champion.project, values={"uat": "always"}, by=None)
    page.set_default_timeout(20_000)
    stack.worker()
    stack.web()

    def become(user: User) -> None:
        sign_in(page.context, stack.url, user)

    become(cast.lead)
    experiment(page, stack.url)
    compare(page)
    register(page)
    model = ModelVersion.objects.get(number=2)
    assert model.status == ModelVersion.Status.UAT, list(model.run.gates.values("kind", "report"))
    ask_for_test(page, stack.url, model)
    session = model.uat_sessions.get()
    for rater in session.raters.order_by("pk"):
        become(rater)
        rate(page, stack.url, session.pk)
    sign(page)

    become(cast.approver)
    reject_and_open_again(page, f"{stack.url}/models/{model.pk}/")
    picture(page, "8-approve")
    decide(page, "approve", "Signed by the clinicians.", "is approved and in service")
    assert Deployment.objects.champion_of(model.project).model == model  # type: ignore[union-attr]
    page.goto(f"{stack.url}/models/{champion.model_id}/")
    decide(page, "rollback", "The new one misses doses.", "is back in service")
    picture(page, "9-rolled-back")
    assert Deployment.objects.champion_of(model.project).model_id == champion.model_id  # type: ignore[union-attr]
    assert not Run.objects.filter(status=Run.Status.FAILED).exists()
