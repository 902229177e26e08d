import pytest

from annotation.formats import Record, Rejection
from annotation.spans import MarkedSpan

from .conftest import Read

TITLE = "1|t|Fever | gone"
ABSTRACT = "1|a|Give PCM 😀 for fever"
GOOD = f"{TITLE}\n{ABSTRACT}\n1\t0\t5\tFever\tDisease\tD005334\n1\t18\t21\tPCM\tChemical\t-1\n"
NEXT = "2|t|Ok\n2|a|\n"


def test_document_is_read_with_the_default_map(read_data: Read) -> None:
    data = GOOD + "1\t28\t33\tfever\tDisease\tD1|D2\tfever|heat\n1\tCID\tD1\tD2\n\n" + NEXT
    first, second = read_data("pubtator", data)
    spans = (MarkedSpan(0, 5, "DISEASE"), MarkedSpan(18, 21, "TREATMENT"), MarkedSpan(28, 33, "DISEASE"))
    assert first == Record(1, "1", "Fever | gone\nGive PCM 😀 for fever", spans)
    assert second == Record(8, "2", "Ok", ())


@pytest.mark.parametrize(
    "data",
    [
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        "\n\n" + GOOD,
        GOOD.replace(ABSTRACT, ABSTRACT + "\n"),
        GOOD.removesuffix("\n"),
    ],
)
def test_line_ends_blank_lines_and_byte_order_mark(read_data: Read, data: str) -> None:
    (record,) = read_data("pubtator", data)
    assert isinstance(record, Record)
    assert record.text == "Fever | gone\nGive PCM 😀 for fever"
    assert len(record.spans or ()) == 2


def test_unusual_separators_stay_in_the_text(read_data: Read) -> None:
    first, second = read_data("pubtator", "1|t|a\u2028b\x0bc\x85d\n1|a| x  y \n2|t|no blank line before\n")
    assert isinstance(first, Record)
    assert first.text == "a\u2028b\x0bc\x85d\n x  y "
    assert second.line == 3


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (GOOD + "1\t0\t5\tfever\tDisease\tD1\n", "Span 0-5 DISEASE: the mention"),
        (GOOD + "1\t28\t34\tfever\tDisease\tD1\n", "Span 28-34 DISEASE is outside"),
        (GOOD + "1\t7\t9\t| \tDisease\tD1\n", "starts or ends in white space"),
        (GOOD + "1\t0\t5\tFever\tSymptom\tD1\n", "unknown label 'Symptom'"),
        (GOOD + "1\t0\t5\tFever\tDisease\tD1\n", "overlaps 0-5"),
        (GOOD + "1\tO\t5\tFever\tDisease\tD1\n", "Line 5 is no entity"),
        (GOOD + "1\t-1\t5\tFever\tDisease\tD1\n", "Line 5 is no entity"),
        (GOOD + "1\t0\t5\tFever\n", "Line 5 is no entity"),
        (GOOD + "1\t0\t5\tFever\t\tD1\n", "Line 5 is no entity"),
        (GOOD + "9\t0\t5\tFever\tDisease\tD1\n", "Line 5 does not carry"),
        (GOOD + "the abstract goes on\n", "Line 5 does not carry"),
        (GOOD + "1|a|once more\n", "Line 5 is a second abstract"),
        ("1|a|no title\n", "does not start with a title"),
        ("1|t|\n1|a|\n", "empty"),
        ("1|t|a\x00b\n", "NUL"),
        (b"1|t|ok\n1|a|caf\xe9\n", "Line 2: The line is not UTF-8"),
        ("1|t|" + "x" * 20_001 + "\n", "20,001 characters"),
        (GOOD + "1\tCID\tx\ty\n" * 90_000, "too long"),
    ],
)
def test_bad_document_is_rejected_and_the_next_is_read(read_data: Read, data: bytes | str, says: str) -> None:
    data = data.encode() if isinstance(data, str) else data
    bad, good = read_data("pubtator", data + b"\n" + NEXT.encode())
    assert isinstance(bad, Rejection)
    assert (bad.line, bad.external_id) == (1, "1")
    assert says in bad.reason
    assert isinstance(good, Record)


def test_stray_lines_do_not_cost_the_document_before(read_data: Read) -> None:
    first, stray, last = read_data("pubtator", GOOD + "\n3\t0\t5\tFever\tDisease\tD1\n\n" + NEXT)
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert isinstance(stray, Rejection)
    assert (stray.line, stray.external_id) == (6, "3")


def test_relations_of_biored_are_passed_over(read_data: Read) -> None:
    (record,) = read_data("pubtator", GOOD + "1\tPositive_Correlation\t1234\tD2\tNovel\n")
    assert isinstance(record, Record)


def test_the_projects_own_labels_and_the_callers_map_go_first(read_data: Read) -> None:
    (own,) = read_data("pubtator", GOOD, labels=("Chemical", "DISEASE"))
    assert isinstance(own, Record)
    assert [span.label for span in own.spans or ()] == ["DISEASE", "Chemical"]
    (mapped,) = read_data("pubtator", GOOD, label_map={"Chemical": ""})
    assert isinstance(mapped, Record)
    assert (mapped.spans, mapped.dropped) == ((MarkedSpan(0, 5, "DISEASE"),), 1)
