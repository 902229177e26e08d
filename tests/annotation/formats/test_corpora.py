"""Real corpora, which are not part of the repository: every figure is that of their owner's table."""

import time
from pathlib import Path

import pytest

from annotation.formats import Record, Rejection, read
from annotation.spans import Span

from .conftest import LABELS

CORPORA = Path(__file__).resolve().parents[3] / "../shared/corpora"
pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason=f"The corpora are not in {CORPORA}.")

DRUGS = dict.fromkeys(("DRUG", "DRUG_N", "GROUP", "BRAND"), "TREATMENT")
DISEASES = dict.fromkeys(("Disease", "CompositeMention", "Modifier", "SpecificDisease", "DiseaseClass"), "DISEASE")
PHEE_OTHERS = dict.fromkeys(
    (
        "ADVERSE_EFFECT",
        "AGE",
        "DOSAGE",
        "DURATION",
        "FREQUENCY",
        "NEGATION_CUE",
        "POPULATION",
        "RACE",
        "ROUTE",
        "SEVERITY_CUE",
        "SEX",
        "SPECULATION_CUE",
        "TIME_ELAPSED",
    ),
    "",
)


def split(found: list[Record | Rejection]) -> tuple[list[Record], list[Rejection]]:
    return [r for r in found if isinstance(r, Record)], [r for r in found if isinstance(r, Rejection)]


def entities(records: list[Record]) -> list[Span]:
    return [span for record in records for span in record.spans or ()]


@pytest.mark.parametrize(("part", "diseases", "treatments"), [("train", 4182, 5203), ("dev", 4244, 5347)])
def test_bc5cdr_loses_nothing(part: str, diseases: int, treatments: int) -> None:
    start = time.perf_counter()
    records, rejections = split(list(read(CORPORA / f"bc5cdr/raw/{part}.PubTator.txt", "pubtator", labels=LABELS)))
    seconds = time.perf_counter() - start
    labels = [span.label for span in entities(records)]
    assert (len(records), rejections, sum(record.dropped for record in records)) == (500, [], 0)
    assert (labels.count("DISEASE"), labels.count("TREATMENT")) == (diseases, treatments)
    assert seconds < 5


@pytest.mark.parametrize("part", ["train", "dev"])
def test_bc5cdr_is_the_same_in_both_forms(part: str) -> None:
    native = split(list(read(CORPORA / f"bc5cdr/raw/{part}.PubTator.txt", "pubtator", labels=LABELS)))[0]
    uniform = split(list(read(CORPORA / f"bc5cdr/{part}.jsonl", "jsonl", labels=LABELS)))[0]
    spans = {f"bc5cdr-{record.external_id}": record.spans for record in native}
    assert spans == {record.external_id: record.spans for record in uniform}


@pytest.mark.parametrize(
    ("name", "notes", "annotated", "spans", "rejected"),
    [
        ("bc5cdr/train", 500, 500, 9385, 0),
        ("ncbi_disease/train", 592, 592, 5134, 0),
        ("ncbi_disease/dev", 100, 100, 787, 0),
        ("biotext/train", 2599, 2599, 2406, 0),
        ("aci_bench/all", 207, 0, 0, 0),
        ("mts_dialog/all", 1701, 0, 0, 0),
        ("mtsamples/all", 2357, 0, 0, 0),
        ("phee/train", 2891, 2891, 4688, 7),
        ("phee/dev", 956, 956, 1565, 5),
    ],
)
def test_uniform_files(name: str, notes: int, annotated: int, spans: int, rejected: int) -> None:
    found = list(read(CORPORA / f"{name}.jsonl", "jsonl", labels=LABELS, label_map=PHEE_OTHERS))
    records, rejections = split(found)
    assert (len(records), len(rejections), len(entities(records))) == (notes, rejected, spans)
    assert sum(record.spans is not None for record in records) == annotated
    assert all("is discontinuous" in rejection.reason for rejection in rejections)


def test_ncbi_sentences_in_columns() -> None:
    path = CORPORA / "ncbi_disease/raw/dev.conll.tsv"
    records, rejections = split(list(read(path, "conll", labels=LABELS, label_map=DISEASES)))
    assert (len(records), rejections, len(entities(records))) == (923, [], 787)
    # Without the map nothing is taken silently: the notes with an entity are rejected.
    records, rejections = split(list(read(path, "conll", labels=LABELS)))
    assert (len(records), len(rejections), entities(records)) == (434, 489, [])


@pytest.mark.parametrize(
    ("folder", "label_map", "notes", "spans"),
    [("ddi2013", DRUGS, 6, 84), ("ncbi_disease/raw/brat", DISEASES, 2, 13)],
)
def test_brat_folders(folder: str, label_map: dict[str, str], notes: int, spans: int) -> None:
    records, rejections = split(list(read(CORPORA / folder, "brat", labels=LABELS, label_map=label_map)))
    assert (len(records), rejections, len(entities(records))) == (notes, [], spans)
    assert not any("README" in record.external_id for record in records)


def test_brat_folder_with_other_labels_is_rejected_not_thinned() -> None:
    records, rejections = split(list(read(CORPORA / "phee/raw", "brat", labels=LABELS)))
    assert (records, len(rejections)) == ([], 10)


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("kaggle_medical_ner/Corona2.json", "jsonl"),
        ("aci_bench/valid_metadata.csv", "csv"),
        ("biotext/raw/train_sent", "conll"),
    ],
)
def test_files_of_another_kind_are_rejected(path: str, format: str) -> None:
    records, rejections = split(list(read(CORPORA / path, format, labels=LABELS)))
    assert records == []
    assert rejections
