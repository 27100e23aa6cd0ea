"""Lines that were meant as records, or as part of one, and are none, and days that were meant to be others.
They are told of, for nothing else shows that.

A record is one list item on one line. What is told: a plain item right under a heading for needs, a line that begins
with a verb's tag and no bullet, and a line that goes on where a need or an offer stopped in the middle.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdnet.core import inline, mdlinks
from mdnet.core.blocks import Kind
from mdnet.core.mdtext import cut
from mdnet.core.model import Problem
from mdnet.core.syntax import without_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from mdnet.core.blocks import Blocks
    from mdnet.core.model import Exchange, Record
    from mdnet.core.verbs import Grammar

_BULLET = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+")
_SHOWN = 60
_YEAR = 366
_ENDS = (".", "!", "?", "…", ":", ";", ")", "”", '"')
_HARD_BREAK = ("  ", "\\")


def far_ahead(exchanges: Iterable[Exchange], today: date) -> Iterator[Problem]:
    """What to tell of contacts of a day more than a year away: nobody notes these."""
    for exchange in exchanges:
        if (exchange.date - today).days > _YEAR:
            yield Problem(
                exchange.path, exchange.line, f"{exchange.date} is more than a year ahead; is the year right?"
            )


def plain_item(raw: str, verb: str) -> str:
    """What to tell of an item without a box under a heading for such; "" where it only names what stands below it."""
    said = _BULLET.sub("", raw, count=1).strip()
    if not said or said.endswith(":") or (said.startswith("[") and said[2:3] == "]"):
        return ""
    return f"“{cut(said, _SHOWN)}” is read as no {verb}: put a box before it, as in - [ ] {cut(said, _SHOWN)}"


def without_bullet(lines: Sequence[str], structure: Blocks, words: Grammar, *, own: bool) -> Iterator[tuple[int, str]]:
    """The lines (from 0) that begin with a verb's tag and are no items, each with what to tell of it.

    In a person's own note (`own`) any words make it a record that was meant, elsewhere a link does.
    """
    for number, line in enumerate(lines):
        if "#" not in line or structure.kinds[number] is not Kind.TEXT or not (said := line.lstrip()).startswith("#"):
            continue
        tag = inline.TAG.match(said)
        verb = words.verb_of(tag[1]) if tag else None
        if tag and verb and ("[[" in mdlinks.as_wiki(said) or (own and inline.TAG.sub("", said).strip())):
            yield number, f"this #{verb} is no list item, so it is read as text: write “- ” before it"


def goes_on(
    lines: Sequence[str], structure: Blocks, records: Sequence[Record], first: int
) -> Iterator[tuple[int, str]]:
    """The lines (from 0) with which a need or an offer goes on; `first` is the number of the text's first line."""
    for record in records:
        number = record.line - first
        if record.origin != "line" or record.verb not in ("need", "offer") or number + 1 >= len(lines):
            continue
        if structure.kinds[number + 1] is Kind.TEXT and structure.owner[number + 1] == number and _stops(lines[number]):
            said = cut(record.text, _SHOWN)
            yield number + 1, f"this line is no part of the {record.verb} “{said}”, which ends with its own line"


def _stops(raw: str) -> bool:
    """Whether a line stops in the middle: with no field, no block id, no hard break, and no sign that ends a text."""
    plain = raw.rstrip()
    if raw.endswith(_HARD_BREAK) or plain.endswith(_ENDS):
        return False
    said = _BULLET.sub("", plain, count=1)
    return without_fields(said).rstrip() == said
