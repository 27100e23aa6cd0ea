"""Dates as people and Obsidian write them: ISO dates, moment.js formats of daily notes, cadences."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.core.settings import DailyNotes

ISO_DATE = r"\d{4}-\d\d-\d\d"
_ISO = re.compile(rf"({ISO_DATE})(?:[T ]\d\d:\d\d.*)?", re.ASCII)
FIGURES = rf"{ISO_DATE}|\d{{4}}/\d\d?/\d\d?|\d\d?\.\d\d?\.\d{{4}}"
"""A day in figures that is one day to everybody: `2026-11-03`, `2026/11/3`, and with dots always day, month, year."""
_SLASHES = re.compile(r"(\d{4})/(\d\d?)/(\d\d?)", re.ASCII)
_DOTS = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})", re.ASCII)
_LOOKS_LIKE_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?!\d)|\d{1,4}([./-])\d{1,2}\1\d{2,4}(?!\d)", re.ASCII)

_MONTHS = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
)
MONTH_NUMBERS = {name: number for names in _MONTHS for number, name in enumerate(names.split(), 1)}
"""Month names of eight languages, in lower case, with their numbers."""
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# moment.js, "Display > Format": the longest token first. A bracketed part is literal.
_TOKENS = (  # compiled where it is needed: not by every command
    r"\[([^\]]*)\]|(YYYY|GGGG|gggg|MMMM|dddd|DDDD|MMM|DDD|ddd|YY|GG|gg|Mo|MM|DD|Do|Qo|WW|Wo|ww|wo|dd|do"
    r"|HH|hh|mm|ss|M|D|Q|W|w|d|E|e|H|h|m|s|A|a|Y)"
)
_NAME = r"[^\W\d_]+\.?"
_ONE_OR_TWO = r"\d{1,2}"
_READ = {
    "YYYY": r"(?P<year>\d{4})", "Y": r"(?P<year>\d{4})", "YY": r"(?P<short>\d\d)",
    "GGGG": r"(?P<isoyear>\d{4})", "gggg": r"(?P<isoyear>\d{4})", "GG": r"\d\d", "gg": r"\d\d",
    "MM": r"(?P<month>\d\d)", "M": r"(?P<month>\d{1,2})", "Mo": r"(?P<month>\d{1,2})[^\W\d_.]*",
    "MMM": rf"(?P<name>{_NAME})", "MMMM": rf"(?P<name>{_NAME})",
    "DD": r"(?P<day>\d\d)", "D": r"(?P<day>\d{1,2})", "Do": r"(?P<day>\d{1,2})(?:[^\W\d_]+|[.º])?",
    "DDDD": r"(?P<dayofyear>\d{3})", "DDD": r"(?P<dayofyear>\d{1,3})",
    "WW": r"(?P<week>\d\d)", "W": r"(?P<week>\d{1,2})", "Wo": r"(?P<week>\d{1,2})[^\W\d_.]*",
    "ww": r"(?P<week>\d\d)", "w": r"(?P<week>\d{1,2})", "wo": r"(?P<week>\d{1,2})[^\W\d_.]*",
    "E": r"(?P<weekday>[1-7])", "d": "[0-6]", "e": "[0-6]", "do": "[0-6][^\\W\\d_]*",
    "dddd": _NAME.replace("+", "[^\\W\\d_-]*(?:-[^\\W\\d_]+)?", 1), "ddd": _NAME, "dd": _NAME,
    "Q": "[1-4]", "Qo": "[1-4][^\\W\\d_]*",
    "HH": r"\d\d", "H": _ONE_OR_TWO, "hh": r"\d\d", "h": _ONE_OR_TWO, "mm": r"\d\d", "m": _ONE_OR_TWO,
    "ss": r"\d\d", "s": _ONE_OR_TWO, "A": "[APap][Mm]", "a": "[APap][Mm]",
}  # fmt: skip


@lru_cache(maxsize=4096)  # the same few thousand days stand in all notes
def parse_date(text: str) -> date | None:
    """The date that `text` is: `2026-11-03`, also with a time behind it. None if it is no (possible) date."""
    match = _ISO.fullmatch(text.strip())
    if not match:
        return None
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def day_in_figures(text: str) -> date | None:
    """The day that `text` is, written in one of the ways of `FIGURES`; a time may stand behind the first."""
    day = parse_date(text)
    if day is not None:
        return day
    said = text.strip()
    if found := _SLASHES.fullmatch(said):
        year, month, number = found.groups()
    elif found := _DOTS.fullmatch(said):
        number, month, year = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None


def looks_like_date(text: object) -> bool:
    """Whether a text begins like a day in figures, in whatever order."""
    return isinstance(text, str) and _LOOKS_LIKE_DATE.match(text) is not None


def no_date(text: object) -> str:
    """What to tell of a text in the place of a date."""
    return f"“{text}” is no date; write it like 2026-11-03."


def single(value: Any) -> Any:
    """A property's value, and of a list that holds just one, that: editors write either."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def day_of(value: Any) -> date | None:
    """The day that a property says, plain or as a link; None if it says none."""
    said = single(value)
    if not isinstance(said, str):
        return None
    plain = said.strip().removeprefix("[[").removesuffix("]]")
    return parse_date(plain[:10]) or day_in_figures(plain)


