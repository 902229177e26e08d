"""What runs take over from one another, where they wait, and what a kill at any step leaves behind."""

from __future__ import annotations

from typing import Any

import pytest

from annotation.actions import notes
from annotation.errors import ActionError
from annotation.models import Note, Project
from monitoring.actions import decisions
from tests.conftest import Cast
from tests.pipelines import judge_few_notes, with_model, without_fresh_process
from tests.training.conftest import lose
from training import ner, reaper, runs
from training.actions import runs as actions
from training.models import Deployment, Evaluation, ModelVersion, Reference, Run, Step, TriggerRecord
from training.pipelines import PIPELINES
from training.recipes import reads_raw_notes
from training.step_names import STEPS

Status = Step.Status
NAMES = STEPS["pipeline"]
# Each step that a worker carries out before a person decides.
BEFORE_APPROVAL = NAMES[: NAMES.index("approval")]


def states(run: Run) -> dict[str, str]:
    return dict(run.steps.values_list("name", "status"))


@pytest.fixture
def quick(project: Project, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    judge_few_notes(project)
    with_model(monkeypatch, trained)


class Killed(BaseException):
    """As kill -9: nothing of the process runs any more."""


@pytest.mark.parametrize("name", BEFORE_APPROVAL)
@pytest.mark.parametrize("when", ["before", "after"])
def test_kill_at_each_step_costs_that_step_alone(
    run: Run, quick: None, monkeypatch: pytest.MonkeyPatch, name: str, when: str
) -> None:
    """Killed before the step's work, or after it and before anybody was told; then taken back and finished."""
    at = NAMES.index(name)

    def die(context: Any) -> Any:
        if when == "after":
            real.do(context)
        raise Killed

    specs = list(PIPELINES["pipeline"])
    real = specs[at]
    dying = type(real)(**{field: getattr(real, field) for field in real.__slots__} | {"do": die})
    with monkeypatch.context() as patch:
        patch.setitem(PIPELINES, "pipeline", (*specs[:at], dying, *specs[at + 1 :]))
        with pytest.raises(Killed):
            runs.execute(run.pk)
    assert not ModelVersion.objects.exists(), "a half-made model is never listed"
    lose(run)
    assert reaper.reap() == [run.pk]
    runs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error, run.attempt) == (Run.Status.WAITING, "", 2)
    attempts = dict(run.steps.values_list("name", "attempt"))
    assert {n: attempts[n] for n in BEFORE_APPROVAL} == {n: 2 if n == name else 1 for n in BEFORE_APPROVAL}
    assert ModelVersion.objects.count() == 1
    assert Evaluation.objects.filter(run=run, role="candidate").count() == 1


def test_run_waits_for_approval_and_then_makes_the_reference(candidate: ModelVersion, cast: Cast) -> None:
    run = candidate.run
    assert (run.status, states(run)["approval"], states(run)["deploy"]) == ("waiting", Status.WAITING, Status.PENDING)
    decisions.approve(model=candidate, by=cast.approver, reason="Good.")
    run.refresh_from_db()
    assert run.status == Run.Status.QUEUED
    runs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error) == (Run.Status.SUCCEEDED, "")
    assert set(states(run).values()) == {Status.SUCCEEDED}
    profile = Reference.objects.get(model=candidate).profile
    assert sum(profile["words"]["counts"]) == profile["notes"] > 0


def test_run_of_a_rejected_model_ends_and_skips_the_rest(candidate: ModelVersion, cast: Cast) -> None:
    decisions.reject(model=candidate, by=cast.approver, reason="Misses doses.")
    runs.execute(candidate.run_id)
    run = Run.objects.get(pk=candidate.run_id)
    assert run.status == Run.Status.SUCCEEDED
    assert (states(run)["deploy"], states(run)["reference"]) == (Status.SKIPPED, Status.SKIPPED)
    assert "Misses doses" in run.steps.get(name="approval").message


