"""Where a new item goes in a note, and how the note writes such items."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from mdnet.core import blocks
from mdnet.core.blocks import Kind
from mdnet.core.syntax import parse_item
from mdnet.core.values import dataclass
from mdnet.errors import WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from mdnet.core.settings import Settings

DateStyle = Literal["leading", "link", "field"]
_BULLET = re.compile(r"([ \t]*)([-*+]|\d{1,9}[.)])([ \t]+)")
_LEADING = re.compile(r"(?:\[.\][ \t]+)?(?:#\w+[ \t]+)?(?P<link>\[\[)?\d{4}-\d{2}-\d{2}")
_OPENER = re.compile(r"```|~~~|%%|<")
_ANY_ITEM = ("", "- x")
_FIELD = re.compile(r"➕|\[created::")


@dataclass(frozen=True, slots=True)
class Slot:
    """Where to put a new item: before line `before` (from 0), with these lines around it, and its style."""

    before: int
    above: tuple[str, ...] = ()
    """Lines to write above the item: a heading that was not there, blank lines."""
    below: tuple[str, ...] = ()
    bullet: str = "- "
    """Indentation, sign and blanks."""
    dates: DateStyle | None = None
    """How the items there write their date; None where none has one."""


@dataclass(frozen=True, slots=True)
class Dated:
    """The day of a new item that goes among others by their days, which are read by the vault's settings."""

    day: date
    settings: Settings


def find_slot(
    lines: Sequence[str],
    names: Iterable[str],
    new_heading: str,
    *,
    body: int,
    before: str = "",
    dated: Dated | None = None,
) -> Slot:
    """The place for a new item under the first heading called one of `names` (lower case).

    `lines` are the whole file's, without line ends; the text begins at line `body` (from 0). Where there is no such
    heading, one called `new_heading` is made: above the heading called `before` if that is there, else at the end.
    What is `dated` goes where its day has its place, in the order of days that the items have; else it comes last.
    """
    known = set(names)
    text = list(lines[body:])
    outline = blocks.scan(text)
    for at, (level, title) in sorted(outline.headings.items()):
        if title.strip().rstrip(":").casefold() in known:
            return _in_section(text, outline, at, level, body, dated)
    return _new_section(text, outline, new_heading, before, body)


def never_closed(text: Sequence[str]) -> int:
    """The line (from 1) that opens code or a comment in which the text ends; 0 where an item can follow it."""
    if adds_an_item(text, _ANY_ITEM):
        return 0
    openers = (at for at in range(len(text) - 1, 0, -1) if _OPENER.search(text[at]))
    return next((at + 1 for at in openers if adds_an_item(text[:at], _ANY_ITEM)), 1)


def adds_an_item(text: Sequence[str], below: Sequence[str]) -> bool:
    """Whether the last of the lines `below` is read as a list item, and all of `text` above it as it was."""
    outline = blocks.scan([*text, *below])
    at = len(outline.kinds) - 1
    return (
        outline.items.get(at) is not None
        and outline.kinds[at] in (Kind.ITEM, Kind.HEADING)
        and outline.kinds[: len(text)] == blocks.scan(text).kinds
    )


def _in_section(
    text: Sequence[str], outline: blocks.Blocks, heading: int, level: int, body: int, dated: Dated | None
) -> Slot:
    begin = heading + 1
    if begin < len(text) and outline.kinds[begin] is Kind.RULE and text[begin].strip("=- \t") == "":
        begin += 1  # the underline of a setext heading
    end = next(
        (at for at, (other, _) in sorted(outline.headings.items()) if at > heading and other <= level), len(text)
    )
    own_end = next((at for at in sorted(outline.headings) if heading < at < end), end)
    items = [at for at, parent in outline.items.items() if begin <= at < own_end and parent < 0]
    items = [at for at in items if outline.kinds[at] is Kind.ITEM]
    if not items:
        return _first_item(text, outline, begin, own_end, body)
    bullet, dates = _style([text[at] for at in items])
    if dated and (later := _next_in_order(text, items, dated)) is not None:
        return Slot(body + later, bullet=bullet, dates=dates)
    last = items[-1]
    after = last + 1
    while after < own_end and _belongs(outline, after, last):
        after += 1
    while after > last + 1 and outline.kinds[after - 1] is Kind.BLANK:
        after -= 1
    return Slot(body + after, bullet=bullet, dates=dates)


