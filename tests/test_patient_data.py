"""Where patients' data must never be: planted words are followed through the whole product."""

from __future__ import annotations

import json
import logging
import logging.config
from base64 import b64decode
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import models
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import indexing, notes, revisions, tasks
from annotation.models import Note, Project, Task, User
from annotation.spans import Span
from annotation.synthetic import generate
from monitoring.actions import decisions
from tests.conftest import Cast, add_notes
from tests.patient_data.canaries import (
    CANARIES,
    PATIENT,
    TEXT,
    Lines,
    canaries_in,
    files_with_canaries,
    tables_with_canaries,
)
from tests.patient_data.fields import ENCRYPTED, HOLDS_NO_PATIENT_TEXT
from tests.patient_data.files import FILES
from tests.pipelines import judge_few_notes
from training import prelabels, runs, serving
from training.actions import runs as run_actions
from training.models import ModelVersion, Run
from training.steps import fit

QUEUES = ("default", "training", "batch", "traffic", "shadow", "index")
pytestmark = pytest.mark.django_db


# Where to look --------------------------------------------------------------------------------------------------------
@pytest.fixture
def lines(settings: Any) -> Iterator[list[str]]:
    """All lines of all loggers from here on, down to DEBUG."""
    handler, root = Lines(settings.LOGGING), logging.getLogger()
    deaf = [log for log in map(logging.getLogger, list(root.manager.loggerDict)) if not log.propagate]
    level = root.level
    root.setLevel(logging.DEBUG)
    for logger in (root, *deaf):
        logger.addHandler(handler)
    yield handler.lines
    for logger in (root, *deaf):
        logger.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def messages() -> Iterator[Callable[[], list[str]]]:
    """What stands in the queues of the real broker, each message with its arguments decoded."""
    with current_app.connection_for_write() as broker:
        redis = broker.default_channel.client
        redis.delete(*QUEUES)

        def read() -> list[str]:
            raw = [json.loads(item) for queue in QUEUES for item in redis.lrange(queue, 0, -1)]
            return [json.dumps(m, ensure_ascii=False) + b64decode(m["body"]).decode() for m in raw]

        yield read
        redis.delete(*QUEUES)


# The walk -------------------------------------------------------------------------------------------------------------
def import_by_page(browser: Browser, file_format: str, content: str) -> Run:
    upload = SimpleUploadedFile(f"{CANARIES[0]}.{file_format}", content.encode())
    response = browser.post(reverse("import", args=["clinic"]), {"file": upload, "format": file_format})
    assert response.status_code == 302
    run = Run.objects.latest("pk")
    runs.execute(run.pk)
    return Run.objects.get(pk=run.pk)


def train_and_deploy(project: Project, cast: Cast) -> ModelVersion:
    """A real model that saw the planted words in training."""
    generated = list(generate(40, seed=3))
    rows = add_notes(project, generated)
    spans = {row.pk: made.spans for row, made in zip(rows, generated, strict=True)}
    planted = [notes.NewNote(f"t{n}", f"{TEXT} {n}", patient=f"{PATIENT} {n}") for n in range(20)]
    for note in notes.add(project=project, news=planted, origin=Note.Origin.IMPORT):
        start = note.text.index("diabetes")
        spans[note.pk] = (Span(start, start + len("diabetes"), "DISEASE"), Span(4, 4 + len(CANARIES[0]), "DISEASE"))
    revisions.add_imported(project=project, spans=spans, by=cast.reviewer, gold=True)
    judge_few_notes(project)
    run = run_actions.start_training(
        project=project, by=cast.lead, params={"settings": {"max_steps": 60, "min_steps": 60}}
    )
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.WAITING, run.error
    model = ModelVersion.objects.select_related("project").get(run=run)
    checks = [check for report in run.gates.values_list("report", flat=True) for check in report["checks"]]
    assert not [check for check in checks if check["passed"] is False]
    decisions.approve(model=model, by=cast.approver, reason="For the test.")
    runs.execute(run.pk)
    return model


def extract(key: str, body: str) -> Any:
    browser = Browser(headers={"Authorization": f"Bearer {key}"}, raise_request_exception=False)
    return browser.post("/api/v1/extract", body, content_type="application/json")


def annotate(browser: Browser, task: Task) -> None:
    page = browser.get(reverse("task", args=[task.pk]))
    payload = page.context["payload"]
    assert CANARIES[0] in payload["text"]
    for spans in ([{"start": 0, "end": 9999, "label": "DISEASE"}], [{"start": 4, "end": 13, "label": "DISEASE"}]):
        body = {"spans": spans, "base_revision": payload["base_revision"], "seconds": 1}
        browser.post(payload["urls"]["submit"], json.dumps(body), content_type="application/json")


def find_and_read(browser: Browser) -> None:
    """Search for the planted words, read a note, say something of it: no address and no session has them."""
    indexing.catch_up()
    for asked in (f"{CANARIES[0]} {CANARIES[2]}", f'"{CANARIES[0]}"'):
        answer = browser.post(reverse("notes_find", args=["clinic"]), {"words": asked}, follow=True)
        ids = [row.note.pk for row in answer.context["rows"]]
        assert ids
        assert canaries_in(answer.content.decode())
        assert canaries_in(str(answer.redirect_chain) + answer.context["here"] + str(answer.context["next"])) == []
    page = reverse("note", args=[ids[-1]])
    assert canaries_in(browser.get(page).content.decode())
    browser.post(reverse("note_comment", args=[ids[-1]]), {"text": PATIENT})
    assert canaries_in(browser.get(page).content.decode())
    kept = [session.get_decoded() for session in Session.objects.all()]
    assert any("searches" in session for session in kept)
    assert canaries_in(str(kept)) == []


