"""How near a need is to passages by a model's vectors, beside what is usual."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mdnet.core.match_score import beside, share_beside
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.core.match_model import Model

USUAL_MEAN, USUAL_SPREAD = 0.05, 0.09
"""Of the cosines of needs with passages that have nothing to do with them ..."""
KIN_MEAN, KIN_SPREAD = 0.5, 0.12
"""... but for being in the same language, which is not the model's."""
LEAST, MOST = -3.0, 8.0
"""Standard deviations that count."""
FEW = 200
"""Of so many passages mean and spread are taken as they are; fewer spread by chance, and what is usual keeps them from
looking extraordinary."""


def parted(vectors: Any, model: Model) -> tuple[Any, Any]:
    """Of the vectors of `model` the part of the model that judges, and that of one beside it or None."""
    width = model.judge_width
    if not width:
        return vectors, None
    # Both parts have the same length, and together length 1.
    return vectors[..., :width] * math.sqrt(2.0), vectors[..., width:] * math.sqrt(2.0)


@dataclass(frozen=True, slots=True)
class Near:
    """The cosines of a need with the passages of the pool and its background, and their mean and spread."""

    cosines: Any
    mean: float
    spread: float

    @staticmethod
    def of(cosines: Any) -> Near:
        """Of an array of cosines with passages and background."""
        return Near(cosines, *_usual(cosines, USUAL_MEAN, USUAL_SPREAD))

    @staticmethod
    def beside(cosines: Any) -> Near:
        """By a model of which nobody knows what is usual: that is taken from these cosines alone."""
        return Near(cosines, *_usual(cosines, None, USUAL_SPREAD))

    def among(self, numbers: Sequence[int]) -> Near:
        """The same, compared with just those passages, which are in the need's language too: where that is not the
        model's, all such are near to each other."""
        return Near(self.cosines, *_usual(self.cosines[list(numbers)], KIN_MEAN, KIN_SPREAD))

    def cosine(self, number: int) -> float:
        """With passage `number`."""
        return float(self.cosines[number])

    def above(self, number: int) -> float:
        """How many standard deviations passage `number` lies above the usual."""
        return max(LEAST, min(MOST, (self.cosine(number) - self.mean) / self.spread))

    def aligned(self, other: Near, number: int) -> float:
        """The cosine with passage `number` as `other`, of another model, would have it: models differ in what is usual
        between texts that have nothing to do with each other."""
        return self.cosine(number) - self.mean + other.mean


def nearness(vector: Any, vectors: Any, second: Any, model: Model) -> tuple[Near, Near | None]:
    """The need with this `vector` by the model that judges, and by the one beside it where there is one."""
    first, other = parted(vector, model)
    return Near.of(vectors @ first), None if other is None else Near.beside(second @ other)


def nearest(own: Near, second: Near | None, told_in_many: float, count: int, size: int) -> list[int]:
    """The nearest `count` of the first `size` passages by both, in no order; `told_in_many`: see `match_score.many`."""
    if size <= count:
        return list(range(size))
    values = own.cosines[:size]
    if second is not None:
        share = _share(second, told_in_many)
        values = (1.0 - share) / own.spread * values + share / second.spread * second.cosines[:size]
    found: list[int] = values.argpartition(size - count)[size - count :].tolist()
    return found


def fits_all(needs: Any, pool: Any) -> Any:
    """Of each passage of `pool` how many standard deviations it lies above the usual, in the mean over all `needs`.

    Both are vectors of the same model, a row each; see `Near.above`.
    """
    import numpy as np

    total = np.zeros(len(pool))
    for need in needs:
        near = Near.of(pool @ need)
        total += np.clip((near.cosines - near.mean) / near.spread, LEAST, MOST)
    return total / max(1, len(needs))


def beside_of(own: Near, second: Near | None, told_in_many: float, number: int) -> float:
    """The log-odds that the model beside adds for passage `number`. Among few passages it hardly counts: what it finds
    usual is not known yet."""
    if second is None:
        return 0.0
    share = _share(second, told_in_many)
    return beside((own.cosine(number), own.above(number)), (second.aligned(own, number), second.above(number)), share)


def _share(second: Near, told_in_many: float) -> float:
    return share_beside(told_in_many) * _known(second.cosines)


def _known(cosines: Any) -> float:
    """How well so many cosines tell what is usual: 0 to 1."""
    return min(1.0, len(cosines) / FEW)


def _usual(cosines: Any, mean: float | None, spread: float) -> tuple[float, float]:
    """Mean and spread of the cosines: the fewer there are, the more of those given, where there is a mean to give."""
    weight = _known(cosines)
    if not weight:
        return mean or 0.0, spread
    ours, width = float(cosines.mean(dtype="float64")), float(cosines.std(dtype="float64"))
    expected = ours if mean is None else mean
    return ours * weight + expected * (1 - weight), max(0.03, width * weight + spread * (1 - weight))
