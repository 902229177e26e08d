"""An entity as the API, batches and their files tell it: what it is, where, how sure, and what the note says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annotation.spans import ScoredSpan, to_utf16
from training.ner.assertion import Cues, assertions
from training.ner.codes import codes


def entities_json(
    text: str, entities: Sequence[ScoredSpan], index_type: str, doubt: float, cues: Cues | None = None
) -> list[dict[str, Any]]:
    """Each entity: its words are ``text[start:end]`` of the text as received, whatever the offsets count.

    `cues` as for :func:`assertions`.
    """
    counted = to_utf16(text, entities) if index_type == "utf16" else entities
    rows = []
    asserted = assertions(text, entities, cues)
    for number, (entity, shown, said) in enumerate(zip(entities, counted, asserted, strict=True)):
        mention = text[entity.start : entity.end]
        rows.append(
            {
                "id": f"e{number + 1}",
                "text": mention,
                "label": entity.label,
                "start": shown.start,
                "end": shown.end,
                "score": entity.score,
                "assertion": said._asdict(),
                "codes": [code.to_json() for code in codes(mention, entity.label)],
                "needs_review": entity.score < doubt,
            }
        )
    return rows
