from __future__ import annotations

from collections import Counter

import pytest

from annotation.actions import labels
from annotation.errors import ActionError, TooLate
from annotation.models import Project
from tests.conftest import Cast
from training.actions import behaviour as actions
from training.actions.behaviour import Wording, mark
from training.gates.cases import full_text
from training.gates.phrases import ANY, Phrase
from training.models import BehaviourCase

NO_DENGUE = Wording("negation", "find", "No h/o dengue.", [Phrase("dengue", "DISEASE")])


@pytest.fixture
def case(project: Project, cast: Cast) -> BehaviourCase:
    return actions.add(project=project, by=cast.reviewer, wording=NO_DENGUE)


def test_case_is_kept_encrypted_with_its_spans(case: BehaviourCase) -> None:
    assert case.text == "No h/o dengue."
    assert b"dengue" not in bytes(case.ciphertext)
    assert case.spans == [{"start": 7, "end": 13, "label": "DISEASE"}]


def test_case_to_find_without_a_phrase_is_refused(project: Project, cast: Cast) -> None:
    with pytest.raises(ActionError, match="needs a phrase"):
        actions.add(project=project, by=cast.reviewer, wording=Wording("basic", "find", "dengue"))


def test_any_label_is_only_for_what_must_not_be_found(project: Project, cast: Cast) -> None:
    phrases = [Phrase("No", ANY)]
    actions.add(project=project, by=cast.reviewer, wording=Wording("basic", "not_find", "No fever", phrases))
    with pytest.raises(ActionError, match="Phrase 1 has no label"):
        actions.add(project=project, by=cast.reviewer, wording=Wording("basic", "find", "No fever", phrases))


def test_case_longer_than_a_note_is_refused_with_its_length(project: Project, cast: Cast) -> None:
    with pytest.raises(ActionError, match="21,999 characters"):
        actions.add(project=project, by=cast.reviewer, wording=Wording("long", "not_find", "x" * 10, (), 2000))


def test_case_is_repeated_a_line_each(project: Project, cast: Cast) -> None:
    case = actions.add(project=project, by=cast.reviewer, wording=Wording("long", "not_find", "a b", (), 3))
    assert full_text(case) == "a b\na b\na b"


def test_change_of_what_was_seen_is_kept_and_of_what_was_changed_is_refused(case: BehaviourCase, cast: Cast) -> None:
    seen = mark(case)
    actions.change(case=case, by=cast.reviewer, wording=Wording("basic", "not_find", "Dengue ward."), seen=seen)
    assert (case.text, case.expectation, case.spans) == ("Dengue ward.", "not_find", [])
    with pytest.raises(TooLate):
        actions.change(case=case, by=cast.lead, wording=NO_DENGUE, seen=seen)
    case.refresh_from_db()
    assert case.text == "Dengue ward."


def test_switch_a_second_time_is_told(case: BehaviourCase, cast: Cast) -> None:
    actions.switch(case=case, by=cast.reviewer, active=False)
    assert case.active is False
    with pytest.raises(TooLate, match="off already"):
        actions.switch(case=case, by=cast.reviewer, active=False)


def test_starter_cases_come_once_and_for_every_category(project: Project, cast: Cast) -> None:
    made = actions.add_starter_cases(project=project, by=cast.reviewer)
    assert set(Counter(case.category for case in made)) == set(BehaviourCase.Category.values)
    with pytest.raises(TooLate, match="has cases already"):
        actions.add_starter_cases(project=project, by=cast.reviewer)
    assert BehaviourCase.objects.count() == len(made)


def test_starter_cases_are_refused_where_their_labels_are_not(project: Project, cast: Cast) -> None:
    labels.retire(label=project.labels.get(name="TREATMENT"), by=cast.reviewer)
    with pytest.raises(ActionError, match="TREATMENT"):
        actions.add_starter_cases(project=project, by=cast.reviewer)
    assert not BehaviourCase.objects.exists()
