"""What changed in the gold since the last snapshot."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from annotation.models import Annotation, Project
from training.models import Dataset, DatasetItem


@dataclass(frozen=True, slots=True)
class Changes:
    """Notes whose gold is `new`, `changed` or `gone` since dataset `since` (None: there is none yet)."""

    since: int | None
    gold: int
    new: int
    changed: int
    gone: int
    key: str

    @property
    def fresh(self) -> int:
        """What a training could learn from that the last one could not."""
        return self.new + self.changed

    def __str__(self) -> str:
        base = f"dataset v{self.since}" if self.since else "the beginning"
        return f"Since {base}: {self.new:,} new, {self.changed:,} changed, {self.gone:,} gone; {self.gold:,} in all"

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "key"}


def last_snapshot(project: Project) -> Dataset | None:
    rows = Dataset.objects.filter(project=project, kind=Dataset.Kind.SNAPSHOT, status=Dataset.Status.SEALED)
    return rows.order_by("-version").first()


def since_last_snapshot(project: Project) -> Changes:
    """Compare the gold of now with the manifest of the newest snapshot; in the database, three columns a note."""
    dataset = last_snapshot(project)
    now = dict(_gold(project).order_by().values_list("note_id", "pk"))
    then: dict[int, int] = {}
    if dataset:
        then = dict(DatasetItem.objects.filter(dataset=dataset).order_by().values_list("note_id", "annotation_id"))
        then |= _seen_and_left_out(dataset, now, then)
    new = sum(note not in then for note in now)
    changed = sum(note in then and then[note] != revision for note, revision in now.items())
    gone = sum(note not in now for note in then)
    key = hashlib.sha256(repr(sorted(now.items())).encode()).hexdigest()
    return Changes(dataset.version if dataset else None, len(now), new, changed, gone, key)


def _seen_and_left_out(dataset: Dataset, now: dict[int, int], then: dict[int, int]) -> dict[int, int]:
    """Gold that was there when the snapshot was sealed and did not go into it: no news."""
    older = Annotation.objects.filter(pk__in=[pk for note, pk in now.items() if note not in then])
    return dict(older.filter(created_at__lte=dataset.created_at).order_by().values_list("note_id", "pk"))


def fresh_since_last_snapshot(project: Project) -> int:
    """How much gold was made since the newest snapshot was sealed: new notes and corrected ones.

    Reads what came after it and nothing else, so a clock may ask each minute.
    """
    rows, dataset = _gold(project), last_snapshot(project)
    if dataset:
        rows = rows.filter(created_at__gt=dataset.created_at)
    count: int = rows.order_by().count()
    return count


def gold_came_after(project: Project, moment: datetime) -> bool:
    """Whether somebody made gold after `moment`."""
    found: bool = _gold(project).filter(created_at__gt=moment).order_by().exists()
    return found


def _gold(project: Project) -> Any:
    return Annotation.objects.filter(project=project).trainable()
