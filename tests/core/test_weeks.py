from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdnet.core.weeks import Week, parse_week, week_of


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ("2026-11-16", "2026-W47"),
        ("2026-11-22", "2026-W47"),
        ("2026-11-23", "2026-W48"),
        ("2026-12-31", "2026-W53"),
        ("2027-01-03", "2026-W53"),
        ("2027-01-04", "2027-W01"),
        ("2024-12-30", "2025-W01"),
        ("2023-01-01", "2022-W52"),
        ("2020-12-31", "2020-W53"),
        ("2021-01-01", "2020-W53"),
    ],
)
def test_the_week_of_a_day_also_at_the_border_of_years(day, week):
    assert str(week_of(date.fromisoformat(day))) == week


@pytest.mark.parametrize("text", ["2026-W47", "2026W47", "2026-w47", " 2026-W47 ", "2026-11-16", "2026-11-22"])
def test_a_week_is_read_from_its_name_or_a_day(text):
    week = parse_week(text)
    assert (str(week), week.slug, week.first, week.last) == (
        "2026-W47",
        "2026w47",
        date(2026, 11, 16),
        date(2026, 11, 22),
    )


@pytest.mark.parametrize("text", ["", "W47", "2026-W54", "2025-W53", "2026-W00", "2026-13-01", "next week", "0000-W01"])
def test_what_is_no_week_is_refused_with_a_message(text):
    with pytest.raises(ValueError, match="week"):
        parse_week(text)


def test_weeks_follow_each_other_over_the_year():
    assert Week(2026, 53).after == Week(2027, 1)


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_every_day_lies_in_its_week_and_weeks_are_in_order(day):
    week = week_of(day)
    assert week.first <= day <= week.last
    assert parse_week(str(week)) == week
    assert week < week.after == week_of(week.last + timedelta(days=1))
