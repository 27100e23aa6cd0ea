"""A new line of a log goes where its day has its place, in the order that the log has; nothing else is touched."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.writeback import Entry
from tests.core.test_writeback import added

NOVEMBER = st.integers(1, 30).map(lambda day: date(2026, 11, day))


def logged(log: list[str], *days: str) -> list[str]:
    """The log's lines once something was noted of each of these days of November, in this order; new ones as `+DAY`."""
    text = "\n".join(["## Log", *log, "", "## Other", "- 2026-11-15 no log", ""])
    for day in days:
        before, text = text.split("\n"), added(text, Entry("met", f"new {len(text)}", date(2026, 11, int(day))))
        lines = text.split("\n")
        assert len(lines) == len(before) + 1
        rest = iter(lines)
        assert all(line in rest for line in before)
    shown = [f"+{line[10:12]}" if " #met new " in line else line for line in text.split("\n")]
    return shown[1 : shown.index("## Other") - 1]


@pytest.mark.parametrize(
    ("log", "days", "expected"),
    [
        (["- 2026-11-01 #met first"], "28 27 20 28", ["- 2026-11-01 #met first", "+20", "+27", "+28", "+28"]),
        (
            ["- 2026-11-20 #met", "- 2026-11-10 #met", "- 2026-11-01 #met"],
            "05 20 28",
            ["+28", "+20", "- 2026-11-20 #met", "- 2026-11-10 #met", "+05", "- 2026-11-01 #met"],
        ),
        (["- 2026-11-20 #met", "- 2026-11-10 #met"], "01", ["- 2026-11-20 #met", "- 2026-11-10 #met", "+01"]),
        (["- 2026-11-20 #met", "  - nested", "- 2026-11-25 #met"], "21 19",
         ["+19", "- 2026-11-20 #met", "  - nested", "+21", "- 2026-11-25 #met"]),
        # What has no day stays where it is, below the one above it.
        (["- undated", "- 2026-11-20 #met", "- undated too", "- 2026-11-25 #met", "- the last"], "10 22 30",
         ["- undated", "+10", "- 2026-11-20 #met", "- undated too", "+22", "- 2026-11-25 #met", "- the last", "+30"]),
        (["- pinned", "- 2026-11-25 #met", "- more of it", "- 2026-11-20 #met"], "22 30",
         ["- pinned", "+30", "- 2026-11-25 #met", "- more of it", "+22", "- 2026-11-20 #met"]),
        # Days in every form that is read, in lines without a verb too.
        (["- 20.11.2026 a", "- **2026-11-22** #met", "- #gave x ➕ 2026-11-24", "- 2026-11-26 b"], "21 23 25",
         ["- 20.11.2026 a", "+21", "- **2026-11-22** #met", "+23", "- #gave x ➕ 2026-11-24", "+25", "- 2026-11-26 b"]),
        # A log out of order, as mdnet wrote it before: after the last one that is not later.
        (["- 2026-11-01 #met", "- 2026-11-28 #met", "- 2026-11-20 #met", "- 2026-11-28 #met"], "21",
         ["- 2026-11-01 #met", "- 2026-11-28 #met", "- 2026-11-20 #met", "+21", "- 2026-11-28 #met"]),
        (["- undated"], "21", ["- undated", "+21"]),
    ],
)  # fmt: skip
def test_where_a_line_goes(log: list[str], days: str, expected: list[str]) -> None:
    assert logged(log, *days.split()) == expected


@given(st.lists(NOVEMBER, min_size=1), st.booleans(), NOVEMBER)
def test_a_log_in_order_stays_in_order(days: list[date], newest_first: bool, new: date) -> None:
    days.sort(reverse=newest_first)
    log = [f"- {day} #met\n  - nested below {day}" for day in days]
    text = added("\n".join(["## Log", *log, ""]), Entry("met", "new", new))
    found = [line[2:12] for line in text.split("\n") if line.startswith("- ")]
    assert found == sorted(found, reverse=newest_first and len(set(days)) > 1)
    assert all(f"- {day} #met\n  - nested below {day}" in text for day in days)
