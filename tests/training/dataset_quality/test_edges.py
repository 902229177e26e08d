import pytest

from annotation.spans import Span
from tests.training.dataset_quality.rows import row
from training.dataset_quality.edges import Edges

TEXT = "Type 2 diabetes, fever."


def edges(*spans):
    found = Edges()
    found.add(row(7, TEXT, spans=[Span(start, end, "DISEASE") for start, end in spans]))
    return found


@pytest.mark.parametrize(
    ("spans", "kinds"),
    [
        ([(0, 15), (17, 22)], []),
        ([(0, 16)], []),  # the comma is a token: wrong perhaps, but no cut
        ([(0, 16), (15, 22)], ["overlap"]),
        ([(0, 14)], ["cut_token"]),
        ([(1, 15)], ["cut_token"]),
        ([(16, 22)], ["white_space"]),
        ([(17, 99)], ["outside"]),
        ([(5, 5)], ["outside"]),
        ([(-1, 4)], ["outside"]),
        ([(0, 15), (0, 6)], ["overlap"]),
        ([(17, 22), (17, 22)], ["overlap"]),
        ([(0, 22), (0, 4), (7, 15)], ["overlap", "overlap"]),
    ],
)
def test_edges_name_what_is_wrong(spans, kinds):
    found = edges(*spans)
    assert [one["kind"] for one in found.listed] == kinds
    assert sum(found.to_json()["counts"].values()) == len(kinds)
    assert len(found.warnings()) == len(set(kinds))


def test_edges_list_offsets_and_no_words():
    assert edges((0, 14)).listed == [{"kind": "cut_token", "note": 7, "start": 0, "end": 14, "label": "DISEASE"}]
    assert edges((0, 14)).warnings() == ["1 entity starts or ends inside a word; correct it where it is marked."]
