"""Whether there is help when and where it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core.languages import MOST_READ
from mdnet.core.told_day import first_day
from mdnet.core.towns import elsewhere

if TYPE_CHECKING:
    from datetime import date

    from mdnet.core.model import Need, Passage

LATE = -2.0
"""Log-odds for what was noted after the day by which help was wanted, or is to be had only then."""
ELSEWHERE = -2.0
"""Log-odds for what is in another large town than the need names."""
STALE_PER_YEAR, STALE_MOST = 0.3, 0.9
"""Log-odds taken off for each year of a passage's age, and at most: what was on offer then may be gone."""


def there(need: Need, passage: Passage, today: date) -> float:
    """Log-odds (0 or less) for what `passage` tells of, by its day and place."""
    odds = 0.0
    if passage.date is not None:
        odds -= min(STALE_MOST, STALE_PER_YEAR * max(0, (today - passage.date).days) / 365.0)
    if need.due is not None and (day := _from_when(passage, today)) is not None and day > need.due:
        odds += LATE
    if elsewhere(need.text[:MOST_READ], passage.text[:MOST_READ]):
        odds += ELSEWHERE
    return odds


def _from_when(passage: Passage, today: date) -> date | None:
    """The day from which there is what it tells of: when it was noted, or later where it says so."""
    told = first_day(passage.text[:MOST_READ], passage.date or today)
    return max(filter(None, (passage.date, told)), default=None)
