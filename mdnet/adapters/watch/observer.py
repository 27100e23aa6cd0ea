"""macOS, Windows, BSD: watchdog's own observer of the platform."""

# ruff: noqa: PTH118

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from mdnet.adapters.watch.base import GONE
from mdnet.core.batching import Hint

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchdog.events import FileSystemEvent

    from mdnet.adapters.watch.base import Listener

# Without this, reading a note would be an event as well (measured: the daemon kept itself busy with nothing else).
_FILTER: list[type[FileSystemEvent]] = [
    FileCreatedEvent, FileModifiedEvent, FileClosedEvent, FileDeletedEvent, FileMovedEvent,
    DirCreatedEvent, DirDeletedEvent, DirMovedEvent,
]  # fmt: skip
_DELETED = (FileDeletedEvent, DirDeletedEvent)


class ObserverWatcher(FileSystemEventHandler):
    """Watches everything below `root`."""

    answers = False

    def __init__(self, root: str, wanted: Callable[[str], bool], listener: Listener) -> None:
        self._root = root
        self._wanted = wanted
        self._listener = listener
        self._observer = Observer()
        self.mode = type(self._observer).__name__.removesuffix("Observer").lower()
        self._observer.schedule(self, root, recursive=True, event_filter=_FILTER)
        self._observer.start()

    def is_alive(self) -> bool:
        """Whether all threads run."""
        return self._observer.is_alive() and all(emitter.is_alive() for emitter in self._observer.emitters)

    def watched(self) -> int:
        """Not known."""
        return 0

    def tidy(self) -> None:
        """Nothing to do."""

    def stop(self) -> None:
        """Stop, and wait for the threads."""
        self._observer.stop()
        self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """One event; whatever goes wrong, the thread lives."""
        try:
            self._on_event(event)
        except Exception as error:  # noqa: BLE001 -- else one strange name would make the daemon deaf for good
            self._listener.lost(f"an event could not be read ({type(error).__name__}: {error})")

    def _on_event(self, event: FileSystemEvent) -> None:
        source, target = self._relative(event.src_path), self._relative(event.dest_path)
        if source == "" and isinstance(event, DirDeletedEvent | DirMovedEvent):
            self._listener.deaf(GONE)
        elif isinstance(event, DirMovedEvent | FileMovedEvent):
            if source:
                whole = target and (event.is_directory or target[-3:].lower() == ".md")
                self._changed(event, source, Hint.SAVED if whole else Hint.GONE)
            if target:
                self._changed(event, target, Hint.SAVED)
        elif source and isinstance(event, _DELETED):
            self._changed(event, source, Hint.GONE)
        elif source:
            self._changed(event, source, Hint.OPEN if isinstance(event, FileCreatedEvent) else Hint.SAVED)

    def _changed(self, event: FileSystemEvent, path: str, hint: Hint) -> None:
        if not event.is_directory or self._wanted(path):
            self._listener.changed(path, hint, folder=event.is_directory)

    def _relative(self, full: bytes | str) -> str | None:
        """The path in the vault, "" for the vault itself; None where it is outside."""
        path = os.fsdecode(full)
        if path == self._root:
            return ""
        start = os.path.join(self._root, "")
        return path[len(start) :].replace(os.sep, "/") if path.startswith(start) else None
