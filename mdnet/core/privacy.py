"""What may leave the vault: the network and the matches without private people, lines and mentions of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdnet.core.model import Helper, Match, Network, Person

_MIN_NAME = 3  # a shorter alias ("Al") would hide half the notes


class Veil:
    """Knows who is private; `hides` a text that names one of them."""

    def __init__(self, network: Network) -> None:
        private = [person for person in network.people.values() if person.private]
        self.paths = frozenset(person.path for person in private)
        names = {name for person in private for name in _names(person) if len(name) >= _MIN_NAME}
        self._names = (
            re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r")(?!\w)")
            if names
            else None
        )

    def hides(self, *texts: str) -> bool:
        """Whether any of `texts` names a private person."""
        return self._names is not None and any(self._names.search(text.casefold()) for text in texts)


def _names(person: Person) -> Iterable[str]:
    yield from (name.casefold() for name in (person.name, *person.aliases, _basename(person.path)))


def _basename(path: str) -> str:
    return path.rsplit("/", 1)[-1].removesuffix(".md")


def public_network(network: Network, veil: Veil | None = None) -> Network:
    """`network` without whatever is private or names somebody who is."""
    veil = veil or Veil(network)
    return replace(
        network,
        people={path: person for path, person in network.people.items() if not person.private},
        needs=tuple(
            need
            for need in network.needs
            if not need.private and need.person_path not in veil.paths and not veil.hides(need.text)
        ),
        offers=tuple(
            offer
            for offer in network.offers
            if not offer.private and offer.person_path not in veil.paths and not veil.hides(offer.text)
        ),
        exchanges=tuple(
            exchange
            for exchange in network.exchanges
            if not exchange.private and exchange.person_path not in veil.paths and not veil.hides(exchange.text)
        ),
    )


def public_matches(matches: Iterable[Match], veil: Veil) -> list[Match]:
    """`matches` without those of whose need or passage anything is private."""
    return [
        match
        for match in matches
        if not (match.need.private or match.passage.private)
        and match.need.person_path not in veil.paths
        and match.passage.owner not in veil.paths
        and not veil.hides(
            match.need.text,
            match.passage.text,
            match.passage.heading,
            match.passage.title,
            match.passage.path,
            *match.passage.people,
        )
    ]


def public_helpers(helpers: Iterable[Helper], veil: Veil) -> list[Helper]:
    """`helpers` without those of whose need or person anything is private."""
    return [
        helper
        for helper in helpers
        if not (helper.need.private or helper.person.private)
        and not {helper.need.person_path, helper.person.path} & veil.paths
        and not veil.hides(helper.need.text, *helper.why)
    ]
