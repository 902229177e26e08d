"""All that the note page's script is told of a task. Offsets count UTF-16 units, as JavaScript does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from annotation.actions import comments, guidelines, revisions, tasks
from annotation.guidelines import sections
from annotation.models import FACETS, Annotation, Comment, Draft, Guideline, KeyMap, Project, Task, User
from annotation.spans import marked_from_json, to_utf16

URLS = ("submit", "draft", "skip", "reopen", "release", "comment")


def payload(
    task: Task, base: Annotation | None, user: User, newest: Guideline | None = None, *, comments_too: bool = True
) -> dict[str, Any]:
    """The note in hand, `user`'s work on it so far, and everything beside the text.

    `newest` are the guidelines in force, when the caller knows them.
    """
    text, project = task.note.text, task.project
    draft = task.draft if hasattr(task, "draft") and task.draft.author_id == user.pk else None
    labels = list(project.labels.active().values("name", "key", "colour", "hint"))
    rows = _offered(base, {label["name"] for label in labels})
    return {
        "task": task.pk,
        "note": task.note_id,
        "text": text,
        "labels": labels,
        "spans": span_rows(text, rows),
        "base_revision": base.revision if base else 0,
        "nested": project.nested,
        "blind": task.blind,
        "doubled": task.doubled,
        "seconds": max(task.seconds_spent, draft.seconds if draft else 0),
        "doubt_threshold": project.doubt_threshold,
        "draft": draft_of(text, draft) if draft else None,
        "how": _how(task, base) + _retired(rows, labels),
        "reason": {"value": task.reason, "name": task.get_reason_display()},
        "facets": [{"name": name, "value": value} for name in FACETS if (value := getattr(task.note, name))],
        "received": task.note.received_at.isoformat(),
        "comments": comments.told(task=task, by=user) if comments_too else [],
        "guideline": {"unseen": _unseen(project, user, newest)},
        "urls": {
            "page": page_of(task),
            "queue": reverse("queue", args=[project.slug]),
            "next": reverse("queue_next", args=[project.slug]),
            "keys": reverse("keymap", args=[project.slug]),
            **{name: reverse(f"task_{name}", args=[task.pk]) for name in URLS},
        },
    }


def _offered(base: Annotation | None, labels: Collection[str]) -> list[dict[str, Any]]:
    """What the annotator starts from. A model's suggestion of a retired label is not offered; a person's stays."""
    if base is None or base.origin != Annotation.Origin.PRELABEL:
        return base.spans_json if base else []
    return [row for row in base.spans_json if row["label"] in labels]


def _retired(rows: Sequence[Mapping[str, Any]], labels: Sequence[Mapping[str, Any]]) -> str:
    """What to do with the entities of labels that are retired: they can't be submitted as they are."""
    names = sorted({row["label"] for row in rows} - {label["name"] for label in labels})
    return f" Retired since: {', '.join(names)}. Give these entities another label, or remove them." if names else ""


def page_of(task: Task) -> str:
    """The note page; an adjudication has one of its own and comes here only to be edited by hand."""
    by_hand = "?by=hand" if task.reason == Task.Reason.ADJUDICATE else ""
    return reverse("task", args=[task.pk]) + by_hand


def _how(task: Task, base: Annotation | None) -> str:
    """What the annotator is asked to do, in a sentence or two."""
    if base and base.task_id == task.pk:
        return "Opened again: what you submitted stands until you submit anew."
    if task.reason == Task.Reason.ADJUDICATE:
        return "By hand: what both versions have and what you chose is marked. What you submit is gold."
    if task.reason == Task.Reason.RANDOM_AUDIT and not task.doubled:
        return "Audit: mark every entity yourself. The model's answer is hidden so that it can't sway you."
    if task.blind:
        return "Blind: mark every entity yourself. Nothing is suggested, and nobody sees another's work on this note."
    if base:
        return "Check the suggestions: correct, remove, add. Then submit."
    return "Nothing is suggested yet: mark every entity, then submit."


def next_payload(
    project: Project, user: User, holding: Collection[int], newest: Guideline | None = None
) -> dict[str, Any]:
    """``next``: the next note's payload, None when nothing waits; ``lost``: notes that are in hand no more."""
    lost = tasks.lost(holding=holding, by=user)
    taken = tasks.take_next(project=project, by=user, holding=holding)
    if taken is None:
        return {"next": None, "lost": lost}
    # All that is read of it, in one query; comments are rare.
    talked = Exists(Comment.objects.filter(note=OuterRef("note")))
    task = Task.objects.select_related("note", "draft").annotate(talked=talked).get(pk=taken.pk)
    task.project = project
    told = payload(task, revisions.base_of(task), user, newest, comments_too=task.talked)
    return {"next": told, "lost": lost}


def span_rows(text: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored spans as the page counts them, with the scores of a model's."""
    spans = to_utf16(text, marked_from_json(rows))
    return [
        {
            "start": span.start,
            "end": span.end,
            "label": span.label,
            "score": row.get("score"),
            "assertion": list(span.assertion),
            "code": span.code,
        }
        for span, row in zip(spans, rows, strict=True)
    ]


def draft_of(text: str, draft: Draft) -> dict[str, Any]:
    return {
        "spans": span_rows(text, draft.spans_json),
        "seconds": draft.seconds,
        "base_revision": draft.base_revision,
        "version": draft.version,
        "at": draft.updated_at.isoformat(),
    }


def keys_of(user: User) -> dict[str, str]:
    """The keys that the person chose for commands."""
    row = KeyMap.objects.filter(user=user).first()
    return row.keys if row else {}


def _unseen(project: Project, user: User, newest: Guideline | None) -> dict[str, Any] | None:
    """What changed in the guidelines when this person has not been shown it."""
    unseen = guidelines.unseen(project=project, by=user, newest=newest)
    if unseen is None:
        return None
    return {
        "version": unseen.version,
        "change": unseen.change,
        "sections": [section._asdict() for section in sections(unseen.text)],
        "url": reverse("guideline_seen", args=[unseen.pk]),
    }
