"""Needs against passages: which passage would help with which need, how surely, and the reason in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mdnet.core.identity import match_id
from mdnet.core.match_lexical import Lexicon, passage_bag, query_terms, threshold
from mdnet.core.match_rules import NeedSide, PassageSide, is_open, own_side
from mdnet.core.model import Match
from mdnet.core.terms import stems, terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from mdnet.core.model import Need, Passage, Person

MAYBE = 0.5
"""Matches below this score are not returned at all."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The user's decisions so far, as match ids (`m-NEED-PASSAGE`)."""

    dismissed: AbstractSet[str] = frozenset()
    accepted: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known about people, to tell whose words a passage is."""

    people: Mapping[str, Person] = field(default_factory=dict)
    """By path."""
    present: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    """Note path to the paths of the people who took part: linked in its properties or named in its title."""


def rank(
    needs: Sequence[Need],
    passages: Sequence[Passage],
    *,
    today: date,
    background: Sequence[Passage] = (),
    answers: Answers | None = None,
    around: Surroundings | None = None,
    floor: float = MAYBE,
    limit: int = 50,
) -> list[Match]:
    """All matches that reach `floor`, best first, at most `limit` for a need; see `distinct` for what to show.

    `background` holds older passages: a match must fit better than what the vault already had. Without it, the
    passages are compared with each other.
    """
    answers = answers or Answers()
    around = around or Surroundings()
    live = [need for need in needs if is_open(need, today)]
    pool = [passage for passage in passages if passage.verb != "need" and passage.text.strip()]
    if not live or not pool:
        return []
    old = [passage for passage in background if passage.verb != "need"]
    lexicon = Lexicon(passage_bag(passage) for passage in [*pool, *old])
    sides = [PassageSide.of(passage) for passage in pool]
    found: list[Match] = []
    for need in live:
        query = query_terms(need.text)
        if not query:
            continue
        side = NeedSide.of(need, around.people)
        best = _rank_one(side, query, sides, lexicon, around, answers)
        best.sort(key=lambda match: (-match.score, match.passage.path, match.passage.line))
        found.extend(_explain(match, query, lexicon) for match in best[:limit] if match.score >= floor)
    found.sort(key=lambda match: (-match.score, match.need.id, match.passage.path, match.passage.line))
    return found


def _rank_one(
    side: NeedSide,
    query: Mapping[str, float],
    pool: Sequence[PassageSide],
    lexicon: Lexicon,
    around: Surroundings,
    answers: Answers,
) -> list[Match]:
    """A match for each passage that shares a term with the need."""
    scores = lexicon.scores(query)
    older = [score for number, score in scores.items() if number >= len(pool)]
    if lexicon.size == len(pool):
        older = list(scores.values())
    bar = threshold(older, lexicon.ceiling(query), lexicon.size - len(pool) or lexicon.size)
    found = []
    for number, raw in scores.items():
        if number >= len(pool) or bar <= 0.0:
            continue
        passage = pool[number].passage
        share = own_side(side, pool[number], around.present.get(passage.path, frozenset()))
        if share is None or match_id(side.need, passage) in answers.dismissed:
            continue
        found.append(Match(side.need, passage, raw / bar * share))
    return found


def distinct(matches: Sequence[Match]) -> list[Match]:
    """Of `matches` (best first) for each need the best passage of each note, and the same news only once."""
    kept: dict[str, list[tuple[str, frozenset[str]]]] = {}
    found = []
    for match in matches:
        others = kept.setdefault(match.need.id, [])
        words = frozenset(stems(match.passage.text))
        if any(path == match.passage.path or _alike(words, said) for path, said in others):
            continue
        others.append((match.passage.path, words))
        found.append(match)
    return found


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two passages tell the same news: nearly all stems in common."""
    if len(one) < 5 or len(other) < 5:
        return one == other
    return len(one & other) >= 0.7 * min(len(one), len(other))


def _explain(match: Match, query: Mapping[str, float], lexicon: Lexicon) -> Match:
    """`match` with the words that tie its two sides, the rarest first, and where they stand in the passage."""
    marks: list[tuple[int, int]] = []
    words: dict[str, str] = {}
    for term in terms(match.passage.text):
        if term.stem in query:
            marks.append((term.start, term.end))
            words.setdefault(term.stem, match.passage.text[term.start : term.end])
    rare = sorted(words, key=lambda stem: -lexicon.idf(stem) * query[stem])
    why = tuple(dict.fromkeys(words[stem].casefold() for stem in rare))[:5]
    return Match(match.need, match.passage, match.score, why, tuple(marks), match.new)
