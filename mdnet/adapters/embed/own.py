"""The model that ships with mdnet, as the matcher sees it."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np

from mdnet.adapters.embed.net import Network
from mdnet.adapters.embed.wordpiece import WordPiece

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NEED_TOKENS, PASSAGE_TOKENS, WORD_TOKENS = 64, 192, 12
_KEPT = 6000
"""Vectors of so many words are kept."""
_KEPT_TOKENS = 160_000
"""States of so many tokens are kept between finding candidates and judging them, of the texts that were read last:
.8 kB a token, 125 MB."""


class Own:
    """Implements `core.match_model.Model`."""

    judge_width = 0
    strong_judge = False
    simpler = None

    def __init__(self, arrays: Mapping[str, Any], name: str) -> None:
        self.name = name
        self._tokens = WordPiece(bytes(arrays["vocabulary"]).decode("utf-8").split("\n"))
        self._network = Network(arrays)
        self.width: int = self._network.width
        self._known: dict[str, Any] = {}
        self._states: OrderedDict[tuple[str, int], Any] = OrderedDict()
        self._kept = 0

    def needs(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._network.vectors(self.states(texts, NEED_TOKENS), need=True)

    def passages(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        found = np.zeros((len(texts), self._network.width), dtype=np.float32)
        for start in range(0, len(texts), 256):
            states = self.states(texts[start : start + 256], PASSAGE_TOKENS)
            found[start : start + 256] = self._network.vectors(states, need=False)
        return found

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """See `Model`."""
        found = np.zeros(len(pairs), dtype=np.float32)
        for start in range(0, len(pairs), 256):
            part = pairs[start : start + 256]
            needs = self.states([need for need, _ in part], NEED_TOKENS)
            passages = self.states([passage for _, passage in part], PASSAGE_TOKENS)
            found[start : start + 256] = self._network.judge(list(zip(needs, passages, strict=True)))
        return found

    def words(self, words: Sequence[str]) -> Any:
        """See `Model`."""
        missing = [word for word in dict.fromkeys(words) if word not in self._known]
        if missing:
            states = self._network.read([self._tokens(word, WORD_TOKENS) for word in missing])
            if len(self._known) > _KEPT:
                self._known.clear()
                missing = list(dict.fromkeys(words))
                states = self._network.read([self._tokens(word, WORD_TOKENS) for word in missing])
            self._known.update(zip(missing, self._network.vectors(states, need=False), strict=True))
        return np.stack([self._known[word] for word in words])

    def tokens(self, text: str, limit: int) -> list[int]:
        """At most `limit` numbers of BERT's vocabulary, for a model beside this one that has the same."""
        return self._tokens(text, limit)

    def states(self, texts: Sequence[str], limit: int) -> list[Any]:
        """The lower half's states of each text, of at most `limit` tokens each, computed where they are not kept."""
        missing = [text for text in dict.fromkeys(texts) if (text, limit) not in self._states]
        read = self._network.read([self._tokens(text, limit) for text in missing])
        # Of their own, not a part of what was computed together; all alike, whether they were kept or are new.
        fresh = {text: state.astype(np.float16) for text, state in zip(missing, read, strict=True)}
        found = [fresh[text] if text in fresh else self._states[text, limit] for text in texts]
        for text, state in fresh.items():
            self._states[text, limit] = state
            self._kept += len(state)
        while self._kept > _KEPT_TOKENS:
            self._kept -= len(self._states.popitem(last=False)[1])
        return found
