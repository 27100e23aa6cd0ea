"""From features of a need and a passage to the probability that a person would call the passage helpful.

Logistic models: by words alone; with a language model's vectors, to choose what is worth judging; with its judgement
too, or a strong judge's. Each exists twice, for needs that are jotted down and for those told in many terms.
`tests/bench/train/fit.py` fits those for jotted needs to labelled vaults, and prints them.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING, Any

from mdnet.core.cues import NO_CUES, Cues
from mdnet.core.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 0.5
"""The probability from which a match is shown, more likely a help than not: its score is then 1.0."""
JUDGED_MOST = 6.0
"""The model's judgement counts up to so many log-odds."""
FEW_TERMS, MANY_TERMS = 5, 10
"""A jotted need shares its few words with lures as well as with help. One told in so many terms shares them with its
answer: on retrieval collections, whose queries are that long, this adds .02 to nDCG@10."""
BESIDE, BESIDE_MANY = 0.4, 0.3
"""How much of what is said of nearness a general model beside the own one says, and how much more where the need is
told in many terms: the own one learnt from jotted needs, and is the better only there. So it counts in the decision
beside the judgement as far as a need is told in many."""
HUB, HUB_FROM, HUB_NEEDS = 1.3, 1.2, 10
"""What is near to every need fits none in particular: among short lines of a diary any full sentence is. For each
standard deviation that a passage lies above the usual in the mean over all needs, beyond the first so many, so many
log-odds are taken off; half of it where the needs are so few."""
ORDER = 0.5
"""How much the weights for jotted needs say of the order of their matches. If it were all, labelled vaults would have
.02 to .05 more of average precision, and retrieval collections, whose queries are no needs, .01 to .02 less of nDCG@10;
if nothing, vaults .07 to .11 less, and collections hardly more."""
USUAL_LENGTH, USUAL_COUNTS = 4.5, 20
"""ln of the bytes that a passage usually has, and for how many passages that counts beside those at hand."""
LONGEST = 1.0
"""The most of `Features.length`."""


class Read(Enum):
    """How well a model that was trained on English reads a need and a passage."""

    WELL = "both are English"
    FAINTLY = "one is in another language in Latin letters"
    NOT = "one is in other letters: the words alone decide"


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of one pair.

    `lexical`: ln(1 + BM25 / what usual passages reach). `together`: how much of the need one sentence says, of a pair
    that is judged; see `Lexicon.together`. `many`: whether the need is told in many terms, from 0 to 1. `cosine` of the
    vectors, and `above`: how many standard deviations it lies above what the need has with other passages. `beside`:
    log-odds that a second model adds to what this says of nearness. `judged`: the log-odds of who judges, None
    where the pair was not judged; `strong`: that is a strong judge. `side`: log-odds for whose words the passage is,
    its age, its language, what it is to all needs, and the user's answers. `length`: ln of how much longer the passage
    is than is usual; see `lengths`. `read`: how well the model reads the languages of both. The numbers may be arrays,
    of many pairs at once.
    """

    lexical: Any = 0.0
    together: float = 0.0
    cosine: Any = 0.0
    above: Any = 0.0
    judged: float | None = None
    strong: bool = False
    cues: Cues = NO_CUES
    side: Any = 0.0
    many: float = 0.0
    beside: Any = 0.0
    length: Any = 0.0
    read: Read = Read.WELL


@dataclass(frozen=True, slots=True)
class Logistic:
    """The weights of a logistic model, called as the features they are for."""

    bias: float
    lexical: float
    together: float = 0.0
    cosine: float = 0.0
    above: float = 0.0
    length: float = 0.0
    beside: float = 0.0
    judged: float = 0.0
    agreed: float = 0.0
    """For the judgement times `lexical`: shared words say more where who judges agrees."""
    gone: float = 0.0
    refused: float = 0.0
    wanted: float = 0.0


@dataclass(frozen=True, slots=True)
class Models:
    """By words alone; with vectors; with the own model's judgement; with that of a strong judge."""

    words: Logistic
    near: Logistic
    judged: Logistic
    strong: Logistic


