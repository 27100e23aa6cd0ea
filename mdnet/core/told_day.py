"""The day from which something is to be had, as a line of a note tells it: "free from February", "ab 3. März"."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from mdnet.core.dates import MONTH_NUMBERS

_FROM = (
    "from|in|on|starting|beginning|as of|not before|"
    "ab|im|am|erst|dès|en|à partir de|le|a partir de|desde|el|från|den|em|a partire da|da|dal|il|vanaf|op"
)
_BETWEEN = "of|the|early|mid|late|end|der|de|du|début|fin|dem|den|anfang|mitte|ende"
"""What may stand between such a word and the month."""


def first_day(text: str, written: date) -> date | None:
    """The earliest day that `text`, `written` on a day, tells of as the one from which, on which or in whose month
    something is; None where it tells of none. A month without a year is the next one of its name."""
    days = [day for found in _pattern().finditer(text) if (day := _day(found, written)) is not None]
    return min(days, default=None)


def _day(found: re.Match[str], written: date) -> date | None:
    month = MONTH_NUMBERS[found["month"].lower()]
    year = int(found["year"] or written.year + (month < written.month))
    try:
        return date(year, month, int(found["before"] or found["after"] or 1))
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    months = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))
    return re.compile(
        rf"\b(?:{_FROM})\s+(?:(?:{_BETWEEN})[\s-]+)*"
        rf"(?:(?P<before>\d\d?)(?:st|nd|rd|th|er|º|\.)?\s+(?:(?:{_BETWEEN})\s+)?)?"
        rf"(?P<month>{months})\b(?:\s+(?P<after>\d\d?)\b(?!\s*[:h.]))?(?:,?\s+(?:(?:de|del)\s+)?(?P<year>(?:19|20)\d\d)\b)?",
        re.IGNORECASE,
    )
