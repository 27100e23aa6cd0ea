"""The words that say a verb: the format's six, and the user's own."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from mdnet.core import inline
from mdnet.core.model import VERBS, Verb
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from mdnet.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Grammar:
    """The words for verbs, as patterns."""

    words: dict[str, Verb]
    """Every word, lower case, and its verb."""
    start: re.Pattern[str]
    """A verb at the start of an item: `#need`, `#need:`, `need:`, `need::`."""
    ends: frozenset[str]
    """The last letters of the words, in both cases."""
    end: re.Pattern[str]
    """A colon with a word before it."""

    def verb_of(self, tag: str) -> Verb | None:
        """The verb that a tag (without `#`) says; `need/urgent` is a need too."""
        return self.words.get(tag.partition("/")[0].casefold())

    def has_word(self, text: str) -> bool:
        """Whether a word for a verb stands before a colon anywhere in `text`; quick where colons are rare."""
        place = text.find(":")
        while place >= 0:
            if text[place - 1 : place] in self.ends and self.end.match(text, place):
                return True
            place = text.find(":", place + 1)
        return False

    def said_by(self, tags: list[str]) -> bool:
        """Whether any of the tags says a verb."""
        for tag in tags:  # noqa: SIM110 -- quicker than `any`, and asked of every note
            if tag.partition("/")[0].casefold() in self.words:
                return True
        return False

    def may_say(self, line: str) -> bool:
        """Whether a line may say a verb; quicker than reading it."""
        return ("#" in line and self.said_by([tag[1] for tag in inline.tags(line)])) or self.has_word(line)


def grammar(settings: Settings) -> Grammar:
    """The grammar with the user's own words; made once for the same words."""
    return _grammar(tuple(settings.verbs.items())) if settings.verbs else NO_FURTHER


@lru_cache(maxsize=16)
def _grammar(further: tuple[tuple[str, Verb], ...]) -> Grammar:
    words: dict[str, Verb] = {verb: verb for verb in VERBS}
    spellings = set(words)
    for word, verb in further:
        plain = word.strip().lstrip("#").lower()
        if plain:
            words[plain.casefold()] = verb
            spellings |= {plain, plain.casefold()}
    any_word = "|".join(re.escape(word) for word in sorted(spellings, key=lambda word: (-len(word), word)))
    start = re.compile(
        rf"#({any_word})(?:/[^\s#,.:;()\[\]]+)?(?![\w/-])(?:::?)?\s*|({any_word})::?(?=\s|\[\[|\Z)\s*", re.IGNORECASE
    )
    behind = "|".join(f"(?<={re.escape(word)}:)" for word in sorted(spellings))
    ends = frozenset(letter for word in spellings for letter in (word[-1], word[-1].upper(), word[-1].lower()))
    return Grammar(words, start, ends, re.compile(f":(?:{behind})", re.IGNORECASE))


NO_FURTHER = _grammar(())
"""The grammar of the six words alone."""
