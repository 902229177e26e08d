from pathlib import Path

import pytest

from annotation.formats import Record, Rejection, read
from annotation.spans import MarkedSpan

from .conftest import LABELS


def read_pair(folder: Path, words: str, tags: str) -> list[Record | Rejection]:
    (folder / "x_sent").write_text(words)
    (folder / "x_label").write_text(tags)
    label_map = {"D": "DISEASE", "T": "TREATMENT"}
    return list(read(folder, "conll", labels=LABELS, label_map=label_map))


def test_tags_without_a_prefix_go_on_as_long_as_they_are_the_same(tmp_path: Path) -> None:
    first, second = read_pair(tmp_path, "no\nhigh\nfever\ncrocin\n\nok\n", "O\nD\nD\nT\n\nO\n")
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.spans == (MarkedSpan(3, 13, "DISEASE"), MarkedSpan(14, 20, "TREATMENT"))
    assert (second.text, second.spans) == ("ok", ())


@pytest.mark.parametrize(
    ("words", "tags", "says"),
    [
        ("a\nb\n", "O\n", "One of the two files ends here"),
        ("a\n", "O\nO\n", "One of the two files ends here"),
        ("a\n\nb\n", "O\nO\nO\n", "Only one of the two files has an empty line"),
    ],
)
def test_files_that_do_not_fit_are_told(tmp_path: Path, words: str, tags: str, says: str) -> None:
    found = read_pair(tmp_path, words, tags)
    assert any(isinstance(row, Rejection) and says in row.reason for row in found)


def test_a_folder_without_a_pair_is_told(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "conll", labels=LABELS)
    assert isinstance(found, Rejection)
    assert "0 pairs of files" in found.reason


def test_a_zip_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("fever O\n")
    (found,) = read(tmp_path / "x.zip", "conll", labels=LABELS)
    assert isinstance(found, Rejection)
    assert "not a readable zip" in found.reason
