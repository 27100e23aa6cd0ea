"""Dates as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.dates import cadence_days, daily_date, format_moment, moment_pattern, parse_date
from mdnet.core.settings import DailyNotes

DAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-03", DAY),
        (" 2026-11-03 ", DAY),
        ("2026-11-03T10:15:00+01:00", DAY),
        ("2026-11-03 10:15", DAY),
        ("2026-02-30", None),
        ("2026-11-3", None),
        ("2026-11-03x", None),
        ("2026-11", None),
        ("", None),
        ("٢٠٢٦-١١-٠٣", None),
    ],
)
def test_parse_date(text: str, expected: date | None) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("moment_format", "text"),
    [
        ("YYYY-MM-DD", "2026-11-03"),
        ("YYYY_MM_DD", "2026_11_03"),
        ("YYYY/MM/YYYY-MM-DD", "2026/11/2026-11-03"),
        ("YYYY/MM-MMMM/YYYY-MM-DD-dddd", "2026/11-November/2026-11-03-Tuesday"),
        ("[Journal] dddd, MMMM Do YYYY", "Journal Tuesday, November 3rd 2026"),
        ("ddd D MMM YY", "Tue 3 Nov 26"),
        ("GGGG-[W]WW-E", "2026-W45-2"),
        ("YYYY-DDDD", "2026-307"),
        ("DDD/YYYY", "307/2026"),
        ("YYYY-[Q]Q-MM-DD", "2026-Q4-11-03"),
        ("gggg ww YYYYMMDD", "2026 45 20261103"),
        ("YYYY.MM.DD HHmm", "2026.11.03 0000"),
    ],
)
def test_moment_formats_are_written_and_read(moment_format: str, text: str) -> None:
    assert format_moment(moment_format, DAY) == text
    assert daily_date(f"Daily/{text}.md", [DailyNotes("Daily", moment_format)]) == DAY


FORMATS = ["YYYY-MM-DD", "YYYY/MM/YYYY-MM-DD", "D MMMM YYYY", "GGGG-[W]WW-E", "YYYY-DDDD", "MMM Do, YYYY", "YYYYMMDD"]


@given(st.dates(date(1970, 1, 1), date(2099, 12, 31)), st.sampled_from(FORMATS))
def test_what_a_format_writes_it_reads_again(day: date, moment_format: str) -> None:
    assert daily_date(format_moment(moment_format, day) + ".md", [DailyNotes("", moment_format)]) == day


@pytest.mark.parametrize(
    ("path", "daily", "expected"),
    [
        ("2026-11-03.md", DailyNotes(), DAY),
        ("Daily/2026-11-03.md", DailyNotes(), DAY),  # default settings, own folder
        ("Journal/2026/2026-11-03.md", DailyNotes("Journal"), DAY),  # sorted away by year
        ("journals/2026_11_03.md", DailyNotes("journals", "YYYY_MM_DD"), DAY),
        ("Other/2026_11_03.md", DailyNotes("journals", "YYYY_MM_DD"), None),
        ("Daily/3 noviembre 2026.md", DailyNotes("Daily", "D MMMM YYYY"), DAY),
        ("Daily/3. Nov. 2026.md", DailyNotes("Daily", "D. MMM YYYY"), DAY),
        ("Daily/2026/10/2026-11-03.md", DailyNotes("Daily", "YYYY/MM/YYYY-MM-DD"), None),  # folder and name disagree
        ("Daily/2026-02-30.md", DailyNotes(), None),
        ("Daily/2026-11-03 with Ana.md", DailyNotes(), None),
        ("Daily/x2026-11-03.md", DailyNotes(), None),
        ("Daily/2026-W45.md", DailyNotes("", "GGGG-[W]WW"), None),  # a week is no day
        ("Daily/2026-11-03.txt", DailyNotes(), None),
    ],
)
def test_daily_date(path: str, daily: DailyNotes, expected: date | None) -> None:
    assert daily_date(path, [daily]) == expected


def test_the_first_place_that_fits_counts() -> None:
    places = [DailyNotes("A", "YYYY-DD-MM"), DailyNotes("", "YYYY-MM-DD")]
    assert daily_date("A/2026-03-11.md", places) == DAY
    assert daily_date("B/2026-11-03.md", places) == DAY


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_may_be_a_format(moment_format: str, name: str) -> None:
    moment_pattern(moment_format)
    format_moment(moment_format, DAY)
    daily_date(f"{name}.md", [DailyNotes("", moment_format)])


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("30d", 30),
        ("6w", 42),
        ("3m", 91),
        ("1y", 365),
        ("2 weeks", 14),
        ("Weekly", 7),
        ("monthly", 30),
        ("quarterly", 91),
        ("yearly", 365),
        ("every 6 months", 182),
        ("every week", 7),
        ("never", 0),
        (45, 45),
        ("45", 45),
        ("soon", None),
        ("weeks", None),
        ("", None),
        (None, None),
        (True, None),
        (["weekly"], None),
        ("99999d", None),
    ],
)
def test_cadence_days(value: object, days: int | None) -> None:
    assert cadence_days(value) == days