def test_second_run_over_the_same_gold_takes_over_what_the_first_made(
    project: Project, cast: Cast, gold_notes: list[Note], quick: None
) -> None:
    first, second = (_run(project, cast) for _ in range(2))
    assert {n for n, state in states(second).items() if state == Status.REUSED} == {
        *("quality", "baseline", "train", "calibrate")
    }
    assert second.steps.get(name="train").reused_from == first.steps.get(name="train")
    shas = set(ModelVersion.objects.values_list("sha256", flat=True))
    assert len(shas) == 1, "the same seed, data and settings give the same bytes"


def test_run_with_another_seed_trains_anew(project: Project, cast: Cast, gold_notes: list[Note], quick: None) -> None:
    _run(project, cast)
    second = _run(project, cast, seed=1)
    assert states(second)["train"] == Status.SUCCEEDED
    assert states(second)["quality"] == Status.REUSED


@pytest.mark.parametrize(("order", "state"), [({"vectors": "auto"}, Status.SUCCEEDED), ({"vectors": "off"}, "reused")])
def test_new_raw_note_trains_anew_where_vectors_are_trained(
    project: Project, cast: Cast, gold_notes: list[Note], quick: None, order: dict[str, str], state: str
) -> None:
    _run(project, cast, recipe="clinical", settings=order)
    assert states(_run(project, cast, recipe="clinical", settings=order))["train"] == Status.REUSED
    notes.add(project=project, news=[notes.NewNote("raw", "k/c/o hypertension")], origin=Note.Origin.IMPORT)
    assert states(_run(project, cast, recipe="clinical", settings=order))["train"] == state


def test_recipe_of_ones_own_may_read_raw_notes() -> None:
    assert [reads_raw_notes(name, {}) for name in ("crf", "update", "clinical", "own")] == [False, False, True, True]


def test_run_goes_on_from_a_step_of_another(candidate: ModelVersion, cast: Cast, monkeypatch: Any) -> None:
    again = actions.go_on(run=candidate.run, step="gates", by=cast.lead)
    without_fresh_process(monkeypatch)
    runs.execute(again.pk)
    again.refresh_from_db()
    assert (again.status, again.error, again.source) == (Run.Status.WAITING, "", candidate.run)
    assert [states(again)[n] for n in ("package", "evaluate", "gates")] == ["reused", "reused", "succeeded"]
    version = ModelVersion.objects.get(run=again)
    own, old = (Evaluation.objects.get(run=r, role="candidate") for r in (again, candidate.run))
    assert (version.number, own.model, own.per_note) == (2, version, old.per_note)


def test_run_cannot_go_on_from_what_is_not_there(run: Run, cast: Cast) -> None:
    actions.cancel(run=run)
    with pytest.raises(ActionError, match=r"Step ingest of run .* is not there to go on from"):
        actions.go_on(run=run, step="train", by=cast.lead)
    with pytest.raises(ActionError, match="has no step 'x'"):
        actions.go_on(run=run, step="x", by=cast.lead)


def test_start_is_recorded_with_its_trigger(run: Run, cast: Cast) -> None:
    record = TriggerRecord.objects.get()
    assert (record.run, record.by, record.started, record.trigger) == (run, cast.lead, True, "user")


def test_disk_that_fails_once_is_tried_again(run: Run, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    package, calls = ner.package, []

    def full_once(*arguments: Any, **named: Any) -> str:
        calls.append(1)
        if len(calls) == 4:  # baseline, train and calibrate write before it
            raise OSError(28, "No space left on device")
        return package(*arguments, **named)

    monkeypatch.setattr("training.steps.fit.ner.package", full_once)
    monkeypatch.setattr("training.trying.PAUSE_SECONDS", 0.01)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error) == (Run.Status.WAITING, "")
    assert "No space left on device; tried again" in run.steps.get(name="package").log


def test_disk_that_stays_full_fails_the_run_and_lists_no_model(
    run: Run, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("training.steps.fit.ner.package", full)
    monkeypatch.setattr("training.trying.PAUSE_SECONDS", 0.01)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert run.error.startswith("No space left on device in step baseline")
    assert not ModelVersion.objects.exists()
    assert not Deployment.objects.exists()


def _run(project: Project, cast: Cast, **params: Any) -> Run:
    run = actions.start_training(project=project, by=cast.lead, params=params)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.WAITING, run.error
    return run
