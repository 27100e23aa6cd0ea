"""What the notes tell of people that may help others: offers, roles, logs, and what was said by or of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core.identity import normalise
from mdnet.core.lookup import called
from mdnet.core.model import Passage
from mdnet.core.ticks import split_match_id
from mdnet.core.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from mdnet.core.model import Exchange, Network, Person

_NAME_WORDS = 4
"""Names of more words than this are only found as links."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A passage and the paths of those it tells of; `there` are those who only took part where it was noted."""

    passage: Passage
    people: tuple[str, ...]
    there: tuple[str, ...] = ()


def facts(network: Network, notes: Iterable[tuple[Sequence[Passage], AbstractSet[str]]] = ()) -> list[Fact]:
    """What is known of each person: first what their own notes state, then the passages of `notes` that tell of them.

    Each of `notes` is its passages and the paths of those who took part in what it tells.
    """
    found = [Fact(passage, (passage.owner,)) for passage in profiles(network)]
    stated = {(offer.path, offer.line) for offer in network.offers}
    stated |= {(event.path, event.line) for event in network.exchanges if event.text}
    who = called(network.people.values())
    for passages, present in notes:
        for passage in passages:
            story = passage.verb in ("need", "gave")
            if story or not passage.text.strip() or (passage.path, passage.line) in stated:
                continue
            named = _named_in(passage, who)
            named |= {passage.owner} & network.people.keys()
            there = (present & network.people.keys()) - named
            if named:
                found.append(Fact(passage, tuple(sorted(named)), tuple(sorted(there))))
            elif there:
                found.append(Fact(passage, tuple(sorted(there))))
    return found


def _named_in(passage: Passage, who: Mapping[str, str]) -> set[str]:
    """The paths of those whom `passage` names; `who` as `called` gives it."""
    return {path for name in _names_in(passage) if (path := who.get(name))}


def _names_in(passage: Passage) -> Iterator[str]:
    """Whatever in `passage` may be a name: what it links, and every few words that follow each other."""
    for target in passage.people:
        yield normalise(target.rsplit("/", 1)[-1].removeprefix("@"))
    words = [word.strip('.,;:!?()[]"“”') for word in normalise(passage.text).split()]
    words = [word.removesuffix("'s").removesuffix("’s") for word in words]
    for size in range(1, _NAME_WORDS + 1):
        for at in range(len(words) - size + 1):
            yield " ".join(words[at : at + size])


def profiles(network: Network) -> list[Passage]:
    """What is stated of each person as passages; `heading` says where it comes from."""
    found = []
    for person in network.people.values():
        about = profile_text(person)
        if about:
            found.append(_passage(person, about, "profile"))
    people = network.people
    found.extend(
        replace(
            _passage(people[offer.person_path], offer.text, "offer"),
            line=offer.line,
            private=offer.private,
            verb="offer",
        )
        for offer in network.offers
        if offer.person_path in people
    )
    found.extend(
        replace(_passage(people[path], event.text, "log"), line=event.line, private=event.private, verb=event.verb)
        for event, told_of in _telling(network)
        for path in told_of
    )
    return found


def _telling(network: Network) -> Iterator[tuple[Exchange, Sequence[str]]]:
    """What passed between the user and others, with the paths of those of whom it tells what they can.

    What was given tells that who got it could not, but of those whom it speaks of: "gave Ana an introduction to Tom,
    who restores ovens". A match that was passed on is what its own note tells.
    """
    given: dict[tuple[str, int], list[Exchange]] = {}
    for event in network.exchanges:
        if event.person_path not in network.people or not event.text or split_match_id(event.block_id):
            continue
        if event.verb == "gave":
            given.setdefault((event.path, event.line), []).append(event)
        else:
            yield event, (event.person_path,)
    who = called(network.people.values()) if given else {}
    for events in given.values():
        named = _named_in(Passage("", 0, events[0].text), who)
        got = {event.person_path for event in events}
        # Whom such a line links got it too, as it is read; of whom it speaks it tells only where somebody else got it.
        yield events[0], sorted(named if got - named else named - got)


def profile_text(person: Person) -> str:
    """Role, company, place and tags in one line, as a person would say them."""
    who = ", ".join(part for part in (person.role, person.company, person.location) if part)
    tags = ", ".join(tag.replace("/", " ").replace("-", " ") for tag in person.tags if tag not in ("person", "contact"))
    return "; ".join(part for part in (who, tags) if part)


def _passage(person: Person, text: str, source: str) -> Passage:
    # Its path is of its own, so that a need in the person's own note does not stand in the way.
    return Passage(path=person.path, line=0, text=text, heading=source, owner=person.path, private=person.private)
