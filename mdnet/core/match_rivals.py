"""What the other pairs say of a pair.

A passage helps few needs: where it fits another one better, it is that one's help, or a lure for both. And of many
passages the best for a need is the likeliest to help. Both were read off a labelled vault by logistic regression on
what was known of each pair alone: to be its passage's best need counted for 1.4 to 1.5 log-odds there (standard error
.4). With six vaults more it says the same: 1.7 (.2) are taken off for each of the log-odds by which a pair is behind.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

RIVAL, RIVAL_MOST = 1.5, 1.0
"""For each of the log-odds by which the same passage fits another need better so many are taken off, and no more than
for so many: of two who need the same, both may be helped."""
FIRST, FIRST_FROM, FIRST_FULL = 1.0, 100, 1000
"""Log-odds added to the best passage for a need, of at least `FIRST_FULL` passages; of `FIRST_FROM` nothing, and in
between by their logarithm. The more was noted, the likelier it is that something helps: on a labelled vault the best of
a week's notes were right as often as they were said to be, .28 and .30, those of ten weeks more often, .53 and .44."""
LATER = 0.3
"""Log-odds taken off the others. Fits say that half of both would do; with this, more needs are served (.69 for .62, by
five labelled vaults), and less of what is shown is right (.78 for .85)."""
ORDER = 0.5
"""How much of what other needs say of a pair counts in the order of matches."""


def among(
    pairs: Sequence[tuple[str, int]], odds: Sequence[float], *, passages: int, meaning: bool
) -> list[tuple[float, float]]:
    """Of each pair of a need's id and a passage's number the log-odds that decide, with what the other pairs say, and
    what these add to those that put in order.

    `odds` are those of each pair alone; `passages` is how many there are; `meaning`: see `log_odds`.
    """
    rivals = rivalry([passage for _, passage in pairs], odds)
    decide = [one + rival for one, rival in zip(odds, rivals, strict=True)]
    if meaning:  # the best by words alone is a lure
        best = first([need for need, _ in pairs], decide, passages)
        decide = [one + more for one, more in zip(decide, best, strict=True)]
    return [(one, ORDER * rival) for one, rival in zip(decide, rivals, strict=True)]


def rivalry(passages: Sequence[int], odds: Sequence[float]) -> list[float]:
    """Log-odds (0 or less) to add to those of each pair of a need and one of `passages`, of which `odds` are known."""
    best: dict[int, float] = {}
    for passage, known in zip(passages, odds, strict=True):
        best[passage] = max(known, best.get(passage, known))
    return [-RIVAL * min(RIVAL_MOST, best[one] - known) for one, known in zip(passages, odds, strict=True)]


def first(needs: Sequence[str], odds: Sequence[float], size: int) -> list[float]:
    """Log-odds to add to those of each pair of one of `needs` and a passage, where there are `size` passages in all: 0
    or more for the best of each need, less for the others."""
    share = math.log(max(size, FIRST_FROM) / FIRST_FROM) / math.log(FIRST_FULL / FIRST_FROM)
    best: dict[str, int] = {}
    for at, need in enumerate(needs):
        if need not in best or odds[at] > odds[best[need]]:
            best[need] = at
    found = [-LATER] * len(needs)
    for at in best.values():
        found[at] = FIRST * min(1.0, share)
    return found
