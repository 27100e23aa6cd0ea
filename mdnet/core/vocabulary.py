"""Which languages have a word: for texts so short that no function word tells what they are in.

Of each language the stems that its glossary knows are kept as a Bloom filter (Bloom, "Space/time trade-offs in hash
coding with allowable errors", 1970): to read the glossaries themselves would take longer than all the rest.
`tests/bench/train/glossary.py` writes the file.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mdnet.core.glossary import LATIN, LINKS, SHORTEST_PART
from mdnet.core.hashing import blake2b
from mdnet.core.shipped import FILTERS, shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

LANGUAGES = ("english", *LATIN)
"""Those whose words are known, in the order in which their filters stand in the file; after them stands the filter of
the first letters of all words but the English."""
BEGINNING = 5
"""So many letters: a word that no known one begins like is a name, and no language need be asked."""
SIZE = 1 << 18
"""Bits of each language's filter: with 15,000 stems one word in two thousand is known by mistake."""
_HASHES = 7
_MOST_ASKED = 8
"""Of a longer text the first so many words tell enough."""
_SURE_PART = 4
"""Letters of a part of a compound: shorter ones are in every word."""


def filter_of(stems: Iterable[str]) -> bytes:
    """The filter for these stems: `SIZE` bits."""
    bits = bytearray(SIZE // 8)
    for stem in stems:
        for at in _places(stem):
            bits[at >> 3] |= 1 << (at & 7)
    return bytes(bits)


def told_by_words(words: Sequence[str], default: str, others: Sequence[str] = LANGUAGES, *, ahead: float = 1.0) -> str:
    """The language, `default` or one of `others`, that has most of the first `words` (in lower case): more than a third
    of them, more than half of those that anybody has, and by `ahead` more than `default`."""
    told = [word for word in words if len(word) >= SHORTEST_PART and not word.isdigit()][:_MOST_ASKED]
    english = [has_word("english", word) for word in told]
    known = [word for word, is_english in zip(told, english, strict=True) if is_english or _begins(word)]
    usual = sum(english) if default == "english" else sum(has_word(default, word) for word in known)
    best, most = default, max(len(told) / 3, len(known) / 2, usual + ahead - 0.5)
    if len(known) <= most:
        return default
    for language in others:
        count = sum(has_word(language, word) for word in known) if language != default else 0
        if count > most:
            best, most = language, count
    return best


@lru_cache(maxsize=65536)
def has_word(language: str, word: str) -> bool:
    """Whether `word` (in lower case) is one of `language`, in some form or made of two; False where nobody knows."""
    if language not in LANGUAGES:
        return False
    known = _known(language)
    if known(word):
        return True
    links = LINKS.get(language)
    if links is None:
        return False
    for cut in range(_SURE_PART, len(word) - _SURE_PART + 1):
        if known(word[cut:]):
            heads = [word[: cut - len(link)] for link in links if word[:cut].endswith(link)]
            if any(len(head) >= _SURE_PART and known(head) for head in heads):
                return True
    return False


@lru_cache(maxsize=len(LANGUAGES))
def _known(language: str) -> Callable[[str], bool]:
    import Stemmer

    stem, bits = Stemmer.Stemmer(language).stemWord, _filter(LANGUAGES.index(language))
    return lambda word: _is_in(bits, stem(word))


@lru_cache(maxsize=65536)
def _begins(word: str) -> bool:
    """Whether some word that is not English begins like this one, or is its beginning."""
    bits = _filter(len(LANGUAGES))
    short = (f"{word[:size]}." for size in range(SHORTEST_PART, min(BEGINNING, len(word) + 1)))
    return _is_in(bits, word[:BEGINNING]) or any(_is_in(bits, beginning) for beginning in short)


def _is_in(bits: bytes, key: str) -> bool:
    return all(bits[at >> 3] >> (at & 7) & 1 for at in _places(key))


@lru_cache(maxsize=len(LANGUAGES) + 1)
def _filter(number: int) -> bytes:
    found = _file()[number * SIZE // 8 : (number + 1) * SIZE // 8]
    return found if len(found) == SIZE // 8 else bytes(SIZE // 8)


@lru_cache(maxsize=1)
def _file() -> bytes:
    return shipped(FILTERS)


def _places(stem: str) -> Iterator[int]:
    digest = blake2b(stem.encode("utf-8", "surrogatepass"), digest_size=3 * _HASHES).digest()
    return (int.from_bytes(digest[at : at + 3], "little") % SIZE for at in range(0, len(digest), 3))
