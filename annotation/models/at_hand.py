"""What each key press of an annotator that reaches the server begins with, in one query; and what may be shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from django.db import connection

from annotation.models.guideline import Guideline
from annotation.models.note import Note
from annotation.models.project import Project
from annotation.models.rows import build, columns, fetch
from annotation.models.task import Task
from annotation.models.user import User


@dataclass(frozen=True, slots=True)
class AtHand:
    """A task with its note and project, the guidelines in force, and the roles of the person who asks."""

    task: Task
    guideline: Guideline | None
    roles: set[str]


ROLES = "(SELECT array_agg(role) FROM annotation_membership WHERE project_id = p.id AND user_id = %s)"


@cache
def _statement() -> str:
    parts = ((Task, "t"), (Project, "p"), (Note, "n"), (Guideline, "g"))
    return f"""
SELECT {ROLES}, {", ".join(columns(model, alias) for model, alias in parts)}
FROM {Task._meta.db_table} t
JOIN {Project._meta.db_table} p ON p.id = t.project_id
JOIN {Note._meta.db_table} n ON n.id = t.note_id
LEFT JOIN LATERAL (
    SELECT * FROM {Guideline._meta.db_table} WHERE project_id = p.id ORDER BY version DESC LIMIT 1
) g ON true
WHERE t.id = %s"""  # noqa: S608 (names of tables and columns only)


def at_hand(pk: int, user: User) -> AtHand | None:
    """The task of this id, whoever asks: the roles say what they may do."""
    found = fetch(_statement(), [user.pk, pk])
    if found is None:
        return None
    roles = set(next(found) or ())
    task = build(Task, found)
    task.project, task.note = build(Project, found), build(Note, found)
    guideline = build(Guideline, found)
    return AtHand(task, guideline if guideline.pk else None, roles)


@cache
def _project_statement() -> str:
    table = Project._meta.db_table
    return f"SELECT {ROLES}, {columns(Project, 'p')} FROM {table} p WHERE p.slug = %s"  # noqa: S608 (names only)


def project_at_hand(slug: str, user: User) -> tuple[Project, set[str]] | None:
    """The project of this name, and the roles in it of the person who asks."""
    found = fetch(_project_statement(), [user.pk, slug])
    if found is None:
        return None
    roles = set(next(found) or ())
    return build(Project, found), roles


# Who gave one of the two annotations is not asked for the other, and waits for the reviewer as everybody does.
BLIND = """
SELECT DISTINCT t.note_id FROM annotation_task t
WHERE t.note_id = ANY(%(notes)s) AND t.blind AND t.status IN ('open', 'in_progress')
AND (
    t.reserved_for_id = %(user)s OR t.assignee_id = %(user)s OR (t.reserved_for_id IS NULL AND t.team_id IS NULL)
    OR EXISTS (SELECT 1 FROM annotation_team_members m WHERE m.team_id = t.team_id AND m.user_id = %(user)s)
)
AND (
    t.reason = 'adjudicate' OR NOT EXISTS (
        SELECT 1 FROM annotation_task d
        WHERE d.note_id = t.note_id AND d.assignee_id = %(user)s AND d.doubled AND d.status = 'accepted'
    )
)"""


def blind_for(user: User, note_ids: Collection[int]) -> set[int]:
    """Those of the notes that the person may still be asked to annotate blind, or to adjudicate."""
    with connection.cursor() as cursor:
        cursor.execute(BLIND, {"notes": list(note_ids), "user": user.pk})
        return {note_id for (note_id,) in cursor.fetchall()}
