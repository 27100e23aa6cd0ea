"""What was said, without who said it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.hearsay import news

NEWS = "The canteen gives away its old kayaks, cheap."


@pytest.mark.parametrize(
    "before",
    [
        "Jo said ", "Jo said that ", "Jo says: ", "[[Jo Chen]] told me that ", "Jo Chen just told us ",
        "Dr. Hart wrote me that ",
        "My neighbour mentioned that ", "A friend of Ana told me that ", "One of my colleagues says ", "Heard: ",
        "Heard from Jo: ", "I heard from Ana Ruiz that ", "I was told that ", "According to Jo, ",
        "She told me that ", "Jo van Dyk has told me that ", "Learned that ",
    ],
)  # fmt: skip
def test_who_said_it_is_left_out(before: str) -> None:
    assert news(before + NEWS[0].lower() + NEWS[1:]) == NEWS


@pytest.mark.parametrize(
    "after", [", Jo said.", ", says Jo.", " (says Ana Ruiz).", ", according to Jo.", ", she told me."]
)
def test_after_what_was_said_too(after: str) -> None:
    assert news(NEWS[:-1] + after) == NEWS


@pytest.mark.parametrize(
    "text",
    [
        NEWS, "Jo said no.", "Jo needs a lawyer who says what he means.", "Ana asked for a lawyer in Porto.",
        "Heard a good talk on kayaks.", "The said kayak is for sale, cheap.", "Heard", "", "Jo said", ": that of",
        "Ana speaks well, Joe does not, and neither knows a lawyer.",
    ],
)  # fmt: skip
def test_nothing_else_is_touched(text: str) -> None:
    assert news(text) == text


@given(st.text())
def test_any_text(text: str) -> None:
    assert news(text)[1:] in text
