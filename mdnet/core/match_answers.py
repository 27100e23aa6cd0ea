"""What the user's answers say about further matches: dismissed ones lower their like, those passed on raise it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core.identity import passage_id
from mdnet.core.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from mdnet.core.match_lexical import Bag
    from mdnet.core.model import Need, Passage

LOWER, RAISE = -2.0, 1.0
"""Log-odds for a passage that says the same as one dismissed, or passed on, for the same need."""
ALIKE_FROM = 0.2
"""Passages that share less of their words than this have nothing to do with each other."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The user's decisions so far, as match ids (`m-NEED-PASSAGE`)."""

    dismissed: AbstractSet[str] = frozenset()
    accepted: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tastes:
    """The answers with the passages that they were about, by need."""

    dismissed: AbstractSet[str] = frozenset()
    lowered: Mapping[str, Sequence[Bag]] = field(default_factory=dict)
    raised: Mapping[str, Sequence[Bag]] = field(default_factory=dict)

    @classmethod
    def of(cls, answers: Answers, needs: Sequence[Need], passages: Mapping[Passage, Bag]) -> Tastes:
        """Finds the passages of `answers` among `passages`."""
        if not answers.dismissed and not answers.accepted:
            return cls()
        ids = {passage_id(passage.text): bag for passage, bag in passages.items()}
        live = {need.id for need in needs}
        return cls(answers.dismissed, _by_need(answers.dismissed, live, ids), _by_need(answers.accepted, live, ids))

    def shift(self, need_id: str, bag: Bag) -> float:
        """Log-odds to add for a passage with these words."""
        down = max((_likeness(bag, other) for other in self.lowered.get(need_id, ())), default=0.0)
        up = max((_likeness(bag, other) for other in self.raised.get(need_id, ())), default=0.0)
        return LOWER * down + RAISE * up


def _by_need(pairs: AbstractSet[str], live: AbstractSet[str], bags: Mapping[str, Bag]) -> dict[str, list[Bag]]:
    found: dict[str, list[Bag]] = {}
    for pair in sorted(pairs):
        _, _, rest = pair.partition("-")
        need, _, passage = rest.partition("-")
        if need in live and passage in bags:
            found.setdefault(need, []).append(bags[passage])
    return found


def _likeness(one: Bag, other: Bag) -> float:
    """The share of common stems, from 0 to 1; 0 below ALIKE_FROM."""
    every = len(one.counts.keys() | other.counts.keys())
    share = len(one.counts.keys() & other.counts.keys()) / every if every else 0.0
    return share if share >= ALIKE_FROM else 0.0