@lru_cache(maxsize=64)
def moment_pattern(moment_format: str) -> re.Pattern[str]:
    """A pattern for the end of a path (without `.md`) written in a moment.js format, folders included.

    Its named groups are `year`, `month`, `day`, ...; a second token of the same kind must read the same.
    """
    out, seen, position = ["(?:^|/)"], set[str](), 0
    for token in re.finditer(_TOKENS, moment_format):
        out.append(re.escape(moment_format[position : token.start()]))
        position = token.end()
        literal, name = token.groups()
        if name is None:
            out.append(re.escape(literal))
            continue
        pattern = _READ[name]
        group = re.match(r"\(\?P<(\w+)>", pattern)
        if group and group[1] in seen:
            same = group[1] if name in ("YYYY", "MM", "DD", "GGGG", "WW", "DDDD") else ""
            pattern = f"(?P={same})" if same and _fixed(same, out) else re.sub(r"\?P<\w+>", "?:", pattern)
        elif group:
            seen.add(group[1])
        out.append(pattern)
    out.append(re.escape(moment_format[position:]) + r"\Z")
    return re.compile("".join(out))


def _fixed(group: str, parts: list[str]) -> bool:
    """Whether the group was first read from a token of fixed width, so that it may be asked for again."""
    return any(part.startswith(f"(?P<{group}>\\d{{4}}") or part == f"(?P<{group}>\\d\\d)" for part in parts)


def daily_date(path: str, daily: Sequence[DailyNotes]) -> date | None:
    """The day whose daily note lies at `path`, or None if it is no daily note.

    The note may lie deeper in the folder than its format says, for people sort old notes away by year.
    """
    if not path.endswith(".md"):
        return None
    for place in daily:
        folder = place.folder.strip("/")
        if folder and not path.startswith(folder + "/"):
            continue
        name = path[len(folder) + 1 if folder else 0 : -3]
        match = moment_pattern(place.format or "YYYY-MM-DD").search(name)
        day = _from_groups(match.groupdict()) if match else None
        if day:
            return day
    return None


def _from_groups(groups: dict[str, str | None]) -> date | None:
    number = {key: int(value) for key, value in groups.items() if value and key != "name"}
    year = number.get("year") or (2000 + number["short"] if "short" in number else None)
    month = number.get("month") or month_number(groups.get("name") or "")
    try:
        if year and month and "day" in number:
            return date(year, month, number["day"])
        if year and "dayofyear" in number:
            day = date(year, 1, 1) + timedelta(days=number["dayofyear"] - 1)
            return day if day.year == year else None
        if "isoyear" in number and "week" in number and "weekday" in number:
            return date.fromisocalendar(number["isoyear"], number["week"], number["weekday"])
    except (ValueError, OverflowError):
        pass
    return None


