"""Passages as bags of stems, and BM25 over them.

Scores follow Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with title and
headings counted as extra occurrences of their words (the simple form of BM25F).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from mdnet.core.languages import guess_language
from mdnet.core.terms import stems
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mdnet.core.model import Passage

K1 = 1.5
B = 0.75
TITLE_WEIGHT = 2.5
HEADING_WEIGHT = 1.0
CONTEXT_WEIGHT = 0.5
MAX_QUERY_TERMS = 400
"""Of a need that is an essay, only the first so many different terms are looked up."""
_BREAK = re.compile(r"(?<=[.;:!?])\s+")


@dataclass(frozen=True, slots=True)
class Bag:
    """Weighted counts of stems, and the number of words they were counted over."""

    counts: Mapping[str, float]
    length: float


@lru_cache(maxsize=8192)
def passage_bag(passage: Passage) -> Bag:
    """The stems of a passage's text, with those of its title, headings and context by their weights."""
    language = guess_language(passage.text)
    counts: Counter[str] = Counter()
    body = stems(passage.text, language)
    counts.update(body)
    bag: dict[str, float] = dict(counts)
    length = float(len(body))
    for text, weight in (
        (passage.title, TITLE_WEIGHT),
        (passage.heading, HEADING_WEIGHT),
        (passage.context, CONTEXT_WEIGHT),
    ):
        if not text:
            continue
        found = stems(text)
        length += len(found) * min(weight, 1.0)
        for stem in found:
            bag[stem] = bag.get(stem, 0.0) + weight
    return Bag(bag, length)


@lru_cache(maxsize=16384)
def query_terms(text: str) -> Mapping[str, float]:
    """The stems of a need with how often it says them; empty where it says nothing but function words."""
    counts = Counter(stems(text))
    return MappingProxyType(dict(list(counts.items())[:MAX_QUERY_TERMS]))


@lru_cache(maxsize=8192)
def _sentences(text: str) -> tuple[frozenset[str], ...]:
    """The stems of each sentence of a text, and of each part of one."""
    language = guess_language(text)
    return tuple(frozenset(stems(part, language)) for part in _BREAK.split(text))


class Lexicon:
    """An inverted index over bags; documents are numbered in the order given."""

    __slots__ = ("_average", "_df", "_lengths", "_postings", "size")

    def __init__(self, bags: Iterable[Bag]) -> None:
        self._postings: dict[str, list[tuple[int, float]]] = {}
        self._lengths: list[float] = []
        for number, bag in enumerate(bags):
            self._lengths.append(bag.length)
            for stem, weight in bag.counts.items():
                self._postings.setdefault(stem, []).append((number, weight))
        self.size = len(self._lengths)
        self._average = (sum(self._lengths) / self.size if self.size else 0.0) or 1.0
        self._df = {stem: len(postings) for stem, postings in self._postings.items()}

    def idf(self, stem: str) -> float:
        """How rare a stem is here: ln(1 + (N - n + .5) / (n + .5)), never negative."""
        df = self._df.get(stem, 0)
        return math.log(1.0 + (self.size - df + 0.5) / (df + 0.5))

    def scores(self, query: Mapping[str, float]) -> dict[int, float]:
        """BM25 of every document that shares a term with `query` (stem to its count)."""
        found: dict[int, float] = {}
        for stem, times in query.items():
            postings = self._postings.get(stem)
            if not postings:
                continue
            weight = times * self.idf(stem)
            for number, tf in postings:
                norm = K1 * (1.0 - B + B * self._lengths[number] / self._average)
                found[number] = found.get(number, 0.0) + weight * tf * (K1 + 1.0) / (tf + norm)
        return found

    def ceiling(self, query: Mapping[str, float]) -> float:
        """What a document that says every term again and again would reach."""
        return (K1 + 1.0) * sum(times * self.idf(stem) for stem, times in query.items())

    def together(self, query: Mapping[str, float], text: str) -> float:
        """How much of `query` a single sentence of `text` says: 0 to 1, rare terms counting the more. A lure in a long
        paragraph has the words of a need here and there; what helps has them side by side."""
        rarity = {stem: self.idf(stem) for stem in query}
        best = max(sum(rarity[stem] for stem in rarity if stem in sentence) for sentence in _sentences(text))
        return best / (sum(rarity.values()) or 1.0)


def threshold(background: Sequence[float], ceiling: float, size: int) -> float:
    """The BM25 score from which a new passage fits a need better than what was there already.

    `background` holds the need's scores on `size` older passages. The mean of the best five, raised where there
    are few to compare with, and at least a fifth of `ceiling`: one common word shared is no match.
    """
    best = sorted(background, reverse=True)[:5]
    usual = sum(best) / 5.0
    scarce = 1.0 + 0.5 * math.log10(2000.0 / max(1, min(size, 2000)))
    return max(usual * scarce, 0.2 * ceiling)
