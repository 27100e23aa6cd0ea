"""When the daemon looks at everything, whatever the events said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.app.watch_options import (
    FAILED,
    NOW_AND_THEN,
    POLL,
    RARELY,
    RESCAN,
    RETRY,
    RETRY_LONGEST,
    SETTLE,
    SETTLE_LONGEST,
    SHARE,
    TO_BE_SURE,
)

if TYPE_CHECKING:
    from mdnet.app.watch_index import Outcome


class Schedule:
    """The next look. Times (`now`) are seconds of the monotonic clock; `period` is how many lie between two looks."""

    def __init__(self) -> None:
        self._soon: float | None = None
        self._why = ""
        self._next = self._last = 0.0
        self._seconds = 0.0
        self._doubted: float | None = None
        self._retry = RETRY

    def due(self) -> float:
        """When it is."""
        return self._next if self._soon is None else min(self._soon, self._next)

    def why(self, now: float) -> str:
        """Why it is time for it; "" if it is not."""
        if self._soon is not None and now >= self._soon:
            return self._why
        return NOW_AND_THEN if now >= self._next else ""

    def begun(self, now: float, period: float, *, elsewhere: bool = False) -> None:
        """A look begins, or is of no use now; `elsewhere`: by another process, after which what has failed here is
        still to be tried again."""
        if not (elsewhere and self._why == FAILED):
            self._soon = None
        self._next = now + period

    def looked(self, now: float, period: float, seconds: float, *, poor: bool) -> None:
        """A look has ended that took so long, apart from reading; `poor`: not everything is heard of, so the next one
        comes soon. So it does where the user has asked for a shorter period than usual."""
        self._last, self._seconds = now, seconds
        self._next = now + max(period, (SHARE if poor or period < RESCAN else RARELY) * seconds)
        if self._soon is None:
            self._doubted = None

    def failed(self, now: float) -> None:
        """Something could not be looked at, once more perhaps."""
        self._soon, self._why = now + self._retry, FAILED
        self._retry = min(2 * self._retry, RETRY_LONGEST)

    def went_well(self) -> None:
        """Everything could be looked at."""
        self._retry = RETRY

    def deaf(self, now: float) -> None:
        """From now on not everything is heard of."""
        self._next = min(self._next, now + POLL)

    def after(self, outcome: Outcome, now: float) -> None:
        """A part was looked at. That single notes came or went is no reason to look at everything soon."""
        if outcome.doubtful:
            self._doubted = now if self._doubted is None else self._doubted
            quiet = max(SETTLE, min(SHARE * self._seconds, SETTLE_LONGEST))
            if self._soon is None or self._why != FAILED:  # else that is not put off
                self._soon = max(now, min(now + quiet, self._doubted + 2 * SETTLE_LONGEST))
                self._why = TO_BE_SURE
        elif outcome.moved:
            self._next = min(self._next, max(now + SETTLE, self._last + RARELY * self._seconds))
