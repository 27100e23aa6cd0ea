from __future__ import annotations

import numpy as np
import pytest

from mdnet.core.match_near import Near, fits_all
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
    assert found[7] == pytest.approx(np.mean([Near.of(pool @ need).above(7) for need in needs]))


def test_no_needs_no_passages() -> None:
    assert fits_all(np.zeros((0, 3)), unit([[1.0, 0.0, 0.0]])).tolist() == [0.0]
    assert fits_all(unit([[1.0, 0.0, 0.0]]), np.zeros((0, 3))).tolist() == []


def test_it_counts_the_more_the_more_needs_there_are() -> None:
    assert general(HUB_FROM, 100) == 0.0
    assert general(2.0, 100) < general(2.0, HUB_NEEDS) < 0.0
    assert general(3.0, 5) < general(2.0, 5)
