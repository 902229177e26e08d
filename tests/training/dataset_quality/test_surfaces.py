import pytest

from annotation.spans import Span
from tests.training.dataset_quality.rows import row
from training.dataset_quality.surfaces import Surfaces, marks_of
from training.dataset_quality.words import Numbers


def surfaces(*rows):
    found = Surfaces(Numbers())
    for one in rows:
        found.add(one, marks_of(one))
    found.index()
    for one in rows:
        found.look(one)
    return found


def test_a_surface_with_two_labels_is_a_conflict_with_its_notes():
    found = surfaces(row(1, "[Insulin|TREATMENT]"), row(2, "[insulin|DISEASE]"), row(3, "[insulin|TREATMENT]"))
    assert found.conflicts()["two_labels"] == {"count": 1, "notes": [1, 3, 2]}
    assert found.words()["two_labels"] == [
        {
            "surface": "insulin",
            "labels": {"DISEASE": {"times": 1, "notes": [2]}, "TREATMENT": {"times": 2, "notes": [1, 3]}},
            "unmarked": {"times": 0, "notes": []},
        }
    ]


def test_a_surface_marked_in_one_note_and_not_in_another_is_a_conflict():
    found = surfaces(row(1, "has [type 2 diabetes|DISEASE]"), row(2, "Type-2   DIABETES, no fever"), row(3, "diabetes"))
    assert found.conflicts()["half_marked"] == {"count": 1, "notes": [1, 2]}
    assert found.words()["half_marked"][0]["unmarked"] == {"times": 1, "notes": [2]}


@pytest.mark.parametrize("other", ["[severe fever|DISEASE]", "feverish", "fevers", "no other"])
def test_a_surface_inside_another_mark_or_word_is_no_conflict(other):
    assert surfaces(row(1, "[fever|DISEASE]"), row(2, other)).conflicts()["half_marked"]["count"] == 0


def test_conflicts_most_even_first():
    rows = [row(n, "[a|DISEASE] [b|DISEASE]") for n in range(4)]
    rows += [row(10, "a"), *(row(20 + n, "b b") for n in range(2))]
    assert [one["surface"] for one in surfaces(*rows).words()["half_marked"]] == ["b", "a"]


def test_surfaces_of_indian_scripts_are_words():
    found = surfaces(row(1, "[बुखार|DISEASE] है"), row(2, "बुखार"))
    assert found.words()["half_marked"][0]["surface"] == "बुखार"


def test_surfaces_longer_than_six_words_are_looked_for_only_where_marked():
    long = "one two three four five six seven"
    assert surfaces(row(1, f"[{long}|DISEASE]"), row(2, long)).conflicts()["half_marked"]["count"] == 0


def test_top_surfaces_of_each_label():
    found = surfaces(row(1, "[a|DISEASE] [a|DISEASE] [b|DISEASE]"), row(2, "[c|TREATMENT]")).words()["top"]
    assert found == {"DISEASE": [["a", 2], ["b", 1]], "TREATMENT": [["c", 1]]}


def test_unseen_share_by_mention_and_by_surface():
    found = surfaces(
        row(1, "[a|DISEASE]"), row(2, "[A|DISEASE] [a|DISEASE] [b|DISEASE]", "test"), row(3, "none", "dev")
    )
    assert found.unseen() == {"test": {"mentions": pytest.approx(1 / 3), "surfaces": 0.5}}


def test_spans_outside_their_text_are_no_surfaces():
    assert marks_of(row(1, "fever", spans=[Span(0, 99, "DISEASE"), Span(2, 2, "DISEASE")])) == {}
