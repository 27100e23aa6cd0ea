"""What may leave the vault: the network and the matches without private people, lines and mentions of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdnet.core.links import stem_of
from mdnet.core.lookup import fold
from mdnet.core.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdnet.core.model import Helper, Match, Network, Passage, Person

_MIN_NAME = 3  # a shorter alias ("Al") would hide half the notes
_IDEOGRAPHIC = 0x2E80  # from here on, scripts whose names are short and stand between other letters without a space


class Veil:
    """Knows who is private; `hides` a text that names one of them."""

    def __init__(self, network: Network) -> None:
        private = [person for person in network.people.values() if person.private]
        self.paths = frozenset(person.path for person in private)
        names = {name for person in private for name in _names(person) if len(name) >= _MIN_NAME or _is_dense(name)}
        words = sorted(names, key=lambda name: (-len(name), name))
        self._names = re.compile("|".join(map(_as_word, words))) if words else None
        self._lines = frozenset((item.path, item.line) for item in network.exchanges if item.private)

    def hides_line(self, passage: Passage) -> bool:
        """Whether it is a private line of a log: one that answers a private need may not say itself that it is."""
        return passage.private or (passage.path, passage.line) in self._lines

    def hides(self, *texts: str) -> bool:
        """Whether any of `texts` names a private person, whatever its case, accents, spaces and line breaks."""
        return self._names is not None and any(self._names.search(fold(text)) for text in texts)


def _names(person: Person) -> Iterable[str]:
    yield from (fold(name) for name in (person.name, *person.aliases, stem_of(person.path)))


def _is_dense(name: str) -> bool:
    return len(name) > 1 and ord(name[0]) >= _IDEOGRAPHIC


def _as_word(name: str) -> str:
    """A pattern for the name that does not find it within another word."""
    before = r"(?<!\w)" if ord(name[0]) < _IDEOGRAPHIC else ""
    after = r"(?!\w)" if ord(name[-1]) < _IDEOGRAPHIC else ""
    return before + re.escape(name) + after


def public_network(network: Network, veil: Veil | None = None) -> Network:
    """`network` without whatever is private or names somebody who is."""
    veil = veil or Veil(network)
    return replace(
        network,
        people={path: _unsaid(person, veil) for path, person in network.people.items() if not person.private},
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


def public_part(network: Network) -> tuple[Network, Veil]:
    """What of `network` may be shown, and who may not."""
    veil = Veil(network)
    return public_network(network, veil), veil


def _unsaid(person: Person, veil: Veil) -> Person:
    """`person` without what their properties say of somebody private."""

    def text(said: str) -> str:
        return "" if veil.hides(said) else said

    def texts(said: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(item for item in said if not veil.hides(item))

    return replace(
        person,
        aliases=texts(person.aliases),
        company=text(person.company),
        role=text(person.role),
        location=text(person.location),
        email=texts(person.email),
        phone=texts(person.phone),
        url=texts(person.url),
        birthday=text(person.birthday),
        relation=text(person.relation),
        language=text(person.language),
        tags=texts(person.tags),
    )


def public_matches(matches: Iterable[Match], veil: Veil) -> list[Match]:
    """`matches` without those of whose need or passage anything is private, and without a line before that is."""
    return [
        replace(match, passage=replace(match.passage, before=())) if veil.hides(*match.passage.before) else match
        for match in matches
        if not (match.need.private or veil.hides_line(match.passage))
        and match.need.person_path not in veil.paths
        and match.passage.owner not in veil.paths
        and not veil.hides(
            match.need.text,
            match.passage.text,
            match.passage.heading,
            match.passage.context,
            match.passage.title,
            match.passage.path,
            *match.passage.people,
        )
    ]


def public_helpers(helpers: Iterable[Helper], veil: Veil) -> list[Helper]:
    """`helpers` without those of whose need, person or fact anything is private."""
    return [
        helper
        for helper in helpers
        if not (helper.need.private or helper.person.private)
        and not (helper.fact is not None and veil.hides_line(helper.fact))
        and not {helper.need.person_path, helper.person.path} & veil.paths
        and not veil.hides(helper.need.text, *helper.why, helper.fact.text if helper.fact else "")
    ]
