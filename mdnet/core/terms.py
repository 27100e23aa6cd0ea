"""Words of a text and the terms they are compared by: stop words, Snowball stems, n-grams for CJK.

What is in a language there is a glossary for is compared by the stems of its English words, so that it meets English
texts too, and a compound meets its parts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mdnet.core.glossary import LANGUAGES, glossary
from mdnet.core.glossary import UNSPACED as UNSPACED_LANGUAGES
from mdnet.core.languages import DEFAULT_LANGUAGE, ELIDED, ELIDING, UNSPACED, UNSPACED_SIGNS, fold, guess_language
from mdnet.core.letters import WORD, composed, composed_with_places, plain
from mdnet.core.stopwords import STOP_WORDS
from mdnet.core.values import dataclass, replace

if TYPE_CHECKING:
    from mdnet.core.glossary import Glossary

_MOST_WORDS = 200_000
"""So many words are held with their stems."""
_MAX_CHARS = 40_000
"""Of a longer text only the beginning is read: enough to know what it is about."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term and the characters [start, end) of the text that it was made from; `english` is the word it is of, where
    that is not what stands there."""

    stem: str
    start: int
    end: int
    english: str = ""


class _Stemmer:
    """A Snowball stemmer, loaded when first asked for; leaves words as they are where there is none."""

    __slots__ = ("_known", "_language", "_stem")

    def __init__(self, language: str) -> None:
        import Stemmer

        known = set(Stemmer.algorithms())
        self._language = language
        if language in (UNSPACED, *UNSPACED_LANGUAGES):  # what else such a text holds is most often English
            language = DEFAULT_LANGUAGE
        self._stem = Stemmer.Stemmer(language).stemWord if language in known else None
        self._known: dict[str, tuple[str, int]] = {}

    def term(self, word: str) -> tuple[str, int]:
        """The stem of a word as it is written and how many letters before it are elided (l'avocat); "" where it is a
        stop word or a single letter."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) > _MOST_WORDS:
                self._known.clear()
            found = self._known[word] = self._term(word)
        return found

    def _term(self, word: str) -> tuple[str, int]:
        folded, elided = fold(word), 0
        if self._language in ELIDING and "'" in folded and (match := ELIDED.match(folded)):
            elided = match.end()
            folded = folded[elided:]
        if (len(folded) < 2 and not folded.isdigit()) or is_stop(folded, self._language):
            return "", 0
        return plain(str(self._stem(folded)) if self._stem else folded), elided


@lru_cache(maxsize=32)
def _stemmers(language: str) -> _Stemmer:
    return _Stemmer(language)


def is_stop(word: str, language: str) -> bool:
    """Whether `word` (folded) says nothing about the subject in `language`; English ones count everywhere."""
    return word in STOP_WORDS.get(language, ()) or (language != "english" and word in STOP_WORDS["english"])


def terms(text: str, language: str | None = None) -> list[Term]:
    """All terms of `text` in order, stop words and single Latin letters left out."""
    text, places = composed_with_places(text[:_MAX_CHARS])
    found = _terms(text, language or guess_language(text))
    if places is None:
        return found
    return [replace(term, start=places[term.start][0], end=places[term.end - 1][1]) for term in found]


def _terms(text: str, language: str) -> list[Term]:
    if language in LANGUAGES and (known := glossary(language)):
        return _glossed(text, language, known)
    stemmer = _stemmers(language)
    found: list[Term] = []
    for match in WORD.finditer(text):
        found += _own(match[0], match.start(), stemmer)
    return found


def _glossed(text: str, language: str, known: Glossary) -> list[Term]:
    """The terms of a text in a language there is a glossary for, by their English where that is known."""
    stemmer, english_of = _stemmers(language), _stemmers(DEFAULT_LANGUAGE).term
    found: list[Term] = []
    for word in known.words(text):
        written = text[word.start : word.end]
        if not word.known:
            found += _own(written, word.start, stemmer)
        elif fold(written) not in STOP_WORDS.get(language, ()):
            stemmed = ((english_of(english)[0], english) for english in WORD.findall(word.english))
            found += [Term(stem, word.start, word.end, english) for stem, english in stemmed if stem]
    return found


def _own(word: str, start: int, stemmer: _Stemmer) -> list[Term]:
    """The terms of one word as it is written."""
    if not word.isascii() and UNSPACED_SIGNS.search(word):
        return _ngrams(word, start)
    stem, elided = stemmer.term(word)
    return [Term(stem, start + elided, start + len(word))] if stem else []


def _ngrams(word: str, start: int) -> list[Term]:
    found = []
    for run in UNSPACED_SIGNS.finditer(word):
        chars, at = run[0], start + run.start()
        if len(chars) == 1:
            found.append(Term(chars, at, at + 1))
        found.extend(Term(chars[i : i + 2], at + i, at + i + 2) for i in range(len(chars) - 1))
    return found


def stems(text: str, language: str | None = None, *, glossed: bool = True) -> list[str]:
    """The stems of `text` in order, repeated where the text repeats them; not `glossed`: of its own words."""
    text = composed(text[:_MAX_CHARS])
    language = language or guess_language(text)
    if (glossed and language in LANGUAGES) or (not text.isascii() and UNSPACED_SIGNS.search(text)):
        return [term.stem for term in terms(text, language if glossed else UNSPACED)]
    term_of = _stemmers(language).term
    return [stem for word in WORD.findall(text) if (stem := term_of(word)[0])]
