"""Where the watcher's thread leaves what it was told, and the daemon picks it up."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from typing import TYPE_CHECKING

from mdnet.adapters.watch import cookies
from mdnet.core.batching import EVERYTHING, Batcher, Hint
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Batch:
    """What to look at now. Folders end with a slash."""

    paths: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    """Commands that wait for this batch."""
    lost: str = ""
    """Why everything has to be looked at; "" where the paths do."""
    since: float = 0.0
    """When the first of it was heard of, on the monotonic clock."""


class Inbox:
    """A `Listener`. `of_interest` says of a file's path whether it is a note or a setting."""

    def __init__(self, cookie_folder: str, of_interest: Callable[[str], bool]) -> None:
        self.of_interest = of_interest
        self._folder = cookie_folder
        self._lock = threading.Lock()
        self._batcher = Batcher()
        self._questions: list[str] = []
        self._lost = ""
        self._deaf: list[str] = []
        self._since: float | None = None
        self._current = False
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._theirs.setblocking(False)

    # ---- the watcher's thread ----

    def changed(self, path: str, hint: Hint, *, folder: bool = False) -> None:
        """Something happened there."""
        if not folder and not self.of_interest(path):
            return
        now = time.monotonic()
        with self._lock:
            self._since = self._since or now
            nearer = self._batcher.add(f"{path}/" if folder and path else path, hint, now)
        if nearer:
            self.wake()

    def lost(self, why: str) -> None:
        """Events were lost."""
        with self._lock:
            self._lost = why
            self._since = self._since or time.monotonic()
        self.wake()

    def deaf(self, why: str) -> None:
        """Not everything can be watched."""
        with self._lock:
            self._deaf.append(why)
        self.lost(why)

    def asked(self, cookie: str) -> None:
        """A command asks: answered at once where nothing is waiting and nobody is at work."""
        with self._lock:
            idle = self._current and not len(self._batcher) and not self._lost
            if not idle:
                self._questions.append(cookie)
        if idle:
            cookies.answer(self._folder, cookie, yes=True)
        else:
            self.wake()

    # ---- the daemon ----

    def wake(self) -> None:
        """End `wait`, now or the next time. Safe in a signal handler."""
        with contextlib.suppress(OSError):  # it is full, which wakes as well; or the daemon has ended
            self._theirs.send(b"!")

    @property
    def wakeup_fd(self) -> int:
        """A file descriptor to write to in place of `wake`."""
        return self._theirs.fileno()

    def wait(self, seconds: float) -> None:
        """Wait until there is something to do, `seconds` at most."""
        select.select([self._ours], [], [], max(0.0, seconds))
        with contextlib.suppress(BlockingIOError):
            while self._ours.recv(4096):
                pass

    def due(self) -> float | None:
        """When to take a batch; None: nothing is waiting."""
        with self._lock:
            return 0.0 if self._lost or self._questions else self._batcher.due()

    def take(self) -> Batch | None:
        """What it is time for; None: nothing. From now on the index counts as outdated, until `done`."""
        now = time.monotonic()
        with self._lock:
            questions = tuple(self._questions)
            paths = self._batcher.take(now, all_of_it=bool(questions or self._lost))
            lost, since = self._lost, self._since or now
            if EVERYTHING in paths:
                lost = lost or "too much at once"
            if not (paths or questions or lost):
                return None
            if not len(self._batcher):
                self._since = None
            self._questions.clear()
            self._lost = ""
            self._current = False
        return Batch(paths, questions, lost, since)

    def done(self, batch: Batch, again: tuple[str, ...] = (), *, current: bool) -> None:
        """The batch is in the index, but for the paths in `again`. `current` says whether that is all there is."""
        now = time.monotonic()
        with self._lock:
            self._batcher.done()
            for path in again:
                self._batcher.add(path, Hint.OPEN, now)
            self._current = current
        for cookie in batch.questions:
            cookies.answer(self._folder, cookie, yes=current and not again)

    def doubt(self) -> None:
        """From now on the index counts as outdated, until the next `done`."""
        with self._lock:
            self._current = False

    def pop_deaf(self) -> list[str]:
        """What the watcher could not do, told once."""
        with self._lock:
            deaf, self._deaf = self._deaf, []
            return deaf

    def close(self) -> None:
        """Let go of the sockets."""
        self._ours.close()
        self._theirs.close()
