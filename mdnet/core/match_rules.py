"""Whose words a passage is: what is never matched with a need, and what counts against it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mdnet.core.cues import cues
from mdnet.core.identity import normalise
from mdnet.core.model import LIVE
from mdnet.core.terms import is_stop

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import date

    from mdnet.core.model import Need, Passage, Person

MENTIONED = -5.0
"""Log-odds for a passage that names the need's own person: nearly always their own words
or the need again."""
PRESENT = -4.5
"""The same where the person took part in what the note tells, without being named in the passage."""

PORTRAIT = -1.5
"""Log-odds for what a person's own note says of them in prose: it is no news, and who could help is found by it beside
the matches. Seven labelled vaults say from -1.5 to -2 (standard error .6)."""

AGAIN, WANTED_AGAIN = 0.9, 0.6
"""A passage that is the need's own words to this part, or more, says the need again; and one that speaks of somebody
who looks for something. "Jo is a vegan cook for a wedding or two" does neither; nor does an offer, or what somebody
helped with, in the very words of the need."""
_FOR = r"(?:for|tell|ask|show|let|remind|für|para|pour|för|per|voor|till)\s+(?:\[\[)?"
_SURNAME = re.compile(r"\s+[A-Z]\w")
"""After a first name: it is somebody else's of that name."""
_CALENDAR = frozenset(("april", "june", "august"))


def is_open(need: Need, today: date) -> bool:
    """Whether help is still wanted: open or being helped with, and not put off to a later day."""
    if need.state not in LIVE:
        return False
    return need.not_before is None or need.not_before <= today


@dataclass(frozen=True)
class NeedSide:
    """A need with the names that its person goes by."""

    need: Need
    names: frozenset[str]
    """Lower case: full name, aliases, and the first name where it is no common word."""
    first: str
    """The first name as it is written; "" where it is a common word."""

    @classmethod
    def of(cls, need: Need, people: Mapping[str, Person]) -> NeedSide:
        """The side of `need`, with what is known about its person."""
        person = people.get(need.person_path)
        full = {need.person, *((person.name, *person.aliases) if person else ())}
        names = {normalise(name) for name in full if name.strip()}
        first = next(iter(need.person.split()), "")
        if len(first) <= 2 or is_stop(first.lower(), "english") or first.lower() in _CALENDAR:
            return cls(need, frozenset(names), "")
        return cls(need, frozenset((*names, normalise(first))), first)

    @cached_property
    def longer(self) -> frozenset[str]:
        """The names but for the first name."""
        return self.names - {normalise(self.first)}

    @cached_property
    def meant_for(self) -> re.Pattern[str]:
        """Finds "for" before a name."""
        return re.compile(rf"(?<!\w){_FOR}{_any_of(self.names)}(?!\w)", re.IGNORECASE)

    @cached_property
    def words(self) -> str:
        """The need's normalised text."""
        return normalise(self.need.text)

    def named_in(self, normalised: str, text: str) -> bool:
        """Whether `text`, also given `normalised`, names the person."""
        if any(_ends(name, normalised) for name in self.longer):
            return True
        return any(not _SURNAME.match(text, end) for end in _ends(self.first, text))


def _ends(name: str, text: str) -> list[int]:
    """Where `name` ends in `text`, each time that it is there as whole words. A pattern for each need would take longer
    to compile than to look."""
    found = []
    start = text.find(name) if name else -1
    while start >= 0:
        end = start + len(name)
        if not (_in_word(text[start - 1 : start]) or _in_word(text[end : end + 1])):
            found.append(end)
        start = text.find(name, start + 1)
    return found


def _in_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _any_of(names: Iterable[str]) -> str:
    """A pattern for any of `names`, the longest first; nothing where there are none."""
    return f"(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True))) or '(?!)'})"


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


def portrait(passage: Passage) -> float:
    """Log-odds (0 or less) for what is no news, but what is known of somebody."""
    return PORTRAIT if passage.owner and passage.kind == "paragraph" and passage.verb is None else 0.0


def own_side(side: NeedSide, other: PassageSide, present: AbstractSet[str]) -> float | None:
    """Log-odds (0 or less) for whose words a passage is; None where the pair is never matched.

    Never: the need's own line, the person's own note, the need's words again.
    """
    need, passage = side.need, other.passage
    if passage.path == need.path and passage.line == need.line:
        return None
    if need.person_path and need.person_path in (passage.owner, passage.path):
        return None
    if passage.verb not in ("offer", "got") and side.words in other.words:
        part = len(side.words) / len(other.words)
        if part >= AGAIN or (part >= WANTED_AGAIN and cues(passage.text).wanted):
            return None
    if not side.names.isdisjoint(other.linked) or side.named_in(other.words, passage.text):
        return 0.0 if side.meant_for.search(passage.text) else MENTIONED
    if need.person_path in present or side.named_in(other.title, passage.title):
        return PRESENT
    return 0.0