def _next_in_order(text: Sequence[str], items: Sequence[int], dated: Dated) -> int | None:
    """The line of the item before which a new one of that day goes; None where it comes last.

    Of one day, the new one is the later one. What has no day belongs to what stands above it.
    """
    known = [(at, day) for at in items if (day := _day(text[at], dated.settings))]
    days = [day for _, day in known]
    if _is_newest_first(days):
        return next((at for at, day in known if day <= dated.day), None)
    last = max((place for place, day in enumerate(days) if day <= dated.day), default=-1)
    return known[last + 1][0] if last + 1 < len(known) else None


def _is_newest_first(days: Sequence[date]) -> bool:
    falls = sum(after < before for before, after in pairwise(days))
    rises = sum(after > before for before, after in pairwise(days))
    return falls > rises or (falls == rises and falls > 0 and days[0] > days[-1])


def _belongs(outline: blocks.Blocks, line: int, item: int) -> bool:
    """Whether `line` is part of `item`: its own text, a nested item, a blank line within."""
    owner = outline.owner[line]
    while owner >= 0:
        if owner == item:
            return True
        owner = outline.items.get(owner, -1)
    return outline.kinds[line] is Kind.BLANK


def _first_item(text: Sequence[str], outline: blocks.Blocks, begin: int, end: int, body: int) -> Slot:
    """A section without items: the new one goes after its text, or right under the heading as the note does it."""
    bullet = _style([text[at] for at in sorted(outline.items) if outline.kinds[at] is Kind.ITEM])[0]
    last = end
    while last > begin and not text[last - 1].strip():
        last -= 1
    below = ("",) if end < len(text) and last == end else ()
    shown = blocks.scan([*text[:last], "", "- x"]).kinds[-1] is Kind.ITEM  # False within code never closed
    if last > begin and shown:  # some text: keep a blank line between it and the list
        return Slot(body + last, above=("",), below=below, bullet=bullet)
    gap = 1 if begin < end and not text[begin].strip() and _blank_under_headings(text, outline) else 0
    return Slot(body + begin + gap, below=below, bullet=bullet)


def _blank_under_headings(text: Sequence[str], outline: blocks.Blocks) -> bool:
    """Whether this note leaves a blank line under its headings."""
    under = [text[at + 1].strip() for at in outline.headings if at + 2 < len(text) and text[at + 2].strip()]
    return bool(under) and sum(not line for line in under) * 2 > len(under)


def _new_section(text: Sequence[str], outline: blocks.Blocks, name: str, before: str, body: int) -> Slot:
    items = [text[at] for at in sorted(outline.items) if outline.kinds[at] is Kind.ITEM]
    bullet = _style(items)[0]
    levels = [level for level, _ in outline.headings.values() if level > 1]
    heading = "#" * (min(levels) if levels else 2) + f" {name}"
    gap = ("",) if _blank_under_headings(text, outline) else ()
    target = next((at for at, (_, title) in sorted(outline.headings.items()) if title.casefold() == before), None)
    if before and target is not None:
        return Slot(body + target, above=(heading, *gap), below=("",), bullet=bullet)
    end = len(text)
    while end > 0 and not text[end - 1].strip():
        end -= 1
    if end == 0:
        return Slot(body + len(text), above=(heading, *gap), bullet=bullet)
    if blocks.scan([*text[:end], "", heading]).kinds[-1] is not Kind.HEADING:
        raise WriteRefusedError(
            "the note ends within a code block or a comment that is never closed: close it, or add the heading "
            f"'{heading}' where you want it; nothing was written"
        )
    return Slot(body + end, above=("", heading, *gap), bullet=bullet)


def _style(items: Sequence[str]) -> tuple[str, DateStyle | None]:
    """The bullet and the date form of the last item that has one; `- ` and None where there is none."""
    bullet = "- "
    for item in items:
        if (found := _BULLET.match(item)) and not found[2][0].isdigit() and not found[1]:
            bullet = found[2] + found[3][:1]
    styles: list[DateStyle] = []
    for item in items:
        rest = _BULLET.sub("", item, count=1)
        if leading := _LEADING.match(rest):
            styles.append("link" if leading["link"] else "leading")
        elif _FIELD.search(rest):
            styles.append("field")
    return bullet, styles[-1] if styles else None


def _day(item: str, settings: Settings) -> date | None:
    """The day that an item says, whether it says what happened by a verb or not."""
    record = parse_item(item, settings, "met").record
    return (record.date or record.created) if record else None
