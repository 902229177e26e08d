"""Changes of model under load: ``.venv/bin/python -m benchmarks.swaps [--swaps 20] [--seconds 60]``.

Starts the whole product, trains two versions, and puts the one and the other in service in turn while sixteen
connections ask. Every answer is held against what spaCy finds in the same texts with the version that it names. Prints
the requests, the failed ones, those whose answer is not wholly that version's, and what each version answered.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from benchmarks.own_product import clinic, key_of, running, version  # first: it makes the data folder

# isort: split
from django.utils import timezone

from annotation.actions import people
from annotation.synthetic import generate
from benchmarks.caller import Caller, places
from training.actions import deployments
from training.artefacts import nlp_of
from training.models import ModelVersion
from training.ner.predict import spans_of

CONNECTIONS, A_REQUEST = 16, 3
Found = set[tuple[int, int, str]]


@dataclass
class Load:
    url: str
    key: str
    parts: list[list[str]]
    expected: dict[int, list[list[Found]]]
    ends: float = 0.0
    failed: list[str] = field(default_factory=list)
    mixed: int = 0
    answered: Counter[int] = field(default_factory=Counter)

    def call(self, place: int) -> None:
        """One connection until the end."""
        caller = Caller(self.url, self.key)
        while time.monotonic() < self.ends:
            place = (place + 1) % len(self.parts)
            try:
                status, answer = caller.extract(*self.parts[place])
            except OSError as error:
                self.failed.append(type(error).__name__)
                caller = Caller(self.url, self.key)
                continue
            if status != 200:
                self.failed.append(str(status))
                continue
            found = places(answer)
            number = answer["model"]["version"]
            self.answered[number] += 1
            self.mixed += found != self.expected[number][place]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--swaps", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with running() as product:
        project, first = clinic()
        second = version(project, seed=5)
        approver = people.system("approver")
        # Whatever its gates say: it is not trained to be good.
        decided = {"decided_by": approver, "decided_at": timezone.now(), "decision_reason": "For the benchmark."}
        ModelVersion.objects.filter(pk=second.pk).update(status=ModelVersion.Status.APPROVED, **decided)
        texts = [note.text for note in generate(60 * A_REQUEST, seed=77)]
        parts = [texts[start : start + A_REQUEST] for start in range(0, len(texts), A_REQUEST)]
        expected = {model.number: [found_by(model, part) for part in parts] for model in (first, second)}
        apart = sum(a != b for a, b in zip(expected[first.number], expected[second.number], strict=True))
        load = Load(f"http://127.0.0.1:{product.port}", key_of(project), parts, expected)
        load.ends = time.monotonic() + options.seconds
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            calls = [pool.submit(load.call, place) for place in range(CONNECTIONS)]
            for number in range(options.swaps):
                time.sleep(options.seconds / (options.swaps + 1))
                deployments.deploy(model=(second, first)[number % 2], by=approver)
            for call in calls:
                call.result()
        print(
            f"{options.swaps} swaps in {options.seconds:.0f} s: {sum(load.answered.values()):,} requests answered,"
            f" {len(load.failed)} failed {dict(Counter(load.failed))}, {load.mixed} not wholly by the version they name"
            f" (the two differ on {apart} of {len(parts)} requests); by version {dict(load.answered)}"
        )


def found_by(model: ModelVersion, texts: list[str]) -> list[Found]:
    nlp = nlp_of(model)
    return [{(span.start, span.end, span.label) for span in spans_of(nlp(text))} for text in texts]


if __name__ == "__main__":
    main()
