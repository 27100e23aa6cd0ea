"""What a German word means by where it stands: a glossary alone does not tell `vermietet` from `vermietet`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdnet.core.letters import straight
from mdnet.core.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mdnet.core.gloss import Word

_RELATIVE = frozenset(("der", "die", "das", "den", "dem", "denen"))
_PARTICIPLE = re.compile(r"(?:ver|be|er|ent|emp|zer|miss|über|unter)\w+t|\w+iert")
"""Verbs whose participle is their third person as well."""
_AUXILIARY = re.compile(
    r"\b(?:hab(?:e|en|t)?|hat(?:te|ten)?|hast|ist|sind|war(?:en)?|bin|seid?|wird|werden|w[uü]rden?|worden)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.,;:!?()\n–—]")


def by_place(words: Sequence[Word], text: str, english: Callable[[str], str | None]) -> list[Word]:
    """`words` of `text` with what their place says of them; `english` looks up a form.

    After a comma and before a word in lower case `der` is "that", not "the". A verb like `vermietet` is in the present
    where the clause goes on after it and holds no auxiliary.
    """
    found = list(words)
    for at, word in enumerate(words[:-1]):
        written, after = text[word.start : word.end], words[at + 1]
        key = straight(written)
        if key in _RELATIVE and text[: word.start].endswith(", ") and text[after.start].islower():
            found[at] = replace(word, english="that")
        elif written[0].islower() and text[word.end : after.start] == " " and _PARTICIPLE.fullmatch(key):
            now = _present(key, word.english, english)
            if now and not _AUXILIARY.search(_clause(text, word.start)):
                found[at] = replace(word, english=now)
    return found


def _present(participle: str, meant: str, english: Callable[[str], str | None]) -> str:
    """The third person of the verb, in English, where `meant` is its past; "" where that is not known."""
    for ending in ("t", "et"):
        infinitive = participle.removesuffix(ending) + "en" if participle.endswith(ending) else ""
        plain = english(infinitive) if infinitive else None
        if plain:
            verb, _, rest = plain.partition(" ")
            now = f"{_third(verb)} {rest}".strip()
            return now if meant not in (plain, now) else ""
    return ""


def _third(verb: str) -> str:
    if verb.endswith(("s", "sh", "ch", "x", "o")):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if re.search(r"[^aeiou]y$", verb) else f"{verb}s"


def _clause(text: str, at: int) -> str:
    """The part of `text` around `at` that no punctuation parts."""
    start = max((match.end() for match in _CLAUSE.finditer(text, 0, at)), default=0)
    end = _CLAUSE.search(text, at)
    return text[start : end.start() if end else len(text)]
