"""What a watcher is, and who is told by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mdnet.core.batching import Hint


GONE = "the vault's folder was moved, deleted or unmounted"
"""Why a watcher of the vault is of no use any more, even if another folder is there by now, or one as it was."""


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
        """Whether its threads are running, and it knows of nothing that makes it useless."""

    def watched(self) -> int:
        """How many folders are watched; 0 where that is not known."""

    def tidy(self) -> None:
        """Let go of what is needed no more. Called now and then."""

    def stop(self) -> None:
        """Stop, and wait for its threads."""
