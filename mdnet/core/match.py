"""Needs against passages: which passage would help with which need, how surely, and the reason in words."""

from __future__ import annotations

import heapq
import math
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING, Any

from mdnet.core.cues import Cues, cues
from mdnet.core.hearsay import news
from mdnet.core.identity import match_id
from mdnet.core.in_english import in_english
from mdnet.core.languages import MOST_READ
from mdnet.core.match_answers import RAISE, Answers, Tastes
from mdnet.core.match_distinct import order
from mdnet.core.match_foreign import MODEL_LANGUAGE, foreign, languages_of, read_by_model, read_in
from mdnet.core.match_lexical import Bag, Lexicon, passage_bag, query_terms, threshold
from mdnet.core.match_near import beside_of, fits_all, nearest, nearness, parted
from mdnet.core.match_rivals import among
from mdnet.core.match_rules import NeedSide, PassageSide, is_open, own_side, portrait
from mdnet.core.match_score import (
    SHOWN,
    Features,
    Read,
    fit,
    general,
    lengths,
    log_odds,
    many,
    odds_of,
    probability,
)
from mdnet.core.match_there import there
from mdnet.core.match_why import explain
from mdnet.core.model import WORTH_SHOWING, Match
from mdnet.core.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from mdnet.core.match_model import Model
    from mdnet.core.match_near import Near
    from mdnet.core.model import Need, Passage, Person

__all__ = ["Answers", "Pool", "Surroundings", "compare", "rank", "said", "told"]

MAYBE = 0.5
"""Matches below this score are not returned unless asked for."""
CANDIDATES = 50
"""So many passages by words and so many by meaning are looked at more closely for each need ..."""
JUDGED = 20
"""... of which the model judges the best."""
JUDGED_FROM = 0.004
"""A pair less probable than this is not worth judging."""
EXPLAINED = 100
"""So many matches, the best, have the model say which other words tie need and passage; no page shows half as many."""
_ROUNDED = 1e-6
"""Log-odds by which sums may differ that are taken in another order."""
MOST_NEEDS = 200
"""Of so many needs, spread over all, it is told what fits everything."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known about people, to tell whose words a passage is."""

    people: Mapping[str, Person] = field(default_factory=dict)
    """By path."""
    present: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    """Note path to the paths of the people who took part: linked in its properties or named in its title."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The passages to be matched, with what is computed of each once.

    `vectors` are those of the model that judges, `second` those of a model beside it; None where there is none. The
    rows after the passages' are those of the background.
    """

    sides: Sequence[PassageSide]
    bags: Sequence[Bag]
    lexicon: Lexicon
    vectors: Any
    second: Any
    lengths: Any
    """See `match_score.lengths`; an array where there is a model."""
    languages: Sequence[str]
    """Of passages and background; empty where there is no model."""
    usual: str
    """What most of the passages are written in: a text that does not tell its language is taken to be in that."""

    def cues(self, number: int) -> Cues:
        """How passage `number` speaks, as it stands there and in English."""
        text = self.sides[number].passage.text
        return cues(text) | cues(in_english(text))


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
    answered: Sequence[Passage] = (),
    others: Sequence[Need] = (),
    judgements: int | None = None,
) -> list[Match]:
    """All matches that reach `floor`, best first, at most `limit` for a need; see `distinct` for what to show.

    `background` holds older passages: a match must fit better than what the vault already had. Without it, the
    passages are compared with each other. A match's score is its probability by the threshold: 1.0 is worth showing. It
    depends on all pairs there are (see `match_rivals`), so that what is asked about a few needs may score otherwise.
    `answered` holds passages that `answers` are about, where they are not among the others. `others` are all open
    needs, where `needs` are few of them: they tell which passages fit everything. The model judges so many pairs at
    most as `judgements` says, the most probable.
    """
    pool, chosen = compare(
        needs,
        passages,
        today=today,
        background=background,
        answers=answers,
        around=around,
        model=model,
        answered=answered,
        floor=floor,
        others=others,
        judgements=judgements,
    )
    meaning = model is not None
    of_whom = [portrait(pool.sides[number].passage) for _, number, _ in chosen]
    alone = [log_odds(one, meaning=meaning) + odds for (_, _, one), odds in zip(chosen, of_whom, strict=True)]
    pairs = [(need.id, number) for need, number, _ in chosen]
    decisions = among(pairs, alone, passages=len(pool.sides), meaning=meaning)
    per_need: dict[str, list[tuple[Match, bool]]] = {}
    for (need, number, features), prose, (known, moved) in zip(chosen, of_whom, decisions, strict=True):
        sure = probability(known)
        if sure / SHOWN >= floor:
            near = fit(features, meaning=meaning) + prose + moved
            match = Match(need, pool.sides[number].passage, sure / SHOWN, probability=sure, fit=near)
            per_need.setdefault(need.id, []).append((match, features.read is Read.WELL))
    found: list[tuple[Match, bool]] = []
    for matches in per_need.values():
        found += heapq.nsmallest(limit, matches, key=lambda pair: order(pair[0]))
    found.sort(key=lambda pair: order(pair[0]))
    return [
        # Words that mean nearly the same are sought only for what is worth showing: it takes the model.
        explain(match, pool.lexicon, model if read and match.score >= WORTH_SHOWING and at < EXPLAINED else None)
        for at, (match, read) in enumerate(found)
    ]


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
    answered: Sequence[Passage] = (),
    floor: float = 0.0,
    others: Sequence[Need] = (),
    judgements: int | None = None,
) -> tuple[Pool, list[tuple[Need, int, Features]]]:
    """The pool of passages, and each pair that is worth a closer look as need, number in the pool, features.

    The model judges the `judged` best of each need. Pairs that cannot reach `floor` may be missing. `others` and
    `judgements` as for `rank`.
    """
    around = around or Surroundings()
    live = [need for need in needs if is_open(need, today) and query_terms(need.text[:MOST_READ])]
    pool = _pool([p for p in passages if p.verb != "need" and p.text.strip()], background, model)
    if not live or not pool.sides:
        return pool, []
    known = {side.passage: bag for side, bag in zip(pool.sides, pool.bags, strict=True)}
    known |= {passage: passage_bag(passage) for passage in answered}
    tastes = Tastes.of(answers or Answers(), live, known)
    near: Iterable[tuple[Near | None, Near | None]] = repeat((None, None), len(live))
    if model:
        near = nearness(model.needs([wanted(need) for need in live]), pool.vectors, pool.second, model)
    hubs = _hubs(others or live, pool, model)
    least = odds_of(min(floor * SHOWN, JUDGED_FROM) if model else floor * SHOWN)
    chosen: list[tuple[Need, int, Features]] = []
    for need, (own, second) in zip(live, near, strict=True):
        seen = _look(need, own, second, pool, around, tastes, today, least, hubs)
        chosen.extend((need, number, features) for number, features in seen)
    return pool, _judge(chosen, pool, model, judged, judgements) if model else chosen


