"""What audited notes say of a champion, window by window: by the time of its answer, whenever the labels came."""

from __future__ import annotations

from collections.abc import Sequence

from annotation.models import Annotation, Note
from annotation.spans import Counts, Span, exact_counts, exact_counts_per_label
from monitoring.windows.due import Stretch
from training.comparison import NoteScore
from training.judgements import judgements_of
from training.models import Evaluation, ModelVersion, Prediction


def audited(model: ModelVersion, stretch: Stretch) -> list[NoteScore]:
    """Of each audited note that the champion answered in the stretch: its first answer against the gold."""
    answers = Prediction.objects.filter(
        model=model,
        created_at__gte=stretch.start,
        created_at__lt=stretch.end,
        origin__in=(Prediction.Origin.API, Prediction.Origin.BATCH),
        outcome=Prediction.Outcome.OK,
        note__isnull=False,
    )
    gold = Annotation.objects.audited().filter(project=model.project_id, note__in=answers.values("note"))
    of_note = {one.note_id: one for one in gold.select_related("note")}
    # The first answer counts: the newest first, so that it is read last.
    found = {row.note_id: row.spans for row in answers.filter(note__in=of_note).order_by("-pk")}
    return [_score(of_note[pk].note, of_note[pk], spans) for pk, spans in sorted(found.items()) if pk]


def _score(note: Note, gold: Annotation, spans: Sequence[Span]) -> NoteScore:
    return NoteScore(
        note_id=note.pk,
        counts=exact_counts(gold.spans, spans),
        per_label=exact_counts_per_label(gold.spans, spans),
        facets=note.facets,
    )


def test_counts(model: ModelVersion) -> list[Counts]:
    """The version's counts a note of the frozen test, as it was judged last."""
    newest = judgements_of(model).first()
    if newest is None:
        return []
    per_note = Evaluation.objects.only("per_note").get(pk=newest.pk).per_note
    return [Counts(*row[1:4]) for row in per_note]
