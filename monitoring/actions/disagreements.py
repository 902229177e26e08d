"""Annotators are asked about notes that a shadow and the champion read differently."""

from __future__ import annotations

from annotation.actions import assignments
from annotation.actions.assignments import Opened
from annotation.errors import ActionError
from annotation.models import Task, User
from training.models import Rollout
from training.shadow_notes import newest_pairs

# So many notes at once, the newest: a person annotates them one by one.
MOST = 200


def ask(*, rollout: Rollout, by: User, label: str = "") -> Opened:
    """Open a task for each of the newest notes that differ (in `label`, when it is given).

    Notes that wait already and those of the audit sample are left out; the answer counts them.
    """
    pairs = [pair for pair in newest_pairs(rollout) if not pair.likeness.same]
    notes = dict.fromkeys(pair.note_id for pair in pairs if not label or label in pair.labels)
    if not notes:
        raise ActionError("There is no note on which the two differ, so there is nothing to ask about.")
    chosen = list(notes)[:MOST]
    reason = Task.Reason.DISAGREEMENT
    return assignments.open_for_notes(project=rollout.project, note_ids=chosen, reason=reason, by=by)
