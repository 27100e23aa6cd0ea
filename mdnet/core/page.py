"""The review page as a form: what was ticked, and what is remembered by it.

A page is `Reviews/2026-W47.md`. What mdnet wrote stands between `%% mdnet:begin NAME %%` and
`%% mdnet:end %%`; all else is the user's. How `merge` writes a page anew over an edited one: see `core/merge`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from mdnet.core.markers import front_matter_end, may_ask
from mdnet.core.merge import merge
from mdnet.core.ticks import Tick, asked_id, read_tick, read_unclear, split_match_id
from mdnet.core.values import dataclass, field
from mdnet.core.weeks import parse_week

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

__all__ = ["Answers", "PageForm", "Tick", "answers", "merge", "read"]

_WEEK = re.compile(r"^week:[ \t]*[\"']?(\d{4}-?W\d{2})[\"']?[ \t\r]*(?:#.*)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageForm:
    """A review page as it was read."""

    week: str = ""
    """`2026-W47`, from the front matter; "" where there is none."""
    ticks: tuple[Tick, ...] = ()
    """In order, wherever on the page they stand; a line that a sync tool doubled stands twice."""
    unclear: tuple[Tick, ...] = ()
    """The questions with a sign in their box that mdnet does not know."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What all the pages together remember. Pairs are (need id, passage id)."""

    dismissed: frozenset[tuple[str, str]] = frozenset()
    passed_on: frozenset[tuple[str, str]] = frozenset()
    undecided: frozenset[tuple[str, str]] = frozenset()
    """On a page and answered on none."""
    helped: frozenset[str] = frozenset()
    """Ids of needs."""
    not_helped: frozenset[tuple[str, str | None]] = frozenset()
    touched: frozenset[tuple[str, str]] = frozenset()
    """(hash of the person's name, week)."""
    not_touched: frozenset[tuple[str, str]] = frozenset()
    refuted: dict[str, date] = field(default_factory=dict)
    """Need id to the latest day on which it was said to be true no more."""
    looked_at: dict[str, date] = field(default_factory=dict)
    """Need id to the latest day of any answer about it."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Need id that a line was written with to the one of today; see `core.renamed`."""

    def pair_of(self, block_id: str | None) -> tuple[str, str] | None:
        """`split_match_id`, with the need by its id of today where a page knows it."""
        pair = split_match_id(block_id)
        return (self.renamed.get(pair[0], pair[0]), pair[1]) if pair else None

    def match_ids(self, which: Literal["dismissed", "passed_on", "undecided"]) -> frozenset[str]:
        """Those pairs as `m-NEED-PASSAGE`, the form in which `Match.id` has them."""
        pairs = {"dismissed": self.dismissed, "passed_on": self.passed_on, "undecided": self.undecided}[which]
        return frozenset(f"m-{need}-{passage}" for need, passage in pairs)


def read(text: str) -> PageForm:
    """The page with all its ticks, however it was edited: lines moved, indented, doubled, markers lost."""
    lines = text.split("\n")
    body = front_matter_end(lines)
    named = (found[1] for line in lines[:body] if (found := _WEEK.match(line)))
    week = next((str(parse_week(text)) for text in named if _valid(text)), "")
    ticks: list[Tick] = []
    unclear: list[Tick] = []
    for at, line in may_ask(lines):
        if tick := read_tick(line, at + 1, week):
            ticks.append(tick)
        if tick := read_unclear(line, at + 1, week):
            unclear.append(tick)
    return PageForm(week, tuple(ticks), tuple(unclear))


def answers(pages: Iterable[PageForm]) -> Answers:
    """All answers on all pages. Of a line that stands twice, any answered copy counts."""
    dismissed: set[tuple[str, str]] = set()
    passed_on: set[tuple[str, str]] = set()
    listed: set[tuple[str, str]] = set()
    helped: set[str] = set()
    not_helped: set[tuple[str, str | None]] = set()
    touched: set[tuple[str, str]] = set()
    not_touched: set[tuple[str, str]] = set()
    refuted: dict[str, date] = {}
    looked_at: dict[str, date] = {}
    renamed: dict[str, str] = {}
    for page in pages:
        for tick in page.ticks:
            yes, need = tick.answer == "yes", tick.need_id or ""
            if asked_id(tick) != tick.id and need:
                renamed[tick.id.split("-")[1]] = need
            if tick.kind == "match" and tick.passage_id:
                listed.add((need, tick.passage_id))
            if tick.answer is None:
                continue
            if tick.kind == "match" and tick.passage_id:
                (passed_on if yes else dismissed).add((need, tick.passage_id))
            elif tick.kind == "touch":
                (touched if yes else not_touched).add((tick.person_hash or "", tick.week))
            elif tick.kind == "still":
                if not yes:
                    _latest(refuted, need, tick)
            elif yes:
                helped.add(need)
            else:
                not_helped.add((need, tick.passage_id))
            if need:
                _latest(looked_at, need, tick)
    return Answers(
        frozenset(dismissed),
        frozenset(passed_on),
        frozenset(listed - dismissed - passed_on),
        frozenset(helped),
        frozenset(not_helped),
        frozenset(touched),
        frozenset(not_touched),
        refuted,
        looked_at,
        renamed,
    )


def _latest(days: dict[str, date], need: str, tick: Tick) -> None:
    """Note the day of an answer: the one in its done field, else the Monday of its week."""
    day = tick.done
    if day is None and tick.week and _valid(tick.week):
        day = parse_week(tick.week).first
    if day is not None:
        days[need] = max(day, days.get(need, day))


def _valid(week: str) -> bool:
    try:
        parse_week(week)
    except ValueError:
        return False
    return True
