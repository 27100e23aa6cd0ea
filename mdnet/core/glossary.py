"""Other languages word by word in English, so that a model that reads English reads them, and they meet English notes.

A word-for-word rendering is no translation, but most of what tells help from its opposite is in the words. The
glossaries are part of the program, as the stop words are, and are kept as text for whoever wants to mend them:
`mdnet/models/glossary`, a line `form, form = english` each.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from mdnet.core.german import by_place, is_noun
from mdnet.core.gloss import Word
from mdnet.core.letters import APOSTROPHES, WORD, plain, straight
from mdnet.core.shipped import shipped
from mdnet.core.stopwords import STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LATIN = ("german", "french", "spanish", "portuguese", "swedish", "italian", "dutch", "danish", "norwegian")
"""The languages in Latin letters that there is a glossary for, by their Snowball names."""
UNSPACED = ("chinese", "japanese")
"""Those that are written without spaces: at each place the longest form is taken that stands there."""
LANGUAGES = (*LATIN, "russian", *UNSPACED)
"""All there is a glossary for."""
NOUNS_IN_CAPITALS = ("german", *UNSPACED)
"""Elsewhere a capital letter within a sentence tells a name, which is left as it is."""
LINKS: Mapping[str, tuple[str, ...]] = {
    "german": ("", "s", "es", "n", "en", "e", "er"),
    "swedish": ("", "s", "e", "o", "u"),
    "dutch": ("", "s", "en", "e", "n", "er"),
    "danish": ("", "s", "e", "er"),
    "norwegian": ("", "s", "e", "er"),
}
"""What may stand between the parts of a compound."""
SHORTEST_PART, SHORTEST_COMPOUND = 3, 7
ENOUGH = 0.5
"""The share of a text's words that must be known, else it is left as it is."""
_MOST_PARTS = 4
_LONGEST = 40
"""Letters; nobody writes a longer word, but a line without spaces may be one."""
_MOST_KEPT = 100_000
"""So many words are held with their English, and ends of words with what they are made of."""

_SPACES = re.compile(r"[\s-]+")
_ENDS = re.compile(r"(?:^|[.!?:;•…¿¡|\n(\"“„«*#>\]–—-])\W*$")
_WRITTEN_OUT: Mapping[str, tuple[tuple[str, str], ...]] = {
    "german": (("ae", "ä"), ("oe", "ö"), ("ue", "ü")),
    "swedish": (("aa", "å"), ("ae", "ä"), ("oe", "ö")),
    "danish": (("aa", "å"), ("ae", "æ"), ("oe", "ø")),
    "norwegian": (("aa", "å"), ("ae", "æ"), ("oe", "ø")),
}
_TITLES = frozenset(("herr", "herrn", "frau", "familie", "fam", "dr", "prof", "firma", "tante", "onkel"))
"""A German word after one of these is a name."""


