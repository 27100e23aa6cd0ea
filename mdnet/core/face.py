"""A person's face of facts: the few things to know beside a line about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdnet.core.jsonform import iso
from mdnet.core.mdtext import cut, one_line
from mdnet.core.model import LIVE
from mdnet.core.urls import mailto, tel, web

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from mdnet.core.balance import Balance
    from mdnet.core.model import Network, Person
    from mdnet.core.privacy import Veil

_TEXT = 90
_ITEMS = 4


def faces(
    network: Network, contacts: Mapping[str, date], sums: Mapping[str, Balance], veil: Veil | None = None
) -> dict[str, dict[str, Any]]:
    """By path, everybody in `network`: who they are, how to reach them, last contact, balance, needs and offers.

    With a `veil`, a property that names somebody private is left out.
    """
    needs: dict[str, list[str]] = {}
    offers: dict[str, list[str]] = {}
    for need in network.needs:
        if need.state in LIVE:
            needs.setdefault(need.person_path, []).append(cut(need.text, _TEXT))
    for offer in network.offers:
        offers.setdefault(offer.person_path, []).append(cut(offer.text, _TEXT))

    def shown(text: str) -> str:
        return "" if veil is not None and veil.hides(text) else cut(text, _TEXT)

    return {
        path: _face(person, shown, contacts.get(path), sums.get(path))
        | {
            "needs": needs.get(path, [])[:_ITEMS],
            "needs_total": len(needs.get(path, [])),
            "offers": offers.get(path, [])[:_ITEMS],
        }
        for path, person in network.people.items()
    }


def _face(person: Person, shown: Any, last: date | None, sums: Balance | None) -> dict[str, Any]:
    return {
        "name": one_line(person.name) or person.path,
        "path": person.path,
        "initials": initials(person.name),
        "role": shown(person.role),
        "company": shown(person.company),
        "location": shown(person.location),
        "relation": shown(person.relation),
        "birthday": shown(person.birthday),
        "email": [{"text": one_line(item), "href": mailto(item)} for item in person.email[:_ITEMS] if shown(item)],
        "phone": [{"text": one_line(item), "href": tel(item)} for item in person.phone[:_ITEMS] if shown(item)],
        "url": [{"text": cut(item, 60), "href": web(item)} for item in person.url[:_ITEMS] if shown(item)],
        "cadence_days": person.cadence_days,
        "last_contact": iso(last),
        "gave": sums.gave if sums else 0,
        "asked": sums.asked if sums else 0,
        "got": sums.got if sums else 0,
        "warning": sums.warning if sums else "",
    }


def initials(name: str) -> str:
    """One or two letters that stand for the name: `AR` for Ana Ruiz."""
    words = [word for word in one_line(name).replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
