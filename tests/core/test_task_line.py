"""Changing the checkbox and the dates of one line, and nothing else in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.task_line import form_of, with_field, with_mark, with_state, without_field

if TYPE_CHECKING:
    from mdnet.core.model import State

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("line", "state", "expected"),
    [
        ("- [ ] a plumber", "helped", "- [x] a plumber ✅ 2026-11-24"),
        ("- [ ] a plumber", "dropped", "- [-] a plumber ❌ 2026-11-24"),
        ("- [ ] a plumber", "helping", "- [/] a plumber"),
        ("- #need [[Ana]] a plumber", "helping", "- [/] #need [[Ana]] a plumber"),
        ("\t* [/] a plumber ➕ 2026-11-01", "helped", "\t* [x] a plumber ➕ 2026-11-01 ✅ 2026-11-24"),
        ("12) [ ] a plumber ^abc", "helped", "12) [x] a plumber ✅ 2026-11-24 ^abc"),
        ("- [x] a plumber ✅ 2026-11-01", "open", "- [ ] a plumber"),
        ("- [x] a plumber ✅ 2026-11-01 ^abc", "dropped", "- [-] a plumber ❌ 2026-11-24 ^abc"),
        ("- [x] a plumber ✅ 2026-11-01", "helped", "- [x] a plumber ✅ 2026-11-24"),
        (
            "- [ ] a plumber [created:: 2026-11-01]",
            "helped",
            "- [x] a plumber [created:: 2026-11-01] [completion:: 2026-11-24]",
        ),
        ("- [x] a plumber (completion:: 2026-11-01)  ", "open", "- [ ] a plumber  "),
        # Two blanks at the end break the line.
        ("- [ ] a plumber  ", "helped", "- [x] a plumber ✅ 2026-11-24  "),
        ("- [ ] a plumber ^abc  ", "helped", "- [x] a plumber ✅ 2026-11-24 ^abc  "),
        ("- [x] a plumber ✅ 2026-11-01  ", "dropped", "- [-] a plumber ❌ 2026-11-24  "),
        ("> - [ ] a plumber", "helping", "> - [/] a plumber"),
        ("- [ ] tell ✅ 2026-11-01 from text", "helped", "- [x] tell ✅ 2026-11-01 from text ✅ 2026-11-24"),
        ("- [ ] a 🔺 2026 plumber #home 🔼", "dropped", "- [-] a 🔺 2026 plumber #home 🔼 ❌ 2026-11-24"),
        ("- [x] a ✅️ 2026-11-01 #tag ⏫", "open", "- [ ] a #tag ⏫"),
    ],
)
def test_state(line: str, state: State, expected: str) -> None:
    assert with_state(line, state, TODAY) == expected


def test_the_form_is_that_of_the_line_else_of_the_note() -> None:
    assert form_of("- [ ] x [due:: 2026-12-01]") == "dataview"
    assert form_of("- [ ] x 📅 2026-12-01") == "emoji"
    assert form_of("- [ ] x", "dataview") == "dataview"
    assert with_state("- [ ] x", "helped", TODAY, "dataview") == "- [x] x [completion:: 2026-11-24]"
    assert with_state("- [ ] x 📅 2026-12-01", "helped", TODAY, "dataview").endswith("✅ 2026-11-24")


def test_snoozing_replaces_the_date_that_is_there() -> None:
    assert with_field("- [ ] x ⏳ 2026-11-01 ^a", "not_before", TODAY) == "- [ ] x ⏳ 2026-11-24 ^a"
    assert with_field("- [ ] x ⌛ 2026-11-01", "not_before", TODAY) == "- [ ] x ⌛ 2026-11-24"
    assert with_field("- [ ] x [scheduled:: 2026-11-01]", "not_before", TODAY) == "- [ ] x [scheduled:: 2026-11-24]"
    assert without_field("- [ ] x ⏳ 2026-11-01 ^a", "not_before") == "- [ ] x ^a"


def test_a_property_item_has_no_bullet() -> None:
    assert with_mark("a plumber", "/", is_item=False) == "[/] a plumber"
    assert with_mark("[ ] a plumber", "x", is_item=False) == "[x] a plumber"
    assert with_mark("[link](x)", "x", is_item=False) == "[x] [link](x)"


def test_what_is_no_item_is_not_touched() -> None:
    with pytest.raises(ValueError, match="not a list item"):
        with_mark("a plumber", "x")


@given(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), min_size=1))
def test_the_words_stay(text: str) -> None:
    line = f"- [ ] {text.strip()}"
    for state in ("helping", "helped", "dropped"):
        changed = with_state(line, state, TODAY)
        words = text.split()
        assert [word for word in changed.split() if word in words] or not words
        assert with_state(changed, state, TODAY) == changed
