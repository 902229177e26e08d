from tests.training.dataset_quality.rows import row
from training.dataset_quality.leakage import Leakage


def leakage(*rows):
    found = Leakage()
    for one in rows:
        found.add(one, one.text)
    return found


def test_leakage_of_a_patient_is_one_pair_for_each_test_note():
    rows = [row(n, f"text {n}", "train", "p1") for n in range(3)] + [row(n, f"text {n}", "test", "p1") for n in (8, 9)]
    found = leakage(*rows)
    assert found.to_json()["test"]["patient"] == {"count": 2, "pairs": [[0, 8], [0, 9]]}
    assert found.to_json()["test"]["text"]["count"] == 0
    assert "2 notes of the test split are of the same patients as notes of training" in found.sentences("test")[0]


def test_leakage_between_calibration_and_test_counts_and_within_a_split_does_not():
    assert leakage(row(1, "a", "dev"), row(2, "a", "test")).to_json()["test"]["text"]["pairs"] == [[1, 2]]
    assert leakage(row(1, "a", "test"), row(2, "a", "test")).sentences("test") == []


def test_leakage_from_training_into_calibration_is_told_apart():
    found = leakage(row(1, "a"), row(2, "a", "dev"))
    assert found.sentences("test") == []
    assert "1 note of the calibration split has the same text as a note of training (notes 2 and 1)" in "".join(
        found.sentences("dev")
    )


def test_notes_without_patient_are_not_of_the_same_patient():
    assert leakage(row(1, "a"), row(2, "b", "test")).sentences("test") == []


def test_leakage_of_many_notes_names_the_first():
    rows = [row(n, f"t{n % 300}", "train" if n < 300 else "test") for n in range(600)]
    found = leakage(*rows)
    assert found.to_json()["test"]["text"]["count"] == 300
    assert len(found.to_json()["test"]["text"]["pairs"]) == 200
    assert "304 and 4, …)" in found.sentences("test")[0]