def wanted(need: Need) -> str:
    """What a model reads of a need."""
    return _wanted(need.text[:MOST_READ])


@lru_cache(maxsize=16384)  # of its own: thousands of passages are read between two times that a need is
def _wanted(text: str) -> str:
    return in_english(text)


def said(passage: Passage) -> str:
    """What a model reads of a passage: its news after the title (unless that is a date) and what stands around it."""
    parts = [] if not passage.title or passage.title[:4].isdigit() else [f"{passage.title}."]
    if passage.context:
        parts.append(passage.context)
    return " ".join(map(in_english, [*parts, news(passage.text)]))


def told(passage: Passage) -> str:
    """What the model judges, as it has learnt to: a passage's own news, and of an offer whose it is."""
    if passage.verb == "offer" and passage.owner:
        name = passage.owner.rpartition("/")[2].removesuffix(".md")
        return f"{name} offers {in_english(passage.text)}"
    return in_english(news(passage.text))


def _pool(passages: Sequence[Passage], background: Sequence[Passage], model: Model | None) -> Pool:
    bags = [passage_bag(passage) for passage in passages]
    old = [passage for passage in background if passage.verb != "need" and passage.text.strip()]
    every = model.passages([said(passage) for passage in (*passages, *old)]) if model else None
    vectors, second = parted(every, model) if model else (None, None)
    told_at_length: Any = lengths([len(one.text.encode("utf-8", "surrogatepass")) for one in (*passages, *old)])
    if model:
        import numpy as np

        told_at_length = np.array(told_at_length)
    languages, usual = languages_of([passage.text for passage in (*passages, *old)] if model else [])
    return Pool(
        [PassageSide.of(passage) for passage in passages],
        bags,
        Lexicon([*bags, *(passage_bag(passage) for passage in old)]),
        vectors,
        second,
        told_at_length,
        languages,
        usual,
    )


