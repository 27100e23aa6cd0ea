"""Being told what changes in the vault, by watchdog: events become hints of where to look, and nothing more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdnet.core.batching import Hint

__all__ = ["Listener", "Watcher", "open_watcher"]


class Listener(Protocol):
    """Who is told. Called from the watcher's thread, in the order in which things happened."""

    def changed(self, path: str, hint: Hint, *, folder: bool = False) -> None:
        """Something happened to the file or `folder` at `path`, relative to the vault; "" is the vault itself."""

    def lost(self, why: str) -> None:
        """Events were lost (`why` says how): everything has to be looked at."""

    def deaf(self, why: str) -> None:
        """Not everything can be watched, or nothing any more: look from time to time instead."""

    def asked(self, cookie: str) -> None:
        """A command wants to know whether all that happened up to now is in the index."""


class Watcher(Protocol):
    """A watch on the vault that runs until it is stopped."""

    mode: str
    """What it is built on, for the user: `inotify`, `fsevents`, ..."""
    answers: bool
    """Whether `Listener.asked` comes after all that happened before the question was put."""

    def is_alive(self) -> bool:
        """Whether its threads are running."""

    def watched(self) -> int:
        """How many folders are watched; 0 where that is not known."""

    def tidy(self) -> None:
        """Let go of what is needed no more. Called now and then."""

    def stop(self) -> None:
        """Stop, and wait for its threads."""


def open_watcher(root: str, cookies: str, wanted: Callable[[str], bool], listener: Listener) -> Watcher:
    """Watch the vault in `root` (a real path). `wanted` says of a folder, relative to the vault, whether it may hold
    anything of interest; `cookies` is the folder outside the vault in which questions are put.

    Raises OSError where nothing can be watched; tells `listener.deaf` where not everything can.
    """
    if sys.platform == "linux":
        try:
            from mdnet.adapters.watch.inotify import InotifyWatcher
        except ImportError:  # another watchdog than the one whose parts are used there
            pass
        else:
            return InotifyWatcher(root, cookies, wanted, listener)
    from mdnet.adapters.watch.observer import ObserverWatcher

    return ObserverWatcher(root, wanted, listener)
