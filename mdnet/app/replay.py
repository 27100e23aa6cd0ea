"""The past weeks as the review would have shown them, and what became of it: the user's own precision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.app.matching import find_matches
from mdnet.core.match import Answers
from mdnet.core.match_distinct import distinct
from mdnet.core.model import WORTH_SHOWING
from mdnet.core.values import dataclass, replace
from mdnet.core.weeks import week_of

if TYPE_CHECKING:
    from datetime import date

    from mdnet.adapters.index import Index
    from mdnet.app.model_use import Notice
    from mdnet.core.match_model import Model
    from mdnet.core.model import Match, Need, Network, Passage
    from mdnet.core.settings import Settings
    from mdnet.core.store import Store
    from mdnet.core.weeks import Week


@dataclass(frozen=True, slots=True)
class ReplayedWeek:
    """What one week's page would have shown, best first; `passed_on` and `dismissed` of it, by the answers since."""

    week: Week
    shown: tuple[Match, ...]
    passed_on: tuple[Match, ...]
    dismissed: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """Several weeks, oldest first; a week in which nothing would have been shown is there too."""

    weeks: tuple[ReplayedWeek, ...]

    @property
    def shown(self) -> int:
        """How many matches would have been shown."""
        return sum(len(week.shown) for week in self.weeks)

    @property
    def precision(self) -> float | None:
        """Of the shown ones that were answered, the share passed on; None where none was answered."""
        good = sum(len(week.passed_on) for week in self.weeks)
        answered = good + sum(len(week.dismissed) for week in self.weeks)
        return good / answered if answered else None


def replay(
    index: Index,
    vault: Store,
    settings: Settings,
    network: Network,
    first: date,
    last: date,
    *,
    today: date,
    answers: Answers | None = None,
    model: Model | None = None,
    notice: Notice | None = None,
    per_week: int = 20,
) -> Replay:
    """The weeks from that of `first` to that of `last`.

    A need counts from the day on which it was noted until it was closed, a note from its date; a pair belongs to the
    week in which its younger half was written. `answers` tells what was decided since; log lines that carry a match's
    id count as passed on. At most `per_week` are shown a week, the surest.
    """
    answers = answers or Answers()
    logged = {event.block_id for event in network.exchanges if event.block_id}
    accepted = answers.accepted | logged
    needs = [replace(need, state="open", not_before=None) for need in network.needs]
    closed = {need.id: need for need in network.needs if need.state in ("helped", "dropped")}
    # Answers are not given to the matcher: then, nobody had answered yet.
    found = find_matches(
        index, vault, settings, network, since=None, today=today, needs=needs, model=model, repeated=True, notice=notice
    )
    by_week: dict[Week, list[Match]] = {}
    for match in found:
        day = _born(match)
        if match.score < WORTH_SHOWING or day is None or not _was_open(closed.get(match.need.id), day):
            continue
        by_week.setdefault(week_of(day), []).append(match)
    weeks = []
    told: dict[str, list[Passage]] = {}
    week = week_of(first)
    while week.first <= last:
        shown = distinct(by_week.get(week, []), told)[:per_week]
        for match in shown:
            told.setdefault(match.need.id, []).append(match.passage)
        weeks.append(
            ReplayedWeek(
                week,
                tuple(shown),
                tuple(match for match in shown if match.id in accepted),
                tuple(match for match in shown if match.id in answers.dismissed),
            )
        )
        week = week.after
    return Replay(tuple(weeks))


def _born(match: Match) -> date | None:
    """The day on which the younger half of a pair was written; None where the passage has no date."""
    if match.passage.date is None:
        return None
    return max(match.passage.date, match.need.created or match.passage.date)


def _was_open(closed: Need | None, day: date) -> bool:
    """Whether a need that is closed today was open on `day`; one that was closed nobody knows when was not."""
    return closed is None or (closed.done is not None and closed.done > day)