def _hubs(needs: Sequence[Need], pool: Pool, model: Model | None) -> Any:
    """Log-odds for each passage that it fits `needs` as a whole; None without a model."""
    if model is None:
        return None
    chosen = needs[:: len(needs) // MOST_NEEDS + 1]
    vectors, _ = parted(model.needs([wanted(need) for need in chosen]), model)
    return general(fits_all(vectors, pool.vectors), len(needs))


def _look(
    need: Need,
    own: Near | None,
    second: Near | None,
    pool: Pool,
    around: Surroundings,
    tastes: Tastes,
    today: date,
    least: float,
    hubs: Any,
) -> list[tuple[int, Features]]:
    """The candidates for one need that may reach log-odds of `least`, with all features but the model's judgement."""
    query = query_terms(need.text[:MOST_READ])
    scores = pool.lexicon.scores(query)
    size = len(pool.sides)
    older = [score for number, score in scores.items() if number >= size]
    if pool.lexicon.size == size:
        older = list(scores.values())
    bar = threshold(older, pool.lexicon.ceiling(query), pool.lexicon.size - size or size)
    numbers = set(heapq.nlargest(CANDIDATES, (n for n in scores if n < size), key=lambda n: (scores[n], -n)))
    told_in_many = many(len(query))
    language = MODEL_LANGUAGE
    if own is not None:
        numbers.update(nearest(own, second, told_in_many, CANDIDATES, size))
        language = read_in(need.text[:MOST_READ], pool.usual)
    kin = own
    if own and language != MODEL_LANGUAGE:
        kin = own.among([number for number, spoken in enumerate(pool.languages) if spoken == language])
    side = NeedSide.of(need, around.people)
    least -= RAISE if need.id in tastes.raised else 0.0
    relatives = {number: scores.get(number, 0.0) / bar if bar > 0.0 else 0.0 for number in sorted(numbers)}
    possible = list(relatives)
    if own is not None and language == MODEL_LANGUAGE:
        possible = _possible(relatives, own, second, pool, told_in_many, least, hubs)
    found = []
    for number in possible:
        relative = relatives[number]
        spoken = pool.languages[number] if own else language
        read = read_by_model(language, spoken)
        near = own if read is Read.WELL or spoken != language else kin
        features = Features(
            lexical=math.log1p(relative),
            cosine=float(near.cosine(number)) if near else 0.0,
            above=float(near.above(number)) if near else 0.0,
            side=foreign(read, same=spoken == language, shared=relative > 0.0)
            + (float(hubs[number]) if own and read is Read.WELL else 0.0),
            many=told_in_many,
            beside=float(beside_of(own, second, told_in_many, number)) if own and read is Read.WELL else 0.0,
            length=float(pool.lengths[number]),
            read=read,
        )
        if log_odds(features, meaning=own is not None) < least:  # all that follows only takes off from this
            continue
        passage = pool.sides[number].passage
        odds = own_side(side, pool.sides[number], around.present.get(passage.path, frozenset()))
        if odds is None or (tastes.dismissed and match_id(need, passage) in tastes.dismissed):
            continue
        odds += there(need, passage, today) + tastes.shift(need.id, pool.bags[number])
        found.append((number, replace(features, cues=pool.cues(number), side=features.side + odds)))
    return found


def _possible(
    relatives: Mapping[int, float],
    own: Near,
    second: Near | None,
    pool: Pool,
    told_in_many: float,
    least: float,
    hubs: Any,
) -> list[int]:
    """Of the candidates for an English need, told by their numbers and what they share with it, those that may reach
    log-odds of `least`, by what one step in arrays tells of all; those in other languages are looked at one by one."""
    import numpy as np

    numbers = np.fromiter(relatives.keys(), dtype=np.int64, count=len(relatives))
    relative = np.fromiter(relatives.values(), dtype=np.float64, count=len(relatives))
    features = Features(
        lexical=np.log1p(relative),
        cosine=own.cosine(numbers),
        above=own.above(numbers),
        side=hubs[numbers],
        many=told_in_many,
        beside=beside_of(own, second, told_in_many, numbers),
        length=pool.lengths[numbers],
    )
    may = log_odds(features, meaning=True) >= least - _ROUNDED
    return [number for number, so in zip(relatives, may, strict=True) if so or pool.languages[number] != MODEL_LANGUAGE]


def _judge(
    chosen: list[tuple[Need, int, Features]], pool: Pool, model: Model, judged: int, most: int | None
) -> list[tuple[Need, int, Features]]:
    """`chosen` with the model's judgement on the `judged` best of each need, and on `most` in all."""
    ranked: dict[str, list[tuple[float, int]]] = {}
    for at, (need, _, features) in enumerate(chosen):
        first = log_odds(features, meaning=True)
        if features.read is Read.WELL and probability(first) >= JUDGED_FROM:
            ranked.setdefault(need.id, []).append((-first, at))
    likely = [place for places in ranked.values() for place in heapq.nsmallest(judged, places)]
    best = [at for _, at in (likely if most is None else heapq.nsmallest(most, likely))]
    pairs = [(wanted(chosen[at][0]), told(pool.sides[chosen[at][1]].passage)) for at in best]
    verdicts = model.judge(pairs).tolist() if pairs else []
    result = list(chosen)
    for at, verdict, (_, text) in zip(best, verdicts, pairs, strict=True):
        need, number, features = chosen[at]
        together = pool.lexicon.together(query_terms(need.text[:MOST_READ]), text)
        result[at] = (need, number, replace(features, judged=verdict, strong=model.strong_judge, together=together))
    return result
