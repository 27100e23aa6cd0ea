"""From single records to what people need, and what passed between them and the user."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mdnet.core.identity import need_id
from mdnet.core.links import names_of, person_name, target_key
from mdnet.core.model import LIVE, Exchange, Need, Network, Offer, Problem
from mdnet.core.values import replace

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from mdnet.core.model import DateSource, Person, Record

_WRITTEN_BY_MDNET = ("m-", "t-", "h-")


class Fact(NamedTuple):
    """One record about one person, with what its note says for all its records.

    `lead`: the links right after the verb mean people, so they are not text. `date` is the note's.
    """

    person: str
    path: str
    record: Record
    lead: bool
    date: dt.date | None
    date_source: DateSource
    private: bool
    id: str = ""
    """A need's identity, where it is known already."""


def assemble(people: Mapping[str, Person], me: Person | None, facts: Iterable[Fact]) -> Network:
    """The network of these facts. What is written twice counts once: of needs this is a problem, of lines that
    mdnet wrote on two devices it is not."""
    needs: dict[tuple[str, str], Need] = {}
    twins: list[tuple[Need, Need]] = []
    offers: list[Offer] = []
    exchanges: list[Exchange] = []
    written: set[tuple[str, str, str]] = set()
    for fact in sorted(_kept_private(facts, people), key=lambda fact: (fact.path, fact.record.line, fact.person)):
        person = me if me is not None and fact.person == me.path else people.get(fact.person)
        if person is None:
            continue
        record = fact.record
        if record.verb == "need":
            need = _need(fact, person)
            known = needs.setdefault((person.path, need.id), need)
            if known is not need:
                twins.append((known, need))
                if known.state not in LIVE and need.state in LIVE:
                    needs[person.path, need.id] = need
        elif record.verb == "offer":
            offers.append(_offer(fact, person))
        elif not person.is_me:
            block = record.block_id or ""
            if block.startswith(_WRITTEN_BY_MDNET):
                if (block, person.path, record.verb) in written:
                    continue
                written.add((block, person.path, record.verb))
            exchange = _exchange(fact, person)
            if exchange is not None:
                exchanges.append(exchange)
    exchanges.sort(key=lambda exchange: (exchange.date, exchange.path, exchange.line, exchange.person))
    return Network(
        people={path: people[path] for path in sorted(people)},
        me=me,
        needs=tuple(needs.values()),
        offers=tuple(offers),
        exchanges=_kept_as_their_needs(exchanges, {need.id for need in needs.values() if need.private}),
        problems=tuple(sorted({written_twice(first, again) for first, again in twins})),
    )


def _kept_private(facts: Iterable[Fact], people: Mapping[str, Person]) -> Iterable[Fact]:
    """The facts; private too where their line links to somebody private: `[[Ana Ruiz|Annie]]` shows a name that
    nothing else tells to be hers."""
    found = [names_of(person.path, person.aliases) for person in people.values() if person.private]
    private = {key for name, others in found for key in (name, *others)}
    if not private:
        return facts
    return (
        fact._replace(private=True) if any(target_key(link) in private for link in fact.record.people) else fact
        for fact in facts
    )


def _kept_as_their_needs(exchanges: list[Exchange], private: set[str]) -> tuple[Exchange, ...]:
    """The exchanges; private too where they answer one of the `private` needs, which their text may quote."""
    if not private:
        return tuple(exchanges)
    from mdnet.core.ticks import split_match_id  # takes longer than many commands need for all they know

    return tuple(
        replace(exchange, private=True)
        if (pair := split_match_id(exchange.block_id)) and pair[0] in private
        else exchange
        for exchange in exchanges
    )


def written_twice(first: Need, again: Need) -> Problem:
    """What to tell of a need that stands in two places."""
    return Problem(
        again.path,
        again.line,
        f"this need of {again.person} is written twice, in {first.path}:{first.line} too: delete one or reword it",
    )


def text_of(record: Record, *, lead: bool) -> str:
    """What the record says: without the names right after its verb where these are the people it concerns."""
    return record.text if lead or not record.lead_text else f"{record.lead_text} {record.text}".strip()


def id_of(record: Record, person: str, *, lead: bool) -> str:
    """A need's identity as the person's whose note is at `person`; "" for other records."""
    if record.verb != "need":
        return ""
    return need_id(person_name(person), text_of(record, lead=lead), record.block_id)


def _need(fact: Fact, person: Person) -> Need:
    record = fact.record
    written = record.created or record.date
    return Need(
        id=fact.id or id_of(record, person.path, lead=fact.lead),
        person=person.name,
        person_path=person.path,
        text=text_of(record, lead=fact.lead),
        state=record.state,
        path=fact.path,
        line=record.line,
        created=written or fact.date,
        created_source="line" if written else fact.date_source,
        due=record.due,
        not_before=record.not_before,
        done=record.done or record.cancelled,
        priority=record.priority,
        private=record.private or fact.private or person.private,
        block_id=record.block_id,
    )


def _offer(fact: Fact, person: Person) -> Offer:
    record = fact.record
    return Offer(
        person=person.name,
        person_path=person.path,
        text=text_of(record, lead=fact.lead),
        path=fact.path,
        line=record.line,
        date=record.created or record.date or fact.date,
        private=record.private or fact.private or person.private,
    )


def _exchange(fact: Fact, person: Person) -> Exchange | None:
    record = fact.record
    written = record.date or record.created
    day = written or fact.date
    if day is None or record.verb in ("need", "offer"):
        return None
    return Exchange(
        verb=record.verb,
        person=person.name,
        person_path=person.path,
        date=day,
        date_source="line" if written else fact.date_source,
        text=text_of(record, lead=fact.lead),
        path=fact.path,
        line=record.line,
        private=record.private or fact.private or person.private,
        block_id=record.block_id,
        due=record.due,
        done=record.mark in ("x", "X"),
    )
