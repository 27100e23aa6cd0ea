"""How the daemon hears of what happens: from a watcher, and by looking from time to time where that is not enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.adapters.watch import open_watcher
from mdnet.adapters.watch.base import GONE
from mdnet.adapters.watch.mounts import Mount, mounts_in, shared_by
from mdnet.app.watch_options import POLL, Options

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdnet.adapters.watch import Watcher
    from mdnet.app.watch_inbox import Inbox
    from mdnet.app.watch_index import Indexer


class Ears:
    """The watch on one vault. `tell` prints a line of the log."""

    def __init__(
        self, inbox: Inbox, indexer: Indexer, cookie_folder: str, options: Options, tell: Callable[..., None]
    ) -> None:
        self._inbox, self._indexer, self._cookies = inbox, indexer, cookie_folder
        self._options = options
        self._tell = tell
        self.watcher: Watcher | None = None
        self._mounts: tuple[Mount, ...] = ()
        self.deaf = ""
        """Why not everything is heard of; "" where it is."""
        self.uprooted = False
        """Whether the folder that is watched is not the vault any more, or there was none to watch."""

    def open(self) -> None:
        """Watch, or poll where that is wanted or nothing else is possible. Everything must be looked at afterwards."""
        self._inbox.doubt()
        self.close()
        self._inbox.pop_deaf()  # of the watcher that was stopped
        self.deaf = ""
        self.uprooted = False
        root = self._indexer.work.vault.root
        self._mounts = mounts_in(root)
        self._indexer.remember_disks()
        if self._options.poll is None:
            try:
                self.watcher = open_watcher(root, self._cookies, self._indexer.folder_of_interest, self._inbox)
            except (FileNotFoundError, NotADirectoryError):
                self.uprooted = True
            except OSError as error:
                self._be_deaf(error.strerror or str(error))
            else:
                if shared := shared_by(root):
                    self._be_deaf(f"others may write to a file system of type {shared}")
        self.listen()

    def close(self) -> None:
        """Stop watching."""
        if self.watcher is not None:
            self.watcher.stop()
            self.watcher = None

    def listen(self) -> bool:
        """Take note of what the watcher could not do; returns whether there was anything."""
        told = self._inbox.pop_deaf()
        for why in told:
            if why == GONE or self._indexer.replaced() or self.is_dead():
                self.uprooted = True  # another folder is there by now, or will be
            elif not self.deaf:
                self._be_deaf(why)
        return bool(told)

    def _be_deaf(self, why: str) -> None:
        self.deaf = why
        self._tell("polling", why=why, seconds=POLL)

    def is_dead(self) -> bool:
        """Whether there is a watcher that is of no use any more."""
        return self.watcher is not None and not self.watcher.is_alive()

    def disks_changed(self) -> bool:
        """Whether a disk was mounted in the vault, or unmounted, since it is watched: of that there is no event."""
        return mounts_in(self._indexer.work.vault.root) != self._mounts

    @property
    def answers(self) -> bool:
        """Whether commands may ask if all that was saved was heard of."""
        return self.watcher is not None and self.watcher.answers and not (self.deaf or self.uprooted)

    @property
    def period(self) -> float:
        """Seconds between two looks at everything."""
        if self.watcher is None:
            return self._options.poll or POLL
        return POLL if self.deaf else self._options.rescan

    @property
    def is_poor(self) -> bool:
        """Whether it has to look from time to time to hear of everything."""
        return self.watcher is None or bool(self.deaf)

    @property
    def mode(self) -> str:
        """How it hears, for the user."""
        if self.watcher is None:
            return "polling"
        return f"{self.watcher.mode} and polling" if self.deaf else self.watcher.mode

    @property
    def folders(self) -> int:
        """How many folders are watched, where that is known; else 0."""
        return self.watcher.watched() if self.watcher is not None else 0

    def tidy(self) -> None:
        """Let go of what is needed no more."""
        if self.watcher is not None:
            self.watcher.tidy()
