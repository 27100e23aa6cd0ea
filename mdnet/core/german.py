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
_PARTICLES = frozenset(
    ("ab", "an", "auf", "aus", "bei", "bereit", "ein", "fest", "frei", "her", "heraus", "herum", "hin", "los", "mit",
     "nach", "statt", "teil", "um", "vor", "vorbei", "weg", "weiter", "zu", "zurück", "zusammen")
)  # fmt: skip
"""What German takes off a verb and puts at the end of the clause: `stellt ... ein`."""
_AFTER_PARTICLE = re.compile(r"\s*(?:$|[.,;:!?()\n–—]|(?:und|oder|aber|als|wie)\b)")
_OTHER_VOWELS = {
    "nimmt": "nehmen", "gibt": "geben", "hält": "halten", "fährt": "fahren", "lädt": "laden", "läuft": "laufen",
    "fällt": "fallen", "sieht": "sehen", "liest": "lesen", "tritt": "treten", "spricht": "sprechen", "wirft": "werfen",
    "schlägt": "schlagen", "lässt": "lassen", "nahm": "nehmen", "gab": "geben", "bot": "bieten", "zog": "ziehen",
    "hielt": "halten", "fuhr": "fahren", "lud": "laden", "sah": "sehen", "rief": "rufen", "ging": "gehen",
    "kam": "kommen", "ließ": "lassen", "schrieb": "schreiben",
}  # fmt: skip
"""Forms of frequent verbs that do not tell their infinitive."""
_FARTHEST = 14
"""Words between a verb and its particle."""


def by_place(words: Sequence[Word], text: str, english: Callable[[str], str | None]) -> list[Word]:
    """`words` of `text` with what their place says of them; `english` looks up a form.

    After a comma and before a word in lower case `der` is "that", not "the". A verb like `vermietet` is in the present
    where the clause goes on after it and holds no auxiliary. A verb and its particle are one: `stellt ... ein` is
    "hires".
    """
    found = _joined(words, text, english)
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


def is_noun(text: str, start: int, end: int) -> bool:
    """Whether the characters [start, end) are a noun before what would be the particle of the verb of that name:
    `mit dem Laden auf` is not `laden auf`."""
    return text[start].isupper() and bool(text[:start].strip()) and text[start:end].rpartition(" ")[2] in _PARTICLES


def _joined(words: Sequence[Word], text: str, english: Callable[[str], str | None]) -> list[Word]:
    """`words` with what a verb means together with its particle in the verb's place, and nothing in the particle's."""
    found = list(words)
    for at, word in enumerate(words):
        particle = text[word.start : word.end]
        if particle not in _PARTICLES or not _AFTER_PARTICLE.match(text, word.end):
            continue
        for before in range(at - 1, max(-1, at - _FARTHEST), -1):
            verb = words[before]
            if _CLAUSE.search(text, verb.end, word.start):
                break
            form, _, other = text[verb.start : verb.end].partition(" ")
            if (form[0].islower() or not before) and (not other or other in _PARTICLES):
                together = _together(particle, straight(form), english)
            else:
                together = ""
            if together:
                found[before] = replace(verb, english=together, known=True)
                found[at] = replace(word, english="", known=True)
                break
    return found


def _together(particle: str, verb: str, english: Callable[[str], str | None]) -> str:
    """What the form `verb` means with its particle; "" where that is not known."""
    if known := english(f"{verb} {particle}"):
        return known
    if verb in _OTHER_VOWELS:
        plain = english(particle + _OTHER_VOWELS[verb]) or ""
        return _inflected(plain) if verb.endswith("t") and plain else plain
    for ending in ("eten", "ete", "ten", "te"):  # the past has the English of the participle
        stem = verb.removesuffix(ending)
        if stem != verb and english(f"{particle}{stem}en"):
            past = english(f"{particle}ge{stem}t") or english(f"{particle}ge{stem}et")
            if past:
                return past
    for ending in ("et", "t", "e", "en", "n", "st", ""):
        stem = verb.removesuffix(ending)
        known = english(f"{particle}{stem}en") or english(f"{particle}{stem}n") if verb.endswith(ending) else None
        if known:
            return _inflected(known) if ending in ("et", "t") else known
    return ""


def _inflected(plain: str) -> str:
    """The third person of an English verb with what follows it."""
    verb, _, rest = plain.partition(" ")
    return f"{_third(verb)} {rest}".strip()


def _present(participle: str, meant: str, english: Callable[[str], str | None]) -> str:
    """The third person of the verb, in English, where `meant` is its past; "" where that is not known."""
    for ending in ("t", "et"):
        infinitive = participle.removesuffix(ending) + "en" if participle.endswith(ending) else ""
        plain = english(infinitive) if infinitive else None
        if plain:
            now = _inflected(plain)
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
