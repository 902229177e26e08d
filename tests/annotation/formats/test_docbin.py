"""DocBin against spaCy itself, in both directions, and files that nobody should trust."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span
from srsly import msgpack

from annotation.formats import Exported, ExportedSpan, Record, Rejection, docbin, docbin_pack, read, write
from annotation.formats.records import FormatError
from annotation.spans import MarkedSpan

from .conftest import LABELS

TEXT = "  Fever😀 and\r\ndry   cough ORG.\n"
ROW = Exported(
    "n1",
    TEXT,
    (ExportedSpan(2, 7, "DISEASE", 0.5, ("negated",), "R50.9"), ExportedSpan(14, 25, "DISEASE")),
    author="asha",
    facets={"city": "Pune"},
)


def read_back(path: Path) -> list[Record | Rejection]:
    return list(read(path, "docbin", labels=LABELS, nested=True))


def test_spacy_reads_what_is_written(tmp_path: Path) -> None:
    nested = Exported("n2", TEXT, (ExportedSpan(14, 25, "DISEASE"), ExportedSpan(20, 25, "TREATMENT")))
    write(tmp_path / "x.spacy", "docbin", [ROW, nested, Exported("n3", "ok", None), Exported("n4", "ok", ())])
    docs = list(DocBin().from_disk(tmp_path / "x.spacy").get_docs(spacy.blank("en").vocab))
    assert [doc.text for doc in docs] == [TEXT, TEXT, "ok", "ok"]
    assert [[(e.start_char, e.end_char, e.label_, e.kb_id_, e.ent_id_) for e in doc.ents] for doc in docs[:2]] == [
        [(2, 7, "DISEASE", "R50.9", "negated"), (14, 25, "DISEASE", "", "")],
        [(14, 25, "DISEASE", "", "")],
    ]
    assert [(s.start_char, s.end_char, s.label_) for s in docs[1].spans["sc"]] == [
        (14, 25, "DISEASE"),
        (20, 25, "TREATMENT"),
    ]
    assert [doc.has_annotation("ENT_IOB") for doc in docs] == [True, True, False, True]
    assert (docs[0].user_data["id"], docs[0].user_data["made"]["author"]) == ("n1", "asha")


def test_what_spacy_writes_is_read(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    docs = [nlp(TEXT), nlp("PERSON ORG"), nlp("nothing"), nlp("known")]
    docs[0].ents = [Span(docs[0], 1, 2, label="DISEASE", kb_id="R50.9"), Span(docs[0], 5, 8, label="DISEASE")]
    docs[1].spans["sc"] = [Span(docs[1], 0, 2, label="DISEASE"), Span(docs[1], 0, 1, label="TREATMENT")]
    docs[3].set_ents([], default="outside")
    Doc.set_extension("score", default=0, force=True)
    docs[0]._.score = 3
    DocBin(store_user_data=True, attrs=["ENT_IOB", "ENT_TYPE", "ENT_KB_ID"], docs=docs).to_disk(tmp_path / "x.spacy")
    found = read_back(tmp_path / "x.spacy")
    assert all(isinstance(row, Record) for row in found)
    assert [(row.external_id, row.text, row.spans) for row in found if isinstance(row, Record)] == [
        ("x-1", TEXT, (MarkedSpan(2, 7, "DISEASE", (), "R50.9"), MarkedSpan(10, 20, "DISEASE")))
        if docs[0][5:8].text == TEXT[10:20]
        else ("x-1", TEXT, tuple(MarkedSpan(e.start_char, e.end_char, e.label_, (), e.kb_id_) for e in docs[0].ents)),
        ("x-2", "PERSON ORG", (MarkedSpan(0, 6, "TREATMENT"), MarkedSpan(0, 10, "DISEASE"))),
        ("x-3", "nothing", None),
        ("x-4", "known", ()),
    ]


def test_a_token_that_a_span_cuts_is_told(tmp_path: Path) -> None:
    written = write(tmp_path / "x.spacy", "docbin", [Exported("n1", "no feverish", (ExportedSpan(3, 8, "DISEASE"),))])
    (loss,) = written.losses.values()
    assert (loss.count, loss.places) == (1, [("n1", 3, 11)])
    assert read_back(tmp_path / "x.spacy")[0].spans == (MarkedSpan(3, 8, "DISEASE"),)  # type: ignore[union-attr]


def test_too_many_words_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docbin_pack, "MAX_TOKENS", 3)
    with pytest.raises(FormatError, match="narrow the filters or take JSONL"):
        write(tmp_path / "x.spacy", "docbin", [Exported("n1", "one two three four", ())])


def said(**changes: Any) -> bytes:
    """A file of one document of one token, with these parts of its message changed."""
    path_free = {
        "version": "0.1",
        "attrs": list(docbin_pack.COLUMNS),
        "tokens": b"\0" * 8 * len(docbin_pack.COLUMNS),
        "spaces": b"\0",
        "lengths": b"\1\0\0\0",
        "strings": ["x"],
        "cats": [{}],
        "flags": [{}],
        "span_groups": [b""],
        "user_data": [None],
    }
    return zlib.compress(msgpack.packb({**path_free, **changes}, use_bin_type=True))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b'{"id": 1}',
        zlib.compress(b"x" * 1000)[:-8],
        zlib.compress(b"\xc1"),
        zlib.compress(msgpack.packb([1, 2])),
        zlib.compress(b"\x91" * 100_000),
        zlib.compress(b"\xdd\xff\xff\xff\xff"),
        said(lengths=b"\2\0\0\0"),
        said(lengths=b"\xff\xff\xff\xff"),
        said(lengths=b"\1"),
        said(attrs=[]),
        said(attrs=[docbin_pack.ENT_IOB] * 5),
        said(attrs=3),
        said(tokens=b"\0" * 8),
        said(tokens="x"),
        said(spaces=b""),
        said(strings=[1]),
        said(strings=None),
        said(span_groups=[]),
        said(user_data=[None, None]),
        said(tokens=b"\7" * 8 * len(docbin_pack.COLUMNS)),  # a word that no string is of
        said(span_groups=[b"\xc1"]),
        said(span_groups=[msgpack.packb({msgpack.packb({"spans": [b"x"]}): ["sc"]})]),
        said(user_data=[b"\xc1"]),
        said(user_data=[{"nd": True, "type": "|O", "data": b"x" * 8, "shape": [1]}]),
    ],
)
def test_faulty_file_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.spacy").write_bytes(data)
    (found,) = read_back(tmp_path / "x.spacy")
    assert isinstance(found, Rejection)
    assert found.reason.endswith(".")


def test_what_numpy_would_be_made_of_stays_plain_data(tmp_path: Path) -> None:
    hostile = msgpack.packb({b"nd": True, b"type": "|O", b"data": b"x" * 8, b"shape": [1]}, use_bin_type=True)
    assert docbin._plain(hostile) == {b"nd": True, b"type": "|O", b"data": b"x" * 8, b"shape": (1,)}


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docbin, "MAX_UNPACKED", 2**20)
    (tmp_path / "x.spacy").write_bytes(zlib.compress(b"\0" * 2**24))
    (found,) = read_back(tmp_path / "x.spacy")
    assert isinstance(found, Rejection)
    assert "split it" in found.reason


@pytest.mark.parametrize("change", [lambda b: b[: len(b) // 2], lambda b: b[:20] + bytes([b[20] ^ 255]) + b[21:]])
def test_damage_is_a_sentence(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "x.spacy"
    write(path, "docbin", [ROW] * 3)
    path.write_bytes(change(path.read_bytes()))
    assert all(isinstance(row, Rejection) for row in read_back(path))
