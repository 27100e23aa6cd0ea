"""What in a record looks like a day and is read as none: to be told of, or the record counts as of another day."""

from __future__ import annotations

import re

from mdnet.core.dates import ISO_DATE, month_number

_FIGURES = r"\d{1,4}([./-])\d{1,2}\1(?:\d{4}|\d\d)?(?![\w/.-])"
_FIGURES_ONLY = re.compile(rf"{_FIGURES}|\d{{1,2}}/\d{{1,2}}", re.ASCII)
_WHOLE_FIGURES = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{2,4}(?![\w/.-])", re.ASCII)
_AROUND = " \t*_()[]:,;–—-"
_NUMBER = re.compile(r"(\d{1,2}|\d{4})(?:st|nd|rd|th)?", re.ASCII)
_WORD = re.compile(r"[^\s,.]+")
_BETWEEN = frozenset(("of", "de", "del", "den", "der", "the"))
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = 40
_SIGN = re.compile(r"[➕📅📆🗓⏳⌛🛫✅❌]\ufe0f?\s*")
_IN_PROSE = "✅❌"
_FEW_WORDS = 4
_ISO = re.compile(ISO_DATE)


def day_before(text: str) -> str:
    """What stands before a record's verb, where it is a day and nothing else; else ""."""
    said = text.strip(_AROUND)
    if not said or len(said) > _LONGEST:
        return ""
    return said if _FIGURES_ONLY.fullmatch(said) or _is_in_words(_WORD.findall(said)) else ""


def day_at_start(text: str) -> str:
    """The day with its year with which a record's text begins; else ""."""
    if found := _WHOLE_FIGURES.match(text):
        return found[0]
    words = list(_WORD.finditer(text[:_LONGEST]))
    for count in (4, 3):
        first = words[:count]
        if len(first) == count and len(first[-1][0]) == 4 and _is_in_words([word[0] for word in first]):
            return text[: first[-1].end()]
    return ""


def field_without_day(text: str, *, whatever: bool) -> str:
    """The last field in a record's text whose sign is not followed by a day as it must be written; else "".

    With `whatever` a few words of any kind behind the sign are meant as a day, else only what looks like one.
    """
    if text.isascii():
        return ""
    found = None
    for found in _SIGN.finditer(text):  # noqa: B007 -- the last one
        pass
    if found is None or not text[: found.start()].strip():
        return ""
    said = text[found.end() :].strip()
    if not said or _ISO.match(said):
        return ""
    words = said.split()
    few = whatever and len(words) <= _FEW_WORDS and found[0][0] not in _IN_PROSE
    return f"{found[0].strip()} {said}" if few or _FIGURES_ONLY.fullmatch(words[0]) else ""


def _is_in_words(words: list[str]) -> bool:
    """Whether the words are a month, the numbers of a day and a year, and what may stand between these."""
    months = numbers = 0
    for word in words:
        low = word.casefold()
        if _NUMBER.fullmatch(low):
            numbers += 1
        elif month_number(low) is not None:
            months += 1
        elif low not in _BETWEEN and not low.startswith(_WEEKDAYS):
            return False
    return months == 1 and 1 <= numbers <= 2
