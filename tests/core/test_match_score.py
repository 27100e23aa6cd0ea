import pytest

from mdnet.core.match_score import softened


def test_a_no_counts_little_in_a_short_passage_and_a_yes_in_any() -> None:
    assert softened(-6.0, "sells a boat") == 0.0
    assert softened(-6.0, "word " * 10) == pytest.approx(-3.0)
    assert softened(-6.0, "word " * 40) == -6.0
    assert softened(2.0, "sells a boat") == 2.0