def fail(*args: Any, **kwargs: Any) -> Any:
    """A fault that quotes the note, with a cause that does too."""
    try:
        raise KeyError(TEXT)
    except KeyError as error:
        raise RuntimeError(f"can't read {TEXT!r}") from error


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fresh_engine")
def test_patients_data_stays_in_the_ciphertext_on_every_path(  # noqa: PLR0917 - the fixtures of the whole product
    project: Project,
    cast: Cast,
    api_key: tuple[Any, str],
    browser_of: Callable[[User], Browser],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    lines: list[str],
    messages: Callable[[], list[str]],
    tmp_path: Path,
) -> None:
    reviewer = browser_of(cast.reviewer)

    # Import: the page and the command, rows good and bad.
    for file_format, content in FILES.items():
        run = import_by_page(reviewer, file_format, content)
        assert run.status == Run.Status.SUCCEEDED, run.error
        assert run.steps.get().outputs["rejected"]
    path = tmp_path / "notes.jsonl"
    path.write_text(FILES["jsonl"])
    out, err = StringIO(), StringIO()
    call_command("import_notes", str(path), "--project", "clinic", stdout=out, stderr=err)
    path.unlink()
    assert canaries_in(out.getvalue() + err.getvalue()) == []

    # Train, serve, pre-annotate, annotate.
    model = train_and_deploy(project, cast)
    assert prelabels.refresh(project)
    documents = [{"id": "a1", "text": TEXT, "patient": PATIENT, "doctor": PATIENT}, {"id": "a2", "text": [TEXT]}]
    answer = extract(api_key[1], json.dumps({"documents": documents}))
    assert answer.status_code == 200, answer.content
    assert extract(api_key[1], f'{{"documents": "{TEXT}').status_code == 400
    assert extract(api_key[1], json.dumps({TEXT: TEXT})).status_code == 422
    for task in Task.objects.filter(status=Task.Status.OPEN, note__external_id__startswith="good"):
        annotate(reviewer, task)
    assert Task.objects.filter(status=Task.Status.ACCEPTED).exists()

    find_and_read(reviewer)

    # Faults that quote the text: in a step, in the model, in a request.
    with monkeypatch.context() as patch:
        patch.setattr(fit, "_fit", fail)
        failed = run_actions.start_training(project=project, by=cast.lead, params={"fresh": True})
        runs.execute(failed.pk)
        failed.refresh_from_db()
        assert failed.status == Run.Status.FAILED
        patch.setattr(serving.ner, "predict", fail)
        assert extract(api_key[1], json.dumps({"documents": [{"text": TEXT}]})).status_code == 503
        patch.setattr(tasks, "take_next", fail)
        reviewer.raise_request_exception = False
        broken = reviewer.post(reverse("queue_next", args=["clinic"]))
        assert broken.status_code == 500
        assert canaries_in(broken.content) == []

    # The walk itself is worth something: the notes are there, the log has lines and tracebacks, the queues messages.
    assert TEXT in {note.text for note in Note.objects.filter(external_id__startswith="good")}
    assert any("RuntimeError (message withheld)" in line for line in lines)
    assert any("KeyError (message withheld)" in line for line in lines)
    assert messages()

    assert [line for line in lines if canaries_in(line)] == []
    assert [message for message in messages() if canaries_in(message)] == []
    assert tables_with_canaries() == []
    assert model.path.is_dir()
    assert files_with_canaries(settings.DATA_DIR) == []
    assert list(settings.UPLOADS_DIR.iterdir()) == []


def test_search_of_the_database_finds_a_planted_word_in_text_json_and_bytes(project: Project, cast: Cast) -> None:
    assert tables_with_canaries() == []
    (note,) = notes.add(project=project, news=[notes.NewNote("n1", "fever")], origin=Note.Origin.IMPORT)
    Note.objects.filter(pk=note.pk).update(ciphertext=TEXT.encode())
    assert tables_with_canaries() == ["annotation_note"]
    Note.objects.filter(pk=note.pk).update(ciphertext=b"")
    Run.objects.create(project=project, kind=Run.Kind.INGEST, params={"x": [CANARIES[2]]})
    assert tables_with_canaries() == ["training_run"]
    Project.objects.update(name=f"as {CANARIES[1]}")
    assert sorted(tables_with_canaries()) == ["annotation_project", "training_run"]


def test_lines_hide_what_an_ordinary_formatter_shows(lines: list[str]) -> None:
    with pytest.raises(RuntimeError) as caught:
        fail()
    logging.getLogger("training.runs").error("a run failed", exc_info=caught.value)
    assert canaries_in(logging.Formatter().formatException((caught.type, caught.value, caught.tb)))
    assert "a run failed" in lines[-1]
    assert canaries_in("".join(lines)) == []
    logging.getLogger("training.runs").debug("said %s", TEXT)
    assert canaries_in(lines[-1])


# Every field that could hold text -------------------------------------------------------------------------------------
OURS = ("annotation", "training", "monitoring", "webapp")
TEXTUAL = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)


def test_every_field_that_could_hold_text_was_decided_on() -> None:
    fields = {
        f"{model._meta.label}.{field.name}"
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, TEXTUAL)
    }
    decided = {
        f"{model}.{name}"
        for table in (ENCRYPTED, HOLDS_NO_PATIENT_TEXT)
        for model, names in table.items()
        for name in names.split()
    }
    assert fields == decided
