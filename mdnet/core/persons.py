"""A person's note as a `Person`: typing that takes one value for a list and numbers for text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdnet.core.dates import cadence_days, day_of, single
from mdnet.core.links import names_of, person_name
from mdnet.core.mdlinks import as_wiki
from mdnet.core.model import Person, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.core.model import Note


def person_of(note: Note) -> Person:
    """The person whose note this is. What makes no sense in it is left out; `parse` has reported it."""
    given = {key.lower(): value for key, value in note.properties.items() if isinstance(key, str)}
    return Person(
        path=note.path,
        name=person_name(note.path),
        aliases=note.aliases,
        company=_text(given.get("company")),
        role=_text(given.get("role")),
        location=_text(given.get("location")),
        email=_texts(given.get("email")),
        phone=_texts(given.get("phone")),
        url=_texts(given.get("url")),
        birthday=_text(given.get("birthday")),
        relation=_text(given.get("relation")),
        language=_text(given.get("language")),
        cadence_days=cadence_days(single(given.get("cadence"))),
        snooze=day_of(given.get("snooze")),
        met=day_of(given.get("met")),
        private=note.private,
        tags=note.tags,
        is_me=note.kind == "me",
    )


def name_problems(key: str, people: Sequence[Person]) -> list[Problem]:
    """One problem for each of several people who go by one name, given by its key."""
    problems = []
    for person in people:
        others = " and ".join(other.path for other in people if other.path != person.path)
        names = (person.name, *person.aliases)
        shown = next((name for name in names if key in _keys(person.path, name)), person.name)
        message = f"'{shown}' is a name of {others} too: a link by this name may mean either"
        problems.append(Problem(person.path, 1, message))
    return problems


def _keys(path: str, name: str) -> tuple[str, ...]:
    own, others = names_of(path, (name,))
    return (own, *others)


def _text(value: Any) -> str:
    """A property as one text: the items of a list joined, links without brackets, a number as it stands."""
    return ", ".join(_texts(value))


def _texts(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list | tuple) else (value,)
    return tuple(text for text in (_one(item) for item in items) if text)


def _one(value: Any) -> str:
    if value is None or isinstance(value, dict | list | tuple | set):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = as_wiki(str(value).strip())
    if text.startswith("[[") and text.endswith("]]"):
        target, _, shown = text[2:-2].partition("|")
        text = (shown or target).strip()
    return text
