"""Needs against passages: which passage would help with which need, how surely, and the reason in words."""

from __future__ import annotations

import heapq
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mdnet.core.cues import Cues, cues
from mdnet.core.identity import match_id
from mdnet.core.match_answers import Answers, Tastes
from mdnet.core.match_lexical import Bag, Lexicon, passage_bag, query_terms, threshold
from mdnet.core.match_rules import NeedSide, PassageSide, is_open, own_side
from mdnet.core.match_score import SHOWN, Features, log_odds, probability, softened, stale
from mdnet.core.match_why import explain
from mdnet.core.model import Match
from mdnet.core.terms import stems
from mdnet.core.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from mdnet.core.match_model import Model
    from mdnet.core.model import Need, Passage, Person

__all__ = ["Answers", "Pool", "Surroundings", "compare", "distinct", "rank", "said"]

MAYBE = 0.5
"""Matches below this score are not returned unless asked for."""
CANDIDATES = 50
"""So many passages by words and so many by meaning are looked at more closely for each need ..."""
JUDGED = 20
"""... of which the model judges the best."""
JUDGED_FROM = 0.02
"""A pair less probable than this is not worth judging."""
MAX_NEED = 2000
"""Characters of a need that are read."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known about people, to tell whose words a passage is."""

    people: Mapping[str, Person] = field(default_factory=dict)
    """By path."""
    present: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    """Note path to the paths of the people who took part: linked in its properties or named in its title."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The passages to be matched, with what is computed of each once. `vectors` is None without a model."""

    sides: Sequence[PassageSide]
    bags: Sequence[Bag]
    lexicon: Lexicon
    texts: Sequence[str]
    vectors: Any
    older: Any

    def cues(self, number: int) -> Cues:
        """How passage `number` speaks."""
        return cues(self.sides[number].passage.text)


def rank(
    needs: Sequence[Need],
    passages: Sequence[Passage],
    *,
    today: date,
    background: Sequence[Passage] = (),
    answers: Answers | None = None,
    around: Surroundings | None = None,
    model: Model | None = None,
    floor: float = MAYBE,
    limit: int = 50,
) -> list[Match]:
    """All matches that reach `floor`, best first, at most `limit` for a need; see `distinct` for what to show.

    `background` holds older passages: a match must fit better than what the vault already had. Without it, the
    passages are compared with each other. A match's score is its probability by the threshold: 1.0 is worth showing.
    """
    pool, chosen = compare(
        needs, passages, today=today, background=background, answers=answers, around=around, model=model
    )
    per_need: dict[str, list[Match]] = {}
    for need, number, features in chosen:
        sure = probability(log_odds(features, meaning=model is not None))
        if sure / SHOWN >= floor:
            match = Match(need, pool.sides[number].passage, sure / SHOWN, probability=sure)
            per_need.setdefault(need.id, []).append(match)
    found: list[Match] = []
    for matches in per_need.values():
        matches.sort(key=_order)
        # Words that mean nearly the same are sought only for what may be shown: it takes the model.
        found.extend(explain(match, pool.lexicon, model if match.score >= MAYBE else None) for match in matches[:limit])
    return sorted(found, key=_order)


def compare(
    needs: Sequence[Need],
    passages: Sequence[Passage],
    *,
    today: date,
    background: Sequence[Passage] = (),
    answers: Answers | None = None,
    around: Surroundings | None = None,
    model: Model | None = None,
    judged: int = JUDGED,
) -> tuple[Pool, list[tuple[Need, int, Features]]]:
    """The pool of passages, and each pair that is worth a closer look as need, number in the pool, features.

    The model judges the `judged` best of each need.
    """
    around = around or Surroundings()
    live = [need for need in needs if is_open(need, today) and query_terms(need.text[:MAX_NEED])]
    pool = _pool([p for p in passages if p.verb != "need" and p.text.strip()], background, model)
    if not live or not pool.sides:
        return pool, []
    tastes = Tastes.of(answers or Answers(), live, [side.passage for side in pool.sides], pool.bags)
    need_vectors = model.needs([need.text[:MAX_NEED] for need in live]) if model else [None] * len(live)
    chosen: list[tuple[Need, int, Features]] = []
    for need, vector in zip(live, need_vectors, strict=True):
        chosen.extend((need, number, seen) for number, seen in _look(need, vector, pool, around, tastes, today))
    return pool, _judge(chosen, pool, model, judged) if model else chosen


def _order(match: Match) -> tuple[float, str, str, int, str]:
    return (-match.score, match.need.id, match.passage.path, match.passage.line, match.passage.text)


def said(passage: Passage) -> str:
    """What a model reads of a passage: its text after the title (unless that is a date) and what stands around it."""
    parts = [] if not passage.title or passage.title[:4].isdigit() else [f"{passage.title}."]
    if passage.context:
        parts.append(passage.context)
    return " ".join([*parts, passage.text])


