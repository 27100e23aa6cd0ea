"""People who could help with a need, and people who need the same and should meet."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from mdnet.core.match import MAYBE, Surroundings, compare
from mdnet.core.match_rules import is_open
from mdnet.core.match_score import SHOWN, log_odds, probability
from mdnet.core.match_why import explain
from mdnet.core.model import Helper, Match, Passage
from mdnet.core.terms import stems

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from mdnet.core.match_model import Model
    from mdnet.core.model import Need, Network, Person

SOURCE_ODDS = {"offer": 0.5, "log": -0.7}
"""Log-odds for where it stands: what somebody offers tells more than what happened to be noted of them."""
CLOSE_ODDS = 0.2
"""At most so much is added for somebody the user is in touch with, so that of two equals the closer comes first."""
LOOKED_AT = 40
"""So many of the likeliest facts about people are looked at for each need."""
WORTH_NAMING = 0.01
"""Scores below this say no more than chance."""


def people_who_could_help(
    network: Network,
    *,
    today: date,
    model: Model | None = None,
    needs: Sequence[Need] | None = None,
    limit: int = 5,
    floor: float = WORTH_NAMING,
) -> list[Helper]:
    """For each open need the people whose offers, role, company, place, tags or log fit it, best first.

    The user themselves is never among them. A score of 1.0 is as sure as a match that is shown; most are far less.
    """
    wanted = [need for need in (network.needs if needs is None else needs) if is_open(need, today)]
    known = profiles(network)
    around = Surroundings(network.people)
    pool, pairs = compare(wanted, known, today=today, around=around, model=model)
    close = _closeness(network, today)
    likely: dict[str, list[tuple[float, Passage]]] = defaultdict(list)
    for need, number, features in pairs:
        sure = probability(log_odds(features, meaning=model is not None))
        likely[need.id].append((sure, pool.sides[number].passage))
    result: list[Helper] = []
    for need in wanted:
        best: dict[str, tuple[float, float, Passage]] = {}
        for sure, passage in heapq.nsmallest(LOOKED_AT, likely.get(need.id, ()), key=_order):
            bounded = min(max(sure, 1e-9), 1.0 - 1e-9)
            odds = math.log(bounded / (1.0 - bounded)) + SOURCE_ODDS.get(passage.heading, 0.0)
            score = probability(odds + close.get(passage.owner, 0.0)) / SHOWN
            if score >= floor and (passage.owner not in best or best[passage.owner][0] < score):
                best[passage.owner] = (score, sure, passage)
        for owner, (score, sure, passage) in sorted(best.items(), key=lambda one: (-one[1][0], one[0]))[:limit]:
            # Only of those who are named the reason is looked for: it takes longer than all else.
            match = Match(need, passage, sure / SHOWN, probability=sure)
            why = explain(match, pool.lexicon, model if match.score >= MAYBE else None).why
            result.append(Helper(need, network.people[owner], score, why))
    return result


def _order(one: tuple[float, Passage]) -> tuple[float, str, int, str]:
    sure, passage = one
    return (-sure, passage.path, passage.line, passage.text)


def profiles(network: Network) -> list[Passage]:
    """What is known of each person as passages; `heading` says where it comes from."""
    found = []
    for person in network.people.values():
        about = profile_text(person)
        if about:
            found.append(_passage(person, about, "profile"))
    people = network.people
    found.extend(
        replace(_passage(people[offer.person_path], offer.text, "offer"), line=offer.line, private=offer.private)
        for offer in network.offers
        if offer.person_path in people
    )
    found.extend(
        replace(_passage(people[event.person_path], event.text, "log"), line=event.line, private=event.private)
        for event in network.exchanges
        if event.person_path in people and event.text
    )
    return found


def profile_text(person: Person) -> str:
    """Role, company, place and tags in one line, as a person would say them."""
    who = ", ".join(part for part in (person.role, person.company, person.location) if part)
    tags = ", ".join(tag.replace("/", " ").replace("-", " ") for tag in person.tags if tag not in ("person", "contact"))
    return "; ".join(part for part in (who, tags) if part)


def _passage(person: Person, text: str, source: str) -> Passage:
    # Its path is of its own, so that a need in the person's own note does not stand in the way.
    return Passage(path=person.path, line=0, text=text, heading=source, owner=person.path, private=person.private)


def _closeness(network: Network, today: date) -> dict[str, float]:
    """Who the user was in touch with of late, by path: from 0 to CLOSE_ODDS, half of it after half a year."""
    last: dict[str, date] = {}
    for event in network.exchanges:
        if event.date <= today:
            last[event.person_path] = max(event.date, last.get(event.person_path, event.date))
    return {path: CLOSE_ODDS * 0.5 ** ((today - day).days / 182.0) for path, day in last.items()}


def shared_needs(network: Network, *, today: date, model: Model | None = None) -> list[tuple[Need, Need, float]]:
    """Pairs of open needs of different people that say the same, the surest first: these people should meet.

    The third value is how alike they are, from 0 to 1.
    """
    needs = [need for need in network.needs if is_open(need, today)]
    words = [frozenset(stems(need.text)) for need in needs]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, said in enumerate(words):
        for stem in said:
            holders[stem].append(number)
    pairs: dict[tuple[int, int], float] = {}
    for numbers in holders.values():
        if len(numbers) > COMMON:
            continue
        for at, one in enumerate(numbers):
            for other in numbers[at + 1 :]:
                shared, every = len(words[one] & words[other]), len(words[one] | words[other])
                if shared >= MIN_SHARED and shared / every >= MIN_ALIKE:
                    pairs[one, other] = shared / every
    if model is not None and needs:
        _by_meaning(needs, model, pairs)
    found = [
        (needs[one], needs[other], alike)
        for (one, other), alike in pairs.items()
        if needs[one].person_path != needs[other].person_path
    ]
    return sorted(found, key=lambda pair: (-pair[2], pair[0].id, pair[1].id))


MIN_SHARED, MIN_ALIKE = 2, 0.5
COMMON = 25
"""A word in more needs than this tells none of them apart."""
SAME_COSINE = 0.72
MAX_COMPARED = 4000
"""Above so many open needs only shared words are looked at: all pairs of vectors would cost too much."""


def _by_meaning(needs: Sequence[Need], model: Model, pairs: dict[tuple[int, int], float]) -> None:
    if len(needs) > MAX_COMPARED:
        return
    vectors = model.needs([need.text for need in needs])
    for one in range(len(needs) - 1):
        for other, alike in enumerate(vectors[one + 1 :] @ vectors[one], start=one + 1):
            if alike >= SAME_COSINE:
                pairs[one, other] = max(float(alike), pairs.get((one, other), 0.0))
