"""The words by which the shipped model ties a need and a passage."""

from __future__ import annotations

import pytest

from mdnet.adapters.embed import open_model
from mdnet.core.match_lexical import Lexicon, passage_bag
from mdnet.core.match_why import explain
from mdnet.core.model import Match, Need, Passage


def _reasons(wanted: str, said: str) -> tuple[str, ...]:
    need = Need("n1", "Birdie Lomax", "People/Birdie Lomax.md", wanted, "open", "People/Birdie Lomax.md", 1)
    passage = Passage(path="n.md", line=1, text=said)
    match = Match(need, passage, 1.0)
    return explain(match, Lexicon([passage_bag(passage)]), open_model("small").model).why


def test_words_of_like_meaning_are_a_reason() -> None:
    assert _reasons("a lawyer for the lease", "met an attorney at the fair") == ("attorney ~ lawyer",)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("a cook for two weeks", "fourteen strong backs"), ("a hall in January", "free every March")],
)
def test_two_numbers_or_two_months_are_none(wanted: str, said: str) -> None:
    assert _reasons(wanted, said) == ()
