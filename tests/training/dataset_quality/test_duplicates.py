import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.dataset_quality.rows import row
from training.dataset_quality.duplicates import HEADS, Duplicates
from training.dataset_quality.surfaces import marks_of
from training.dataset_quality.words import WORD, Numbers, normalised

WORDS = [f"word{n}" for n in range(2_000)]


def duplicates(*rows):
    found, numbers = Duplicates(), Numbers()
    for one in rows:
        text = normalised(one.text)
        found.add(one, text, numbers.of(WORD.findall(text)), marks_of(one))
    return found


def near(*rows):
    return duplicates(*rows).near(lambda: None)


def text(source, words=100):
    return source.choices(WORDS, k=words)


def changed(words, source, changes):
    """Words replaced at places apart from each other."""
    found = list(words)
    for at in range(0, changes * 10, 10):
        found[at] = source.choice(WORDS)
    return found


def jaccard(one, other, length=3):
    a, b = ({tuple(words[n : n + length]) for n in range(len(words) - length + 1)} for words in (one, other))
    return len(a & b) / len(a | b)


def test_exact_duplicates_are_grouped_whatever_case_and_spacing():
    found = duplicates(
        row(1, "Fever since Monday."), row(2, "fever  since monday"), row(3, "fever since sunday")
    ).exact()
    assert found == {"count": 1, "groups": [[1, 2]], "contradictory": []}


@pytest.mark.parametrize("other", ["fever and [cough|DISEASE]", "[fever|TREATMENT] and cough", "fever and cough"])
def test_texts_marked_differently_are_contradictory(other):
    assert duplicates(row(1, "[fever|DISEASE] and cough"), row(2, other)).exact()["contradictory"] == [[1, 2]]


def test_near_duplicates_are_found_with_how_alike_they_are():
    source = random.Random(1)
    first = text(source)
    second = changed(first, source, 4)
    found = near(row(1, " ".join(first)), row(2, " ".join(second), "test"), row(3, " ".join(text(source))))
    assert (found["count"], found["across"]) == (1, 1)
    assert found["pairs"][0]["notes"] == [1, 2]
    assert found["pairs"][0]["alike"] == pytest.approx(jaccard(first, second), abs=0.001)


def test_near_duplicates_leave_out_what_is_less_alike():
    source = random.Random(2)
    first = text(source)
    assert near(row(1, " ".join(first)), row(2, " ".join(changed(first, source, 8))))["count"] == 0


def test_near_duplicates_miss_hardly_any():
    """100 notes with a fellow that is .75 alike or more: .998 of them at least are found."""
    source, rows = random.Random(3), []
    for number in range(0, 200, 2):
        first = text(source)
        rows += [row(number, " ".join(first)), row(number + 1, " ".join(changed(first, source, 4)))]
    found = near(*rows)
    assert found["count"] >= 99
    assert all(one["notes"][1] == one["notes"][0] + 1 for one in found["pairs"])


def test_pairs_across_splits_come_first():
    source = random.Random(4)
    rows = []
    for number in range(10):
        first = text(source)
        split = "test" if number == 9 else "train"
        rows += [
            row(2 * number, " ".join(first)),
            row(2 * number + 1, " ".join(changed(first, source, 1 + number % 3)), split),
        ]
    assert near(*rows)["pairs"][0]["notes"] == [18, 19]


def test_work_is_linear_where_all_notes_are_alike():
    """A thousand variants of one text: each is compared with a few, not with all."""
    source = random.Random(5)
    first = text(source, 60)
    found = duplicates(*(row(n, " ".join(changed(first, source, 1))) for n in range(300)))
    known = found.near(lambda: None)
    assert known["count"] >= 290
    assert known["count"] < 300 * HEADS


def test_near_reports_each_note_to_the_caller():
    ticks = []
    source = random.Random(6)
    duplicates(*(row(n, " ".join(text(source))) for n in range(20))).near(lambda: ticks.append(1))
    assert len(ticks) == 20


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(WORDS[:30]), min_size=1, max_size=40), st.integers(0, 39))
def test_every_pair_that_is_found_is_truly_alike(words, at):
    other = [*words[:at], *words[at + 1 :], "new"]
    for pair in near(row(1, " ".join(words)), row(2, " ".join(other)))["pairs"]:
        assert jaccard(words, other) == pytest.approx(pair["alike"], abs=0.001)


def test_signatures_are_the_same_in_every_process():
    """Word numbers do not come from Python's own hash, which differs from process to process."""
    assert int(Numbers().of(["fever"])[0]) == 16577248939889197209
