"""Lists of notes: what is found, in which order, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from annotation.actions import indexing, projects, search
from annotation.models import IndexDue, Note, NoteIndex, Project
from annotation.search.content import Content, names
from annotation.search.filters import Days, Filters
from annotation.search.ordering import Place, Sort
from annotation.search.question import parse
from annotation.search.terms import BUCKET
from annotation.search.words import stems
from annotation.synthetic import generate
from tests.conftest import add_notes

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def indexed(project: Project) -> list[NoteIndex]:
    """Forty notes over several buckets: ids far apart, as after years. Three in four have gold, each has a figure."""
    made = add_notes(project, list(generate(40, seed=5)))
    indexing.catch_up()
    base = indexing.search_terms(project.pk)
    rows = []
    for place, row in enumerate(NoteIndex.objects.order_by("pk")):
        row.status = "suggested" if place % 4 == 0 else "gold"
        row.min_score = (place % 7) / 10
        row.disagreement = (place % 5) / 10
        row.annotated_at = AT + timedelta(days=place % 6)
        shares = {"score": row.min_score, "disagreement": row.disagreement}
        days = {"received": made[place].received_at.date(), "annotated": row.annotated_at.date()}
        content = Content(made[place].text, tags=[("status", row.status)], days=days, shares=shares)
        row.terms = base.of_note(row.note_id, [base.base(*name) for name in names(content)])
        row.save()
        rows.append(row)
    return rows


def pages(project: Project, filters: Filters, sort: Sort) -> list[list[int]]:
    """Page by page to the end, and back again."""
    found = search.find(project=project, filters=filters, sort=sort, limit=7)
    there = [found]
    while found.next:
        found = search.find(project=project, filters=filters, sort=sort, place=written(found.next, sort), limit=7)
        there.append(found)
    back = [found]
    while found.previous:
        found = search.find(project=project, filters=filters, sort=sort, place=written(found.previous, sort), limit=7)
        back.append(found)
    assert [page.notes for page in back[::-1]] == [page.notes for page in there]
    return [page.notes for page in there]


def written(place: Place, sort: Sort) -> Place | None:
    """As it comes back from an address."""
    return Place.parse(str(place), sort)


KEYS = {
    Sort.NEWEST: lambda row: -row.note_id,
    Sort.ANNOTATED: lambda row: (-row.annotated_at.timestamp(), -row.note_id),
    Sort.DOUBT: lambda row: (row.min_score, -row.note_id),
    Sort.DISAGREEMENT: lambda row: (-row.disagreement, -row.note_id),
}


@pytest.mark.parametrize("walked", [3_000, 5])
@pytest.mark.parametrize("status", ["", "gold"])
@pytest.mark.parametrize("sort", Sort)
def test_pages_hold_each_note_once_in_order(
    project: Project, indexed: list[NoteIndex], sort: Sort, status: str, walked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "WALKED", walked)
    expected = [row.note_id for row in sorted(indexed, key=KEYS[sort]) if status in ("", row.status)]
    found = pages(project, Filters(tags={"status": status}), sort)
    assert [note for page in found for note in page] == expected
    assert all(len(page) == 7 for page, _ in pairwise(found))


def test_bounds_of_figures_are_exact(project: Project, indexed: list[NoteIndex]) -> None:
    filters = Filters(disagreement=0.25, score=0.35)
    expected = {row.note_id for row in indexed if row.disagreement >= 0.25 and row.min_score <= 0.35}
    assert expected
    for sort in Sort:
        assert set(search.find(project=project, filters=filters, sort=sort, limit=50).notes) == expected


def test_days_include_both_ends(project: Project, indexed: list[NoteIndex]) -> None:
    days = Days((AT + timedelta(days=2)).date(), (AT + timedelta(days=3)).date())
    found = search.find(project=project, filters=Filters(annotated=days), limit=50).notes
    assert set(found) == {row.note_id for row in indexed if (row.annotated_at - AT).days in (2, 3)}


def test_sort_of_too_many_says_that_it_sorted_the_newest(
    project: Project, indexed: list[NoteIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "WALKED", 3)
    monkeypatch.setattr(search, "AMONG", 10)
    found = search.find(project=project, filters=Filters(tags={"status": "gold"}), sort=Sort.DOUBT, limit=5)
    newest = [row for row in reversed(indexed) if row.status == "gold"][:10]
    assert found.among
    assert len(found.notes) == 5
    assert set(found.notes) <= {row.note_id for row in newest}


def test_another_project_finds_nothing_of_this_one(project: Project, indexed: list[NoteIndex]) -> None:
    other = projects.create(name="Other", slug="other")
    for filters in (Filters(), Filters(tags={"status": "gold"})):
        assert search.find(project=other, filters=filters).notes == []


def test_newest_first_over_many_buckets(project: Project) -> None:
    """Ids as far apart as in a database of years: a page takes from several buckets, in their order."""
    notes = add_notes(project, list(generate(12, seed=5)))
    IndexDue.objects.all().delete()
    for step, note in enumerate(notes):
        Note.objects.filter(pk=note.pk).update(id=BUCKET * (step + 3) // 2)
    indexing.mark_all(project)
    indexing.catch_up()
    everything = Days(datetime(2000, 1, 1, tzinfo=UTC).date())
    found = pages(project, Filters(received=everything), Sort.NEWEST)
    assert [note for page in found for note in page] == [BUCKET * (step + 3) // 2 for step in range(11, -1, -1)]


def test_words_must_all_occur(project: Project, indexed: list[NoteIndex]) -> None:
    texts = {note.pk: note.text for note in project.notes.all()}
    one = {pk for pk, text in texts.items() if parse("tab").stems[0] in stems(text)}
    found = set(search.find(project=project, filters=Filters(parse("tabs")), limit=50).notes)
    assert one <= found
    assert set(search.find(project=project, filters=Filters(parse("tabs xylophone"))).notes) == set()
