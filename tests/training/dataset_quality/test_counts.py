from tests.training.dataset_quality.rows import LABELS, row
from training.dataset_quality.counts import Content


def content(*rows):
    found = Content(LABELS)
    for one in rows:
        found.add(one)
    return found


def test_splits_count_labels_that_the_project_no_longer_has():
    found = content(row(1, "[a|DISEASE] [b|OLD]"), row(2, "nothing")).splits()
    assert found["train"]["entities"] == {"DISEASE": 1, "TREATMENT": 0, "OLD": 1}
    assert (found["train"]["notes"], found["train"]["empty_notes"]) == (2, 1)


def test_histogram_puts_a_note_in_the_bin_of_its_length():
    found = content(row(1, "x" * 49), row(2, "x" * 50), row(3, "x" * 20_000, "test")).histogram()
    assert found["from"][:2] == [0, 50]
    assert found["notes"]["train"][:3] == [1, 1, 0]
    assert found["notes"]["test"][-1] == 1


def test_imbalance_names_the_label_that_is_rare_and_the_one_that_is_missing():
    even = content(*(row(n, "[a|DISEASE] [b|TREATMENT]") for n in range(50)))
    assert even.warnings() == []
    uneven = content(*(row(n, "[a|DISEASE] " * 30 + "[b|TREATMENT]") for n in range(50)))
    assert uneven.imbalance()["ratio"] == 30
    assert uneven.warnings() == ["DISEASE is 30 times as frequent as TREATMENT: look at TREATMENT by itself."]
    assert content(row(1, "[a|DISEASE]", "test")).imbalance() == {
        "shares": {"DISEASE": 0.0, "TREATMENT": 0.0},
        "ratio": None,
    }


def test_a_label_unseen_in_training_is_a_warning():
    found = content(*(row(n, "[a|DISEASE]") for n in range(50)), row(99, "[b|TREATMENT]", "test"))
    assert found.warnings() == [
        "TREATMENT has 0 entities in training; a label is hardly learned from fewer than 50: mark more."
    ]
