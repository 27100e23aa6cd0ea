"""How near a need is to passages by a model's vectors, beside what is usual."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mdnet.core.match_score import beside, share_beside
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mdnet.core.match_model import Model

USUAL_MEAN, USUAL_SPREAD = 0.05, 0.08
"""Of the cosines of needs with passages that have nothing to do with them, where few are known. Vaults have about .2
and .11: to whom has noted little yet, more is shown ..."""
KIN_MEAN, KIN_SPREAD = 0.5, 0.12
"""... but for being in the same language, which is not the model's."""
LEAST, MOST = -3.0, 8.0
"""Standard deviations that count."""
AT_ONCE = 256
"""So many needs are compared with all passages in one product of matrices."""
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

    def among(self, numbers: Sequence[int]) -> Near:
        """The same, compared with just those passages, which are in the need's language too: where that is not the
        model's, all such are near to each other."""
        (kin,) = _nears(self.cosines[None, list(numbers)], KIN_MEAN, KIN_SPREAD)
        return Near(self.cosines, kin.mean, kin.spread)

    def cosine(self, number: Any) -> Any:
        """With passage `number`, or with each of an array of numbers."""
        return self.cosines[number].astype("float64")

    def above(self, number: Any) -> Any:
        """How many standard deviations passage `number` lies above the usual, or each of an array."""
        return ((self.cosine(number) - self.mean) / self.spread).clip(LEAST, MOST)


def nears(cosines: Any) -> list[Near]:
    """Of the cosines of needs, a row each, with passages and background."""
    return _nears(cosines, USUAL_MEAN, USUAL_SPREAD)


def nears_beside(cosines: Any) -> list[Near]:
    """By a model of which nobody knows what is usual: that is taken from these cosines alone."""
    return _nears(cosines, None, USUAL_SPREAD)


def nearness(needs: Any, vectors: Any, second: Any, model: Model) -> Iterator[tuple[Near, Near | None]]:
    """Each need by the model that judges, and by the one beside it where there is one; `needs` holds a vector a row."""
    for start in range(0, len(needs), AT_ONCE):
        first, other = parted(needs[start : start + AT_ONCE], model)
        own = nears(first @ vectors.T)
        yield from zip(own, [None] * len(own) if other is None else nears_beside(other @ second.T), strict=True)


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
    for start in range(0, len(needs), AT_ONCE):
        for near in nears(needs[start : start + AT_ONCE] @ pool.T):
            total += near.above(slice(None))
    return total / max(1, len(needs))


def beside_of(own: Near, second: Near | None, told_in_many: float, number: Any) -> Any:
    """The log-odds that the model beside adds for passage `number`, or for each of an array of numbers. Among few
    passages it hardly counts: what it finds usual is not known yet."""
    if second is None:
        return 0.0
    return beside(own.above(number), second.above(number), _share(second, told_in_many))


def _share(second: Near, told_in_many: float) -> float:
    return share_beside(told_in_many) * _known(len(second.cosines))


def _known(count: int) -> float:
    """How well so many cosines tell what is usual: 0 to 1."""
    return min(1.0, count / FEW)


def _nears(cosines: Any, mean: float | None, spread: float) -> list[Near]:
    """With mean and spread of each row: the fewer there are in it, the more of those given, where there is a mean."""
    weight = _known(cosines.shape[1])
    if not weight:
        return [Near(row, mean or 0.0, spread) for row in cosines]
    means, widths = cosines.mean(axis=1, dtype="float64"), cosines.std(axis=1, dtype="float64")
    means = means if mean is None else means * weight + mean * (1.0 - weight)
    widths = (widths * weight + spread * (1.0 - weight)).clip(0.03)
    return [Near(*each) for each in zip(cosines, means.tolist(), widths.tolist(), strict=True)]
