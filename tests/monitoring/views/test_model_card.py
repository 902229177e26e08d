"""The model card, for reading and for machines, from the same figures."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client as Browser
from django.urls import reverse

from annotation.models import User
from tests.conftest import Cast
from training.models import Deployment, Evaluation, ModelVersion

SignIn = Callable[[User], Browser]


def test_card_of_a_champion_holds_all_that_is_asked(champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    model = champion.model
    response = browser_of(cast.annotator).get(reverse("model_card_json", args=[model.pk]))
    assert 'filename="clinic-v1-card.json"' in response.headers["Content-Disposition"]
    card = response.json()
    own = Evaluation.objects.get(model=model, role="candidate", split="test")
    assert card["metrics"]["candidate"]["f1"] == own.scores["f1"]
    assert set(card["metrics"]["candidate"]["per_label"]) == {"DISEASE", "TREATMENT"}
    assert card["slices"].keys() == own.slices.keys()
    assert (card["model"]["sha256"], card["model"]["signed"]) == (model.sha256, True)
    assert card["model"]["libraries"]["spacy"]
    assert card["data"]["sha256"] == model.dataset.sha256
    assert card["data"]["notes"] == sum(card["data"]["notes_per_split"].values()) == 60
    assert card["data"]["candidates_compared_on_the_test_set"] == 1
    assert [gate["gate"] for gate in card["gates"]] == ["Behaviour", "Integration", "Quality"]
    assert (card["decision"]["by"], card["decision"]["reason"]) == ("approver", "Good enough for the tests.")
    assert card["calibration"] == model.calibration


def test_card_as_a_page_says_every_limit_and_use(champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    response = browser_of(cast.lead).get(reverse("model_card", args=[champion.model_id]))
    card, page = response.context["card"], response.content.decode()
    assert card["limits"]
    for sentence in (*card["intended_use"], *card["limits"]):
        assert sentence in page.replace("&#x27;", "'")
    assert "Good enough for the tests." in page


def test_card_of_an_overridden_or_tainted_version_says_so_for_ever(
    candidate: ModelVersion, cast: Cast, browser_of: SignIn
) -> None:
    people = {"overridden_by": cast.admin, "override_seconded_by": cast.approver}
    ModelVersion.objects.filter(pk=candidate.pk).update(**people, override_reason="Rare label.", tainted=True)
    card = browser_of(cast.lead).get(reverse("model_card_json", args=[candidate.pk])).json()
    assert card["model"]["badges"] == ["A failed gate was overridden", "Trained on a note that was erased since"]
    assert card["decision"]["override"] == {"by": "admin", "seconded_by": "approver", "reason": "Rare label."}
    assert "A failed gate was overridden." in card["limits"]
