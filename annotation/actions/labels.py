"""Labels are added, changed, retired and brought back; each change is a new version of the guidelines."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils import timezone

from annotation.actions import guidelines
from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Draft, Label, Project, User

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
KEY = re.compile(r"[a-z0-9]")
# The keys that the commands of the note page have as they come (js/keymap.js).
COMMAND_KEYS = frozenset("uranphfcsom")
COLOURS = ("Rust", "Blue", "Violet", "Green", "Magenta", "Ochre")
MAX_HINT = 200


@transaction.atomic
def add(*, project: Project, name: str, key: str, colour: int, hint: str, by: User) -> Label:
    """A new label. Its name stays: annotations say it."""
    _lock(project)
    if not NAME.fullmatch(name):
        raise ActionError(f"A label's name has 1 to 40 letters a-z, digits, _ or -, a letter first; not {name!r}.")
    if project.labels.filter(name__iexact=name).exists():
        raise ActionError(
            f"There is a label {name} already, perhaps a retired one; bring it back or choose another name."
        )
    label = Label(project=project, name=name, colour=_colour(colour), hint=_hint(hint), key=_key(project, key))
    label.save(force_insert=True)
    _publish(label, f"Label {name} is new.", by)
    return label


@transaction.atomic
def change(*, label: Label, key: str, colour: int, hint: str, by: User) -> Label:
    """Give the label this key, colour and hint; nothing is published when it has them already."""
    _lock(label.project)
    values = {"key": _key(label.project, key, of=label), "colour": _colour(colour), "hint": _hint(hint)}
    new = [name for name, value in values.items() if getattr(label, name) != value]
    if not Label.objects.filter(pk=label.pk).update(**values):
        raise TooLate(f"The label {label.name} was deleted meanwhile; nothing was changed.")
    for name, value in values.items():
        setattr(label, name, value)
    if new:
        _publish(label, f"Label {label.name}: another {' and '.join(new)}.", by)
    return label


@transaction.atomic
def retire(*, label: Label, by: User) -> None:
    """Offer the label no more. What was annotated with it stays as it is."""
    _lock(label.project)
    if not label.project.labels.active().exclude(pk=label.pk).exists():
        raise ActionError(f"{label.name} is the only label in use; add another one before you retire it.")
    rows = Label.objects.filter(pk=label.pk).active()
    if not rows.update(retired_at=timezone.now(), retired_by=by):
        raise TooLate(f"The label {label.name} is retired already.")
    _publish(label, f"Label {label.name} is retired.", by)


@transaction.atomic
def bring_back(*, label: Label, by: User) -> None:
    """Offer a retired label again, with its key when that is still free."""
    _lock(label.project)
    _key(label.project, label.key, of=label)
    rows = Label.objects.filter(pk=label.pk, retired_at__isnull=False)
    if not rows.update(retired_at=None, retired_by=None):
        raise TooLate(f"The label {label.name} is in use already.")
    _publish(label, f"Label {label.name} is back.", by)


@transaction.atomic
def delete(*, label: Label, by: User) -> None:
    """Delete a retired label that no annotation has."""
    _lock(label.project)
    # The row as it is now: the caller's may be from before somebody brought the label back.
    row = Label.objects.filter(pk=label.pk).first()
    if row is None:
        raise TooLate(f"The label {label.name} was deleted already.")
    if row.retired_at is None:
        raise ActionError(f"{label.name} is in use; retire it first.")
    if is_used(row):
        raise ActionError(f"Annotations have the label {label.name}; it stays retired, so that they can be read.")
    row.delete()
    _publish(label, f"Label {label.name} is deleted; nothing was annotated with it.", by)


def is_used(label: Label) -> bool:
    """Whether any revision or draft of the project has the label, models' suggestions too."""
    has = {"spans_json__contains": [{"label": label.name}]}
    revisions = Annotation.objects.filter(project=label.project_id, **has)
    return revisions.exists() or Draft.objects.filter(task__project=label.project_id, **has).exists()


def _lock(project: Project) -> None:
    """One change of labels at a time: two who retire the last two at once must not both succeed."""
    Project.objects.hold(project.pk)


def _publish(label: Label, change: str, by: User) -> None:
    guidelines.publish(project=label.project, text=None, change=change, by=by)


def _key(project: Project, key: str, of: Label | None = None) -> str:
    key = key.strip().lower()
    if not KEY.fullmatch(key):
        raise ActionError(f"A label's key is one letter a-z or one digit, not {key!r}.")
    if key in COMMAND_KEYS:
        taken = ", ".join(sorted(COMMAND_KEYS))
        raise ActionError(f"The key {key} is a command of the note page (as are {taken}); choose another.")
    others = project.labels.active().filter(key__iexact=key)
    other = (others.exclude(pk=of.pk) if of else others).first()
    if other:
        raise ActionError(f"The key {key} gives the label {other.name} already; choose another.")
    return key


def _colour(colour: int) -> int:
    if not 0 <= colour < len(COLOURS):
        raise ActionError(f"There is no colour {colour}; choose one of {', '.join(COLOURS)}.")
    return colour


def _hint(hint: str) -> str:
    hint = " ".join(hint.replace("\x00", "").split())
    if len(hint) > MAX_HINT:
        raise ActionError(f"The hint has {len(hint):,} characters, more than {MAX_HINT}; shorten it.")
    return hint
