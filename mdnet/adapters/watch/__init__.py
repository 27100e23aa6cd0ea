"""Being told what changes in the vault, by watchdog: events become hints of where to look, and nothing more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mdnet.adapters.watch.base import Listener, Watcher

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Listener", "Watcher", "open_watcher"]


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
