"""What other pairs say of a pair."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.match import rank
from mdnet.core.match_rivals import FIRST, FIRST_FROM, FIRST_FULL, LATER, RIVAL, RIVAL_MOST, first, rivalry
from mdnet.core.model import Need, Passage

TODAY = dt.date(2026, 11, 23)
PAIRS = st.lists(st.tuples(st.integers(0, 3), st.floats(-20, 20)), max_size=12)


def test_a_passage_is_held_against_a_need_that_it_fits_worse_than_another() -> None:
    assert rivalry([7, 7, 8], [2.0, 1.8, -3.0]) == pytest.approx([0.0, -0.2 * RIVAL, 0.0])


def test_no_more_is_held_against_it_than_for_so_much() -> None:
    assert rivalry([7, 7], [2.0, -9.0]) == [0.0, -RIVAL * RIVAL_MOST]


@given(PAIRS)
def test_the_best_of_a_passage_loses_nothing_and_the_order_of_its_needs_stays(pairs: list[tuple[int, float]]) -> None:
    passages, odds = [one for one, _ in pairs], [odd for _, odd in pairs]
    after = [odd + shift for odd, shift in zip(odds, rivalry(passages, odds), strict=True)]
    for passage in set(passages):
        before = [odd for one, odd in pairs if one == passage]
        now = [odd for one, odd in zip(passages, after, strict=True) if one == passage]
        assert max(now) == max(before)
        assert sorted(range(len(now)), key=lambda at: (now[at], before[at])) == sorted(
            range(len(now)), key=lambda at: before[at]
        )


def test_only_the_best_of_each_need_gains() -> None:
    assert first(["a", "a", "b"], [0.1, 0.3, -2.0], FIRST_FULL) == [-LATER, FIRST, FIRST]


def test_it_gains_nothing_of_few_passages_and_no_more_of_very_many() -> None:
    assert first(["a"], [0.0], FIRST_FROM) == first(["a"], [0.0], 1) == [0.0]
    assert 0.0 < first(["a"], [0.0], 300)[0] < FIRST
    assert first(["a"], [0.0], 10 * FIRST_FULL) == [FIRST]


def test_no_pairs_gain_nothing() -> None:
    assert rivalry([], []) == first([], [], 5000) == []


def _need(name: str, text: str) -> Need:
    return Need(f"n{name}", name, f"People/{name}.md", text, "open", f"People/{name}.md", 3)


def test_news_for_one_counts_less_for_another_whom_it_fits_worse() -> None:
    bakery = _need("Ana Ruiz", "oven for a small bakery in Lisbon")
    other = _need("Bo Lind", "bakery for the wedding cake")
    news = Passage(path="n.md", line=1, text="A small bakery in Lisbon sells its oven", date=TODAY)
    alone = rank([other], [news], today=TODAY, floor=0.0)
    both = {match.need.id: match for match in rank([bakery, other], [news], today=TODAY, floor=0.0)}
    assert both[other.id].score < alone[0].score
    assert both[bakery.id].score == rank([bakery], [news], today=TODAY, floor=0.0)[0].score


@pytest.mark.parametrize(
    ("kind", "verb", "less"), [("paragraph", None, True), ("item", None, False), ("record", "offer", False)]
)
def test_what_a_persons_own_note_says_of_them_in_prose_is_no_news(kind: Any, verb: Any, less: bool) -> None:
    need = _need("Bo Lind", "an oven for a small bakery in Lisbon")
    said = Passage(path="People/Ana Ruiz.md", line=4, text="A small bakery in Lisbon, an oven", date=TODAY, kind=kind)
    said = replace(said, verb=verb)
    note = rank([need], [said], today=TODAY, floor=0.0)[0]
    own = rank([need], [replace(said, owner=said.path)], today=TODAY, floor=0.0)[0]
    assert (own.score < note.score, own.fit < note.fit) == (less, less)
