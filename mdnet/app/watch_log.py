"""What the daemon tells: lines of its log, and its state for `mdnet status`."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from mdnet.adapters import notify as desktop
from mdnet.app.watch_options import NOW_AND_THEN, TO_BE_SURE
from mdnet.app.watch_status import DaemonState, StateFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mdnet.app.watch_ears import Ears
    from mdnet.app.watch_index import Outcome


class Log:
    """Prints by `say(event, **details)`, and keeps the state in the file at `path`."""

    def __init__(self, path: Path, say: Callable[..., None]) -> None:
        self.say = say
        self.state = DaemonState(pid=os.getpid())
        self._file = StateFile(path)

    def due(self) -> float | None:
        """When to `write`, on the monotonic clock; None: never."""
        return self._file.due()

    def write(self) -> None:
        """Write the state now."""
        self._file.write(self.state)

    def tell(self, event: str, **details: Any) -> None:
        """Print a line; the state has changed."""
        self.say(event, **details)
        self._file.changed()

    def error(self, message: str) -> None:
        """Something went wrong; told once."""
        self.state.errors += 1
        if message != self.state.last_error:
            self.tell("error", what=message)
        self.state.last_error = message
        self._file.changed()

    def notify(self, title: str, text: str) -> None:
        """Tell it on the desktop."""
        if failure := desktop.notify(title, text):
            self.error(failure)

    def gone(self) -> None:
        """The vault is not there; told once."""
        if not self.state.trouble:
            self.state.trouble = "the vault is not there; nothing was forgotten"
            self.tell("gone")

    def back(self) -> None:
        """The vault is there."""
        if self.state.trouble:
            self.state.trouble = ""
            self.tell("back")

    def mode(self, ears: Ears) -> None:
        """How it hears of what happens."""
        if (ears.mode, ears.folders) != (self.state.mode, self.state.folders):
            self.state.mode, self.state.folders = ears.mode, ears.folders
            self._file.changed()

    def looked(self, why: str, outcome: Outcome) -> None:
        """Everything was looked at; routine that found nothing is not worth a line."""
        self.state.scans += 1
        self.state.last_scan, self.state.last_scan_reason = time.time(), why
        self._file.changed()
        if why not in (NOW_AND_THEN, TO_BE_SURE) or outcome.read or outcome.dropped:
            self.tell("scanned", why=why, read=len(outcome.read), dropped=len(outcome.dropped),
                      seconds=round(outcome.seconds, 3))  # fmt: skip

    def held(self, notes: int) -> None:
        """So many notes are gone, and not forgotten."""
        if notes != self.state.holding:
            self.state.holding = notes
            if notes:
                self.tell("holding", notes=notes)

    def outcome(self, outcome: Outcome) -> None:
        """Something was looked at."""
        if outcome.warning:
            self.error(outcome.warning)
        if outcome.everything or len(outcome.held) > self.state.holding:
            self.held(len(outcome.held))
        self.back()
        if not outcome.everything and (outcome.read or outcome.dropped):
            self.tell("indexed", read=list(outcome.read), dropped=list(outcome.dropped),
                      seconds=round(outcome.seconds, 3))  # fmt: skip

    def batch(self, outcome: Outcome, since: float) -> None:
        """It was a batch that was first heard of at `since`, on the monotonic clock."""
        notes = len(outcome.read) + len(outcome.dropped)
        if notes:
            self.state.batches += 1
            self.state.last_batch, self.state.last_batch_notes = time.time(), notes
            self.state.lag_seconds = round(time.monotonic() - since, 3)
            self._file.changed()
