"""The gate of behaviour with a real model: what holds, what fails, and which case is named."""

from __future__ import annotations

import re

import pytest
import spacy

from annotation.models import Project
from tests.conftest import Cast
from training import ner
from training.actions import behaviour as actions
from training.actions.behaviour import Wording
from training.context import Context
from training.gates.behaviour import behaviour
from training.gates.phrases import ANY, Phrase, places
from training.gates.starter_cases import STARTERS
from training.models import BehaviourCase


def case(project: Project, cast: Cast, expectation: str, text: str, *phrases: tuple[str, str]) -> BehaviourCase:
    wording = Wording("basic", expectation, text, [Phrase(*phrase) for phrase in phrases])
    return actions.add(project=project, by=cast.reviewer, wording=wording)


def found_by(context: Context) -> tuple[str, str, str]:
    """A text with something that the model finds once in it: the text, the words and their label."""
    nlp = context.load("package")
    for note in context.run.project.notes.all():
        for one in ner.predict(nlp, [note.text])[0]:
            words = note.text[one.start : one.end]
            if places(note.text, words) == [(one.start, one.end)]:
                return note.text, words, one.label
    raise AssertionError("The small model finds nothing.")


def test_gate_without_cases_says_that_none_was_tested(context: Context) -> None:
    checks = {check.name: check.passed for check in behaviour(context).checks}
    assert checks == {"Empty note": True, "Very long note": True, "Cases of the clinic": None}


def test_artefact_that_raises_fails_with_the_kind_of_error(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")  # never initialised
    monkeypatch.setattr(Context, "load", lambda *_: nlp)
    (check,) = behaviour(context).checks
    assert check.passed is False
    assert re.fullmatch(r"It raises \w+Error when it is asked\.", check.sentence)


def test_gate_names_each_case_that_fails_and_leaves_out_what_is_off(
    context: Context, project: Project, cast: Cast
) -> None:
    text, words, label = found_by(context)
    other = {"DISEASE": "TREATMENT", "TREATMENT": "DISEASE"}[label]
    holds = case(project, cast, "find", text, (words, label))
    wrong = case(project, cast, "find", text, (words, other))
    unwanted = case(project, cast, "not_find", text, (words, ANY))
    outside = case(project, cast, "not_find", text, (words, other))
    nothing = case(project, cast, "not_find", text)
    off = case(project, cast, "find", text, (words, other))
    actions.switch(case=off, by=cast.reviewer, active=False)
    (check,) = [one for one in behaviour(context).checks if one.name == "Plain"]
    assert check.figures["failed_cases"] == [wrong.pk, unwanted.pk, nothing.pk]
    assert (check.passed, check.sentence) == (False, "2 of 5 cases hold.")
    assert {holds.pk, outside.pk}.isdisjoint(check.figures["failed_cases"])


@pytest.mark.parametrize("category", BehaviourCase.Category.values)
def test_starters_have_cases_of_every_category(category: str) -> None:
    assert [one for one in STARTERS if one.category == category]


def test_longest_starter_is_as_long_as_a_note_may_be() -> None:
    longest = max((len(one.text) + 1) * one.repeat - 1 for one in STARTERS)
    assert 19_000 < longest <= 20_000
