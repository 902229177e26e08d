"""The entity recogniser with a probability for each entity.

spaCy's greedy parser is locally normalised: at each token it takes the best of the *valid* transitions. The softmax
over those, its scores divided by one temperature, is the probability of the step; an entity's score is the product over
its tokens: the probability of exactly this span and label, given that the parse came there. See `ml.md`, Confidence.

The parse itself is spaCy's compiled one, untouched. Its entities determine every state it went through, so the scores
are computed afterwards, in a few matrix products over the tokens inside entities, from the token vectors that the
pipeline's ``tok2vec`` left in ``doc.tensor``: no second pass over the network, no Python loop over tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from spacy.attrs import ENT_IOB, ENT_TYPE
from spacy.language import Language
from spacy.pipeline.ner import DEFAULT_NER_MODEL
from spacy.tokens import Doc

from training.ner.temperature import LIMITS, Floats

if TYPE_CHECKING:

    class EntityRecognizer:
        """What is used here of spaCy's untyped class."""

        cfg: dict[str, Any]
        model: Any
        moves: Any
        vocab: Any

        def __init__(self, vocab: Any, model: Any, name: str, *, scorer: None) -> None: ...
        def set_annotations(self, docs: Sequence[Doc], states: Sequence[Any]) -> None: ...

else:
    from spacy.pipeline import EntityRecognizer

Ints = npt.NDArray[np.int64]
SCORES = "marginalia_scores"  # the key in doc.user_data: {(token start, token end): score}


@dataclass(frozen=True, slots=True)
class Steps:
    """The parser's steps inside entities, n in all: what it could do, what it did, and where an entity begins."""

    logits: Floats  # (n, moves), minus infinity for a move that was not valid
    chosen: Ints  # (n,) the move taken
    first: Ints  # (entities,) the step at which each entity begins

    def scores(self, temperature: float) -> Floats:
        """The probability of each entity, shape (entities,), in [0, 1]."""
        if not len(self.first):
            return np.zeros(0)
        scaled = self.logits / temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        steps = scaled[np.arange(len(scaled)), self.chosen] - np.log(np.exp(scaled).sum(axis=1))
        return np.exp(np.add.reduceat(steps, self.first))


class ScoredRecognizer(EntityRecognizer):
    """spaCy's ``ner`` that writes ``{(start, end): score}`` in tokens to ``doc.user_data[SCORES]``."""

    @property
    def temperature(self) -> float:
        return float(self.cfg.get("temperature", 1.0))

    @temperature.setter
    def temperature(self, value: float) -> None:
        self.cfg["temperature"] = value

    def set_annotations(self, docs: Sequence[Doc], states: Sequence[Any]) -> None:
        super().set_annotations(docs, states)
        scores = iter(self.steps(docs).scores(self.temperature).clip(*LIMITS).tolist())
        for doc in docs:
            doc.user_data[SCORES] = {(ent.start, ent.end): next(scores) for ent in doc.ents}

    def steps(self, docs: Sequence[Doc]) -> Steps:
        """The steps that lead to the entities of `docs`, which must have run through this pipeline."""
        docs = [doc for doc in docs if len(doc)]
        parse = _Parse(docs)
        if not len(parse.at):
            return Steps(np.zeros((0, self.moves.n_moves)), parse.at, parse.at)
        vectors = self._vectors(docs)
        logits = self._scores(vectors, parse.features())
        moves = _Moves(self.moves, self.vocab.strings.as_int)
        logits[~moves.valid(parse)] = -np.inf
        return Steps(logits, moves.chosen(parse), np.flatnonzero(parse.opens))

    def chance_of_entity(self, docs: Sequence[Doc], outside: npt.NDArray[np.bool_]) -> Floats:
        """The probability, shape (tokens outside,), that an entity begins at a token which the parse left outside.

        `outside`: of all tokens of `docs` in order; the docs must have run through this pipeline and have tokens.
        """
        at: Ints = np.flatnonzero(outside)
        none = np.full_like(at, -1)
        features, ends = np.stack([at, none, none], axis=1), np.cumsum([len(doc) for doc in docs]) - 1
        logits = self._scores(self._vectors(docs), features) / self.temperature
        moves = _Moves(self.moves, self.vocab.strings.as_int)
        logits[~moves.valid_outside(np.isin(at, ends))] = -np.inf
        logits -= logits.max(axis=1, keepdims=True)
        chances = np.exp(logits)
        stays: Floats = chances[:, moves.kind == "O"].sum(axis=1) / chances.sum(axis=1)
        return 1.0 - stays

    def _vectors(self, docs: Sequence[Doc]) -> npt.NDArray[np.float32]:
        """What the parser reads of each token, shape (tokens, width)."""
        tok2vec, as_numpy = self.model.get_ref("tok2vec"), self.model.ops.to_numpy
        if any(len(doc.tensor) != len(doc) for doc in docs):  # a network of its own, not shared: it has to run again
            found: npt.NDArray[np.float32] = as_numpy(tok2vec.predict(docs))
            return found
        narrow = tok2vec.layers[-1]  # the linear layer from tok2vec's width to the parser's
        xp = self.model.ops.xp
        found = as_numpy(narrow.predict(xp.concatenate([xp.asarray(doc.tensor) for doc in docs])))
        return found

    def _scores(self, vectors: npt.NDArray[np.float32], features: Ints) -> Floats:
        """The parser's scores of all moves, shape (steps, moves): its two last layers, for these steps only.

        spaCy's own step model would multiply every token of the text by the weights again.
        """
        lower, upper, as_numpy = self.model.get_ref("lower"), self.model.get_ref("upper"), self.model.ops.to_numpy
        # (features, hidden, pieces, width), and without the width
        weights, padding = as_numpy(lower.get_param("W")), as_numpy(lower.get_param("pad"))[0]
        hidden = np.repeat(as_numpy(lower.get_param("b"))[None], len(features), axis=0)
        for weight, pad, tokens in zip(weights, padding, features.T, strict=True):
            known = tokens >= 0
            found = vectors[tokens[known]] @ weight.reshape(-1, weight.shape[-1]).T
            hidden[known] += found.reshape(-1, *pad.shape)
            hidden[~known] += pad
        scores: Floats = hidden.max(axis=2) @ as_numpy(upper.get_param("W")).T + as_numpy(upper.get_param("b"))
        return scores.astype(np.float64)


