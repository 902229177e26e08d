import json
from collections import UserList

import pytest

from tests.training.dataset_quality.rows import LABELS, row
from training.dataset_quality import quality_report


class CancelledError(Exception):
    pass


def good(count=60):
    """Notes that differ, in two splits, with both labels."""
    return [
        row(n, f"case {n} of {n * 7}: [fever {n}|DISEASE], give [drug{n}|TREATMENT]", "test" if n % 5 == 0 else "train")
        for n in range(count)
    ]


def test_report_of_good_notes_says_nothing_and_is_plain_json():
    report = quality_report(good(100), labels=LABELS)
    assert (report.blocking, report.warnings) == ([], [])
    found = report.to_json()
    assert json.loads(json.dumps(found)) == found
    assert found["splits"]["test"] == {
        "notes": 20,
        "empty_notes": 0,
        "characters": sum(len(one.text) for one in good(100) if one.split == "test"),
        "entities": {"DISEASE": 20, "TREATMENT": 20},
    }


def test_report_blocks_on_a_text_in_training_and_in_the_test():
    rows = [*good(), row(900, "Known case of [asthma|DISEASE]."), row(901, "known  case of [Asthma|DISEASE]", "test")]
    report = quality_report(rows, labels=LABELS)
    assert report.blocking == [
        "1 note of the test split has the same text as a note of training or calibration (notes 901 and 900): move or "
        "leave them out, as a model tested on what it has seen looks better than it is."
    ]
    assert report.findings["leakage"]["test"]["text"]["pairs"] == [[900, 901]]


def test_report_keeps_words_of_notes_in_surfaces_alone():
    rows = [*good(), row(900, "[Zanzibarism|DISEASE] and zanzibarism"), row(901, "[zanzibarism|TREATMENT] again")]
    found = quality_report(rows, labels=LABELS).to_json()
    assert "zanzibarism" in json.dumps(found.pop("surfaces"))
    assert "zanzibarism" not in json.dumps(found).lower()


def test_report_reads_rows_twice_and_needs_no_list():
    """A caller may hand over what reads the notes from the database each time."""

    class Counting(UserList):
        passes = 0

        def __iter__(self):
            self.passes += 1
            return iter(self.data)

    rows = Counting(good())
    assert quality_report(rows, labels=LABELS).to_json() == quality_report(good(), labels=LABELS).to_json()
    assert rows.passes == 2


def test_report_says_where_it_stands_and_ends_when_told_to():
    said = []
    quality_report(good(), labels=LABELS, on_progress=lambda done, total: said.append((done, total)))
    assert len(said) >= 10
    assert said == sorted(said)
    assert said[-1][1] == 180
    assert said[-1][0] <= 180

    def stop(done, total):
        if done > 70:
            raise CancelledError

    with pytest.raises(CancelledError):
        quality_report(good(), labels=LABELS, on_progress=stop)


def test_report_of_no_notes_is_a_sentence():
    with pytest.raises(ValueError, match="0 notes; choose some with gold"):
        quality_report([], labels=LABELS)


@pytest.mark.parametrize("text", ["...", "🩺", "\n", "ज्वर", "a"])
def test_report_takes_texts_with_hardly_a_word(text):
    report = quality_report([row(1, text), row(2, text, "dev")], labels=LABELS)
    assert report.findings["duplicates"]["groups"] == [[1, 2]]


def test_report_of_one_label_and_one_note():
    report = quality_report([row(1, "[fever|DISEASE]")], labels=["DISEASE"])
    assert report.findings["imbalance"] == {"shares": {"DISEASE": 1.0}, "ratio": 1.0}
    assert report.warnings == [
        "DISEASE has 1 entity in training; a label is hardly learned from fewer than 50: mark more."
    ]


def test_report_takes_a_note_of_20_000_characters_in_linear_work():
    long = " ".join(f"w{n}" for n in range(3_500))[:20_000]
    assert quality_report([row(1, long), row(2, long + "!", "dev")], labels=LABELS).findings["duplicates"]["count"] == 1
