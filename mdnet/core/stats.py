"""The network over time: needs opened and helped, how long help took, contacts, balance, ties gone quiet."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from mdnet.core.balance import distinct, ledger, months_before
from mdnet.core.cadence import last_contacts
from mdnet.core.model import LIVE
from mdnet.core.values import dataclass
from mdnet.core.weeks import week_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mdnet.core.model import Need, Network, Person

WEEKS = 26
MONTHS = 12
QUIET_DAYS = 60
"""Nobody is called neglected sooner than this after the last contact."""
QUIET_TIMES = 3
"""So many times their usual gap a tie without a cadence of its own must be silent."""
_FEW_DAYS = 3  # so many days of contact make a usual gap
TILTS = ("-3", "-2", "-1", "0", "1", "2", "3")
"""Given less taken, the ends standing for "or more"."""


@dataclass(frozen=True, slots=True)
class WeekStats:
    """One week: needs of others that were opened and helped in it, and open (or being helped with) at its end.

    `days_to_help` is the median over those helped in the twelve weeks up to this one, None where there were none.
    """

    week: str
    first: date
    opened: int
    helped: int
    open: int
    days_to_help: float | None


@dataclass(frozen=True, slots=True)
class MonthStats:
    """One calendar month; `month` is `2026-11`. Contacts are counted by their verb."""

    month: str
    opened: int
    helped: int
    met: int
    gave: int
    asked: int
    got: int

    @property
    def contacts(self) -> int:
        """Of all kinds."""
        return self.met + self.gave + self.asked + self.got


@dataclass(frozen=True, slots=True)
class Neglected:
    """A tie gone quiet: silent for `days`, where `usual` days between contacts were wanted or were the habit."""

    person: str
    person_path: str
    last_contact: date
    days: int
    usual: int
    by_cadence: bool


@dataclass(frozen=True, slots=True)
class Stats:
    """All of it. Needs are those of others, without those whose record gives no day where a day is counted."""

    today: date
    people: int
    open: int
    helping: int
    helped: int
    dropped: int
    undated_helped: int
    """Helped, but no day says when: left out of the weeks and of the days to help."""
    median_days_to_help: float | None
    weeks: tuple[WeekStats, ...]
    """Oldest first, this week last."""
    months: tuple[MonthStats, ...]
    balance: tuple[tuple[str, int], ...]
    """How many people with whom something passed in twelve months stand at each of `TILTS`."""
    neglected: tuple[Neglected, ...]
    """Longest silent, measured by what was usual, first."""


def measure(network: Network, today: date, *, default_cadence: int | None = None) -> Stats:
    """The figures of `network` as of `today`; `default_cadence` in days for people without one of their own."""
    mine = network.me.path if network.me else ""
    needs = [need for need in network.needs if need.person_path != mine]
    states = Counter(need.state for need in needs)
    times = [days for need in needs if (days := days_to_help(need)) is not None]
    return Stats(
        today=today,
        people=len(network.people),
        open=states["open"],
        helping=states["helping"],
        helped=states["helped"],
        dropped=states["dropped"],
        undated_helped=sum(need.state == "helped" and need.done is None for need in needs),
        median_days_to_help=median(times) if times else None,
        weeks=tuple(_weeks(needs, today)),
        months=tuple(_months(needs, network, today)),
        balance=tuple(_tilts(network, today)),
        neglected=tuple(neglected(network, today, default_cadence)),
    )


def days_to_help(need: Need) -> int | None:
    """Days from when the need was noted to when it was helped; None where either is not known for sure."""
    if need.state != "helped" or need.done is None or need.created is None or need.created_source == "file":
        return None
    return max((need.done - need.created).days, 0)


def _weeks(needs: Sequence[Need], today: date) -> Iterable[WeekStats]:
    week = week_of(today)
    mondays = [week.first - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    for first in mondays:
        last = first + timedelta(days=6)
        lately = [
            days
            for need in needs
            if need.done and last - timedelta(weeks=12) < need.done <= last and (days := days_to_help(need)) is not None
        ]
        yield WeekStats(
            week=str(week_of(first)),
            first=first,
            opened=sum(_in(need.created, first, last) for need in needs),
            helped=sum(need.state == "helped" and _in(need.done, first, last) for need in needs),
            open=sum(_open_on(need, min(last, today)) for need in needs),
            days_to_help=median(lately) if lately else None,
        )


def _in(day: date | None, first: date, last: date) -> bool:
    return day is not None and first <= day <= last


def _open_on(need: Need, day: date) -> bool:
    """Whether it stood open at the end of `day`; a closed one that no day closes counts as never open."""
    if need.created is not None and need.created > day:
        return False
    if need.state in LIVE:
        return True
    return need.done is not None and need.done > day


def _months(needs: Sequence[Need], network: Network, today: date) -> Iterable[MonthStats]:
    def name(day: date) -> str:
        return f"{day.year:04d}-{day.month:02d}"

    opened = Counter(name(need.created) for need in needs if need.created and need.created <= today)
    helped = Counter(name(need.done) for need in needs if need.state == "helped" and need.done and need.done <= today)
    verbs: dict[str, Counter[str]] = defaultdict(Counter)
    for exchange in distinct(network.exchanges):
        if exchange.date <= today:
            verbs[name(exchange.date)][exchange.verb] += 1
    for back in reversed(range(MONTHS)):
        month = name(months_before(today.replace(day=1), back))
        said = verbs[month]
        yield MonthStats(month, opened[month], helped[month], said["met"], said["gave"], said["asked"], said["got"])


def _tilts(network: Network, today: date) -> Iterable[tuple[str, int]]:
    counts = Counter(max(-3, min(3, sums.gave - sums.taken)) for sums in ledger(network, today).values())
    return [(tilt, counts[int(tilt)]) for tilt in TILTS]


def usual_gap(days: Iterable[date]) -> int | None:
    """The median of the days between contacts; None where there were contacts on too few days to have a habit."""
    known = sorted(set(days))
    if len(known) < _FEW_DAYS:
        return None
    return round(median((later - earlier).days for earlier, later in pairwise(known)))


def neglected(network: Network, today: date, default_cadence: int | None = None) -> list[Neglected]:
    """Ties gone quiet: more than twice the wanted cadence, or `QUIET_TIMES` the usual gap where none is wanted.

    Those with cadence "never" and the snoozed are left out, and whoever was never met.
    """
    days: dict[str, set[date]] = defaultdict(set)
    for exchange in network.exchanges:
        if exchange.date <= today:
            days[exchange.person_path].add(exchange.date)
    contacts = last_contacts(network, today)
    found = []
    for path, person in network.people.items():
        last = contacts.get(path)
        if last is None or person.cadence_days == 0 or (person.snooze and person.snooze > today):
            continue
        wanted, limit = _limit(person, days[path], default_cadence)
        silent = (today - last).days
        if wanted and silent > max(limit, QUIET_DAYS):
            by_cadence = bool(person.cadence_days or default_cadence)
            found.append(Neglected(person.name, path, last, silent, wanted, by_cadence))
    return sorted(found, key=lambda item: (-item.days / item.usual, item.person.casefold(), item.person_path))


def _limit(person: Person, days: Iterable[date], default: int | None) -> tuple[int, int]:
    """(usual days between contacts, days of silence that are too long); zeros where no habit is known."""
    cadence = person.cadence_days or default
    if cadence:
        return cadence, 2 * cadence
    gap = usual_gap(days)
    return (max(gap, 1), QUIET_TIMES * gap) if gap is not None else (0, 0)
