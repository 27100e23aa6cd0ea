"""Reciprocity: what the user gave, asked for and got, per person, with a quiet word when it tips."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from mdnet.core.identity import normalise
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdnet.core.model import Exchange, Network

TAKEN_AHEAD = 2
"""Favours taken beyond those given from which to offer help first: one may be open, two is a habit."""
GIVEN_ALONE = 4
"""Gifts within the period without anything coming back from which to take care not to tire."""

Tilt = Literal["ask-first", "do-not-tire"]


@dataclass(frozen=True, slots=True)
class Balance:
    """What passed between the user and one person within the period; all counts are of records."""

    person: str
    person_path: str
    gave: int = 0
    asked: int = 0
    got: int = 0
    last_gave: date | None = None
    last_asked: date | None = None
    last_got: date | None = None

    @property
    def taken(self) -> int:
        """Favours taken. One that was asked for and came stands as `asked` and as `got`, yet is one."""
        return max(self.asked, self.got)

    @property
    def tilt(self) -> Tilt | None:
        """Which way it tips: much taken for little given, or much given and nothing back; else None."""
        if self.taken - self.gave >= TAKEN_AHEAD and self.taken >= 2 * self.gave:
            return "ask-first"
        if self.gave >= GIVEN_ALONE and self.got == 0:
            return "do-not-tire"
        return None

    @property
    def warning(self) -> str:
        """A kind sentence about `tilt`, or ""."""
        if self.tilt == "ask-first":
            gave = "gave nothing" if not self.gave else f"gave {times(self.gave)}"
            taken = f"asked {times(self.asked)}" if self.asked >= self.got else f"got help {times(self.got)}"
            return f"you {taken} and {gave}: ask how you can help first"
        if self.tilt == "do-not-tire":
            return f"you gave {times(self.gave)} and nothing came back: do not tire"
        return ""


def times(count: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def months_before(day: date, months: int) -> date:
    """The day `months` calendar months before `day`, at the end of a shorter month where there is no such day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = max(index // 12, 1), index % 12 + 1
    last = 31 if month == 12 else (date(year, month + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def ledger(network: Network, today: date, months: int = 12) -> dict[str, Balance]:
    """By person's path, everybody with whom something passed in the `months` up to `today`.

    A record that stands twice (merged by a sync tool: same block id, or same day and wording) counts once.
    """
    start = months_before(today, months)
    sums: dict[str, Balance] = {}
    for exchange in distinct(network.exchanges):
        if exchange.verb == "met" or not start < exchange.date <= today:
            continue
        path = exchange.person_path
        sums[path] = _add(sums.get(path) or Balance(exchange.person, path), exchange)
    return sums


def distinct(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """`exchanges` in order, without those that stand twice."""
    seen: dict[tuple[str, str, str], list[Exchange]] = {}
    kept: list[Exchange] = []
    for exchange in exchanges:
        key = (exchange.verb, exchange.person_path, exchange.block_id or exchange.date.isoformat())
        twins = seen.setdefault(key, [])
        if twins and (exchange.block_id or normalise(exchange.text) in {normalise(twin.text) for twin in twins}):
            continue
        twins.append(exchange)
        kept.append(exchange)
    return kept


def _add(sum_: Balance, exchange: Exchange) -> Balance:
    def later(known: date | None) -> date:
        return exchange.date if known is None else max(known, exchange.date)

    counts = {"gave": sum_.gave, "asked": sum_.asked, "got": sum_.got}
    lasts = {"gave": sum_.last_gave, "asked": sum_.last_asked, "got": sum_.last_got}
    counts[exchange.verb] += 1
    lasts[exchange.verb] = later(lasts[exchange.verb])
    return Balance(
        sum_.person,
        sum_.person_path,
        **counts,
        last_gave=lasts["gave"],
        last_asked=lasts["asked"],
        last_got=lasts["got"],
    )
