"""The pages of lineage: what is found, what is drawn, what stays hidden."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import notes
from annotation.models import Note, Task, User
from annotation.spans import ScoredSpan
from monitoring.lineage.drawing import cut
from tests.conftest import Cast
from training.actions.predictions import Found, Source, record
from training.models import Deployment, Prediction

SignIn = Callable[[User], Browser]
REQUEST = uuid.UUID("11111111-2222-3333-4444-555555555555")


@pytest.fixture
def answers(champion: Deployment) -> list[Prediction]:
    """The champion's answers on two notes that it learned from."""
    items = champion.model.dataset.items.filter(split="train").order_by("note_id")[:2]
    source = Source(champion.model_id, champion.pk, Prediction.Origin.API, None, REQUEST)
    return record(found=[Found(item.note, [ScoredSpan(0, 1, "DISEASE", 0.9)]) for item in items], source=source)


def names(page: Any) -> dict[str, list[str]]:
    return {column.name: [node.title for node in column.nodes] for column in page.context["columns"]}


def words_of(page: HttpResponse) -> str:
    return " ".join(page.content.decode().split())


def test_lineage_of_a_note_is_drawn_and_listed(
    champion: Deployment, answers: list[Prediction], cast: Cast, browser_of: SignIn
) -> None:
    note = answers[0].note
    page = browser_of(cast.lead).get(reverse("lineage_note", args=[note.pk]))
    assert names(page) == {
        "Notes": [f"Note {note.pk}"], "Revisions": [f"Note {note.pk}, rev. 1"], "Datasets": ["Dataset v1"],
        "Runs": [f"Run {champion.model.run_id}"], "Models": ["Model v1"], "Deployments": ["Champion"],
        "Predictions": [f"Prediction {answers[0].pk}"],
    }  # fmt: skip
    text = page.content.decode()
    drawn = re.search(r"<svg.*?</svg>", text, re.DOTALL)
    assert drawn
    listed = text[drawn.end() :]
    for column in page.context["columns"]:
        for node in column.nodes:
            assert node.title in drawn[0]
            assert node.title in listed
            assert node.here or (f'href="{node.url}"' in drawn[0] and f'href="{node.url}"' in listed)
    assert len(page.context["drawing"].lines) == 6
    assert '<span class="num"> 2 </span> answers' in words_of(page)
    for url in set(re.findall(r'href="(/[^"]+)"', listed)):
        assert browser_of(cast.lead).get(url).status_code == 200, url


def test_lineage_of_an_answer_names_the_people_to_those_who_read_notes(
    champion: Deployment, answers: list[Prediction], cast: Cast, browser_of: SignIn
) -> None:
    address = reverse("lineage_prediction", args=["clinic", answers[0].pk])
    page = browser_of(cast.lead).get(address)
    learned = champion.model.dataset.items.exclude(split="test").count()
    assert [(row.person, row.notes) for row in page.context["people"]] == [(cast.reviewer, learned)]
    assert f"and {learned - 20} more" in page.content.decode()
    for person in (cast.approver, cast.annotator):
        page = browser_of(person).get(address)
        assert page.context["people"] == []
        assert (names(page)["Notes"], names(page)["Revisions"], names(page)["Models"]) == ([], [], ["Model v1"])
        assert f"{learned} in all" in words_of(page)
        assert "reviewer," not in words_of(page)


def test_each_kind_is_for_members_and_found_by_its_name(
    champion: Deployment, answers: list[Prediction], cast: Cast, browser_of: SignIn
) -> None:
    model, note = champion.model, answers[0].note_id
    addresses = {
        reverse("lineage_model", args=[model.pk]): 200,
        reverse("lineage_run", args=[model.run_id]): 200,
        reverse("lineage_dataset", args=[model.dataset_id]): 200,
        reverse("lineage_dataset", args=[model.dataset.test_set_id]): 200,
        reverse("lineage_prediction", args=["clinic", answers[0].pk]): 200,
        reverse("lineage_note", args=[note]): 403,
    }
    for address, status in addresses.items():
        assert browser_of(cast.approver).get(address).status_code == status
        assert browser_of(cast.outsider).get(address).status_code == 404
    stolen = reverse("lineage_prediction", args=["elsewhere", answers[0].pk])
    assert browser_of(cast.outsider).get(stolen).status_code == 404
    find = reverse("lineage_find", args=["clinic"])
    lead = browser_of(cast.lead)
    for typed in (answers[0].note.external_id, str(note), f"note {note}"):
        answer = lead.post(find, {"typed": typed})
        assert answer.headers["Location"] == reverse("lineage_note", args=[note])
    answer = lead.post(find, {"typed": "model v1"})
    assert answer.headers["Location"] == reverse("lineage_model", args=[champion.model_id])
    several = lead.post(find, {"typed": str(REQUEST)})
    assert [choice.title for choice in several.context["choices"]] == [f"Prediction {row.pk}" for row in answers]
    for typed in ("", "no such thing", "model v9"):
        page = lead.post(find, {"typed": typed}, follow=True)
        assert "Nothing of this project has that name" in page.content.decode()


def test_lineage_hides_what_a_blind_annotator_may_not_see(
    champion: Deployment, answers: list[Prediction], cast: Cast, browser_of: SignIn
) -> None:
    newest = champion.model.dataset.items.exclude(split="test").order_by("-note_id").first()
    assert newest
    notes.open_tasks(project=champion.project, notes=[newest.note], reason=Task.Reason.RANDOM_AUDIT)
    asked, lead = browser_of(cast.reviewer), browser_of(cast.lead)
    address = reverse("lineage_note", args=[newest.note_id])
    refused = asked.get(address)
    assert refused.status_code == 403
    assert "annotated blind" in refused.content.decode()
    assert lead.get(address).status_code == 200
    model = reverse("lineage_model", args=[champion.model_id])
    name = f"Note {newest.note_id}, rev. 1"
    assert name in names(lead.get(model))["Revisions"]
    assert name not in asked.get(model).content.decode()


def test_search_finds_no_note_for_who_reads_none(gold_notes: list[Note], cast: Cast, browser_of: SignIn) -> None:
    find = reverse("lineage_find", args=["clinic"])
    page = browser_of(cast.approver).post(find, {"typed": f"note {gold_notes[0].pk}"}, follow=True)
    assert "Nothing of this project has that name" in page.content.decode()


def test_withdrawn_note_keeps_its_lineage_and_has_no_page(
    gold_notes: list[Note], cast: Cast, browser_of: SignIn
) -> None:
    Note.objects.filter(pk=gold_notes[0].pk).update(status=Note.Status.WITHDRAWN)
    page = browser_of(cast.lead).get(reverse("lineage_note", args=[gold_notes[0].pk]))
    assert page.context["subject"].sentence.startswith("Withdrawn.")
    assert page.context["subject"].url == ""


@pytest.mark.parametrize(("words", "most", "expected"), [("ab", 2, "ab"), ("abc", 2, "a…"), ("a, b", 3, "a…")])
def test_words_are_cut_to_their_box(words: str, most: int, expected: str) -> None:
    assert cut(words, most) == expected
