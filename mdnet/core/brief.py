"""One person, before one meets them: who they are, what was last, what would help them, what to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdnet.core import balance, review_parts
from mdnet.core.cadence import last_contacts
from mdnet.core.face import faces
from mdnet.core.jsonform import iso
from mdnet.core.mdtext import cut
from mdnet.core.page import answers
from mdnet.core.review_matches import context, excerpt
from mdnet.core.review_model import Budget
from mdnet.core.review_view import View
from mdnet.core.urls import web
from mdnet.core.values import dataclass
from mdnet.core.weeks import week_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from mdnet.core.model import Exchange, Helper, Match, Need, Network, Person
    from mdnet.core.page import PageForm
    from mdnet.core.privacy import Veil

SCHEMA = "mdnet.brief/1"
LAST = 6
PER_NEED = 3
EACH = 5
_TEXT = 200


@dataclass(frozen=True, slots=True)
class Known:
    """What the brief is made from; all of it public where the brief leaves the terminal."""

    network: Network
    matches: Sequence[Match] = ()
    """For the person's needs, best first."""
    helpers: Sequence[Helper] = ()
    """For whatever need."""
    pages: Sequence[PageForm] = ()
    veil: Veil | None = None
    """None where private things are shown."""


def build(known: Known, person: Person, today: date) -> dict[str, Any]:
    """The brief as plain values, dates as text: what `--json` prints and templates get.

    `face` as in `core.face`; `last` contacts, newest first; `needs`, each with `found` passages and `helpers`;
    `unasked` what they may help others with; `gave`, `got` and `waiting` (asked for, not answered): what lies
    between you; `ask` questions worth asking; `known_needs` whether anything is known that they need.
    """
    network = known.network
    view = View(network, answers(known.pages), today, None, week_of(today), Budget(helpers=EACH))
    contacts = last_contacts(network, today)
    ledger = balance.ledger(network, today)
    theirs = [item for item in network.exchanges if item.person_path == person.path and item.date <= today]
    last = contacts.get(person.path)
    needs = [_need(known, need, last) for need in view.live if need.person_path == person.path]
    needs.sort(key=lambda item: (-item["priority"], item["due"] or "9999", item["created"] or "9999", item["id"]))
    return {
        "schema": SCHEMA,
        "today": today.isoformat(),
        "person": person.name,
        "person_path": person.path,
        "private": person.private,
        "face": faces(network, contacts, ledger, known.veil)[person.path],
        "last": [_exchange(item) for item in _telling(theirs)[::-1][:LAST]],
        "contacts": len({item.date for item in theirs}),
        "needs": needs,
        "known_needs": bool(needs),
        "could_help": [
            {"person": need.person, "person_path": need.person_path, "text": cut(need.text, _TEXT), "why": list(why)}
            for need, why in _could_help(known, view, person)
        ],
        "gave": _latest(theirs, "gave"),
        "got": _latest(theirs, "got"),
        "waiting": [
            {"text": item.text, "date": item.date.isoformat(), "due": iso(item.due), "path": item.path}
            for item in review_parts.unanswered(view)
            if item.person_path == person.path
        ],
        "ask": _questions(known, view, person, ledger),
    }


def _need(known: Known, need: Need, last: date | None) -> dict[str, Any]:
    found = [match for match in known.matches if match.need.id == need.id][:PER_NEED]
    able = [item for item in known.helpers if item.need.id == need.id and item.person.path in known.network.people]
    return {
        "id": need.id,
        "text": cut(need.text, _TEXT),
        "state": need.state,
        "created": iso(need.created),
        "due": iso(need.due),
        "priority": need.priority,
        "path": need.path,
        "line": need.line,
        "found": [
            {
                "id": match.id,
                "path": match.passage.path,
                "line": match.passage.line,
                "title": match.passage.title or match.passage.path,
                "date": iso(match.passage.date),
                "source_href": web(match.passage.source),
                "context": context(match),
                "spans": [{"text": span.text, "mark": span.mark} for span in excerpt(match.passage.text, match.marks)],
                "why": list(match.why),
                "since": last is not None and match.passage.date is not None and match.passage.date > last,
            }
            for match in found
        ],
        "helpers": [
            {"person": item.person.name, "person_path": item.person.path, "why": list(item.why)}
            for item in able[:PER_NEED]
        ],
    }


def _could_help(known: Known, view: View, person: Person) -> list[tuple[Need, tuple[str, ...]]]:
    """Others' needs that this person may help with."""
    live = {need.id for need in view.live if not view.mine(need)}
    found = [
        (item.need, item.why)
        for item in known.helpers
        if item.person.path == person.path and item.need.id in live and item.need.person_path != person.path
    ]
    return found[:EACH]


def _telling(theirs: Sequence[Exchange]) -> list[Exchange]:
    """Without those that say nothing on a day of which another one tells."""
    told = {item.date for item in theirs if item.text}
    return [item for item in theirs if item.text or item.date not in told]


def _exchange(item: Exchange) -> dict[str, Any]:
    return {
        "verb": item.verb,
        "date": item.date.isoformat(),
        "text": cut(item.text, _TEXT),
        "path": item.path,
        "line": item.line,
    }


def _latest(theirs: Iterable[Exchange], verb: str) -> list[dict[str, Any]]:
    return [_exchange(item) for item in [item for item in theirs if item.verb == verb][::-1][:EACH]]


def _questions(known: Known, view: View, person: Person, ledger: dict[str, balance.Balance]) -> list[dict[str, Any]]:
    """What to ask: `helped` (did it help?), `still` (is it still needed?), `need` (nothing is known that they
    need), `favour` (what the user needs and they may help with, with a kind word where the balance tips)."""
    gifts = [item for item in review_parts.follow_ups(view) if item.person_path == person.path]
    old = review_parts.still_true(view, {item.need for item in gifts})
    questions = [_question("helped", gift.text, gift.what, gift.date) for gift in gifts]
    questions += [_question("still", item.text, "", item.created) for item in old if item.person_path == person.path]
    if not any(need.person_path == person.path for need in view.live):
        questions.append(_question("need"))
    questions += [
        _question("favour", mine.text, ask.warning, mine.due)
        for mine in review_parts.my_needs(view, known.helpers, ledger)
        for ask in mine.ask
        if ask.person_path == person.path
    ]
    return questions[: 2 * EACH]


def _question(kind: str, text: str = "", what: str = "", day: date | None = None) -> dict[str, Any]:
    return {"kind": kind, "text": text, "what": what, "date": iso(day)}
