"""The order of matches, and which of them say nothing that another does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core.model import WORTH_SHOWING
from mdnet.core.terms import stems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mdnet.core.model import Match, Passage


def order(match: Match) -> tuple[float, str, str, int, str]:
    """Best first."""
    return (-match.fit, match.need.id, match.passage.path, match.passage.line, match.passage.text)


def distinct(matches: Sequence[Match], known: Mapping[str, Sequence[Passage]] | None = None) -> list[Match]:
    """Of `matches` (best first) for each need the best passage of each note (of its lists: each item that fits), and
    the same news only once.

    What is worth showing is never left out for something that is not. `known` holds by need what was shown and settled
    before: it stays where it is among `matches`, and is not told again in other words.
    """
    kept: dict[str, list[tuple[str, frozenset[str]]]] = {}
    told = {need: {passage.text: _own_words(passage.text) for passage in all_} for need, all_ in (known or {}).items()}
    found = []
    for match in sorted(matches, key=lambda match: match.score < WORTH_SHOWING):
        others = kept.setdefault(match.need.id, [])
        words = _own_words(match.passage.text)
        before = told.get(match.need.id, {})
        if match.passage.text not in before and any(_alike(words, other) for other in before.values()):
            continue
        place = _place(match.passage)
        if any(there == place or _alike(words, other) for there, other in others):
            continue
        others.append((place, words))
        found.append(match)
    return sorted(found, key=order)


def _place(passage: Passage) -> str:
    """What tells one thing: a note, but of a list each item."""
    return f"{passage.path}:{passage.line}" if passage.kind in ("item", "record") else passage.path


def _own_words(text: str) -> frozenset[str]:
    """The stems of `text` in its own language: `mietet` and `vermietet` are both "rents" in English."""
    return frozenset(stems(text, glossed=False))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two passages tell the same news: nearly all stems in common."""
    if len(one) < 5 or len(other) < 5:
        return one == other
    return len(one & other) >= 0.7 * min(len(one), len(other))