class _Parse:
    """The tokens inside entities of a batch, with the state the parser was in before each."""

    def __init__(self, docs: Sequence[Doc]) -> None:
        tags = [doc.to_array([ENT_IOB, ENT_TYPE]) for doc in docs]
        table = np.concatenate(tags) if tags else np.zeros((0, 2), np.uint64)
        iob = table[:, 0]
        starts = np.maximum.accumulate(np.where(iob == 3, np.arange(len(iob)), 0))
        self.at: Ints = np.flatnonzero((iob == 3) | (iob == 1))
        self.opens = iob[self.at] == 3
        self.closes = np.append(iob[1:], 0)[self.at] != 1
        self.label = table[self.at, 1]
        self.start = starts[self.at]
        lengths = np.cumsum([len(doc) for doc in docs])
        self.ends_text = np.isin(self.at, lengths - 1)

    def features(self) -> Ints:
        """The token numbers the parser looks at, -1 for none: this token, the open entity's first, the one before."""
        inside = ~self.opens
        rows = [self.at, np.where(inside, self.start, -1), np.where(inside, self.at - 1, -1)]
        return np.stack(rows, axis=1)


class _Moves:
    """The parser's moves by kind and label, and spaCy's rules of which is valid when."""

    def __init__(self, moves: Any, as_int: Callable[[str], int]) -> None:
        names = [moves.get_class_name(number).partition("-") for number in range(moves.n_moves)]
        self.kind = np.array([kind for kind, _, _ in names])
        self.label = np.array([as_int(label) if label else 0 for _, _, label in names], dtype=np.uint64)

    def valid(self, parse: _Parse) -> npt.NDArray[np.bool_]:
        """Shape (steps, moves). Outside an entity O, any B or U; inside I and L of its label; no B or I at the end."""
        opens, more = parse.opens[:, None], ~parse.ends_text[:, None]
        outside = self.valid_outside(parse.ends_text)
        inside = ((self.kind == "L") | ((self.kind == "I") & more)) & (self.label == parse.label[:, None])
        valid: npt.NDArray[np.bool_] = np.where(opens, outside, inside)
        return valid

    def valid_outside(self, ends_text: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Shape (steps, moves), where no entity is open."""
        more = ~ends_text[:, None]
        named = self.label != 0  # the parser's own "U-" without a label only ever blocks
        found: npt.NDArray[np.bool_] = (
            (self.kind == "O") | ((self.kind == "U") & named) | ((self.kind == "B") & named & more)
        )
        return found

    def chosen(self, parse: _Parse) -> Ints:
        kinds = np.select([parse.opens & parse.closes, parse.opens, parse.closes], ["U", "B", "L"], "I")
        number = {(kind, int(label)): at for at, (kind, label) in enumerate(zip(self.kind, self.label, strict=True))}
        return np.array([number[kind, int(label)] for kind, label in zip(kinds, parse.label, strict=True)])


@Language.factory("marginalia_ner", default_config={"model": DEFAULT_NER_MODEL})
def _make(nlp: Language, name: str, model: Any) -> ScoredRecognizer:
    return ScoredRecognizer(nlp.vocab, model, name, scorer=None)
