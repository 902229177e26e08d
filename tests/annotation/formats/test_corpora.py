"""Real corpora, which are not part of the repository: every figure is that of their owner's table."""

import time
import zipfile
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


def test_brat_with_every_label_named_takes_all_and_counts_what_the_map_leaves_out() -> None:
    others = ("Effect", "Treatment", "Adverse_event", "Subject", "Age", "Dosage", "Gender", "Severity_cue", "Race")
    others += ("Time_elapsed", "Speculation_cue")
    label_map = {**dict.fromkeys(others, ""), "Drug": "TREATMENT", "Treat-Disorder": "DISEASE"}
    records, rejections = split(list(read(CORPORA / "phee/raw", "brat", labels=LABELS, label_map=label_map)))
    assert (len(records), rejections, len(entities(records))) == (10, [], 17)
    assert sum(record.dropped for record in records) == 48


def test_words_and_tags_in_two_files(tmp_path: Path) -> None:
    label_map = {"D": "DISEASE", "T": "TREATMENT"}
    found = list(read(CORPORA / "biotext/raw", "conll", labels=LABELS, label_map=label_map))
    records, rejections = split(found)
    labels = [span.label for span in entities(records)]
    assert (len(records), rejections) == (2599, [])
    assert (labels.count("DISEASE"), labels.count("TREATMENT")) == (1383, 1023)
    with zipfile.ZipFile(tmp_path / "raw.zip", "w") as archive:
        for name in ("train_sent", "train_label"):
            archive.write(CORPORA / "biotext/raw" / name, name)
    assert list(read(tmp_path / "raw.zip", "conll", labels=LABELS, label_map=label_map)) == found


def test_spans_off_the_edge_of_words_reject_their_note_by_name() -> None:
    """31 paragraphs; the spans of every one that comes in are the text's, and what is wrong with the rest is said."""
    path, label_map = CORPORA / "kaggle_medical_ner/Corona2.json", {"Medicine": "TREATMENT", "Pathogen": ""}
    label_map["MedicalCondition"] = "DISEASE"
    records, rejections = split(list(read(path, "lighttag", labels=LABELS, label_map=label_map)))
    assert (len(records), len(rejections)) == (16, 15)
    assert (len(entities(records)), sum(record.dropped for record in records)) == (54, 27)
    reasons = [rejection.reason for rejection in rejections]
    assert all("starts or ends in white space" in reason or "overlaps" in reason for reason in reasons)
    assert all(rejection.external_id for rejection in rejections)


FORMAT_OF = {
    "*.jsonl": "jsonl",
    "*.PubTator.txt": "pubtator",
    "*.conll.tsv": "conll",
    "kaggle_medical_ner/*.json": "lighttag",
    "aci_bench/*.csv": "csv",
    "biotext/raw/*": "conll",
    "ddi2013/*": "brat",
    "ncbi_disease/raw/brat/*": "brat",
    "phee/raw/*": "brat",
}


@pytest.mark.parametrize("path", sorted(path for path in CORPORA.rglob("*") if path.is_file()), ids=lambda p: p.name)
def test_each_file_by_itself_gives_notes_or_sentences(path: Path) -> None:
    name = path.relative_to(CORPORA)
    if name.match("README*") or name.match("*LICENSE*"):
        pytest.skip("It is about the others.")
    (format,) = (format for pattern, format in FORMAT_OF.items() if name.match(pattern))
    records, rejections = split(list(read(path, format, labels=LABELS)))
    assert records or rejections
    for rejection in rejections:
        assert rejection.reason.endswith((".", "more"))
        assert rejection.line > 0


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("kaggle_medical_ner/Corona2.json", "jsonl"),
        ("kaggle_medical_ner/Corona2.json", "labelstudio"),
        ("kaggle_medical_ner/Corona2.json", "docbin"),
        ("bc5cdr/train.jsonl", "labelstudio"),
        ("bc5cdr/raw/train.PubTator.txt", "doccano"),
        ("ncbi_disease/raw/dev.conll.tsv", "docbin"),
        ("aci_bench/valid_metadata.csv", "csv"),
        ("biotext/raw/train_sent", "conll"),
    ],
)
def test_files_of_another_kind_are_rejected(path: str, format: str) -> None:
    records, rejections = split(list(read(CORPORA / path, format, labels=LABELS)))
    assert records == []
    assert rejections
