"""From features of a need and a passage to the probability that a person would call the passage helpful.

Three logistic models: by words alone; with a language model's vectors, to choose what is worth judging; with its
judgement too. `tests/bench/train/fit.py` fits the weights and prints them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mdnet.core.cues import NO_CUES, Cues
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN = 0.4
"""The probability from which a match is shown: its score is then 1.0. A page on which most of what stands helps may
hold a few of which that is less sure; the mean of what is shown is well above."""
JUDGED_MOST = 6.0
"""The model's judgement counts up to so many log-odds: `for` or `against` by itself, and `agreed` the more, the more
words are shared. What shares many words is a great help or a lure, and the judgement tells which."""
FEW_WORDS, ENOUGH_WORDS = 4, 16
"""The judge learnt from notes of which the short ones were mostly lures, and says no to nearly every short one: that
counts nothing up to so few words, and in full from so many."""
STALE_PER_YEAR, STALE_MOST = 0.3, 0.9
"""Log-odds taken off for each year of a passage's age, and at most: what was on offer then may be gone."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of one pair.

    `lexical`: ln(1 + BM25 / what usual passages reach). `cosine` of the vectors, and `above`: how many standard
    deviations it lies above what the need has with other passages. `judged`: the model's log-odds, None where the
    pair was not judged. `side`: log-odds for whose words the passage is, its age, and the user's answers.
    """

    lexical: float = 0.0
    cosine: float = 0.0
    above: float = 0.0
    judged: float | None = None
    cues: Cues = NO_CUES
    side: float = 0.0


WORDS: Mapping[str, float] = {
    "bias": -8.7, "lexical": 9.6, "gone": -0.5, "refused": -1.5, "wanted": -0.5,
}  # fmt: skip
FIRST: Mapping[str, float] = {
    "bias": -9.2, "lexical": 2.5, "cosine": 4.59, "above": 1.31, "gone": -0.08, "refused": -0.52, "wanted": -0.16,
}  # fmt: skip
FINAL: Mapping[str, float] = {
    "bias": -5.61, "lexical": 0.3, "cosine": 0.41, "above": 1.23, "against": 0.45, "for": 0.14, "agreed": 0.53,
    "gone": 0.42, "refused": -0.39, "wanted": -0.18,
}  # fmt: skip


def log_odds(features: Features, *, meaning: bool) -> float:
    """The log-odds of a pair; `meaning` says that there is a language model's cosine."""
    weights = WORDS if not meaning else FIRST if features.judged is None else FINAL
    total = weights["bias"] + weights["lexical"] * features.lexical + features.side
    if meaning:
        total += weights["cosine"] * features.cosine + weights["above"] * features.above
    if features.judged is not None:
        judged = max(-JUDGED_MOST, min(JUDGED_MOST, features.judged))
        total += weights["for" if judged > 0.0 else "against"] * judged
        total += weights["agreed"] * judged * features.lexical
    total += weights["gone"] * features.cues.gone
    total += weights["refused"] * features.cues.refused
    return total + weights["wanted"] * features.cues.wanted


def probability(odds: float) -> float:
    """The logistic function."""
    if odds < -30.0:
        return 0.0
    return 1.0 / (1.0 + math.exp(-min(odds, 30.0)))


def softened(judged: float, text: str) -> float:
    """The judgement of a passage, where it is a no the less of it the shorter the passage is."""
    if judged >= 0.0:
        return judged
    words = len(text.split())
    return judged * max(0.0, min(1.0, (words - FEW_WORDS) / (ENOUGH_WORDS - FEW_WORDS)))


def stale(age_days: int | None) -> float:
    """Log-odds (0 or less) for a passage that is `age_days` old."""
    return -min(STALE_MOST, STALE_PER_YEAR * max(0, age_days or 0) / 365.0)
