"""The pages of datasets: what is in them, what is wrong with them, for whom which words."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from hashlib import sha256

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import notes, revisions
from annotation.models import Note, Project, Task, User
from annotation.spans import Span
from monitoring.datasets import notes as dataset_notes
from tests.conftest import Cast
from training import snapshots
from training.actions import datasets as actions
from training.models import Dataset, DatasetItem

SignIn = Callable[[User], Browser]
Split = DatasetItem.Split
Marked = Sequence[tuple[str, str]]


def put(project: Project, cast: Cast, split: str, text: str, marks: Marked, *, patient: str = "") -> Note:
    """A note with gold, of a new patient whose notes fall to `split`."""
    number = project.notes.count() * 1000
    while True:
        number += 1
        new = notes.NewNote(f"{split}-{number}", text, patient or f"{split}-{number}", facets={"city": "Pune"})
        row = notes.build(project=project, new=new, origin=Note.Origin.IMPORT)
        if snapshots.split_of(row, project) == split:
            break
    (row,) = notes.add(project=project, news=[new], origin=Note.Origin.IMPORT)
    spans = [Span(text.index(words), text.index(words) + len(words), label) for words, label in marks]
    revisions.add_imported(project=project, spans={row.pk: spans}, by=cast.reviewer, gold=True)
    return row


@pytest.fixture
def planted(project: Project, cast: Cast) -> dict[str, Note]:
    """Notes with one problem each."""
    asthma, statin = ("asthma", "DISEASE"), ("statin", "TREATMENT")
    long = "seen in clinic today with known case of {} since ten years on regular treatment and follow up here"
    return {
        "plain": put(project, cast, Split.TRAIN, "k/c/o asthma, on statin", [asthma, statin]),
        "copy": put(project, cast, Split.TRAIN, "K/C/O asthma on statin.", [asthma, statin]),
        "other label": put(project, cast, Split.TRAIN, "asthma again", [("asthma", "TREATMENT")]),
        "unmarked": put(project, cast, Split.TRAIN, "no asthma marked here", []),
        "near": put(project, cast, Split.TRAIN, long.format("gout"), [("gout", "DISEASE")]),
        "near too": put(project, cast, Split.TRAIN, long.format("gout") + " ok", [("gout", "DISEASE")]),
        "cut": put(project, cast, Split.TRAIN, "hypothyroidism noted", [("thyroid", "DISEASE")]),
        "leaks": put(project, cast, Split.TEST, "k/c/o  ASTHMA on statin", [("ASTHMA", "DISEASE"), statin]),
        "tested": put(project, cast, Split.TEST, "newly found gout, k/c/o psoriasis", [("psoriasis", "DISEASE")]),
    }


@pytest.fixture
def dataset(project: Project, cast: Cast, planted: dict[str, Note]) -> Dataset:
    made = actions.seal(project=project, by=cast.lead)
    actions.make_quality(dataset=made)
    made.refresh_from_db()
    return made


def test_page_names_each_planted_problem_with_its_notes(
    dataset: Dataset, planted: dict[str, Note], cast: Cast, browser_of: SignIn
) -> None:
    response = browser_of(cast.lead).get(reverse("dataset", args=[dataset.pk]))
    found = {one.title: one for one in response.context["findings"]["open"]}
    named = {title: [tuple(line.notes) for line in one.lines] for title, one in found.items()}
    number = {name: note.pk for name, note in planted.items()}
    assert response.context["findings"]["open"][0].level == "blocks"
    assert found["Leakage into test: the same text"].level == "blocks"
    assert named["Leakage into test: the same text"] == [(number["plain"], number["leaks"])]
    assert named["Exact duplicates"] == [(number["plain"], number["copy"], number["leaks"])]
    assert named["Near duplicates"] == [(number["near"], number["near too"])]
    assert (number["other label"],) in named["One surface, two labels"]
    assert (number["unmarked"],) in named["Marked in some places only"]
    assert named["Edges of entities"] == [(number["cut"],)]
    assert "1 entity has an edge to correct: 1 with an edge inside a word." in found["Edges of entities"].sentence
    assert "Fewer than 50 of DISEASE, TREATMENT" in found["Balance of the labels"].sentence
    assert found["Never seen in training: test"].sentence.startswith("33 % of the test mentions and 33 % of their")
    assert f'href="{reverse("note", args=[number["cut"]])}"' in response.content.decode()


def test_page_shows_what_is_in_it_and_no_word_of_a_note(dataset: Dataset, cast: Cast, browser_of: SignIn) -> None:
    for person in (cast.annotator, cast.lead, cast.approver):
        response = browser_of(person).get(reverse("dataset", args=[dataset.pk]))
        assert list(response.context["entities"].columns) == ["Notes", "DISEASE", "TREATMENT"]
        assert dict(response.context["entities"].rows) == {"Train": [7, 5, 3], "Test": [2, 2, 1]}
        assert [name for name, _ in response.context["lengths"].rows] == ["0 to 49", "50 to 99", "100 to 199"]
        assert sum(response.context["figure"]["data"][0]["y"]) == 7
        assert [name for name, _ in response.context["facets"]] == ["City"]
        page = response.content.decode().lower()
        assert dataset.sha256 in page
        assert not [word for word in ("psoriasis", "thyroidism", "statin") if word in page]


def test_page_without_a_report_offers_to_make_it(
    project: Project, planted: dict[str, Note], cast: Cast, browser_of: SignIn
) -> None:
    dataset, address = actions.seal(project=project, by=cast.lead), "dataset_quality"
    lead = browser_of(cast.lead)
    page = lead.get(reverse("dataset", args=[dataset.pk]))
    assert page.context["findings"] is None
    assert reverse(address, args=[dataset.pk]) in page.content.decode()
    assert (
        reverse(address, args=[dataset.pk])
        not in browser_of(cast.reviewer).get(page.request["PATH_INFO"]).content.decode()
    )
    assert lead.post(reverse(address, args=[dataset.pk]), follow=True).context["findings"]["open"]
    assert lead.post(reverse(address, args=[dataset.pk])).status_code == 302, "made once"


def test_list_seals_once_and_says_who_and_by_what_it_is_used(
    project: Project, planted: dict[str, Note], cast: Cast, browser_of: SignIn
) -> None:
    lead, seal = browser_of(cast.lead), reverse("datasets_seal", args=["clinic"])
    assert "Dataset v1 is sealed." in lead.post(seal, follow=True).content.decode()
    assert "Dataset v1 holds just the gold of now" in lead.post(seal, follow=True).content.decode()
    page = lead.get(reverse("datasets", args=["clinic"]))
    (row,), (test_set,) = page.context["snapshots"], page.context["test_sets"]
    assert (row.dataset.created_by, row.models, row.runs) == (cast.lead, [], [])
    assert row.splits[0] == ("Train", {"notes": 7, "entities": {"DISEASE": 5, "TREATMENT": 3}})
    assert (test_set.snapshots, test_set.compared) == ([row.dataset], 0)
    assert "by lead" in page.content.decode()


def test_new_version_of_the_test_set_says_what_follows(
    dataset: Dataset, project: Project, cast: Cast, browser_of: SignIn
) -> None:
    address = reverse("test_set_grow", args=["clinic"])
    lead = browser_of(cast.lead)
    assert "Test set v1 holds just the test gold of now" in lead.post(address, follow=True).content.decode()
    put(project, cast, Split.TEST, "later gout", [("gout", "DISEASE")])
    page = lead.post(address, follow=True)
    assert page.context["dataset"].version == 2
    assert "the champion is scored anew on it" in page.content.decode()
    assert page.context["used"].snapshots == []


def test_list_counts_the_candidates_compared_on_a_test_set(champion: object, cast: Cast, browser_of: SignIn) -> None:
    page = browser_of(cast.annotator).get(reverse("datasets", args=["clinic"]))
    assert [row.compared for row in page.context["test_sets"]] == [1]
    (row,) = page.context["snapshots"]
    assert ([model.number for model in row.models], len(row.runs)) == ([1], 1)
    assert "Seal a snapshot now" not in page.content.decode()


def test_manifest_is_what_the_hash_is_over(dataset: Dataset, cast: Cast, browser_of: SignIn) -> None:
    response = browser_of(cast.reviewer).get(reverse("dataset_manifest", args=[dataset.pk]))
    assert response.headers["Content-Disposition"] == 'attachment; filename="clinic-dataset-v1.csv"'
    head, *rows = csv.reader(response.getvalue().decode().splitlines())
    assert head == ["note", "revision", "split"]
    manifest = sorted([uid, int(revision), split] for uid, revision, split in rows)
    assert sha256(json.dumps(manifest, separators=(",", ":")).encode()).hexdigest() == dataset.sha256


def test_notes_are_listed_page_by_page_each_once(
    dataset: Dataset, planted: dict[str, Note], cast: Cast, browser_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_notes, "PER_PAGE", 4)
    browser, address = browser_of(cast.lead), reverse("dataset_notes", args=[dataset.pk])
    seen, after = [], 0
    for _ in range(3):
        page = browser.get(address, {"after": after})
        seen += [row.item.note_id for row in page.context["rows"]]
        after = page.context["next"]
    assert after is None
    assert seen == sorted(note.pk for note in planted.values())


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"split": "test"}, ["leaks", "tested"]),
        ({"label": "TREATMENT"}, ["plain", "copy", "other label", "leaks"]),
        ({"split": "test", "label": "TREATMENT"}, ["leaks"]),
        ({"split": "x", "label": "'; --", "after": "1e9"}, None),
    ],
)
def test_notes_are_filtered_by_what_is_on_offer(
    dataset: Dataset,
    planted: dict[str, Note],
    cast: Cast,
    browser_of: SignIn,
    asked: dict[str, str],
    expected: list[str] | None,
) -> None:
    page = browser_of(cast.lead).get(reverse("dataset_notes", args=[dataset.pk]), asked)
    names = list(planted) if expected is None else expected
    assert [row.item.note_id for row in page.context["rows"]] == [planted[name].pk for name in names]


def test_withdrawn_note_stays_listed_and_leads_nowhere(
    dataset: Dataset, planted: dict[str, Note], cast: Cast, browser_of: SignIn
) -> None:
    gone = planted["plain"]
    Note.objects.filter(pk=gone.pk).update(status=Note.Status.WITHDRAWN)
    page = browser_of(cast.lead).get(reverse("dataset_notes", args=[dataset.pk])).content.decode()
    assert "withdrawn" in page
    assert reverse("note", args=[gone.pk]) + "?" not in page


def test_words_are_for_those_who_read_notes(
    dataset: Dataset, planted: dict[str, Note], cast: Cast, browser_of: SignIn
) -> None:
    address = reverse("dataset_words", args=[dataset.pk])
    for person in (cast.annotator, cast.approver, cast.admin):
        assert browser_of(person).get(address).status_code == 403
    words = browser_of(cast.lead).get(address).context["words"]
    assert ["asthma", 3] in words["top"]["DISEASE"]
    (conflict,) = words["two_labels"]
    assert conflict["surface"] == "asthma"
    assert conflict["labels"]["TREATMENT"] == {"times": 1, "notes": [planted["other label"].pk]}
    assert conflict["unmarked"]["notes"] == [planted["unmarked"].pk]
    dataset.refresh_from_db()
    assert "asthma" not in json.dumps(dataset.quality)


def test_marks_of_a_note_that_is_to_be_annotated_blind_are_hidden(
    dataset: Dataset, planted: dict[str, Note], project: Project, cast: Cast, browser_of: SignIn
) -> None:
    """Two of the notes are asked for once more, blind; a reviewer may be the one to annotate them."""
    asked = [planted["cut"], planted["other label"]]
    notes.open_tasks(project=project, notes=asked, reason=Task.Reason.RANDOM_AUDIT)
    browser = browser_of(cast.reviewer)
    found = browser.get(reverse("dataset", args=[dataset.pk])).context["findings"]["open"]
    lines = {one.title: [note for line in one.lines for note in line.notes] for one in found}
    assert planted["cut"].pk not in lines["Edges of entities"]
    assert planted["other label"].pk not in lines["One surface, two labels"]
    address = reverse("dataset_notes", args=[dataset.pk])
    rows = {row.item.note_id: row for row in browser.get(address).context["rows"]}
    assert [pk for pk, row in rows.items() if row.hidden] == [planted["other label"].pk, planted["cut"].pk]
    shown = [row.item.note_id for row in browser.get(address, {"label": "TREATMENT"}).context["rows"]]
    assert planted["other label"].pk not in shown
    words = browser.get(reverse("dataset_words", args=[dataset.pk])).context["words"]
    assert (words["two_labels"], words["read"]) == ([], 7)
    assert (
        browser_of(cast.lead).get(address, {"label": "TREATMENT"}).context["rows"][2].item.note_id
        == planted["other label"].pk
    )
