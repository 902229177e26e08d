"""Rows for benchmarks/million.py: generated notes, truly encrypted, with the index rows that the worker would write."""

from __future__ import annotations

import io
import json
import random
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from annotation.actions import indexing
from annotation.keys import keyring, search_terms
from annotation.models import FACETS, NoteIndex, Project, User
from annotation.search.content import Content, names
from annotation.spans import Span, exact_counts
from annotation.synthetic import SyntheticNote, generate

DISTINCT = 5_000
# A word of 50,000 in each note: with a million notes, 20 notes have it.
RARE = 50_000
CHUNK = 20_000
BEGAN = datetime(2023, 1, 1, tzinfo=UTC)
MODEL = "clinic v1"
TABLES = ("annotation_note", "annotation_noteindex", "annotation_annotation", "annotation_task")
COLUMNS = {
    "annotation_note": "id project_id uid external_id status origin ciphertext wrapped_key key_id fingerprint length"
    " patient doctor specialty city gender age_band language source received_at",
    "annotation_noteindex": "note_id project_id terms status min_score disagreement annotated_at",
    "annotation_task": "id project_id note_id reason status blind doubled priority position doubt assignee_id"
    " created_at closed_at skip_reason seconds_spent",
    "annotation_annotation": "id project_id note_id revision status origin spans author_id author_model task_id seconds"
    " created_at",
}
Row = Sequence[Any]


