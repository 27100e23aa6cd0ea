"""Who is due: last contact against how often the user wants to be in touch."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from mdnet.core.model import Exchange, Network, Person


@dataclass(frozen=True, slots=True)
class Due:
    """One person to get in touch with. Never contacted: no `due_on`, `days_over` 0."""

    person: Person
    days_over: int
    every: int
    """Days between contacts, the person's own or the default."""
    due_on: date | None = None


def last_exchanges(network: Network, today: date) -> dict[str, Exchange]:
    """Each person's latest exchange of whatever kind, by path; those dated after `today` are plans."""
    latest: dict[str, Exchange] = {}
    for exchange in network.exchanges:
        if exchange.date > today:
            continue
        known = latest.get(exchange.person_path)
        if known is None or exchange.date >= known.date:
            latest[exchange.person_path] = exchange
    return latest


def last_contacts(network: Network, today: date) -> dict[str, date]:
    """Each person's last contact, by path: the latest exchange, or the day they first met if that is later.

    The maximum is taken over all records, so an old record found late never moves it back.
    """
    contacts = {path: exchange.date for path, exchange in last_exchanges(network, today).items()}
    for path, person in network.people.items():
        if person.met is not None and person.met <= today:
            contacts[path] = max(person.met, contacts.get(path, person.met))
    return contacts


def due(network: Network, today: date, default: int | None = None) -> list[Due]:
    """Everybody to get in touch with on `today`: longest due first, then those never contacted, by name.

    `default` is the cadence in days of those without one of their own (None: they are never due). A person
    with cadence 0 ("never") or with `snooze` after `today` is not due.
    """
    contacts = last_contacts(network, today)
    found: list[Due] = []
    for path, person in network.people.items():
        every = default if person.cadence_days is None else person.cadence_days
        if not every or (person.snooze is not None and person.snooze > today):
            continue
        last = contacts.get(path)
        if last is None:
            found.append(Due(person, 0, every))
            continue
        over = (today - last).days - every
        if over >= 0:
            found.append(Due(person, over, every, last + timedelta(days=every)))
    return sorted(found, key=_order)


def _order(item: Due) -> tuple[bool, date, bool, str, str]:
    """By the day they fell due, which stays as it is while `today` goes on; own cadence before default."""
    by_default = item.person.cadence_days is None
    return (item.due_on is None, item.due_on or date.min, by_default, item.person.name.casefold(), item.person.path)
