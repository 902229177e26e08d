"""What models are scored on is frozen: gold that comes later waits for the next version."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from annotation.actions import notes, revisions, second_looks, tasks
from annotation.errors import ActionError, TooLate
from annotation.models import Note, Project
from annotation.spans import Span
from annotation.synthetic import generate
from tests.conftest import Cast, add_notes
from tests.pipelines import with_model
from training import ner, runs, snapshots, test_sets
from training.actions import datasets
from training.actions import runs as run_actions
from training.models import Dataset, DatasetItem, Run

Split = DatasetItem.Split
TEXT = "k/c/o asthma since 2 years"


def gold_of(project: Project, cast: Cast, count: int, split: Split, *, text: str = TEXT) -> list[Note]:
    """So many notes with gold, each of a patient of its own whose notes fall to `split`."""
    found: list[notes.NewNote] = []
    number = project.notes.count() * 1000
    while len(found) < count:
        number += 1
        new = notes.NewNote(f"{split}-{number}", text, patient=f"{split}-{number}")
        if snapshots.split_of(notes.build(project=project, new=new, origin=Note.Origin.IMPORT), project) == split:
            found.append(new)
    rows = notes.add(project=project, news=found, origin=Note.Origin.IMPORT)
    spans = {row.pk: [Span(6, 12, "DISEASE")] for row in rows}
    revisions.add_imported(project=project, spans=spans, by=cast.reviewer, gold=True)
    return rows


@pytest.fixture
def small(project: Project, cast: Cast) -> Dataset:
    """A snapshot with eight test notes; texts differ from split to split, as equal ones are not learned from."""
    gold_of(project, cast, 8, Split.TEST, text="k/c/o asthma, tested")
    gold_of(project, cast, 6, Split.TRAIN)
    return snapshots.seal(project=project, by=cast.lead)


def notes_tested(dataset: Dataset) -> list[int]:
    return list(dataset.items.filter(split=Split.TEST).order_by("note_id").values_list("note_id", flat=True))


def version(project: Project) -> int:
    newest = test_sets.newest(project)
    assert newest
    return newest.version


def test_gold_added_later_does_not_change_the_version_in_force(project: Project, cast: Cast, small: Dataset) -> None:
    later = gold_of(project, cast, 1, Split.TEST, text="k/c/o asthma, later")
    gold_of(project, cast, 1, Split.TRAIN, text="k/c/o asthma, to learn")
    second = snapshots.seal(project=project, by=cast.lead)
    assert (version(project), second.test_set) == (1, small.test_set)
    assert notes_tested(second) == notes_tested(small)
    assert not second.items.filter(note=later[0]).exists(), "neither tested on nor learned from"


@pytest.mark.parametrize(("more", "expected"), [(1, 1), (2, 2)])
def test_test_set_grows_by_a_version_once_it_has_grown_a_quarter(
    project: Project, cast: Cast, small: Dataset, more: int, expected: int
) -> None:
    gold_of(project, cast, more, Split.TEST, text="k/c/o asthma, later")
    second = snapshots.seal(project=project, by=cast.lead)
    assert version(project) == expected
    assert len(notes_tested(second)) == (8 if expected == 1 else 10)
    assert len(notes_tested(small)) == 8, "the first keeps its rows"


def test_withdrawn_note_drops_out_of_scoring_and_stays_in_the_manifest(small: Dataset) -> None:
    gone = notes_tested(small)[0]
    Note.objects.filter(pk=gone).update(status=Note.Status.WITHDRAWN)
    scored = [int(document.id) for document in snapshots.documents(small, Split.TEST)]
    assert scored == notes_tested(small)[1:]
    assert notes_tested(small)[0] == gone


def test_corrected_gold_keeps_the_frozen_revision(project: Project, cast: Cast, small: Dataset) -> None:
    note = Note.objects.get(pk=notes_tested(small)[0])
    task = tasks.take(task=second_looks.correct(note=note, by=cast.reviewer), by=cast.reviewer)
    revisions.submit(task=task, by=cast.reviewer, spans=[], base_revision=1, seconds=1)
    assert note.annotations.gold().get().revision == 2
    second = snapshots.seal(project=project, by=cast.lead)
    assert second.items.get(note=note).annotation.revision == 1
    assert test_sets.newest(project) == small.test_set


def test_same_gold_is_sealed_once(project: Project, cast: Cast, small: Dataset) -> None:
    assert snapshots.seal(project=project, by=cast.approver) == small
    with pytest.raises(TooLate, match="Dataset v1 holds just the gold of now"):
        datasets.seal(project=project, by=cast.lead)
    assert project.datasets.filter(kind="snapshot").count() == 1


def test_seal_by_hand_makes_the_next_version(project: Project, cast: Cast, small: Dataset) -> None:
    gold_of(project, cast, 1, Split.TRAIN, text="k/c/o asthma, new")
    made = datasets.seal(project=project, by=cast.lead)
    assert (made.version, made.created_by, made.items.count()) == (2, cast.lead, small.items.count() + 1)


def test_test_set_by_hand_takes_all_test_gold_whatever_its_growth(project: Project, cast: Cast, small: Dataset) -> None:
    (later,) = gold_of(project, cast, 1, Split.TEST, text="k/c/o asthma, later")
    made = datasets.grow_test_set(project=project, by=cast.lead)
    assert (made.kind, made.version, notes_tested(made)) == ("test", 2, [*notes_tested(small), later.pk])
    assert notes_tested(snapshots.seal(project=project, by=cast.lead)) == notes_tested(made)
    with pytest.raises(TooLate, match="Test set v2 holds just the test gold of now"):
        datasets.grow_test_set(project=project, by=cast.lead)


def test_test_set_by_hand_without_test_gold_is_refused(project: Project, cast: Cast) -> None:
    gold_of(project, cast, 2, Split.TRAIN)
    with pytest.raises(ActionError, match="No gold of Clinic falls to testing yet"):
        datasets.grow_test_set(project=project, by=cast.lead)
    assert not Dataset.objects.exists()


def leak(project: Project, cast: Cast) -> Sequence[Note]:
    """A note to learn from whose words are those of a test note, in capitals and with other spaces."""
    (note,) = gold_of(project, cast, 1, Split.TEST, text="k/c/o asthma, canary on inhaler.")
    return [note, *gold_of(project, cast, 1, Split.TRAIN, text="K/C/O ASTHMA   Canary on inhaler")]


def test_training_on_the_words_of_a_test_note_is_blocked(
    project: Project, cast: Cast, gold_notes: list[Note], trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    test, train = leak(project, cast)
    run = run_actions.start_training(project=project, by=cast.lead)
    with_model(monkeypatch, trained)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert run.error.startswith("The dataset leaks: 1 note of the test split has the same text as a note of training")
    assert f"{test.pk} and {train.pk}" in run.error
    assert "canary" not in run.error.lower()
    assert run.steps.get(name="quality").status == "failed"
    assert run.steps.get(name="train").status in ("cancelled", "pending", "skipped")


def test_exact_text_of_a_test_note_is_left_out_of_training(project: Project, cast: Cast, small: Dataset) -> None:
    copies = gold_of(project, cast, 2, Split.TRAIN, text="k/c/o asthma, tested")
    gold_of(project, cast, 1, Split.TRAIN, text="k/c/o asthma, new")
    dataset = snapshots.seal(project=project, by=cast.lead)
    assert not dataset.items.filter(note__in=copies).exists()
    assert dataset.items.filter(split=Split.TRAIN).count() == 7


def test_quality_by_hand_is_made_once_and_holds_no_word(project: Project, cast: Cast) -> None:
    generated = list(generate(40, seed=3))
    rows = add_notes(project, generated)
    spans = {note.pk: row.spans for note, row in zip(rows, generated, strict=True)}
    revisions.add_imported(project=project, spans=spans, by=cast.reviewer, gold=True)
    dataset = snapshots.seal(project=project, by=cast.lead)
    assert datasets.make_quality(dataset=dataset)
    dataset.refresh_from_db()
    assert dataset.quality["splits"]["train"]["notes"] == dataset.summary["train"]["notes"]
    assert "surfaces" not in dataset.quality
    assert not datasets.make_quality(dataset=dataset)


def test_quality_by_hand_of_a_large_dataset_is_left_to_a_training(
    small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "MOST_NOTES", 13)
    with pytest.raises(ActionError, match="clinic dataset v1 has 14 notes; a page reports on 13 at most"):
        datasets.make_quality(dataset=small)
