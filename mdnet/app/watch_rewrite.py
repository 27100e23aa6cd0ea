"""The text index of the daemon written anew, without what is dead: `python -m mdnet.app.watch_rewrite`.

That takes seconds in which nobody else can write to the index, and much memory. So another process does it, once
nothing has happened for a while; when something does, that process is killed, and the index is as it was before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.adapters.index import Index
from mdnet.adapters.vault import Vault
from mdnet.app import watch_child
from mdnet.app.note_files import rewrite_text
from mdnet.app.workspace import index_path

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from mdnet.app.watch_order import Order

QUIET, QUIET_LONGEST = 20.0, 3600.0
"""Seconds in which nothing has happened; twice as many after each time that it was disturbed."""
URGENT = 4.0
"""With so much wear (see `note_files.wear`) it is not put off any more, and everybody waits for it."""


class Rewriting:
    """When the text index is written anew, and the process that does it. Times are seconds of the monotonic clock."""

    def __init__(self) -> None:
        self._due: float | None = None
        self._urgent = False
        self._quiet = QUIET
        self._process: subprocess.Popen[bytes] | None = None

    def consider(self, wear: float, now: float) -> None:
        """So much of it is worn."""
        self._urgent = wear >= URGENT
        if wear < 1:
            self._due = None
        elif self._due is None or self._urgent:
            self._due = now if self._urgent else now + self._quiet

    def due(self) -> float | None:
        """When to `start`; None: not at all, or it is under way."""
        return self._due

    def start(self, order: Callable[[], Order]) -> None:
        """Begin."""
        self.disturb(0.0)
        self._due = None
        ordered = order()
        self._process = watch_child.begin("mdnet.app.watch_rewrite")
        watch_child.give(self._process, ordered)

    def disturb(self, now: float) -> None:
        """Something happens now that needs the index."""
        process = self._process
        if process is not None:
            if process.poll() is None and not self._urgent:
                process.kill()
            code = watch_child.finish(process)
            self._process = None
            if code != 0:
                self._due, self._urgent = now, False
            self._quiet = QUIET if code == 0 else min(2 * self._quiet, QUIET_LONGEST)
        if self._due is not None and not self._urgent:
            self._due = now + self._quiet

    def stop(self) -> None:
        """The daemon ends."""
        self._urgent = False
        self.disturb(0.0)


def main() -> None:
    """The process: one transaction, and the end."""
    order = watch_child.receive(lambda: None)
    if order is None:
        return
    path = index_path(order.root, order.folders)
    index = Index.beside(path, order.settings)
    try:
        if path.stat().st_ino == order.inode:
            rewrite_text(Vault(order.root), index, order.settings, sorted(index.stamps()))
    finally:
        index.close()


if __name__ == "__main__":
    main()
