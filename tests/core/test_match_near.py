from __future__ import annotations

import numpy as np
import pytest

from mdnet.core.match_near import FEW, beside_of, fits_all, nearest, nears, nears_beside
from mdnet.core.match_score import HUB_FROM, HUB_NEEDS, general


def unit(rows: list[list[float]]) -> np.ndarray:
    made = np.array(rows)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def test_what_is_near_to_every_need_stands_out() -> None:
    rng = np.random.default_rng(1)
    needs = unit([[3.0, *rng.normal(size=30)] for _ in range(40)])
    plain = [[0.0, *rng.normal(size=30)] for _ in range(299)]
    pool = unit([[8.0, *rng.normal(size=30)], *plain])
    found = fits_all(needs, pool)
    assert found.argmax() == 0
    assert found[0] > HUB_FROM > np.sort(found)[-2]
    assert found[7] == pytest.approx(np.mean([nears(np.atleast_2d(pool @ need))[0].above(7) for need in needs]))


def test_no_needs_no_passages() -> None:
    assert fits_all(np.zeros((0, 3)), unit([[1.0, 0.0, 0.0]])).tolist() == [0.0]
    assert fits_all(unit([[1.0, 0.0, 0.0]]), np.zeros((0, 3))).tolist() == []


def test_it_counts_the_more_the_more_needs_there_are() -> None:
    assert general(np.array(HUB_FROM), 100) == 0.0
    assert general(np.array(2.0), 100) < general(np.array(2.0), HUB_NEEDS) < 0.0
    assert general(np.array(3.0), 5) < general(np.array(2.0), 5)


def test_a_model_beside_counts_by_what_it_finds_unusual() -> None:
    rng = np.random.default_rng(2)
    own = nears(np.atleast_2d(rng.normal(0.05, 0.1, FEW)))[0]
    high = nears_beside(np.atleast_2d(rng.normal(0.6, 0.05, FEW)))[0]  # a model to which all texts are near
    shifted = nears_beside(np.atleast_2d(high.cosines - 0.5))[0]
    best = int(high.cosines.argmax())
    for told_in_many in (0.0, 1.0):
        added = beside_of(own, high, told_in_many, best)
        assert added == pytest.approx(beside_of(own, shifted, told_in_many, best))
        assert added > beside_of(own, high, told_in_many, int(high.cosines.argmin()))
    assert np.mean([beside_of(own, high, 0.0, number) for number in range(FEW)]) == pytest.approx(0.0, abs=0.05)
    assert beside_of(own, None, 1.0, best) == 0.0


def test_among_few_passages_a_model_beside_hardly_counts() -> None:
    own, second = nears(np.atleast_2d(np.array([0.9])))[0], nears_beside(np.atleast_2d(np.array([0.9])))[0]
    assert abs(beside_of(own, second, 1.0, 0)) < 0.1
    assert nears_beside(np.atleast_2d(np.zeros(0)))[0].mean == 0.0


def test_candidates_are_the_nearest_by_both() -> None:
    cosines, other = np.zeros(FEW), np.zeros(FEW)
    cosines[[3, 4]], other[[5, 6]] = 0.9, 0.5
    assert set(nearest(nears(np.atleast_2d(cosines))[0], nears_beside(np.atleast_2d(other))[0], 0.0, 4, FEW)) == {
        3,
        4,
        5,
        6,
    }
    assert 5 not in nearest(nears(np.atleast_2d(cosines))[0], None, 0.0, 2, FEW)
    assert nearest(nears(np.atleast_2d(cosines))[0], None, 0.0, 4, 3) == [0, 1, 2]
