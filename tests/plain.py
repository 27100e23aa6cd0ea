"""The network of notes in memory, worked out in the plainest way: what the index is held to, and core is tried with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mdnet.core.links import Named, Names, names_of, person_name
from mdnet.core.network import Fact, assemble
from mdnet.core.persons import name_problems, person_of
from mdnet.core.who import records_of, unanswered, who_is_meant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mdnet.core.model import Network, Note, Person, Problem
    from mdnet.core.settings import Settings


def names(notes: Iterable[Note]) -> Names:
    """What answers links to these notes."""
    named: dict[str, list[Named]] = {}
    called: dict[str, list[Named]] = {}
    known: list[str] = []
    for note in notes:
        who = Named(note.path, note.kind)
        own, others = names_of(note.path, note.aliases)
        named.setdefault(own, []).append(who)
        for other in others:
            called.setdefault(other, []).append(who)
        if note.kind == "person":
            known += [person_name(note.path), *note.aliases]
    return Names(lambda key: named.get(key, ()), lambda key: called.get(key, ()), lambda: known)


def network(notes: Sequence[Note], settings: Settings) -> Network:
    """Everybody in these notes and everything known of them, with all problems."""
    asked = names(notes)
    everybody = {note.path: person_of(note) for note in notes if note.kind in ("person", "me")}
    me = next((person for person in everybody.values() if person.is_me), None)
    people = {path: person for path, person in everybody.items() if not person.is_me}
    facts: list[Fact] = []
    problems: list[Problem] = []
    for note in notes:
        problems += note.problems
        for record in records_of(note, settings):
            who = who_is_meant(record, note.path, note.kind, asked)
            problems += who.problems
            problems += [unanswered(note.path, lost, asked.near(lost.target)) for lost in who.unanswered]
            facts += [
                Fact(person, note.path, record, who.lead, note.date, note.date_source, note.private)
                for person in who.people
            ]
    for key, paths in same_names(people.values()):
        problems += name_problems(key, [people[path] for path in paths])
    found = assemble(people, me, facts)
    return replace(found, problems=tuple(sorted({*problems, *found.problems})))


def same_names(people: Iterable[Person]) -> list[tuple[str, tuple[str, ...]]]:
    """People who go by one name: its key and the paths of these people, in order; the same people once."""
    claims: dict[str, dict[str, None]] = {}
    for person in people:
        own, others = names_of(person.path, person.aliases)
        for key in (own, *others):
            claims.setdefault(key, {})[person.path] = None
    groups: dict[tuple[str, ...], str] = {}
    for key, paths in sorted(claims.items()):
        if len(paths) > 1:
            groups.setdefault(tuple(sorted(paths)), key)
    return [(key, paths) for paths, key in groups.items()]
