"""Dates as people say them: `yesterday`, `last friday`, `in 3 weeks`, `hace 3 días`, `2026-12-01`."""

from __future__ import annotations

import locale
import re
import sys
import warnings
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})", re.ASCII)
_DOTS = re.compile(r"(\d{1,2})\. ?(\d{1,2})\.(?: ?(\d{4}|\d\d))?", re.ASCII)
_SLASHES = re.compile(r"(\d{1,2})([/-])(\d{1,2})(?:\2(\d{4}|\d\d))?", re.ASCII)
_NO_DATE = re.compile(r"\d{1,7}\.?", re.ASCII)
_YEARS_OF_A_LEAP = 8
DAYS_OF_A_WEEK = 7
_RELATIVE = {"today": 0, "yesterday": -1, "tomorrow": 1}


Towards = Literal["past", "future"]


def month_first(environ: Mapping[str, str]) -> bool:
    """Whether 3/11 is the 11th of March where the user lives: in the USA, as their locale says."""
    said = next((environ[name] for name in ("LC_ALL", "LC_TIME", "LANG") if environ.get(name)), "")
    if not said and sys.platform == "win32":
        said = locale.getlocale()[0] or ""
    return said.partition(".")[0].endswith(("_US", "_United States"))


def parse_natural(text: str, today: date, towards: Towards, *, months_first: bool = False) -> date | None:
    """The day that `text` means as said on `today`, or None; `friday` is the one `towards` past or future.

    Days in figures and the commonest words need no library; the rest is dateparser's, in any of its languages. With
    dots the day goes first, as in all languages that write it so; with slashes where not `months_first`.
    """
    text = text.strip()
    if _ISO.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    if text.casefold() in _RELATIVE:
        return date.fromordinal(today.toordinal() + _RELATIVE[text.casefold()])
    if not text or len(text) > 60 or _NO_DATE.fullmatch(text):
        return None
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(found[1], found[3], found[4], today, towards)
    if found := _DOTS.fullmatch(text):
        return _day(found[3], found[2], found[1], today, towards)
    if (found := _SLASHES.fullmatch(text)) and (found[4] or found[2] == "/"):
        one, other = (found[1], found[3]) if months_first else (found[3], found[1])
        return _day(found[4], one, other, today, towards) or _day(found[4], other, one, today, towards)
    # A text that names a day is taken as it is; one that names none must be a weekday near by, or else
    # "november" would mean the 24th of November.
    order = "MDY" if months_first else "DMY"
    meant = _dateparser(text, today, towards, ["day"], order)
    if meant is None:
        meant = _dateparser(text, today, towards, [], order)
        if meant is not None and not 0 < abs((meant.date() - today).days) <= DAYS_OF_A_WEEK:
            return None
    if meant is None or meant.time() not in (time(0), time(12)):  # "15.12" would be a quarter past three
        return None
    return meant.date()


def _day(year: str | None, month: str, day: str, today: date, towards: Towards) -> date | None:
    """The day in figures; without a year the nearest one `towards` past or future, today being both."""
    if year:
        years = [int(year) + (2000 if len(year) == 2 else 0)]
    else:
        step = -1 if towards == "past" else 1
        years = [today.year + step * ahead for ahead in range(_YEARS_OF_A_LEAP + 1)]
    for known in years:
        try:
            found = date(known, int(month), int(day))
        except ValueError:
            continue
        if year or (found <= today if towards == "past" else found >= today):
            return found
    return None


def _dateparser(text: str, today: date, towards: Towards, required: list[str], order: str) -> datetime | None:
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
                "DATE_ORDER": order,
                "RETURN_AS_TIMEZONE_AWARE": False,
            },
        )
    return found
