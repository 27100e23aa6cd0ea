"""What is still to be looked at, bit by bit: nobody who saves a note is to wait for the end of a checkout, or of a look
at everything. That is taken by another process, see `watch_survey`, and what it finds is looked at here."""

from __future__ import annotations

import json
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from mdnet.app import watch_child
from mdnet.app.watch_index import Outcome
from mdnet.app.watch_options import SLICE
from mdnet.app.watch_survey import Survey

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable

    from mdnet.app.watch_order import Order


class Looks:
    """The paths that wait, and the survey under way. `wake` is called, in another thread, when that has ended."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._paths: deque[str] = deque()
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._found: Survey | None = None
        self.survey = Survey()
        """What was found last."""
        self.since = 0.0
        """When the first of the paths was heard of, on the monotonic clock."""
        self.why = ""
        """Why everything is looked at, until all that was found is in the index."""
        self.again = ""
        """Why everything has to be looked at once more after that."""
        self._read: list[str] = []
        self._dropped: list[str] = []

    # ---- paths ----

    def __len__(self) -> int:
        return len(self._paths)

    def add(self, paths: Iterable[str], since: float) -> None:
        """Look at these too; folders end with a slash."""
        if not self._paths:
            self.since = since
        new = [path for path in paths if path not in self._waiting]
        self._paths += new
        self._waiting.update(new)

    def take(self) -> tuple[str, ...]:
        """The next few."""
        paths = tuple(self._paths.popleft() for _ in range(min(SLICE, len(self._paths))))
        self._waiting.difference_update(paths)
        return paths

    # ---- everything ----

    def begin(self, why: str, order: Order) -> None:
        """Have everything looked at, once more where that is being done."""
        if self.why:
            self.again = why
            return
        thread = threading.Thread(target=self._run, args=(order,), daemon=True)
        self.why, self.again, self._read, self._dropped = why, "", [], []
        try:
            thread.start()
        except RuntimeError:  # there are too many
            self.why = ""
            raise
        self._thread = thread

    @property
    def are_all(self) -> bool:
        """Whether nothing is left of a look at everything: the survey has ended, and what it found was looked at."""
        return bool(self.why) and self._thread is None and not self._paths

    def _run(self, order: Order) -> None:
        found, process = Survey(), None
        try:
            with self._lock:
                if not self.why:
                    return
                process = self._process = watch_child.begin("mdnet.app.watch_survey")
            watch_child.give(process, order)
            assert process.stdout is not None  # noqa: S101 -- a pipe
            for line in process.stdout:
                said: dict[str, Any] = json.loads(line)
                said.pop("event")
                found = Survey(**said)
        except (OSError, ValueError, TypeError, KeyError):  # it was stopped, cannot be started, is of another version
            pass
        finally:
            with self._lock:
                self._process = None
            if process is not None:
                watch_child.end(process)
            self._found = found
            self._wake()

    def found(self) -> Survey | None:
        """What the survey found, once; None: nothing yet."""
        if self._found is None:
            return None
        self.survey, self._found, self._thread = self._found, None, None
        return self.survey

    def came_of_it(self, outcome: Outcome) -> None:
        """What came of looking at the last few paths."""
        if self.why:
            self._read += outcome.read
            self._dropped += outcome.dropped

    def outcome(self) -> Outcome:
        """What came of looking at everything."""
        return Outcome(tuple(self._read), tuple(self._dropped), seconds=self.survey.seconds, everything=True)

    def end(self) -> tuple[str, str]:
        """Everything was looked at: why, and why once more."""
        why, again = self.why, self.again
        self.why = self.again = ""
        return why, again

    def due(self) -> float | None:
        """When there is something to do; None: not yet."""
        return 0.0 if self._paths or self._found is not None else None

    def cancel(self) -> tuple[str, ...]:
        """Leave it all; returns the paths that were waiting."""
        with self._lock:
            self.why = self.again = ""
            if self._process is not None:
                self._process.kill()
        if self._thread is not None:
            self._thread.join()
        self._thread = self._found = None
        paths = tuple(self._paths)
        self._paths.clear()
        self._waiting.clear()
        return paths
