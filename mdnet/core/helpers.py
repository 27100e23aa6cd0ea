"""People who could help with a need."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from mdnet.core.cadence import last_exchanges
from mdnet.core.facts import facts
from mdnet.core.match import MAYBE, Surroundings, compare
from mdnet.core.match import wanted as asked
from mdnet.core.match_near import parted
from mdnet.core.match_rules import is_open
from mdnet.core.match_score import Read, log_odds, probability
from mdnet.core.match_why import explain
from mdnet.core.model import WORTH_ASKING, Helper, Match
from mdnet.core.values import replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from mdnet.core.facts import Fact
    from mdnet.core.match import Pool
    from mdnet.core.match_model import Model
    from mdnet.core.model import Need, Network

SOURCE_ODDS = {"offer": 0.5, "log": -0.7}
"""Log-odds for where it stands: what somebody offers tells more than what happened to be noted of them."""
THERE_ODDS = -1.0
"""Log-odds for those who took part where something was noted of somebody else."""
TOGETHER = 3
"""So many facts about a person speak together for them: the odds of the best are added."""
HUB, HUB_NEEDS = 10.0, 10
"""A fact that is near to every need fits none in particular: for each unit that its mean cosine with all open needs
lies above that of other facts so many log-odds are taken off, and half of it where the needs are so few."""
CLOSE_ODDS = 0.2
"""At most so much is added for somebody the user is in touch with, so that of two equals the closer comes first."""
LIKELY = 0.5
"""The probability whose score is 1.0."""
WORTH_NAMING = 0.05
"""Of those who score less not one in ten can help."""
JUDGED = 8
"""Of the facts for each need the model judges the best so many."""


def people_who_could_help(
    network: Network,
    *,
    today: date,
    model: Model | None = None,
    needs: Sequence[Need] | None = None,
    known: Sequence[Fact] | None = None,
    present: Mapping[str, AbstractSet[str]] | None = None,
    limit: int = 5,
    floor: float = WORTH_NAMING,
    reasoned: bool = True,
) -> list[Helper]:
    """For each open need the people of whom something is known that fits it, best first.

    `known` is what is known of people (see `facts`; None: only what their own notes state), `present` says for each
    note's path who took part in what it tells. The user themselves is never among the people found. A score of 1.0
    is as sure as a match that is shown; most are far less. `reasoned`: only those of whom can be said in words why.
    """
    wanted = [need for need in (network.needs if needs is None else needs) if is_open(need, today)]
    known = facts(network) if known is None else known
    around = Surroundings(network.people, present or {})
    told = [fact.passage for fact in known]
    pool, pairs = compare(wanted, told, today=today, around=around, model=model, judged=JUDGED)
    by_passage = {id(fact.passage): fact for fact in known}
    owners = [by_passage[id(side.passage)] for side in pool.sides]
    hubs = _hubs(network, pool, today, model)
    close = _closeness(network, today)
    found: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for need, number, features in pairs:
        fact = owners[number]
        odds = log_odds(replace(features, beside=0.0, length=0.0), meaning=model is not None)  # facts are short
        odds -= hubs[number] if features.read is Read.WELL else 0.0
        odds += SOURCE_ODDS.get(fact.passage.heading, 0.0) - math.log(len(fact.people) + len(fact.there))
        for person in fact.people:
            found[need.id, person].append((odds + close.get(person, 0.0), number))
        for person in fact.there:
            found[need.id, person].append((odds + close.get(person, 0.0) + THERE_ODDS, number))
    ranked: dict[str, list[Helper]] = defaultdict(list)
    by_id = {need.id: need for need in wanted}
    for (need_id, person), reasons in found.items():
        need, best = by_id[need_id], sorted(reasons, reverse=True)[:TOGETHER]
        score = probability(math.log(sum(math.exp(odds) for odds, _ in best))) / LIKELY
        if person != need.person_path and score >= floor:
            fact = owners[best[0][1]]
            ranked[need_id].append(Helper(need, network.people[person], score, fact=fact.passage))
    result: list[Helper] = []
    for need in wanted:
        best_first = sorted(ranked.get(need.id, ()), key=lambda helper: (-helper.score, helper.person.path))
        with_reason = (_reason(helper, pool, model) for helper in best_first)
        result.extend(islice((helper for helper in with_reason if helper.why or not reasoned), limit))
    return result


def _reason(helper: Helper, pool: Pool, model: Model | None) -> Helper:
    """`helper` with the words that tie the need to the fact; those of like meaning only for who may well help, and
    for who may help and shares no word."""
    if helper.fact is None:
        return helper
    match = Match(helper.need, helper.fact, helper.score)
    why = explain(match, pool.lexicon, model if helper.score >= MAYBE else None).why
    if not why and WORTH_ASKING <= helper.score < MAYBE:
        why = explain(match, pool.lexicon, model).why
    return replace(helper, why=why)


def _hubs(network: Network, pool: Pool, today: date, model: Model | None) -> Sequence[float]:
    """Log-odds to take off each passage of the pool, or to add, for how near it is to all needs alike."""
    texts = [asked(need) for need in network.needs if is_open(need, today)]
    if model is None or pool.vectors is None or not texts or not pool.sides:
        return [0.0] * len(pool.sides)
    needs, _ = parted(model.needs(texts), model)
    usual = pool.vectors[: len(pool.sides)] @ needs.mean(axis=0)
    hubs: list[float] = (HUB * len(texts) / (len(texts) + HUB_NEEDS) * (usual - usual.mean())).tolist()
    return hubs


def _closeness(network: Network, today: date) -> dict[str, float]:
    """Who the user was in touch with of late, by path: from 0 to CLOSE_ODDS, half of it after half a year."""
    last = last_exchanges(network, today)
    return {path: CLOSE_ODDS * 0.5 ** ((today - event.date).days / 182.0) for path, event in last.items()}