class Fill:
    """The oldest 40 % of the notes have gold (one in ten of them two annotations), the others suggestions.

    The newest half waits in the queue.
    """

    def __init__(self, project: Project, people: Sequence[User], count: int) -> None:
        self.project, self.people, self.count = project, people, count
        self.random = random.Random(1)
        self.made = list(generate(DISTINCT, seed=11))
        self.terms = search_terms(project.pk)
        self.bases = [self.of(Content(made.text, made.spans)) for made in self.made]
        self.ids = {"annotation_annotation": 0, "annotation_task": 0}

    @staticmethod
    def rare(source: random.Random) -> str:
        number = source.randrange(RARE)
        return "q" + "".join("aeioubcdfg"[int(digit)] for digit in f"{number:05d}")

    def of(self, content: Content) -> list[int]:
        return [self.terms.base(*name) for name in names(content)]

    def run(self) -> None:
        with connection.cursor() as cursor:
            made_again = self.drop_indexes(cursor)
            for first in range(1, self.count + 1, CHUNK):
                rows: dict[str, list[Row]] = {table: [] for table in TABLES}
                for note_id in range(first, min(first + CHUNK, self.count + 1)):
                    self.note(note_id, rows)
                for table in ("annotation_note", "annotation_noteindex", "annotation_task", "annotation_annotation"):
                    copy(cursor, table, rows[table])
                print(f"\r{first + CHUNK - 1:,} notes", end="", flush=True)
            print()
            cursor.execute("SET maintenance_work_mem = '1GB'")
            for statement in made_again:
                cursor.execute(statement)
            for table in TABLES:
                if table != "annotation_noteindex":
                    cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
                cursor.execute(f"VACUUM ANALYZE {table}")
        self.check()

    def drop_indexes(self, cursor: Any) -> list[str]:
        """Without those that hold a constraint; returns what makes them again."""
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid::regclass::text = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
            [list(TABLES)],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {name}")
        return [definition for _, definition in found]

    def note(self, note_id: int, rows: dict[str, list[Row]]) -> None:
        place = self.random.randrange(DISTINCT)
        made, rare = self.made[place], self.rare(self.random)
        received = BEGAN + timedelta(days=1000) * (note_id / self.count)
        rows["annotation_note"].append(self.sealed(note_id, f"{made.text} {rare}", made, received))
        state = self.annotate(note_id, made, received, rows)
        content = Content(rare, (), tags=state.pop("tags"), days=state.pop("days"), shares=state.pop("shares"))
        terms = self.terms.of_note(note_id, {*self.bases[place], *self.of(content)})
        rows["annotation_noteindex"].append(
            (note_id, self.project.pk, "{" + ",".join(map(str, terms)) + "}", *state.values())
        )

    def sealed(self, note_id: int, text: str, made: SyntheticNote, received: datetime) -> Row:
        uid = uuid.UUID(int=self.random.getrandbits(128), version=4)
        sealed = keyring().seal(text, bound_to=uid.bytes)
        mark = f"{note_id:064x}"
        facets = [made.facets.get(name, "") for name in FACETS]
        return (
            note_id, self.project.pk, uid, f"m{note_id}", "active", "import", f"\\\\x{sealed.ciphertext.hex()}",
            f"\\\\x{sealed.wrapped_key.hex()}", sealed.key_id, mark, len(text), mark[:32], mark[:32], *facets, received,
        )  # fmt: skip

    def annotate(
        self, note_id: int, made: SyntheticNote, received: datetime, rows: dict[str, list[Row]]
    ) -> dict[str, Any]:
        """Annotations and tasks of the note, and what the index says of them."""
        part = note_id / self.count
        tags = [(facet, made.facets.get(facet, "")) for facet in FACETS]
        days = {"received": received.date()}
        if part > 0.4:
            doubt = self.suggest(note_id, made, received, rows, waits=part > 0.5)
            tags += [("status", "suggested"), ("model", MODEL), *([("reason", "label")] if part > 0.5 else [])]
            score = 1 - doubt if made.spans else None
            return {
                "tags": tags,
                "days": days,
                "shares": {"score": score},
                "s": "suggested",
                "m": score,
                "d": None,
                "a": None,
            }
        first, second = self.random.sample(self.people, 2)
        at = received + timedelta(days=1)
        doubled = note_id % 10 == 0
        disagreement = None
        if doubled:
            kept = [span for span in made.spans if self.random.random() < 0.7]
            self.done(note_id, second, kept, at, rows, reason="double", status="superseded", revision=1)
            disagreement = 1 - exact_counts(made.spans, kept).f1 if made.spans or kept else 0.0
            tags.append(("annotator", str(second.pk)))
        self.done(
            note_id,
            first,
            made.spans,
            at,
            rows,
            reason="label",
            status="gold",
            revision=2 if doubled else 1,
            doubled=doubled,
        )
        tags += [("status", "gold"), ("annotator", str(first.pk))]
        days["annotated"] = at.date()
        return {
            "tags": tags, "days": days, "shares": {"disagreement": disagreement}, "s": "gold", "m": None,
            "d": disagreement, "a": at,
        }  # fmt: skip

    def suggest(
        self, note_id: int, made: SyntheticNote, at: datetime, rows: dict[str, list[Row]], *, waits: bool
    ) -> float:
        scores = [round(self.random.betavariate(6, 1), 3) for _ in made.spans]
        spans = [{**span.to_json(), "score": score} for span, score in zip(made.spans, scores, strict=True)]
        self.annotation(rows, note_id, 1, "draft", "prelabel", spans, None, MODEL, None, 0, at)
        doubt = 1 - min(scores, default=1.0)
        if waits:
            self.task(rows, note_id, "label", "open", False, False, 0, note_id, doubt, None, at, None, "", 0)
        return doubt

    def done(  # noqa: PLR0913 - what differs between the two of a pair
        self, note_id: int, who: User, spans: Iterable[Span], at: datetime, rows: dict[str, list[Row]],
        *, reason: str, status: str, revision: int, doubled: bool = True,
    ) -> None:  # fmt: skip
        task = self.task(rows, note_id, reason, "accepted", doubled, doubled, 0, note_id, 0.0, who.pk, at, at, "", 20)
        found = [span.to_json() for span in spans]
        self.annotation(rows, note_id, revision, status, "human", found, who.pk, "", task, 20, at)

    def task(self, rows: dict[str, list[Row]], *values: Any) -> int:
        return self.add(rows, "annotation_task", values)

    def annotation(self, rows: dict[str, list[Row]], *values: Any) -> int:
        spans = json.dumps(values[4])
        return self.add(rows, "annotation_annotation", (*values[:4], spans, *values[5:]))

    def add(self, rows: dict[str, list[Row]], table: str, values: Row) -> int:
        self.ids[table] += 1
        rows[table].append((self.ids[table], self.project.pk, *values))
        return self.ids[table]

    def check(self) -> None:
        """The index rows are those that the worker writes."""
        some = self.random.sample(range(1, self.count + 1), 200)
        before = {row.pk: signature(row) for row in NoteIndex.objects.filter(pk__in=some)}
        indexing.write(some)
        after = {row.pk: signature(row) for row in NoteIndex.objects.filter(pk__in=some)}
        wrong = [pk for pk in some if before[pk] != after[pk]]
        if wrong:
            raise SystemExit(f"{len(wrong)} of 200 index rows differ from the worker's: the figures would not be true.")
        print("200 index rows compared with the worker's: equal")


def signature(row: NoteIndex) -> tuple[Any, ...]:
    score = None if row.min_score is None else round(row.min_score, 6)
    return sorted(row.terms), row.status, score, row.disagreement, row.annotated_at


def copy(cursor: Any, table: str, rows: Iterable[Row]) -> None:
    lines = io.StringIO("".join(line(row) for row in rows))
    names_of = ", ".join(COLUMNS[table].split())
    cursor.cursor.copy_expert(f"COPY {table} ({names_of}) FROM STDIN", lines)


def line(row: Row) -> str:
    return "\t".join(map(written, row)) + "\n"


def written(value: Any) -> str:
    if value is None:
        return "\\N"
    return str(value) if not isinstance(value, bool) else "t" if value else "f"
