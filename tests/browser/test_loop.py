"""The whole loop as people go it: a real browser, a real web server, a real worker, on the test's database."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotation.actions import projects
from annotation.models import Annotation, Project, Role, Task, User
from annotation.synthetic import SyntheticNote, generate
from tests.faults.processes import eventually
from tests.pipelines import judge_few_notes
from tests.stack import Stack
from training.models import Deployment, ModelVersion, Prediction, Run

PASSWORD = "correct horse battery"
OPEN = [
    {"id": "open-1", "text": "k/c/o  T2DM 🤕\r\nTab Metformin 500 BD\r\n"},
    {"id": "open-2", "text": "मधुमेह hai. Rx Telma 40 OD"},
]


def row(note: SyntheticNote) -> dict[str, Any]:
    return {
        "id": note.external_id,
        "text": note.text,
        "patient": note.patient,
        "entities": [span.to_json() for span in note.spans],
    }


def import_notes(stack: Stack, folder: Path) -> None:
    """Sixty notes with gold make the project; two more wait for an annotator."""
    gold, waiting = folder / "gold.jsonl", folder / "open.jsonl"
    gold.write_text("".join(json.dumps(row(note)) + "\n" for note in generate(60, seed=7)))
    waiting.write_text("".join(json.dumps(one) + "\n" for one in OPEN))
    report = json.loads(stack.manage("import_notes", str(gold), "--project", "loop", "--create", "--gold", "--json"))
    assert (report["accepted"], report["rejected"]) == (60, 0)
    judge_few_notes(Project.objects.get())
    Project.objects.update(audit_rate=0)
    report = json.loads(stack.manage("import_notes", str(waiting), "--project", "loop", "--json"))
    assert (report["accepted"], report["rejected"]) == (2, 0)


def add_people() -> None:
    project = Project.objects.get()
    for role in (Role.ANNOTATOR, Role.ML_LEAD, Role.APPROVER):
        user = User.objects.create_user(role.value, password=PASSWORD)
        projects.add_member(project=project, user=user, roles=[role])


def sign_in(page: Page, url: str, name: str) -> None:
    page.context.clear_cookies()
    page.goto(url)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/p/loop/")


def annotate(page: Page) -> None:
    """The two notes that wait, by keyboard: the first disease and treatment of each."""
    page.get_by_role("button", name="Annotate next note").click()
    page.wait_for_url("**/tasks/*/")
    first = page.url
    page.wait_for_selector("#annotator[data-ready]")
    page.locator("#submit:enabled").wait_for()
    keys = ["ArrowRight"] * 6 + ["d"]
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("#said")).to_contain_text("DISEASE: T2DM")
    for key in ["ArrowRight", "ArrowRight", "ArrowRight", "t"]:
        page.keyboard.press(key)
    expect(page.locator("#said")).to_contain_text("TREATMENT: Metformin")
    page.wait_for_timeout(300)  # the page takes no Enter in its first moment
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/tasks/" in url and url != first)
    # The next note is shown before the last one is saved.
    expect(page.locator("#saved")).to_have_text("Saved")


def train(page: Page, url: str) -> None:
    page.goto(f"{url}/p/loop/runs/")
    page.get_by_role("button", name="Train a model").click()
    page.wait_for_url("**/runs/*/")
    expect(page.locator(".node-running progress")).to_be_visible(timeout=20_000)
    # The page follows by itself.
    expect(page.get_by_text("Waits for an approver, who decides about version 1.")).to_be_visible(timeout=60_000)
    expect(page.get_by_label("State of the run").locator(".badge").first).to_contain_text("Waiting")


def approve(page: Page, url: str) -> None:
    page.get_by_role("link", name="Review and decide").click()
    page.get_by_label("Why it may serve").fill("Good enough on the test notes.")
    page.get_by_role("button", name="Approve and put in service").click()
    expect(page.get_by_role("status").filter(has_text="is approved and in service")).to_be_visible()
    page.goto(f"{url}/p/loop/")
    expect(page.locator("section", has=page.get_by_role("heading", name="In service"))).to_contain_text("Version 1")


def extract(url: str, key: str, text: str) -> dict[str, Any]:
    data = json.dumps({"documents": [{"id": "api-1", "text": text}]}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/api/v1/extract", data, headers), timeout=10) as answer:
        body: dict[str, Any] = json.load(answer)
        return body


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_loop_from_import_to_serving(page: Page, stack: Stack, tmp_path: Path) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.set_default_timeout(15_000)
    stack.worker()
    import_notes(stack, tmp_path)
    add_people()
    stack.web()

    sign_in(page, stack.url, "annotator")
    annotate(page)
    gold = Annotation.objects.gold().get(task__isnull=False)
    text = gold.note.text
    assert text == OPEN[0]["text"]
    assert [(text[s.start : s.end], s.label) for s in gold.spans] == [("T2DM", "DISEASE"), ("Metformin", "TREATMENT")]
    assert Task.objects.get(note=gold.note).status == Task.Status.ACCEPTED

    sign_in(page, stack.url, "ml_lead")
    train(page, stack.url)
    run = Run.objects.get()
    assert (run.status, run.created_by.username) == (Run.Status.WAITING, "ml_lead")
    assert ModelVersion.objects.get().dataset.items.count() == 61, "the note just annotated is in it"

    sign_in(page, stack.url, "approver")
    approve(page, stack.url)
    deployment = Deployment.objects.get()
    assert deployment.started_by.username == "approver"
    # The worker takes the run up again and makes the new reference.
    assert eventually(Run.objects.filter(pk=run.pk, status=Run.Status.SUCCEEDED).exists, 20)
    assert deployment.model.references.count() == 1

    key = json.loads(stack.manage("create_client", "platform", "--project", "loop", "--json"))["key"]
    page.wait_for_timeout(1_000)  # the engines look twice a second
    body = extract(stack.url, key, OPEN[0]["text"])
    assert (body["model"]["version"], body["model"]["sha256"]) == (1, deployment.model.sha256)
    entities = body["documents"][0]["entities"]
    assert entities
    assert all(OPEN[0]["text"][e["start"] : e["end"]] == e["text"] for e in entities)
    # Written a moment after the answer.
    kept = Prediction.objects.filter(note__external_id="api-1")
    assert eventually(lambda: kept.count() == 1, 10)
    assert errors == []
    logs = stack.log("web") + stack.log("worker")
    assert not re.search("Metformin 500 BD|Traceback|ERROR", logs), logs
