"""From features of a need and a passage to the probability that a person would call the passage helpful.

Three logistic models: by words alone; with a language model's vectors, to choose what is worth judging; with its
judgement too. `tests/bench/train/fit.py` fits the weights and prints them. The bias of the last is .9 above its fit:
what it finds in whole vaults was right more often than among needs and notes that were written to mislead.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING, Any

from mdnet.core.cues import NO_CUES, Cues
from mdnet.core.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN = 0.5
"""The probability from which a match is shown, more likely a help than not: its score is then 1.0."""
JUDGED_MOST = 6.0
"""The model's judgement counts up to so many log-odds: `for` or `against` by itself, and `agreed` the more, the more
words are shared. What shares many words is a great help or a lure, and the judgement tells which."""
FEW_TERMS, MANY_TERMS = 5, 10
"""A jotted need shares its few words with lures as well as with help. One told in so many terms shares them with its
answer: on retrieval collections, whose queries are that long, this adds .02 to nDCG@10."""
LEFT = 0.5
"""So much of the decision on a need told in many terms is left to nearness: the judge learnt from needs of a line."""
MANY_DOUBT = 1.1
"""Log-odds taken off the decision on a need told in very many terms (times `many` to the fourth, so that one of a line
or two is left alone): more of them are shared by chance. In simulated weeks of five retrieval collections the precision
of what is shown rises from .69 to .74."""
FEW_TRUST = 0.3
"""Log-odds added to what the judge says of a match with a need told in few terms (times the square of what `many`
leaves), as jotted ones are: what was shown for them was right more often than it was said to be. On a labelled
vault .48 of the needs are served, not .42, with .67 of what is shown right, not .73; in simulated weeks of a collection
with short questions precision falls from .74 to .71."""
SURE = 0.6
"""How much of the log-odds above even is believed: what was said to be right nine times of ten was right eight times,
on a labelled vault and in simulated weeks of four retrieval collections."""
JUDGED_SHARE = 0.25
"""How much of the order of matches the judgement decides. It tells help from lures, which decides what is shown; but
which of several comes first, it knows no better than nearness, and worse where needs and passages are long."""
BESIDE, BESIDE_MANY = 0.4, 0.3
"""How much of what is said of nearness a general model beside the own one says, and how much more where the need is
told in many terms: the own one learnt from jotted needs, and is the better only there. So it counts in the decision
beside the judgement as far as a need is told in many."""
HUB, HUB_FROM, HUB_NEEDS = 1.3, 1.2, 10
"""What is near to every need fits none in particular: among short lines of a diary any full sentence is. For each
standard deviation that a passage lies above the usual in the mean over all needs, beyond the first so many, so many
log-odds are taken off; half of it where the needs are so few."""


class Read(Enum):
    """How well a model that was trained on English reads a need and a passage."""

    WELL = "both are English"
    FAINTLY = "one is in another language in Latin letters"
    NOT = "one is in other letters: the words alone decide"


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of one pair.

    `lexical`: ln(1 + BM25 / what usual passages reach). `beyond`: how far above that the words go, where the need is
    told in many; `many` says whether it is, from 0 to 1. `cosine` of the vectors, and `above`: how many standard
    deviations it lies above what the need has with other passages. `beside`: log-odds that a second model adds to what
    these two say of nearness. `judged`: the model's log-odds, None where the pair was not judged. `side`: log-odds for
    whose words the passage is, its age, its language, what it is to all needs, and the user's answers. `read`: how well
    the model reads the languages of both. The numbers may be arrays, of many pairs at once.
    """

    lexical: Any = 0.0
    cosine: Any = 0.0
    above: Any = 0.0
    judged: float | None = None
    cues: Cues = NO_CUES
    side: Any = 0.0
    beyond: Any = 0.0
    many: float = 0.0
    beside: Any = 0.0
    read: Read = Read.WELL


WORDS: Mapping[str, float] = {
    "bias": -8.3, "lexical": 9.6, "gone": -0.5, "refused": -1.5, "wanted": -0.5,
}  # fmt: skip
FIRST: Mapping[str, float] = {
    "bias": -9.2, "lexical": 2.5, "cosine": 4.59, "above": 1.31, "gone": -0.08, "refused": -0.52, "wanted": -0.16,
    "beyond": 5.0,
}  # fmt: skip
FINAL: Mapping[str, float] = {
    "bias": -4.4, "lexical": 0.3, "cosine": 2.1, "above": 0.75, "against": 0.32, "for": 0.21, "agreed": 0.4,
    "gone": -0.36, "refused": -0.88, "wanted": -0.79,
}  # fmt: skip


def log_odds(features: Features, *, meaning: bool) -> Any:
    """The log-odds of a pair; `meaning` says that there is a language model's cosine."""
    if features.judged is None:
        meaning = meaning and features.read is not Read.NOT
        return _weighed(features, FIRST if meaning else WORDS, meaning=meaning)
    return _decided(features) - MANY_DOUBT * features.many**4


def showing(features: Features, *, meaning: bool) -> Any:
    """The log-odds by which it is decided whether a match is shown."""
    trust = FEW_TRUST * (1.0 - features.many) ** 2 if features.judged is not None else 0.0
    return log_odds(features, meaning=meaning) + trust


def _decided(features: Features) -> Any:
    left = LEFT * features.many
    near = _weighed(replace(features, judged=None), FIRST, meaning=True) if left else 0.0
    return (1.0 - left) * _weighed(features, FINAL, meaning=True) + left * near


def _weighed(features: Features, weights: Mapping[str, float], *, meaning: bool) -> Any:
    total = weights["bias"] + weights["lexical"] * features.lexical + features.side
    if meaning:
        total += weights["cosine"] * features.cosine + weights["above"] * features.above
    if meaning and features.judged is None:
        total += weights["beyond"] * features.beyond + features.beside
    if features.judged is not None:
        total += features.many * features.beside
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


def believed(odds: float) -> float:
    """The probability of a match with these log-odds, all counted; see `SURE`."""
    return probability(odds if odds < 0.0 else SURE * odds)


def odds_of(share: float) -> float:
    """The log-odds of a probability below 1."""
    return math.log(share / (1.0 - share)) if share > 0.0 else -math.inf


def fit(features: Features, *, meaning: bool) -> Any:
    """The log-odds by which matches are put in order; see `JUDGED_SHARE`."""
    if features.judged is None:
        return log_odds(features, meaning=meaning)
    near = log_odds(replace(features, judged=None), meaning=meaning)
    return JUDGED_SHARE * _decided(features) + (1.0 - JUDGED_SHARE) * near


def general(above: Any, needs: int) -> Any:
    """Log-odds (0 or less) for passages that lie so far `above` the usual in the mean over so many `needs`; arrays."""
    return -HUB * needs / (needs + HUB_NEEDS) * (above - HUB_FROM).clip(0.0)


def many(terms: int) -> float:
    """Whether a need of so many terms is told in many: 0 to 1."""
    return max(0.0, min(1.0, (terms - FEW_TERMS) / (MANY_TERMS - FEW_TERMS)))


def share_beside(told_in_many: float) -> float:
    """How much a second model beside the own one counts for nearness; `told_in_many`: see `many`."""
    return BESIDE + BESIDE_MANY * told_in_many


def beside(own: tuple[Any, Any], second: tuple[Any, Any], share: float) -> Any:
    """The log-odds that a second model adds with this `share`: from cosine and `above` (see `Features`) by each, the
    second's cosine told on the scale of the own."""
    return share * (FIRST["cosine"] * (second[0] - own[0]) + FIRST["above"] * (second[1] - own[1]))
