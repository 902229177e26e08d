import pytest

from annotation.guidelines import Section, section_for, sections

TEXT = """Read the note once before you mark.

## Disease

Mark the name of the disease.

  - not the site

## Drug dose
Mark "500 mg".
## Disease
Twice."""


def test_sections_open_at_titles_and_keep_the_lines_between():
    assert sections(TEXT) == [
        Section("start", "", "Read the note once before you mark."),
        Section("disease", "Disease", "Mark the name of the disease.\n\n  - not the site"),
        Section("drug-dose", "Drug dose", 'Mark "500 mg".'),
        Section("disease-2", "Disease", "Twice."),
    ]


def test_sections_of_a_text_with_carriage_returns_are_the_same():
    assert sections(TEXT.replace("\n", "\r\n")) == sections(TEXT)


@pytest.mark.parametrize("text", ["", "\n \n", "\r\n"])
def test_sections_of_an_empty_text_are_none(text):
    assert sections(text) == []


def test_section_without_body_stays_and_what_is_no_title_is_text():
    text = "# One\n### Three\n##None\n## \n## Alone"
    assert sections(text) == [Section("start", "", "# One\n### Three\n##None\n## "[:-1]), Section("alone", "Alone", "")]


def test_first_line_of_a_body_keeps_its_indent():
    assert sections("## A\n\n  indented")[0].body == "  indented"


def test_anchors_are_unique_and_hold_no_markup():
    titles = ["A", "a", "A-2", "<b>\"x\"&'y'</b>", "???", "###", "मधुमेह रोग", "Start"]
    anchors = [section.anchor for section in sections("before\n" + "\n".join(f"## {title}" for title in titles))]
    assert len(set(anchors)) == len(titles) + 1
    assert "मधुमेह-रोग" in anchors
    assert not set("".join(anchors)) & set("<>\"'& ")


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("DRUG", "Drug"),
        ("DRUG_DOSE", "Drug dose and strength"),
        ("Dose", "Drug dose and strength"),
        ("DISEASE", "Diseases"),
        ("TREATMENT", None),
        ("", None),
        ("_", None),
    ],
)
def test_section_for_a_label_is_the_closest_title(label, title):
    found = section_for(label, sections("first\n## Drug dose and strength\n## Drug\n## Diseases\n## Old diseases"))
    assert (found.title if found else None) == title
