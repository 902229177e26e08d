"""A dataset is the gold as it is now: outside the audit, split by patient, the same for ever."""

from __future__ import annotations

from collections import defaultdict

import pytest

from annotation.actions import notes, revisions, tasks
from annotation.errors import ActionError
from annotation.models import Note, Project, Task
from annotation.spans import Span
from annotation.synthetic import generate
from tests.conftest import Cast
from tests.together import together
from training import snapshots
from training.models import Dataset, DatasetItem

Split = DatasetItem.Split


def note_of(project: Project, *, patient: str, external_id: str) -> Note:
    new = notes.NewNote(external_id, "Asthma.", patient)
    return notes.build(project=project, new=new, origin=Note.Origin.IMPORT)


def test_split_is_the_same_for_all_notes_of_a_patient(project: Project) -> None:
    splits = {snapshots.split_of(note_of(project, patient="p1", external_id=str(i)), project) for i in range(20)}
    assert len(splits) == 1


def test_split_of_notes_without_patient_follows_the_shares(project: Project) -> None:
    project.test_share, project.dev_share = 0.3, 0.2
    found = [snapshots.split_of(note_of(project, patient="", external_id=str(i)), project) for i in range(400)]
    assert 0.2 < found.count(Split.TEST) / 400 < 0.4
    assert 0.12 < found.count(Split.DEV) / 400 < 0.28


def test_seal_puts_no_patient_on_two_sides(project: Project, cast: Cast, gold_notes: list[Note]) -> None:
    dataset = snapshots.seal(project=project, by=cast.lead)
    sides = defaultdict(set)
    for patient, split in dataset.items.values_list("note__patient", "split"):
        sides[patient].add(split)
    assert len(sides) < len(gold_notes), "the generator gives some patients two notes"
    assert all(len(splits) == 1 for splits in sides.values())


def test_seal_takes_all_gold_and_counts_it(project: Project, cast: Cast, gold_notes: list[Note]) -> None:
    dataset = snapshots.seal(project=project, by=cast.lead)
    assert (dataset.version, dataset.status, len(dataset.sha256)) == (1, Dataset.Status.SEALED, 64)
    assert sum(row["notes"] for row in dataset.summary.values()) == len(gold_notes)
    entities = sum(sum(row["entities"].values()) for row in dataset.summary.values())
    assert entities == sum(len(note.spans) for note in generate(60, seed=7))


def test_seal_without_gold_is_refused(project: Project, cast: Cast) -> None:
    with pytest.raises(ActionError, match="Clinic has no gold outside the audit sample"):
        snapshots.seal(project=project, by=cast.lead)


@pytest.mark.parametrize(("share", "side"), [(0.0, "testing"), (1.0, "training")])
def test_seal_with_nothing_on_one_side_is_refused_and_leaves_nothing(
    project: Project, cast: Cast, gold_notes: list[Note], share: float, side: str
) -> None:
    project.test_share = share
    with pytest.raises(ActionError, match=f"Of 60 gold notes none fell to {side}"):
        snapshots.seal(project=project, by=cast.lead)
    assert not Dataset.objects.exists()


def test_seal_leaves_the_audit_sample_out(project: Project, cast: Cast, gold_notes: list[Note]) -> None:
    (audit,) = notes.open_tasks(project=project, notes=gold_notes[:1], reason=Task.Reason.RANDOM_AUDIT)
    dataset = snapshots.seal(project=project, by=cast.lead)
    assert dataset.items.count() == len(gold_notes) - 1
    assert not dataset.items.filter(note=audit.note_id).exists()


def test_seal_a_second_time_without_new_gold_is_the_same_dataset(
    project: Project, cast: Cast, gold_notes: list[Note]
) -> None:
    first, second = (snapshots.seal(project=project, by=cast.lead) for _ in range(2))
    assert (second, second.version) == (first, 1)


def test_seal_after_a_correction_has_another_hash_and_the_first_keeps_its_rows(
    project: Project, cast: Cast, gold_notes: list[Note]
) -> None:
    first = snapshots.seal(project=project, by=cast.lead)
    note = next(note for note in gold_notes if snapshots.split_of(note, project) == "train")
    notes.open_tasks(project=project, notes=[note], reason=Task.Reason.LABEL)
    task = tasks.take_next(project=project, by=cast.annotator)
    assert task is not None
    revisions.submit(task=task, by=cast.annotator, spans=[], base_revision=1, seconds=1)
    second = snapshots.seal(project=project, by=cast.lead)
    assert second.sha256 != first.sha256
    assert first.items.get(note=note).annotation.revision == 1
    assert second.items.get(note=note).annotation.revision == 2


def test_documents_have_the_exact_text_and_spans(project: Project, cast: Cast) -> None:
    text = "  \U0001f915 मधुमेह\r\n\r\nT.B.  hai\t"
    project.test_share = 0.5
    # Each with a tail of its own: what stands word for word among the test notes is not trained on.
    news = [notes.NewNote(str(i), f"{text}{i}", f"p{i}") for i in range(30)]
    rows = notes.add(project=project, news=news, origin=Note.Origin.IMPORT)
    gold = (Span(text.index("T.B."), text.index("T.B.") + 4, "DISEASE"),)
    revisions.add_imported(project=project, spans={row.pk: gold for row in rows}, by=cast.reviewer, gold=True)
    dataset = snapshots.seal(project=project, by=cast.lead)
    documents = snapshots.documents(dataset, Split.TEST)
    assert documents
    texts = {str(row.pk): f"{text}{row.external_id}" for row in rows}
    assert {document.id: (document.text, document.spans) for document in documents} == {
        document.id: (texts[document.id], gold) for document in documents
    }
    assert [int(document.id) for document in documents] == sorted(int(document.id) for document in documents)


@pytest.mark.django_db(transaction=True)
def test_seal_at_once_makes_one_dataset(project: Project, cast: Cast, gold_notes: list[Note]) -> None:
    made = together(*[lambda: snapshots.seal(project=project, by=cast.lead).version] * 3)
    assert made == [1, 1, 1]
