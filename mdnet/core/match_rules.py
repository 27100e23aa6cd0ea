"""Whose words a passage is: what is never matched with a need, and what counts against it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mdnet.core.identity import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date

    from mdnet.core.model import Need, Passage, Person

MENTIONED = -5.0
"""Log-odds for a passage that names the need's own person: nearly always their own words
or the need again."""
PRESENT = -4.5
"""The same where the person took part in what the note tells, without being named in the passage."""

AGAIN = 0.6
"""A passage that is the need's own words to this part, or more, says the need again."""


def is_open(need: Need, today: date) -> bool:
    """Whether help is still wanted: open or being helped with, and not put off to a later day."""
    if need.state not in ("open", "helping"):
        return False
    return need.not_before is None or need.not_before <= today


@dataclass(frozen=True)
class NeedSide:
    """A need with the names that its person goes by."""

    need: Need
    names: frozenset[str]
    """Lower case: full name, aliases, and the first name."""

    @classmethod
    def of(cls, need: Need, people: Mapping[str, Person]) -> NeedSide:
        """The side of `need`, with what is known about its person."""
        person = people.get(need.person_path)
        full = {need.person, *((person.name, *person.aliases) if person else ())}
        names = {normalise(name) for name in full if name.strip()}
        first = need.person.split()[:1]
        if first and len(first[0]) > 2:
            names.add(normalise(first[0]))
        return cls(need, frozenset(names))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds any of the names as whole words."""
        longest_first = sorted(self.names, key=len, reverse=True)
        return (
            re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")
            if longest_first
            else re.compile(r"(?!)")
        )

    @cached_property
    def words(self) -> str:
        """The need's normalised text."""
        return normalise(self.need.text)

    def named_in(self, normalised: str) -> bool:
        """Whether `normalised` text names the person."""
        return any(name in normalised for name in self.names) and bool(self.pattern.search(normalised))


@dataclass(frozen=True, slots=True)
class PassageSide:
    """A passage with its text and its note's title normalised, and the names that it links."""

    passage: Passage
    words: str
    title: str
    linked: frozenset[str]

    @classmethod
    def of(cls, passage: Passage) -> PassageSide:
        """The side of `passage`."""
        linked = frozenset(normalise(target.rsplit("/", 1)[-1].removeprefix("@")) for target in passage.people)
        return cls(passage, normalise(passage.text), normalise(passage.title), linked)


def own_side(side: NeedSide, other: PassageSide, present: AbstractSet[str]) -> float | None:
    """Log-odds (0 or less) for whose words a passage is; None where the pair is never matched.

    Never: the need's own line, the person's own note, the need's words again.
    """
    need, passage = side.need, other.passage
    if passage.path == need.path and passage.line == need.line:
        return None
    if need.person_path and need.person_path in (passage.owner, passage.path):
        return None
    if side.words in other.words and len(side.words) >= AGAIN * len(other.words):
        return None
    if not side.names.isdisjoint(other.linked) or side.named_in(other.words):
        return MENTIONED
    if need.person_path in present or side.named_in(other.title):
        return PRESENT
    return 0.0
