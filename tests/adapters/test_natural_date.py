"""Dates as people say them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdnet.adapters.natural_date import month_first, parse_natural

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "past", "future"),
    [
        ("today", "2026-11-24", "2026-11-24"),
        ("Yesterday", "2026-11-23", "2026-11-23"),
        ("tomorrow", "2026-11-25", "2026-11-25"),
        ("2026-12-01", "2026-12-01", "2026-12-01"),
        ("friday", "2026-11-20", "2026-11-27"),
        ("last friday", "2026-11-20", "2026-11-20"),
        ("3 days ago", "2026-11-21", "2026-11-21"),
        ("in 3 weeks", "2026-12-15", "2026-12-15"),
        ("gestern", "2026-11-23", "2026-11-23"),
        ("hace 3 días", "2026-11-21", "2026-11-21"),
        ("1 dec", "2025-12-01", "2026-12-01"),
        ("2026-02-31", None, None),
        ("soonish", None, None),
        ("15.12", None, None),
        ("15.12.", "2025-12-15", "2026-12-15"),
        ("3.11.2026", "2026-11-03", "2026-11-03"),
        ("03.11.26", "2026-11-03", "2026-11-03"),
        ("3. 11. 2026", "2026-11-03", "2026-11-03"),
        ("5.1.2027", "2027-01-05", "2027-01-05"),
        ("11.13.2026", None, None),
        ("2026/11/04", "2026-11-04", "2026-11-04"),
        ("2026.11.4", "2026-11-04", "2026-11-04"),
        ("2026/13/04", None, None),
        ("24.11.", "2026-11-24", "2026-11-24"),
        ("29.2.", "2024-02-29", "2028-02-29"),
        ("12", None, None),
        ("12.", None, None),
        ("2026", None, None),
        ("3. November 2026", "2026-11-03", "2026-11-03"),
        ("", None, None),
        ("x" * 1000, None, None),
    ],
)
def test_what_people_say(text: str, past: str | None, future: str | None) -> None:
    for towards, expected in (("past", past), ("future", future)):
        found = parse_natural(text, TUESDAY, towards)  # type: ignore[arg-type]
        assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(
    ("text", "day_first", "in_the_usa"),
    [
        ("3/11/2026", "2026-11-03", "2026-03-11"),
        ("3/11/26", "2026-11-03", "2026-03-11"),
        ("3-11-2026", "2026-11-03", "2026-03-11"),
        ("3/11", "2026-11-03", "2026-03-11"),
        ("25/12/2026", "2026-12-25", "2026-12-25"),
        ("12/25/2026", "2026-12-25", "2026-12-25"),
        ("3.11.2026", "2026-11-03", "2026-11-03"),
        ("2026/11/04", "2026-11-04", "2026-11-04"),
        ("3 11 2026", "2026-11-03", "2026-03-11"),
    ],
)
def test_with_slashes_the_locale_decides(text: str, day_first: str, in_the_usa: str) -> None:
    for months_first, expected in ((False, day_first), (True, in_the_usa)):
        assert str(parse_natural(text, TUESDAY, "past", months_first=months_first)) == expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "es_US"}, True),
        ({"LANG": "en_US.UTF-8", "LC_TIME": "en_DK.UTF-8"}, False),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "en_US"}, True),
        ({"LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_TIME": ""}, True),
        ({"LANG": "C.UTF-8"}, False),
        ({}, False),
    ],
)
def test_where_the_month_goes_first(environ: dict[str, str], expected: bool) -> None:
    assert month_first(environ) is expected


@settings(max_examples=60, deadline=None)  # dateparser is slow
@given(st.text("0123456789./- ", max_size=12), st.booleans())
def test_figures_never_raise(text: str, months_first: bool) -> None:
    parse_natural(text, TUESDAY, "past", months_first=months_first)
