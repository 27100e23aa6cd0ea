"""Dates as people say them: `yesterday`, `last friday`, `in 3 weeks`, `hace 3 días`, `2026-12-01`."""

from __future__ import annotations

import re
import warnings
from datetime import date, datetime, time
from typing import Literal

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
DAYS_OF_A_WEEK = 7
_RELATIVE = {"today": 0, "yesterday": -1, "tomorrow": 1}


def parse_natural(text: str, today: date, towards: Literal["past", "future"]) -> date | None:
    """The day that `text` means as said on `today`, or None; `friday` is the one `towards` past or future.

    ISO dates and the commonest words need no library; the rest is dateparser's, in any of its languages.
    """
    text = text.strip()
    if _ISO.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    if text.casefold() in _RELATIVE:
        return date.fromordinal(today.toordinal() + _RELATIVE[text.casefold()])
    if not text or len(text) > 60:
        return None
    # A text that names a day is taken as it is; one that names none must be a weekday near by, or else
    # "november" would mean the 24th of November.
    found = _dateparser(text, today, towards, ["day"])
    if found is None:
        found = _dateparser(text, today, towards, [])
        if found is not None and not 0 < abs((found.date() - today).days) <= DAYS_OF_A_WEEK:
            return None
    if found is None or found.time() not in (time(0), time(12)):  # "15.12." would be a quarter past three
        return None
    return found.date()


def _dateparser(text: str, today: date, towards: str, required: list[str]) -> datetime | None:
    with warnings.catch_warnings():
        # The library parses day and month without a year, which newer Pythons warn about.
        warnings.simplefilter("ignore")
        import dateparser

        found: datetime | None = dateparser.parse(
            text,
            settings={
                "RELATIVE_BASE": datetime.combine(today, time(12)),
                "PREFER_DATES_FROM": towards,
                "REQUIRE_PARTS": required,
                "RETURN_AS_TIMEZONE_AWARE": False,
            },
        )
    return found
