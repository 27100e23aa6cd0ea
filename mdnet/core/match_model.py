"""What the matcher asks of a language model, whatever it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class ModelUnusableError(Exception):
    """The model is missing or damaged; the message says what to do. Matching goes on with a simpler one,
    or by words alone."""


class Model(Protocol):
    """Meaning as numbers. Arrays are numpy's, float32; all rows of vectors have length 1."""

    @property
    def name(self) -> str:
        """Which model and version: what was computed by another is of no use any more."""

    @property
    def judge_width(self) -> int:
        """So many columns of a vector, the first, are of the model that judges, the others of one beside it; 0: all."""

    @property
    def strong_judge(self) -> bool:
        """Whether a larger model judges, which tells help from lures so well that it decides more."""

    @property
    def simpler(self) -> Model | None:
        """What to use where this one turns out to be unusable; None: words alone."""

    def needs(self, texts: Sequence[str]) -> Any:
        """A vector for each need: (n, d)."""

    def passages(self, texts: Sequence[str]) -> Any:
        """A vector for each passage: (n, d); the cosine with a need's vector says how near they are."""

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """For each (need, passage) the log-odds that the passage helps: (n,)."""

    def words(self, words: Sequence[str]) -> Any:
        """A vector for each single word: (n, d)."""
