"""The own model with an encoder beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.adapters.embed.own import Own


class Encoder(Protocol):
    """Sentences to vectors of length 1."""

    @property
    def width(self) -> int:
        """Numbers in a vector."""

    def __call__(self, texts: Sequence[str]) -> Any:
        """(n, width), float32, for one text or more. Raises ModelUnusableError."""


class Both:
    """A `core.match_model.Model`: its vectors are those of both, side by side; the own model judges."""

    def __init__(self, own: Own, encoder: Encoder, name: str) -> None:
        self.name, self.judge_width, self.simpler = name, own.width, own
        self._own, self._encoder = own, encoder

    def needs(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._joined(self._own.needs(texts), texts)

    def passages(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._joined(self._own.passages(texts), texts)

    def _joined(self, own: Any, texts: Sequence[str]) -> Any:
        # Side by side and of length 1 together: a product of two such vectors is the mean of both cosines.
        other = self._encoder(texts) if len(texts) else np.zeros((0, self._encoder.width), dtype=np.float32)
        return np.concatenate((own, other), axis=1) * np.float32(0.5**0.5)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """See `Model`."""
        return self._own.judge(pairs)

    def words(self, words: Sequence[str]) -> Any:
        """See `Model`."""
        return self._own.words(words)
