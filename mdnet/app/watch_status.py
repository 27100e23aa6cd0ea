"""What the daemon tells of itself: kept in a small file, read by `mdnet status`."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mdnet.adapters.lock import holder
from mdnet.app.daemon_files import daemon_files
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from mdnet.app.workspace import Workspace

WRITE_EVERY = 1.0
"""Seconds between two writes of the file, at least."""
_UNHEARD = "how it goes is not known: it has just started, or cannot write that down. Is the disk full?"


@dataclass(slots=True)
class DaemonState:
    """What has happened since the daemon started. Times are in seconds since 1970."""

    mode: str = ""
    """`inotify`, `fsevents`, ..., or `polling`; `inotify and polling` where not every folder could be watched."""
    folders: int = 0
    batches: int = 0
    scans: int = 0
    last_batch: float | None = None
    last_batch_notes: int = 0
    last_scan: float | None = None
    last_scan_reason: str = ""
    lag_seconds: float | None = None
    """From the first event of the last batch to its notes being searchable."""
    errors: int = 0
    last_error: str = ""
    holding: int = 0
    """Notes that are gone all at once, and not forgotten for that reason."""
    trouble: str = ""
    """What is wrong now, such as a vault that is not there; "" where all is well."""
    pid: int = 0
    """Whose state it is."""


class StateFile:
    """Writes a DaemonState, seldom."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._dirty = False
        self._written = -WRITE_EVERY

    def changed(self) -> None:
        """There is something to write."""
        self._dirty = True

    def due(self) -> float | None:
        """When to `write`, on the monotonic clock; None: never."""
        return self._written + WRITE_EVERY if self._dirty else None

    def write(self, state: DaemonState) -> None:
        """Write it now. A full disk is no reason to stop; what was written before does not hold any more then."""
        self._dirty = False
        self._written = time.monotonic()
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(state), file)
            new.replace(self._path)
        except OSError:
            self._dirty = True
            with suppress(OSError):
                os.truncate(self._path, 0)


def daemon_status(work: Workspace) -> dict[str, Any]:
    """The daemon of this vault for `mdnet status`: `running`, and if so `pid`, `host`, `uptime_seconds` and the
    fields of `DaemonState`, with `last_batch_age_seconds` and `last_scan_age_seconds` in the place of times."""
    files = daemon_files(work.root, work.folders)
    who = holder(files.lock)
    if who is None:
        return {"running": False}
    now = time.time()
    try:
        state = DaemonState(**json.loads(files.status.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        state = DaemonState(trouble=_UNHEARD)
    if state.pid and who.pid and state.pid != who.pid:  # that of an earlier one
        state = DaemonState(trouble=_UNHEARD)
    told = asdict(state)
    del told["pid"]
    for key in ("last_batch", "last_scan"):
        when = told.pop(key)
        told[f"{key}_age_seconds"] = None if when is None else max(0, round(now - when))
    return {
        "running": True,
        "pid": who.pid,
        "host": who.host,
        "uptime_seconds": max(0, round(now - who.started)),
        **told,
    }
