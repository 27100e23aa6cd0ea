"""When to look at what has changed: once it is left alone for a moment, and never much later than it began."""

from __future__ import annotations

from enum import Enum

from mdnet.core.values import dataclass

MANY, MANY_GAP = 32, 0.05
"""More paths than this, with no longer gap (seconds) between them, are a burst (an unpacked archive, a checkout):
fewer and larger batches."""
MANY_QUIET, MANY_LONGEST = 0.1, 0.5
"""Seconds; for a burst as a whole."""
RAPID, RAPID_GAP, RAPID_QUIET, RAPID_LONGEST = 4, 0.3, 0.1, 0.55
"""So often more was a note saved again before the last save was looked at than after it, counted double, that a program
is at work; then it is waited for so long after its last save and after its first, until it has paused for the gap."""
FASTER = 0.0145
"""Seconds between two saves of one note, less than anybody takes who waits until the first was looked at."""
MOST = 20_000
"""More paths than this are not remembered one by one: all of the vault is looked at instead."""
EVERYTHING = ""
"""The path of the vault itself."""


class Hint(Enum):
    """What is known of a path, with the seconds to wait after the last event and after the first."""

    SAVED = (0.012, 0.4)
    """A writer has closed it, or it was moved there as a whole."""
    OPEN = (0.2, 2.0)
    """Somebody may be in the middle of writing it."""
    GONE = (2.0, 4.0)
    """It was deleted or moved away: many programs save by putting a new file in its place a moment later."""

    @property
    def quiet(self) -> float:
        """Seconds without an event after which it is looked at."""
        return self.value[0]

    @property
    def longest(self) -> float:
        """Seconds after which it is looked at even if events keep coming."""
        return self.value[1]


@dataclass(slots=True)
class _Waiting:
    hint: Hint
    since: float | None
    """When it was first seen to be there; None: it has been gone ever since."""
    due: float
    saved: bool
    """Whether a writer has closed it since it was last looked at."""


class Batcher:
    """Paths that changed, until it is time to look at them. Times are seconds of one steady clock."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}
        self._earliest: float | None = None
        self._stream: set[str] = set()
        self._first = self._last = 0.0
        self._saves: dict[str, tuple[int, float]] = {}
        self._looked_at: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, path: str, hint: Hint, now: float) -> bool:
        """Remember that `path` changed at `now`. Returns whether `due` has come nearer."""
        if len(self._waiting) >= MOST or EVERYTHING in self._waiting:
            path = EVERYTHING
            self._waiting = {key: value for key, value in self._waiting.items() if key == EVERYTHING}
        before = self._waiting.get(path)
        since = before.since if before else None
        saved = before is not None and before.saved
        quiet, longest = self._patience(path, hint, now, waiting=saved or path in self._looked_at)
        due = now + quiet
        if hint is not Hint.GONE:
            since = now if since is None else since
            due = min(due, max(now, since + longest))
            self._count(path, now)
        self._waiting[path] = _Waiting(hint, since, due, saved or hint is Hint.SAVED)
        # Never later than the truth: a path that was put off makes for one look too early at most.
        nearer = self._earliest is None or due < self._earliest
        if nearer:
            self._earliest = due
        return nearer

    def due(self) -> float | None:
        """When to `take` next; None: nothing is waiting."""
        return self._earliest

    def take(self, now: float, *, all_of_it: bool = False) -> tuple[str, ...]:
        """The paths that it is time for, sorted: they are looked at until `done`. `all_of_it`: whatever their time."""
        burst = len(self._stream) > MANY
        over = burst and now >= self._burst_due()

        def is_due(one: _Waiting) -> bool:
            if all_of_it or one.hint is Hint.GONE or not burst:
                return all_of_it or one.due <= now
            return over

        taken = [path for path, one in self._waiting.items() if is_due(one)]
        for path in taken:
            del self._waiting[path]
        if over:
            self._first = now
        floor = self._burst_due() if burst else now
        self._earliest = min(
            (one.due if one.hint is Hint.GONE else max(one.due, floor) for one in self._waiting.values()), default=None
        )
        self._looked_at = frozenset(taken)
        return tuple(sorted(taken))

    def done(self) -> None:
        """What was taken last was looked at."""
        self._looked_at = frozenset()

    def _count(self, path: str, now: float) -> None:
        """Which paths come one after the other, while they are few."""
        if now - self._last > MANY_GAP:
            self._stream.clear()
            self._first = now
        if len(self._stream) <= MANY:
            self._stream.add(path)
        self._last = now

    def _burst_due(self) -> float:
        return min(self._last + MANY_QUIET, self._first + MANY_LONGEST)

    def _patience(self, path: str, hint: Hint, now: float, *, waiting: bool) -> tuple[float, float]:
        """Seconds to wait after this event, and after the first. `waiting`: an earlier save was not looked at yet."""
        if hint is not Hint.SAVED:
            return hint.quiet, hint.longest
        count, last = self._saves.get(path, (0, now))
        # On a busy machine a look may come between two saves now and then; somebody who waits for each is no program.
        if now - last > RAPID_GAP:
            count = 0
        elif waiting or now - last < FASTER:
            count += 2
        elif count < RAPID:
            count = max(count - 1, 0)
        if len(self._saves) > MANY:
            self._saves.clear()
        self._saves[path] = (count, now)
        return (RAPID_QUIET, RAPID_LONGEST) if count >= RAPID else (hint.quiet, hint.longest)
