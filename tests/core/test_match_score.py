from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.match_score import JOTTED, LONGEST, TOLD, Features, Read, fit, lengths, log_odds, many

ODDS = st.floats(-6.0, 6.0)


def test_of_the_order_a_part_is_told_as_of_needs_told_in_many() -> None:
    for one in (Features(lexical=0.5, cosine=0.4), Features(lexical=0.5, cosine=0.4, judged=1.0)):
        ends = sorted((log_odds(one, meaning=True), fit(replace(one, many=1.0), meaning=True)))
        assert ends[0] < fit(one, meaning=True) < ends[1]
    told = Features(lexical=0.5, cosine=0.4, many=1.0)
    assert fit(told, meaning=True) == log_odds(told, meaning=True)
    assert fit(told, meaning=False) == log_odds(told, meaning=False)


def test_the_judge_says_less_of_a_need_told_in_many_terms() -> None:
    assert many(4) == 0.0
    assert 0.0 < many(7) < many(20) == 1.0

    for says in (log_odds, fit):
        few, most = (
            [says(Features(lexical=0.8, judged=judged, many=many), meaning=True) for judged in (-4.0, 3.0)]
            for many in (0.0, 1.0)
        )
        assert 0.0 < most[1] - most[0] < few[1] - few[0]


def test_shared_words_say_more_where_the_judge_agrees() -> None:
    def gained(judged: float) -> float:
        few, more = (log_odds(Features(lexical=lexical, judged=judged), meaning=True) for lexical in (0.4, 0.8))
        return more - few

    assert gained(-4.0) < gained(0.0) < gained(4.0)


def test_what_is_hardly_read_is_told_alike_in_few_terms_and_in_many() -> None:
    one = Features(lexical=0.5, cosine=0.4, above=1.0, read=Read.FAINTLY)
    assert log_odds(one, meaning=True) == log_odds(replace(one, many=1.0), meaning=True) == fit(one, meaning=True)
    assert log_odds(one, meaning=True) < log_odds(replace(one, lexical=0.6), meaning=True)


@given(ODDS, st.floats(0.0, 2.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_need_told_in_more_or_less_lies_between(judged: float, lexical: float, cosine: float, between: float) -> None:
    one = Features(lexical=lexical, cosine=cosine, judged=judged)
    ends = [log_odds(replace(one, many=end), meaning=True) for end in (0.0, 1.0)]
    assert min(ends) - 1e-9 <= log_odds(replace(one, many=between), meaning=True) <= max(ends) + 1e-9


def test_a_model_beside_counts_in_the_decision_as_far_as_a_need_is_told_in_many() -> None:
    def gained(told_in_many: float) -> float:
        judged = Features(lexical=0.8, judged=1.0, many=told_in_many)
        return log_odds(replace(judged, beside=1.0), meaning=True) - log_odds(judged, meaning=True)

    assert gained(0.0) == JOTTED.judged.beside
    assert JOTTED.judged.beside < gained(0.5) < gained(1.0) == TOLD.judged.beside


def test_a_longer_passage_says_more_but_not_to_a_need_told_in_many() -> None:
    short, long = Features(lexical=0.8), Features(lexical=0.8, length=LONGEST)
    assert log_odds(short, meaning=True) < log_odds(long, meaning=True)
    short, long = replace(short, many=1.0), replace(long, many=1.0)
    assert log_odds(short, meaning=True) == log_odds(long, meaning=True)


@given(st.lists(st.integers(0, 10**6)))
def test_lengths_are_told_by_what_is_usual(sizes: list[int]) -> None:
    found = lengths(sizes)
    assert all(0.0 <= length <= LONGEST for length in found)
    assert sorted(found) == [length for _, length in sorted(zip(sizes, found, strict=True))]


def test_of_passages_of_one_length_none_is_long() -> None:
    assert all(one < 0.2 for one in lengths([40] * 500))
    assert all(one < 0.2 for one in lengths([400] * 500))
