"""The line that says best what was searched for, however long it is."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.snippets import MAX_SNIPPET, PIECE, best_line

LONG = 1_000_000
NO_TEXT = {"broken": "\ufffd", "nul": "\0", "blank": " ", "accents": "é", "one word": "a"}


@pytest.mark.parametrize("sign", NO_TEXT.values(), ids=NO_TEXT)
def test_an_enormous_line_takes_little_memory(sign: str) -> None:
    lines = ["x", f"{sign * LONG} garden {sign * LONG}", "a garden or two", "a garden gate"]
    tracemalloc.start()
    try:
        assert best_line(lines, "garden gate") == (3, "a garden gate")
        number, text = best_line(lines, "garden")
        assert (number, "garden" in text, len(text) <= MAX_SNIPPET + 2) == (1, True, True)
        assert tracemalloc.get_traced_memory()[1] < 8 * LONG
    finally:
        tracemalloc.stop()


def test_words_anywhere_in_a_long_line_count() -> None:
    filler = "some other words " * PIECE
    line = f"garden {filler} gate {filler}"
    assert best_line(["the garden", line, "the gate"], "gate garden")[0] == 1
    number, text = best_line([filler, f"{filler} a deck oven for sale {filler}"], "oven")
    assert (number, text[0], text[-1]) == (1, "…", "…")
    assert " a deck oven for sale " in text


def test_a_word_within_a_line_without_blanks_is_shown() -> None:
    assert "garden" in best_line([f"{'。' * 500}garden{'。' * 500}"], "garden")[1]


def test_what_stands_anywhere_is_found_far_into_a_line() -> None:
    assert "京都の" in best_line([f"{'山' * 500}京都の{'川' * 500}"], "京都")[1]
    assert "🎂" in best_line([f"{'a word ' * 500}🎂{' a word' * 500}"], "🎂")[1]


def test_control_characters_are_not_shown() -> None:
    assert best_line(["\0\0\x1b[2Ja garden\ufffd\ufffd gate"], "garden") == (0, "[2Ja garden gate")


TEXT = st.text("ab é\0\ufffd", max_size=30)


@given(TEXT, TEXT, st.integers(0, 2 * PIECE), st.text("ab ", min_size=1))
def test_where_a_line_is_cut_makes_it_no_better_or_worse(first: str, second: str, blanks: int, query: str) -> None:
    padded = second.replace(" ", " " * (blanks + 1))
    assert best_line([first, padded], query)[0] == best_line([first, second], query)[0]
