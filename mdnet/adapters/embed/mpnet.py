"""A stronger judge than the own model's: all-mpnet-base-v2, trained further for the one question, in plain numpy.

The network is MPNet (Song et al. 2020): BERT whose tokens know their distances. As in the own model the lower half
reads needs and passages apart, the upper half both together. It comes with the extra `mpnet` (sentence-transformers,
Apache-2.0); see `mpnet_base`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from mdnet.adapters.embed.net import judged, layers, linear, norm, run_layers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Array = np.ndarray[Any, np.dtype[Any]]
    Tokens = Callable[[str, int], list[int]]

NEED_TOKENS, PASSAGE_TOKENS = 96, 192
_EPSILON = 1e-5
_BEGIN, _END, _SHIFT = 0, 2, 4
"""Its tokens are BERT's, so many further on, but for those that begin and end a text."""
_BUCKETS, _EXACT, _FARTHEST = 16, 8, 128
"""Distances are told apart in each direction by so many numbers: the first are exact, the others logarithmic."""


class Judge:
    """Log-odds that a passage helps with a need. `tokens` gives a text's tokens by BERT's vocabulary, at most so many.
    Raises KeyError or ValueError where `arrays` are not those of such a network."""

    def __init__(self, arrays: Mapping[str, Array], tokens: Tokens) -> None:
        self._tokens = tokens
        self._words = arrays["words"]
        self._positions = arrays["positions"].astype(np.float32)
        self._norm = norm(arrays, "norm", _EPSILON)
        self._distances = arrays["distances"]
        self._lower, self._upper = layers(arrays, "lower", _EPSILON), layers(arrays, "judge", _EPSILON)
        self._sides = arrays["sides"]
        self._head = linear(arrays, "head1"), linear(arrays, "head2")
        self._bias = lru_cache(maxsize=64)(self._bias_of)

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> Array:
        """(n,), float32."""
        needs = self._read(list(dict.fromkeys(need for need, _ in pairs)), NEED_TOKENS)
        passages = self._read(list(dict.fromkeys(passage for _, passage in pairs)), PASSAGE_TOKENS)
        states = [(needs[need], passages[passage]) for need, passage in pairs]
        return judged(self._upper, self._sides, self._head, states, self._bias)

    def _read(self, texts: Sequence[str], limit: int) -> dict[str, Array]:
        """The lower half's states of each text."""
        embedded = []
        for text in texts:
            tokens = [_BEGIN, *(token + _SHIFT for token in self._tokens(text, limit)[1:-1]), _END]
            words = self._words[tokens].astype(np.float32)
            embedded.append(self._norm(words + self._positions[: len(tokens)]))
        return dict(zip(texts, run_layers(self._lower, embedded, self._bias), strict=True))

    def _bias_of(self, length: int) -> Array:
        places = np.arange(length)
        away = places[:, None] - places[None, :]
        far = np.abs(away)
        steps = np.log(np.maximum(far, 1) / _EXACT) / math.log(_FARTHEST / _EXACT) * (_BUCKETS - _EXACT)
        bucket = np.where(far < _EXACT, far, np.minimum(_EXACT + steps.astype(np.int64), _BUCKETS - 1))
        return np.asarray(self._distances[bucket + np.where(away < 0, _BUCKETS, 0)].transpose(2, 0, 1)[None])