def _pool(passages: Sequence[Passage], background: Sequence[Passage], model: Model | None) -> Pool:
    bags = [passage_bag(passage) for passage in passages]
    old = [passage for passage in background if passage.verb != "need" and passage.text.strip()]
    texts = [said(passage) for passage in passages]
    return Pool(
        [PassageSide.of(passage) for passage in passages],
        bags,
        Lexicon([*bags, *(passage_bag(passage) for passage in old)]),
        texts,
        model.passages(texts) if model else None,
        model.passages([said(passage) for passage in old]) if model and old else None,
    )


def _look(
    need: Need, vector: Any, pool: Pool, around: Surroundings, tastes: Tastes, today: date
) -> list[tuple[int, Features]]:
    """The candidates for one need, with all features but the model's judgement."""
    query = query_terms(need.text[:MAX_NEED])
    scores = pool.lexicon.scores(query)
    size = len(pool.sides)
    older = [score for number, score in scores.items() if number >= size]
    if pool.lexicon.size == size:
        older = list(scores.values())
    bar = threshold(older, pool.lexicon.ceiling(query), pool.lexicon.size - size or size)
    numbers = set(heapq.nlargest(CANDIDATES, (n for n in scores if n < size), key=lambda n: (scores[n], -n)))
    cosines, mean, spread = _nearness(vector, pool)
    if cosines:
        numbers.update(heapq.nlargest(CANDIDATES, range(size), key=lambda n: (cosines[n], -n)))
    side = NeedSide.of(need, around.people)
    found = []
    for number in sorted(numbers):
        passage = pool.sides[number].passage
        odds = own_side(side, pool.sides[number], around.present.get(passage.path, frozenset()))
        if odds is None or (tastes.dismissed and match_id(need, passage) in tastes.dismissed):
            continue
        age = (today - passage.date).days if passage.date else None
        found.append(
            (
                number,
                Features(
                    lexical=math.log1p(scores.get(number, 0.0) / bar) if bar > 0.0 else 0.0,
                    cosine=cosines[number] if cosines else 0.0,
                    above=max(-3.0, min(8.0, (cosines[number] - mean) / spread)) if cosines else 0.0,
                    cues=pool.cues(number),
                    side=odds + stale(age) + tastes.shift(need.id, pool.bags[number]),
                ),
            )
        )
    return found


def _nearness(vector: Any, pool: Pool) -> tuple[list[float], float, float]:
    """The cosines of a need with the pool's passages, and the mean and spread over pool and background."""
    if vector is None or pool.vectors is None:
        return [], 0.0, 1.0
    near = pool.vectors @ vector
    every = near.tolist() + ((pool.older @ vector).tolist() if pool.older is not None else [])
    mean = sum(every) / len(every)
    spread = math.sqrt(sum((value - mean) ** 2 for value in every) / len(every))
    # Few passages spread by chance; the usual spread keeps them from looking extraordinary.
    usual = 0.09
    weight = min(1.0, len(every) / 200.0)
    return near.tolist(), mean * weight + USUAL_MEAN * (1 - weight), max(0.03, spread * weight + usual * (1 - weight))


USUAL_MEAN = 0.05
"""The mean cosine of needs with passages that have nothing to do with them."""


def _judge(
    chosen: list[tuple[Need, int, Features]], pool: Pool, model: Model, judged: int
) -> list[tuple[Need, int, Features]]:
    """`chosen` with the model's judgement on the `judged` best of each need."""
    ranked: dict[str, list[tuple[float, int]]] = {}
    for at, (need, _, features) in enumerate(chosen):
        first = log_odds(features, meaning=True)
        if probability(first) >= JUDGED_FROM:
            ranked.setdefault(need.id, []).append((-first, at))
    best = [at for places in ranked.values() for _, at in heapq.nsmallest(judged, places)]
    # Judged as it was learnt: by the passage's own words, without title and context.
    pairs = [(chosen[at][0].text[:MAX_NEED], pool.sides[chosen[at][1]].passage.text) for at in best]
    verdicts = model.judge(pairs).tolist() if pairs else []
    result = list(chosen)
    for at, verdict in zip(best, verdicts, strict=True):
        need, number, features = chosen[at]
        opinion = softened(verdict, pool.sides[number].passage.text)
        result[at] = (need, number, replace(features, judged=opinion))
    return result


def distinct(matches: Sequence[Match]) -> list[Match]:
    """Of `matches` (best first) for each need the best passage of each note, and the same news only once."""
    kept: dict[str, list[tuple[str, frozenset[str]]]] = {}
    found = []
    for match in matches:
        others = kept.setdefault(match.need.id, [])
        words = frozenset(stems(match.passage.text))
        if any(path == match.passage.path or _alike(words, told) for path, told in others):
            continue
        others.append((match.passage.path, words))
        found.append(match)
    return found


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two passages tell the same news: nearly all stems in common."""
    if len(one) < 5 or len(other) < 5:
        return one == other
    return len(one & other) >= 0.7 * min(len(one), len(other))
