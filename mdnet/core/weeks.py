"""ISO weeks (ISO 8601: Monday to Sunday, week 1 holds the year's first Thursday): the unit of a review."""

from __future__ import annotations

import re
from datetime import date, timedelta

from mdnet.core.values import dataclass

_WEEK = re.compile(r"(\d{4})-?[wW](\d{1,2})")
_SUNDAY = 7


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One ISO week; `str` gives `2026-W47`, the name of its review page."""

    year: int
    number: int

    def __post_init__(self) -> None:
        try:
            date.fromisocalendar(self.year, self.number, 1)
            date.fromisocalendar(self.year, self.number, _SUNDAY)
        except ValueError:
            raise ValueError(f"{self.year} has no week {self.number}") from None

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"

    @property
    def slug(self) -> str:
        """`2026w47`: as it stands in block ids, which know no capitals here."""
        return f"{self.year:04d}w{self.number:02d}"

    @property
    def first(self) -> date:
        """Its Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its Sunday."""
        return date.fromisocalendar(self.year, self.number, _SUNDAY)

    @property
    def after(self) -> Week:
        """The week after."""
        return week_of(self.last + timedelta(days=1))


def week_of(day: date) -> Week:
    """The ISO week that holds `day`; at a year's border its year may be another than the day's."""
    year, number, _ = day.isocalendar()
    return Week(year, number)


def week_named(text: str) -> Week | None:
    """The week that `2026-W47` (`2026W47`, `2026w47`) names. Raises ValueError where the year has no such week."""
    found = _WEEK.fullmatch(text.strip())
    return Week(int(found[1]), int(found[2])) if found else None


def parse_week(text: str) -> Week:
    """The week that `2026-W47` (`2026W47`, `2026w47`) names, or that holds the day `2026-11-20`.

    Raises ValueError with a message for the user.
    """
    text = text.strip()
    if week := week_named(text):
        return week
    try:
        return week_of(date.fromisoformat(text))
    except ValueError:
        raise ValueError(f"{text!r} is neither a week like 2026-W47 nor a day like 2026-11-20") from None
