"""Listing needs, matching on demand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mdnet.core.lookup import find_person, fold
from mdnet.core.model import LIVE, WORTH_SHOWING
from mdnet.core.values import dataclass
from mdnet.errors import AmbiguousError, NotFoundError

if TYPE_CHECKING:
    from mdnet.app.replay import Replay
    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Helper, Match, Need, Network, Person


@dataclass(frozen=True, slots=True)
class NeedFilter:
    """Which needs to list; empty parts leave none out, but without a state only live ones are listed."""

    text: str = ""
    person_path: str = ""
    state: str = ""
    due: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a matching on demand found, best first."""

    matches: list[Match]
    helpers: list[Helper]


def list_needs(network: Network, wanted: NeedFilter) -> list[Need]:
    """The needs that `wanted` lets through: those wanted by a day first, then the oldest."""
    words = fold(wanted.text).split()
    me = network.me.path if network.me else None
    needs = [
        need
        for need in network.needs
        if (need.state in LIVE if not wanted.state else wanted.state in ("all", need.state))
        and (not wanted.person_path or need.person_path == wanted.person_path)
        and (not wanted.due or need.due is not None)
        and (not wanted.mine or need.person_path == me)
        and all(word in fold(f"{need.person} {need.text}") for word in words)
    ]
    return sorted(needs, key=lambda need: (need.due or date.max, need.created or date.min, need.person, need.text))


def matches_for(work: Workspace, what: str, *, since: date | None, show_all: bool, today: date) -> Found:
    """Matches for a person's needs, for a text that was typed, or for all open needs.

    Raises AmbiguousError where `what` may be several people.
    """
    from mdnet.app import matches  # listing needs takes none of this
    from mdnet.app.pages import read_pages

    network = work.index.network()
    person = _person(network, what)
    floor = 0.0 if show_all else WORTH_SHOWING
    if what and person is None:
        found = matches.of_text(work, network, what, today=today, floor=floor)
        found += matches.notes_for_text(work, network, what, today=today, floor=floor)
        return Found(found, [])
    needs = [need for need in network.needs if need.state in LIVE and (not person or need.person_path == person.path)]
    forms = [page for _, page in read_pages(work, network)]
    found = matches.of_needs(work, network, needs, forms, since=since, today=today, floor=floor)
    return Found(found, matches.helpers(work, network, today=today, needs=needs) if person else [])


def replayed_weeks(work: Workspace, first: date, last: date, *, today: date) -> Replay:
    """What the pages of past weeks would have shown, and what became of it."""
    from mdnet.app import matches
    from mdnet.app.pages import read_pages

    network = work.index.network()
    forms = [page for _, page in read_pages(work, network)]
    return matches.replayed(work, network, forms, first, last, today)


def _person(network: Network, what: str) -> Person | None:
    """Whom `what` means, if it is a name at all: a text of several words need not be."""
    if not what.strip():
        return None
    everybody = [*network.people.values(), *([network.me] if network.me else [])]
    try:
        return find_person(everybody, what)
    except AmbiguousError:
        if len(what.split()) > 2:
            return None
        raise
    except NotFoundError:
        return None
