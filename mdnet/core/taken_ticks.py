"""Which answers on the pages go with a write that is taken back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdnet.core.carry_out import is_done
from mdnet.core.ticks import read_tick

if TYPE_CHECKING:
    from collections.abc import Iterable

_DECIDED = re.compile(r"\^([mhts]-[0-9a-z]{8}[0-9a-z-]*)")


def taken_ticks(diffs: Iterable[str]) -> set[str]:
    """The ids of the answers that were carried out by what these diffs, of notes, take away: they are in a line that
    goes, and in none that comes in its place."""
    gone: set[str] = set()
    back: set[str] = set()
    for line in _lines(diffs):
        (gone if line.startswith("-") else back).update(_DECIDED.findall(line))
    return gone - back


def unmarked_ticks(diffs: Iterable[str]) -> set[str]:
    """The ids of the answers that a page no longer calls carried out. All else that is taken back on a page is not
    what an answer asked for: what the user answered there stays."""
    gone: set[str] = set()
    back: set[str] = set()
    for line in _lines(diffs):
        if (tick := read_tick(line[1:], 0)) and is_done(tick):
            (gone if line.startswith("-") else back).add(tick.id)
    return gone - back


def _lines(diffs: Iterable[str]) -> Iterable[str]:
    return (line for diff in diffs for line in diff.split("\n") if line[:1] in ("-", "+"))