JOTTED = Models(
    words=Logistic(-7.0, 7.75, length=3.0, gone=-0.5, refused=-0.8),
    near=Logistic(-9.3, 2.2, cosine=1.8, above=1.55, length=1.9, gone=-0.2),
    judged=Logistic(-6.45, 0.35, together=1.5, cosine=2.05, above=0.9, length=1.5, judged=0.36, agreed=0.38, gone=-0.8),
    strong=Logistic(-5.3, 0.72, together=0.92, above=0.91, length=1.5, judged=1.09, gone=-0.85),
)
"""As fitted, but for `length`, for which a fit says 2 (.3) on five vaults by one hand and .5 (.4) on one by another,
and for the biases beside a judgement, .35 and .2 higher: by the own judge more needs are served (.69 for .63, by five
vaults), and less of what is shown is right (.78 for .83)."""
_TOLD = Logistic(-6.6, 5.3, above=0.75, beside=1.0, judged=0.1, gone=-0.3, refused=-0.6, wanted=-0.3)
TOLD = Models(
    words=Logistic(-8.3, 9.6, gone=-0.5, refused=-1.5, wanted=-0.5),
    near=_TOLD,
    judged=_TOLD,
    strong=replace(_TOLD, bias=-6.4, judged=0.3),
)
"""For needs told in many terms, about which jotted needs and lures teach nothing. Simulated weeks of four retrieval
collections say the same, each by a fit to the others. The own judgement, which learnt from needs of a line, adds hardly
anything there (.04, standard error .02), that of a strong judge more (.39, .07, by one collection), and the length of
what answers them nothing."""
FAINT = Logistic(-11.0, 5.0, cosine=4.6, above=1.3, gone=-0.1, refused=-0.5, wanted=-0.15)
"""For what the model hardly reads, and so does not judge, however a need is told: shared words say most."""


def log_odds(features: Features, *, meaning: bool) -> Any:
    """The log-odds of a pair; `meaning` says that there is a language model's cosine."""
    return _mixed(features, 1.0 - features.many**2, meaning=meaning)


def fit(features: Features, *, meaning: bool) -> Any:
    """The log-odds by which matches are put in order; see `ORDER`."""
    return _mixed(features, ORDER * (1.0 - features.many) ** 2, meaning=meaning)


def _mixed(features: Features, share: float, *, meaning: bool) -> Any:
    """By the weights for jotted needs, which say `share` of it, and those for needs told in many terms."""
    if meaning and features.read is Read.FAINTLY:
        return _weighed(features, FAINT)
    kind = _kind(features, meaning=meaning)
    if share == 1.0:
        return _weighed(features, getattr(JOTTED, kind))
    told = _weighed(features, getattr(TOLD, kind))
    return share * _weighed(features, getattr(JOTTED, kind)) + (1.0 - share) * told if share else told


def _kind(features: Features, *, meaning: bool) -> str:
    """Which of the `Models` is asked."""
    if features.judged is not None:
        return "strong" if features.strong else "judged"
    return "near" if meaning and features.read is not Read.NOT else "words"


def _weighed(features: Features, model: Logistic) -> Any:
    total = model.bias + model.lexical * features.lexical + model.length * features.length + features.side
    if model.above:
        total += model.cosine * features.cosine + model.above * features.above
        total += model.beside * features.beside
    if features.judged is not None:
        judged = max(-JUDGED_MOST, min(JUDGED_MOST, features.judged))
        total += (model.judged + model.agreed * features.lexical) * judged + model.together * features.together
    cues = features.cues
    if cues is not NO_CUES:
        total += model.gone * cues.gone + model.refused * cues.refused + model.wanted * cues.wanted
    return total


def probability(odds: float) -> float:
    """The logistic function."""
    if odds < -30.0:
        return 0.0
    return 1.0 / (1.0 + math.exp(-min(odds, 30.0)))


def odds_of(share: float) -> float:
    """The log-odds of a probability below 1."""
    return math.log(share / (1.0 - share)) if share > 0.0 else -math.inf


def general(above: Any, needs: int) -> Any:
    """Log-odds (0 or less) for passages that lie so far `above` the usual in the mean over so many `needs`; arrays."""
    return -HUB * needs / (needs + HUB_NEEDS) * (above - HUB_FROM).clip(0.0)


def many(terms: int) -> float:
    """Whether a need of so many terms is told in many: 0 to 1."""
    return max(0.0, min(1.0, (terms - FEW_TERMS) / (MANY_TERMS - FEW_TERMS)))


def share_beside(told_in_many: float) -> float:
    """How much a second model beside the own one counts for nearness; `told_in_many`: see `many`."""
    return BESIDE + BESIDE_MANY * told_in_many


def beside(own: Any, second: Any, share: float) -> Any:
    """The log-odds that a second model adds with this `share`, from `Features.above` by each."""
    return share * TOLD.near.above * (second - own)


def lengths(sizes: Sequence[int]) -> list[float]:
    """`Features.length` of passages of these `sizes` (bytes: a Chinese sign says more than a letter, and has more of
    them). One that is told at length helps more often. That a short one helps less often teaches nothing: to count it
    changes no figure, and what somebody jots down in passing is short."""
    logs = [math.log1p(size) for size in sizes]
    usual = (sum(logs) + USUAL_COUNTS * USUAL_LENGTH) / (len(logs) + USUAL_COUNTS)
    return [max(0.0, min(LONGEST, log - usual)) for log in logs]
