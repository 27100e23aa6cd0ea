from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.match_score import FEW_TRUST, JUDGED_SHARE, LEFT, Features, fit, log_odds, many, showing

ODDS = st.floats(-6.0, 6.0)


@given(ODDS, st.floats(0.0, 2.0), st.floats(0.0, 1.0))
def test_the_order_lies_between_nearness_and_judgement(judged: float, lexical: float, cosine: float) -> None:
    near = Features(lexical=lexical, cosine=cosine)
    both = Features(lexical=lexical, cosine=cosine, judged=judged)
    bounds = sorted((log_odds(near, meaning=True), log_odds(both, meaning=True)))
    assert bounds[0] - 1e-9 <= fit(both, meaning=True) <= bounds[1] + 1e-9


def test_a_no_weighs_less_on_the_order_than_on_what_is_shown() -> None:
    yes, no = Features(lexical=0.8, judged=2.0), Features(lexical=0.8, judged=-4.0)
    shown = log_odds(yes, meaning=True) - log_odds(no, meaning=True)
    ordered = fit(yes, meaning=True) - fit(no, meaning=True)
    assert 0.0 < ordered < shown
    assert abs(ordered - JUDGED_SHARE * shown) < 1e-9


def test_without_a_judgement_both_are_one() -> None:
    plain = Features(lexical=0.5, cosine=0.4)
    assert fit(plain, meaning=True) == log_odds(plain, meaning=True)
    assert fit(plain, meaning=False) == log_odds(plain, meaning=False)


def test_the_judge_decides_less_on_a_need_told_in_many_terms() -> None:
    assert many(4) == 0.0
    assert 0.0 < many(7) < many(20) == 1.0
    few = [Features(lexical=0.8, judged=judged) for judged in (-4.0, 3.0)]
    more = [Features(lexical=0.8, judged=judged, many=1.0) for judged in (-4.0, 3.0)]
    no, yes = (log_odds(one, meaning=True) for one in few)
    less_no, less_yes = (log_odds(one, meaning=True) for one in more)
    assert abs((less_yes - less_no) - (1.0 - LEFT) * (yes - no)) < 1e-9


def test_what_the_judge_says_of_a_jotted_need_is_trusted_more_where_it_is_shown() -> None:
    for told_in_many, trust in ((0.0, FEW_TRUST), (0.5, FEW_TRUST / 4), (1.0, 0.0)):
        judged = Features(lexical=0.8, judged=1.0, many=told_in_many)
        assert abs(showing(judged, meaning=True) - log_odds(judged, meaning=True) - trust) < 1e-9
    plain = Features(lexical=0.8)
    assert showing(plain, meaning=True) == log_odds(plain, meaning=True)


def test_a_model_beside_counts_in_the_decision_as_far_as_a_need_is_told_in_many() -> None:
    def gained(told_in_many: float) -> float:
        judged = Features(lexical=0.8, judged=1.0, many=told_in_many)
        return log_odds(replace(judged, beside=1.0), meaning=True) - log_odds(judged, meaning=True)

    assert gained(0.0) == 0.0
    assert 0.0 < gained(0.5) < gained(1.0) <= 1.0
