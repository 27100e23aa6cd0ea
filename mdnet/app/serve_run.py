"""Serving one vault until interrupted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from mdnet.adapters.http import check_installed
from mdnet.adapters.lock import DaemonLock
from mdnet.app.workspace import open_workspace
from mdnet.errors import AlreadyRunningError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from mdnet.adapters.config import UserFolders


def serve(
    root: Path,
    folders: UserFolders,
    *,
    port: int | None,
    today: Callable[[], date],
    ready: Callable[[str], None],
    tell: Callable[[str], None],
) -> None:
    """Serve the vault in `root` on this computer until interrupted.

    `ready` gets the address to open, each time there is a new one: it lets one browser in. `tell` gets errors that
    nobody foresaw. Raises AlreadyRunningError where the vault is served already, MdnetError where a package is
    missing or the port is taken.
    """
    check_installed()
    from mdnet.adapters.http.guard import Guard
    from mdnet.adapters.http.run import listen, run
    from mdnet.adapters.http.site import Site
    from mdnet.app.serve import Pages

    work = open_workspace(root, folders)
    with contextlib.closing(work):
        lock = DaemonLock(folders.state / f"{work.key}.serve.lock")
        try:
            lock.acquire()
        except AlreadyRunningError:
            raise AlreadyRunningError(
                "this vault is served already: use the page that is open, or stop the other 'mdnet serve' first"
            ) from None
        try:
            with contextlib.closing(listen(port)) as listener:
                guard = Guard(listener.getsockname()[1], entered=ready)
                pages = Pages(work, guard.form, today)
                site = Site(pages.answer, guard, tell)
                run(site.app, listener, lambda: ready(guard.address))
        finally:
            lock.release()