def month_number(name: str) -> int | None:
    """The month that a name or its beginning means, in any of the known languages, if it is just one."""
    low = name.casefold().rstrip(".")
    if low in MONTH_NUMBERS:
        return MONTH_NUMBERS[low]
    found = {number for month, number in MONTH_NUMBERS.items() if month.startswith(low)} if len(low) > 2 else ()
    return next(iter(found)) if len(found) == 1 else None


def format_moment(moment_format: str, day: date) -> str:
    """`day` in a moment.js format, names in English; times read as midnight."""
    iso = day.isocalendar()
    weekday = day.isoweekday() % 7
    locale_year, locale_week = _locale_week(day)
    month = _MONTHS[0].split()[day.month - 1].capitalize()
    name = _DAYS[day.weekday()]
    day_of_year = day.timetuple().tm_yday
    quarter = (day.month + 2) // 3
    values = {
        "YYYY": f"{day.year:04}", "Y": f"{day.year}", "YY": f"{day.year % 100:02}",
        "GGGG": f"{iso.year:04}", "GG": f"{iso.year % 100:02}",
        "gggg": f"{locale_year:04}", "gg": f"{locale_year % 100:02}",
        "MMMM": month, "MMM": month[:3], "MM": f"{day.month:02}", "M": f"{day.month}", "Mo": _ordinal(day.month),
        "DDDD": f"{day_of_year:03}", "DDD": f"{day_of_year}",
        "DD": f"{day.day:02}", "D": f"{day.day}", "Do": _ordinal(day.day),
        "dddd": name, "ddd": name[:3], "dd": name[:2], "d": f"{weekday}", "e": f"{weekday}",
        "do": _ordinal(weekday), "E": f"{day.isoweekday()}",
        "WW": f"{iso.week:02}", "W": f"{iso.week}", "Wo": _ordinal(iso.week),
        "ww": f"{locale_week:02}", "w": f"{locale_week}", "wo": _ordinal(locale_week),
        "Q": f"{quarter}", "Qo": _ordinal(quarter),
        "HH": "00", "H": "0", "hh": "12", "h": "12", "mm": "00", "m": "0", "ss": "00", "s": "0", "A": "AM", "a": "am",
    }  # fmt: skip
    return re.sub(_TOKENS, lambda token: values[token[2]] if token[2] else token[1], moment_format)


def _locale_week(day: date) -> tuple[int, int]:
    """Week-year and week of moment's English locale: weeks begin on Sunday, the first holds 1 January."""
    saturday = day + timedelta(days=6 - day.isoweekday() % 7)
    return saturday.year, (saturday.timetuple().tm_yday + 6) // 7


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


_CADENCE_WORDS = {
    "never": 0, "none": 0, "daily": 1, "weekly": 7, "biweekly": 14, "fortnightly": 14, "monthly": 30,
    "bimonthly": 61, "quarterly": 91, "yearly": 365, "annually": 365,
}  # fmt: skip
_CADENCE = r"(?:every )?(\d{1,4})?[ -]?(d|w|m|mo|q|y|days?|weeks?|months?|quarters?|years?)"
_UNIT_DAYS = {"d": 1.0, "w": 7.0, "m": 365.25 / 12, "q": 365.25 / 4, "y": 365.25}


def cadence_days(value: object) -> int | None:
    """How many days a `cadence` means: `30d`, `6w`, `3m`, `1y`, `2 weeks`, `monthly`; 0 for `never`.

    None if there is none or it makes no sense (`parse` reports that). A bare number is days.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    text = " ".join(str(value).casefold().split())
    if text in _CADENCE_WORDS:
        return _CADENCE_WORDS[text]
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < 5 else None
    match = re.fullmatch(_CADENCE, text)
    if not match or not (match[1] or text.startswith("every")):
        return None
    return int(int(match[1] or 1) * _UNIT_DAYS[match[2][0]])
