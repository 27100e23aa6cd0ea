"""The reason of a match in words: those that both sides share, and those that mean nearly the same."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mdnet.core.match_lexical import query_terms
from mdnet.core.terms import stems, terms
from mdnet.core.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdnet.core.match_lexical import Lexicon
    from mdnet.core.match_model import Model
    from mdnet.core.model import Match

MOST = 5
"""Words given as a reason."""
NEAR = 0.5
"""The cosine from which two words are said to mean nearly the same ..."""
PAIRS = 2
"""... and how many such pairs are named at most."""
_LONG = 40  # words of a passage and a need that are compared by meaning


def explain(match: Match, lexicon: Lexicon, model: Model | None) -> Match:
    """`match` with the words that tie its two sides, the rarest first, and where they stand in the passage."""
    query = query_terms(match.need.text)
    text = match.passage.text
    found = terms(text)
    marks = {(term.start, term.end) for term in found if term.stem in query}
    words: dict[str, str] = {}
    for term in found:
        if term.stem in query:
            words.setdefault(term.stem, text[term.start : term.end])
    rare = sorted(words, key=lambda stem: (-lexicon.idf(stem) * query[stem], stem))
    why = list(dict.fromkeys(words[stem].casefold() for stem in rare))
    if model is not None and len(why) < MOST:
        for ours, theirs, start, end in _near(match, query, model):
            why.append(f"{theirs} ~ {ours}")
            marks.add((start, end))
    return replace(match, why=tuple(why[:MOST]), marks=tuple(sorted(marks)))


def _near(match: Match, query: Mapping[str, float], model: Model) -> list[tuple[str, str, int, int]]:
    """(word of the need, word of the passage, its start, its end) of the nearest pairs without a common stem."""
    need, text = match.need.text, match.passage.text
    theirs = {term.stem: term for term in reversed(terms(text)) if term.stem not in query and _is_word(term.stem)}
    shared = {term.stem for term in terms(text)}
    ours = {term.stem: term for term in terms(need) if term.stem not in shared and _is_word(term.stem)}
    if not ours or not theirs:
        return []
    ours_list, theirs_list = list(ours.values())[:_LONG], list(theirs.values())[:_LONG]
    ours_words = [need[term.start : term.end].casefold() for term in ours_list]
    theirs_words = [text[term.start : term.end].casefold() for term in theirs_list]
    ours_read = [term.english or word for term, word in zip(ours_list, ours_words, strict=True)]
    theirs_read = [term.english or word for term, word in zip(theirs_list, theirs_words, strict=True)]
    near = (model.words(ours_read) @ model.words(theirs_read).T).tolist()
    pairs = sorted(
        (-near[i][j], i, j) for i in range(len(ours_list)) for j in range(len(theirs_list)) if near[i][j] >= NEAR
    )
    used: set[tuple[str, int]] = set()  # by where they begin: a compound is several terms
    found: list[tuple[str, str, int, int]] = []
    for _, i, j in pairs:
        pair = {("need", ours_list[i].start), ("passage", theirs_list[j].start)}
        if pair & used or len(found) == PAIRS:
            continue
        used |= pair
        found.append((ours_words[i], theirs_words[j], theirs_list[j].start, theirs_list[j].end))
    return found


def _is_word(stem: str) -> bool:
    return len(stem) > 2 and not stem.isdigit() and stem not in _counted()


@lru_cache(maxsize=1)
def _counted() -> frozenset[str]:
    """Two months, or two numbers, mean nearly the same, and are no reason."""
    return frozenset(
        stems(
            """January February March April June July August September October November December Monday
               Tuesday Wednesday Thursday Friday Saturday Sunday spring summer autumn winter
               one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
               seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand""",
            "english",
        )
    )
