"""Listing people, and one person as a brief."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from mdnet.core import balance, cadence
from mdnet.core.lookup import asked_name, find_person, fold
from mdnet.core.model import LIVE
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Exchange, Need, Network, Offer, Person
    from mdnet.core.settings import Settings

MAX_MENTIONS = 20


@dataclass(frozen=True, slots=True)
class Filter:
    """Which people to list; empty parts leave nobody out."""

    text: str = ""
    due: bool = False
    tag: str = ""
    relation: str = ""
    no_need: bool = False
    with_need: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One person in a list."""

    person: Person
    last_contact: date | None
    due_on: date | None
    is_due: bool
    open_needs: int


@dataclass(frozen=True, slots=True)
class Brief:
    """One person, before one meets them. Log newest first, open needs first."""

    person: Person
    last_contact: date | None
    due_on: date | None
    is_due: bool
    gave: int
    asked: int
    got: int
    warning: str
    needs: tuple[Need, ...]
    offers: tuple[Offer, ...]
    log: tuple[Exchange, ...]
    mentioned_in: tuple[str, ...]


def rows_of(network: Network, settings: Settings, today: date) -> list[Row]:
    """All people with when they are due and how much they need, in no particular order."""
    contacts = cadence.last_contacts(network, today)
    due = {item.person.path for item in cadence.due(network, today, settings.cadence_days)}
    needs: dict[str, int] = {}
    for need in network.needs:
        if need.state in LIVE:
            needs[need.person_path] = needs.get(need.person_path, 0) + 1
    return [
        Row(person, contacts.get(path), _due_on(person, contacts.get(path), settings), path in due, needs.get(path, 0))
        for path, person in network.people.items()
    ]


def _due_on(person: Person, last: date | None, settings: Settings) -> date | None:
    every = settings.cadence_days if person.cadence_days is None else person.cadence_days
    if not every or last is None:
        return None
    day = last + timedelta(days=every)
    return max(day, person.snooze) if person.snooze else day


def list_people(network: Network, settings: Settings, today: date, wanted: Filter, sort: str = "due") -> list[Row]:
    """The people that `wanted` lets through, sorted by `due`, `name` or `contact` (longest ago first)."""
    rows = [row for row in rows_of(network, settings, today) if _fits(row, wanted)]
    never = date.min
    if sort == "name":
        return sorted(rows, key=lambda row: fold(row.person.name))
    if sort == "contact":
        return sorted(rows, key=lambda row: (row.last_contact or never, fold(row.person.name)))
    return sorted(
        rows, key=lambda row: (not row.is_due, row.due_on is None, row.due_on or never, fold(row.person.name))
    )


def _fits(row: Row, wanted: Filter) -> bool:
    person = row.person
    said = (person.name, *person.aliases, person.company, person.role, person.location, person.relation, *person.tags)
    return (
        (not wanted.text or all(word in fold(" ".join(said)) for word in fold(wanted.text).split()))
        and (not wanted.due or row.is_due)
        and (not wanted.tag or any(_within(tag, wanted.tag) for tag in person.tags))
        and (not wanted.relation or fold(wanted.relation) in fold(person.relation))
        and not (wanted.no_need and row.open_needs)
        and (not wanted.with_need or bool(row.open_needs))
    )


def _within(tag: str, wanted: str) -> bool:
    """Whether a tag is the one that is wanted or one below it, as `friends/close` is below `friends`."""
    known, asked = (text.casefold().strip("#/") for text in (tag, wanted))
    return known == asked or known.startswith(f"{asked}/")


def find(work: Workspace, query: str) -> Person:
    """The person that `query` means. Raises NotFoundError, AmbiguousError."""
    return work.index.person(_path(work, query))


def _path(work: Workspace, query: str) -> str:
    if "/" not in query:
        exact = work.index.exactly_called(asked_name(query))
        if len(exact) == 1:  # as `find_person` would find, without looking at everybody
            return exact[0]
    return find_person(work.index.called(), query).path


def brief(work: Workspace, query: str, today: date) -> Brief:
    """Everything about the person that `query` means. Raises NotFoundError, AmbiguousError."""
    path = _path(work, query)
    network = work.index.network(path)
    person = network.people[path]
    row = next(row for row in rows_of(network, work.settings, today) if row.person.path == person.path)
    sums = balance.ledger(network, today).get(person.path)
    order = {"helping": 0, "open": 1, "helped": 2, "dropped": 3}
    return Brief(
        person=person,
        last_contact=row.last_contact,
        due_on=row.due_on,
        is_due=row.is_due,
        gave=sums.gave if sums else 0,
        asked=sums.asked if sums else 0,
        got=sums.got if sums else 0,
        warning=sums.warning if sums else "",
        needs=tuple(
            sorted(
                _mine(network.needs, person),
                key=lambda need: (order[need.state], -need.priority, need.created or date.max, need.line),
            )
        ),
        offers=tuple(offer for offer in network.offers if offer.person_path == person.path),
        log=tuple(reversed([item for item in network.exchanges if item.person_path == person.path])),
        mentioned_in=tuple(work.index.backlinks(person.path))[:MAX_MENTIONS],
    )


def _mine(needs: Iterable[Need], person: Person) -> list[Need]:
    return [need for need in needs if need.person_path == person.path]
