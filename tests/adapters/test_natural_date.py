"""Dates as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from mdnet.adapters.natural_date import parse_natural

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
        ("15.12.", None, None),
        ("", None, None),
        ("x" * 1000, None, None),
    ],
)
def test_what_people_say(text: str, past: str | None, future: str | None) -> None:
    for towards, expected in (("past", past), ("future", future)):
        found = parse_natural(text, TUESDAY, towards)  # type: ignore[arg-type]
        assert (found.isoformat() if found else None) == expected