class Glossary:
    """Words and fixed expressions of one language with their English."""

    __slots__ = (
        "_exact",
        "_expressions",
        "_found",
        "_language",
        "_lengths",
        "_links",
        "_longest",
        "_parts",
        "_plain",
        "_stemmer",
        "_stems",
    )

    def __init__(self, entries: str, language: str) -> None:
        """`entries` hold a line `form, form = english` for each meaning, the forms as `core.letters.straight` makes
        them; of a form that stands twice the first counts. `language` is a Snowball name."""
        import Stemmer

        self._language, self._links = language, LINKS.get(language, ())
        self._exact: dict[str, str] = {}
        self._expressions: dict[str, str] = {}
        self._lengths: dict[str, list[int]] = {}
        self._longest = 0
        for line in entries.splitlines():
            forms, _, english = line.partition(" = ")
            if english and line[0] != "#":
                for form in forms.split(", "):
                    self.add(form, english)
        self._stemmer = None if language in UNSPACED else Stemmer.Stemmer(language)
        self._stems: dict[str, list[str]] | None = None
        self._plain: dict[str, str] | None = None
        self._found: dict[str, str | None] = {}
        self._parts: dict[tuple[str, int], tuple[str, ...]] = {}

    def add(self, form: str, english: str) -> None:
        """Add a form, a word or a fixed expression, that is not there yet."""
        tokens = [] if form.isalpha() else list(WORD.finditer(form))
        if len(tokens) < 2:
            form = form.rstrip(".")
            self._exact.setdefault(form, english)
            if len(form) > self._longest:
                self._longest = len(form)
            return
        self._expressions.setdefault(_SPACES.sub(" ", form[tokens[0].start() : tokens[-1].end()]), english)
        lengths = self._lengths.setdefault(tokens[0][0], [])
        if len(tokens) not in lengths:
            lengths.append(len(tokens))
            lengths.sort(reverse=True)

    def words(self, text: str) -> list[Word]:
        """The words of `text`, which is composed (see `core.letters`), in order; an expression is one, an elided
        article another (`l'` and `avocat`)."""
        found: list[Word] = []
        tokens = list(WORD.finditer(text))
        at = 0
        while at < len(tokens):
            start = tokens[at].start()
            length, english = self._expression(at, tokens, text)
            if length:
                found.append(Word(start, tokens[at + length - 1].end(), english, True))
                at += length
                continue
            if self._stemmer is None:
                found += self._run(start, tokens[at][0])
            else:
                found += self._word(start, tokens[at][0], text, found[-1] if found else None)
            at += 1
        return by_place(found, text, self._listed) if self._language == "german" else found

    def _expression(self, at: int, tokens: Sequence[re.Match[str]], text: str) -> tuple[int, str]:
        """How many words from `at` on are a fixed expression, and its English."""
        for length in self._lengths.get(straight(tokens[at][0]), ()):
            if at + length <= len(tokens):
                start, end = tokens[at].start(), tokens[at + length - 1].end()
                written = text[start:end]
                english = self._expressions.get(_SPACES.sub(" ", straight(written)))
                if english and not (self._language == "german" and is_noun(text, start, end)):
                    return length, english
        return 0, ""

    def _listed(self, form: str) -> str | None:
        """What a form, a word or an expression, is in English where it is listed as it is."""
        return self._exact.get(form) or self._expressions.get(form)

    def _run(self, start: int, written: str) -> Iterator[Word]:
        """The words of a run of letters without spaces; what is between known ones is one word."""
        key = "".join(sign if len(sign.casefold()) > 1 else sign.casefold() for sign in written)
        at = unknown = 0
        while at < len(key):
            for size in range(min(self._longest, len(key) - at), 0, -1):
                if (english := self._exact.get(key[at : at + size])) is not None:
                    if unknown < at:
                        yield Word(start + unknown, start + at, written[unknown:at], False)
                    yield Word(start + at, start + at + size, english, True)
                    at = unknown = at + size
                    break
            else:
                at += 1
        if unknown < len(written):
            yield Word(start + unknown, start + len(written), written[unknown:], False)

    def _word(self, start: int, written: str, text: str, before: Word | None) -> Iterator[Word]:
        cut = _after_apostrophe(written)
        while cut and (len(written) > _LONGEST or straight(written) not in self._exact):
            elided = self._exact.get(straight(written[:cut]))
            yield Word(start, start + cut, elided or written[:cut], elided is not None)
            start, written = start + cut, written[cut:]
            cut = _after_apostrophe(written)
        english = self.english(straight(written)) if len(written) <= _LONGEST else None
        if english is None or (english == english.lower() and self._is_name(written, start, text, before)):
            yield Word(start, start + len(written), written, False)
        else:
            yield Word(start, start + len(written), english, True)

    def _is_name(self, written: str, start: int, text: str, before: Word | None) -> bool:
        if not written[0].isupper() or written.isupper():
            return False
        if self._language not in NOUNS_IN_CAPITALS:
            return not _ENDS.search(text, max(0, start - 4), start)
        if before is None or text[before.end : start] not in (" ", ". "):
            return False
        first = text[before.start : before.end]
        is_name = first[0].isupper() and (not before.known or before.english == first)
        return is_name or straight(first) in _TITLES

    def english(self, key: str) -> str | None:
        """What a word is in English, told by its form, its stem or its parts; `key` is in lower case."""
        found = self._exact.get(key)
        if found is not None or len(key) < SHORTEST_PART or len(key) > _LONGEST or key.isdigit():
            return found
        if key in (known := self._found):
            return known[key]
        if len(known) > _MOST_KEPT:
            self._found = {}
        self._found[key] = found = self._found_out(key)
        return found

    def _found_out(self, key: str) -> str | None:
        found = self._by_stem(key) or self._as_typed(key)
        if found is None and self._links and len(key) >= SHORTEST_COMPOUND:
            parts = self._split(key)
            found = " ".join(parts) if len(parts) > 1 else None
        return found

    def _by_stem(self, key: str) -> str | None:
        """By the form of the same stem that is most like `key`."""
        if self._stemmer is None:
            return None
        if self._stems is None:
            stems: dict[str, list[str]] = {}
            known = [form for form in self._exact if len(form) >= SHORTEST_PART]
            for form, stem in zip(known, self._stemmer.stemWords(known), strict=True):
                stems.setdefault(stem, []).append(form)
            self._stems = stems
        forms = self._stems.get(self._stemmer.stemWord(key))
        if not forms:
            return None
        return self._exact[most_alike(forms, key)]

    def _as_typed(self, key: str) -> str | None:
        """Where the accents were left out, or written out (`fuer`)."""
        if self._plain is None:
            self._plain = {plain(form): english for form, english in self._exact.items() if not form.isascii()}
        found = self._plain.get(key)
        if found is None and key.isascii():
            spelt = key
            for typed, letter in _WRITTEN_OUT.get(self._language, ()):
                spelt = spelt.replace(typed, letter)
            if spelt != key:
                return self._exact.get(spelt) or self._by_stem(spelt)
        return found

    def _split(self, key: str, most: int = _MOST_PARTS) -> tuple[str, ...]:
        """The English of the fewest parts that `key` is made of; empty where it is not."""
        if (known := self._parts.get((key, most))) is not None:
            return known
        best: tuple[str, ...] = ()
        for cut in range(SHORTEST_PART, len(key) - SHORTEST_PART + 1):  # the longest last part comes first
            head = self._head(key[:cut])
            if head is None:
                continue
            tail = self._part(key[cut:])
            rest = (tail,) if tail else (self._split(key[cut:], most - 1) if most > 2 else ())
            if rest and (not best or len(rest) + 1 < len(best)):
                best = (head, *rest)
        if len(self._parts) > _MOST_KEPT:
            self._parts = {}
        self._parts[key, most] = best
        return best

    def _head(self, part: str) -> str | None:
        for link in self._links:
            if part.endswith(link) and len(part) - len(link) >= SHORTEST_PART:
                found = self._part(part[: len(part) - len(link)])
                if found:
                    return found
        if self._language == "swedish":  # a last vowel is left out: `skol` of `skola`
            return self._exact.get(f"{part}a") or self._exact.get(f"{part}e")
        return None

    def _part(self, part: str) -> str | None:
        if part in STOP_WORDS.get(self._language, ()):
            return None
        found = self._exact.get(part)
        if len(part) > SHORTEST_PART:
            return found or self._by_stem(part)
        return None if found in STOP_WORDS["english"] else found


def glossary(language: str) -> Glossary | None:
    """The glossary of a language (its Snowball name), read when it is first asked for; None where there is none."""
    return _read(language) if language in LANGUAGES else None


@lru_cache(maxsize=len(LANGUAGES))
def _read(language: str) -> Glossary | None:
    try:
        entries = shipped(f"{language}.txt").decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Glossary(entries, language) if entries else None


def most_alike(forms: Sequence[str], word: str) -> str:
    """The one of `forms` that begins like `word` for longest, then is most of its length; of two the first."""
    return max(forms, key=lambda form: (_shared(form, word), -abs(len(form) - len(word))))


def _after_apostrophe(word: str) -> int:
    """The place after the first apostrophe; 0 where there is none."""
    return 1 + min((at for at in map(word.find, APOSTROPHES) if at >= 0), default=-1)


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    count = 0
    for left, right in zip(one, other):  # noqa: B905 - they may differ in length
        if left != right:
            break
        count += 1
    return count
