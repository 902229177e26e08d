"""Notes as long as a doctor's: generated ones joined until they have so many words."""

from __future__ import annotations

from annotation.synthetic import generate


def long_notes(number: int, *, seed: int, words: int = 100) -> list[str]:
    """So many texts of about so many words each."""
    texts, note = [], ""
    for made in generate(number * (words // 8), seed=seed):
        note = f"{note}\n{made.text}" if note else made.text
        if len(note.split()) >= words:
            texts.append(note)
            note = ""
        if len(texts) == number:
            break
    return texts
