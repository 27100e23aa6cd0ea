from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.match_lexical import Lexicon, passage_bag, query_terms
from mdnet.core.match_score import Features, log_odds
from mdnet.core.model import Passage

CELLO = query_terms("a used full-size cello")
OFFER = "Ora gave up music at last. Her cello, full-size and used every day, is for sale. She asks little."
LURE = "The cello suites, with hay. She used to fill halls of full size. Now it is a barn."
LEXICON = Lexicon([passage_bag(Passage(path="a.md", line=1, text=text)) for text in (OFFER, LURE, "Rain all day.")])


def test_words_side_by_side_say_more_of_a_need_than_the_same_words_here_and_there() -> None:
    assert LEXICON.together(CELLO, OFFER) == 1.0
    assert 0.0 < LEXICON.together(CELLO, LURE) < 1.0
    assert LEXICON.together(CELLO, "Rain all day.") == 0.0


def test_a_rare_word_says_more_of_a_need_than_a_common_one() -> None:
    needed = query_terms("barn with hay, cello")
    assert LEXICON.together(needed, "the cello") < LEXICON.together(needed, "the hay")


def test_what_stands_together_counts_where_a_pair_is_judged() -> None:
    apart, together = Features(judged=0.5), Features(judged=0.5, together=1.0)
    assert log_odds(apart, meaning=True) < log_odds(together, meaning=True)


@given(st.text(), st.text())
def test_any_text_says_a_share_of_any_need(need: str, text: str) -> None:
    assert 0.0 <= LEXICON.together(query_terms(need), text) <= 1.0 + 1e-9
