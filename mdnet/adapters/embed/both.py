"""The own model with a general encoder and a stronger judge beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mdnet.adapters.embed.own import Own


class Encoder(Protocol):
    """Sentences to vectors of length 1."""

    @property
    def width(self) -> int:
        """Numbers in a vector."""

    def __call__(self, texts: Sequence[str]) -> Any:
        """(n, width), float32, for one text or more. Raises ModelUnusableError."""


JUDGE_COUNTS, OWN_COUNTS = 1.3, 0.3
"""How much the log-odds of a stronger judge count, and those of the own model beside them: both err, and not alike."""


class Judge(Protocol):
    """Tells whether a passage helps with a need."""

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """Log-odds for each pair: (n,), float32."""


class Both:
    """A `core.match_model.Model`. Where there is an `encoder` its vectors stand beside the own ones; where there is a
    stronger judge, the own judgement counts a little beside it."""

    def __init__(
        self, own: Own, name: str, encoder: Encoder | None, load_judge: Callable[[], Judge] | None = None
    ) -> None:
        self.name, self.simpler = name, own
        self.judge_width = own.width if encoder else 0
        self._own, self._encoder, self._load_judge = own, encoder, load_judge
        self._judge: Judge | None = None

    def needs(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._joined(self._own.needs(texts), texts)

    def passages(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._joined(self._own.passages(texts), texts)

    def _joined(self, own: Any, texts: Sequence[str]) -> Any:
        if self._encoder is None:
            return own
        # Side by side, and of length 1 together.
        other = self._encoder(texts) if len(texts) else np.zeros((0, self._encoder.width), dtype=np.float32)
        return np.concatenate((own, other), axis=1) * np.float32(0.5**0.5)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """See `Model`."""
        own = self._own.judge(pairs)
        if self._load_judge is None:
            return own
        self._judge = self._judge or self._load_judge()  # it is large, and vectors are asked for more often
        return JUDGE_COUNTS * self._judge(pairs) + OWN_COUNTS * own

    def words(self, words: Sequence[str]) -> Any:
        """See `Model`."""
        return self._own.words(words)
