"""Linux: watchdog's inotify reader, with our own book of which folder each watch is.

watchdog's own recursive observer is not used, because (7.1.0, measured) it hides that the limit of watches is
reached, tells nobody that the kernel's queue overflowed, holds the first half of every move for half a second, and
on many new folders spends its time formatting warnings. Since events are only hints here, none of that is needed.
"""

# ruff: noqa: PTH112

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
import warnings
from typing import TYPE_CHECKING

from watchdog.observers.inotify_c import CallbackId, InotifyConstants, InotifyFD, Mask, WatchDescriptor

from mdnet.adapters.watch.base import GONE
from mdnet.core.batching import Hint

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchdog.observers.inotify_c import InotifyEvent

    from mdnet.adapters.watch.base import Listener

_SAVED = InotifyConstants.IN_CLOSE_WRITE | InotifyConstants.IN_MOVED_TO | InotifyConstants.IN_ATTRIB
_OPEN = InotifyConstants.IN_CREATE | InotifyConstants.IN_MODIFY
_GONE = InotifyConstants.IN_DELETE | InotifyConstants.IN_MOVED_FROM
_HOW = InotifyConstants.IN_ONLYDIR | InotifyConstants.IN_DONT_FOLLOW | InotifyConstants.IN_EXCL_UNLINK
_MASK = Mask(_SAVED | _OPEN | _GONE | _HOW)
_ROOT_MASK = Mask(_MASK | InotifyConstants.IN_MOVE_SELF | InotifyConstants.IN_DELETE_SELF)
_COOKIE_MASK = Mask(InotifyConstants.IN_CREATE | _HOW)
_SELF = InotifyConstants.IN_MOVE_SELF | InotifyConstants.IN_DELETE_SELF | InotifyConstants.IN_UNMOUNT

_FULL = (errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR)
_MOVES_KEPT = 1024
_MOVE_SECONDS = 0.5  # the kernel puts both halves of a move next to each other
_ID = CallbackId(1)


class InotifyWatcher:
    """Watches every wanted folder below `root`, and new ones as they come."""

    mode = "inotify"
    answers = True

    def __init__(self, root: str, cookies: str, wanted: Callable[[str], bool], listener: Listener) -> None:
        self._root = os.fsencode(root)
        self._wanted = wanted
        self._listener = listener
        self._lock = threading.RLock()
        self._paths: dict[WatchDescriptor, bytes] = {}  # relative to the vault; the vault itself is b""
        self._watches: dict[bytes, WatchDescriptor] = {}
        self._closed: set[bytes] = set()  # folders that could not be watched, or not be listed
        self._moves: dict[int, tuple[bytes, float]] = {}
        self._cookies = WatchDescriptor(-1)
        self._full = False
        self._stopped = False
        # Said where a folder is watched again, and no news.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
        self._fd = InotifyFD()
        self._fd.start()
        try:
            with self._lock:
                self._cookies = self._fd.add_callback(os.fsencode(cookies), _COOKIE_MASK, self, _ID)
                self._watch(b"")
                self._watch_below(b"")
        except BaseException:
            self.stop()
            raise

    def __repr__(self) -> str:
        return "<InotifyWatcher>"  # watchdog puts it into its messages

    def is_alive(self) -> bool:
        """Whether the reading thread runs, and the vault's folder itself is watched."""
        return self._fd.is_alive() and b"" in self._watches

    def watched(self) -> int:
        """How many folders of the vault are watched."""
        return len(self._watches)

    def stop(self) -> None:
        """Stop, and wait for the reading thread."""
        self._stopped = True
        self._fd.stop()
        self._fd.join()

    def tidy(self) -> None:
        """Let go of folders that were moved out of the vault. Call it now and then."""
        long_ago = time.monotonic() - _MOVE_SECONDS
        with self._lock:
            for cookie, (path, when) in list(self._moves.items()):
                if when < long_ago:
                    del self._moves[cookie]
                    if path in self._watches and not os.path.isdir(self._full_path(path)):
                        self._unwatch_below(path)

    # ---- what watchdog calls, in the reading thread ----

    def on_event(self, event: InotifyEvent) -> None:
        """One event; whatever goes wrong, the thread lives."""
        try:
            with self._lock:
                self._on_event(event)
        except Exception as error:  # noqa: BLE001 -- else one strange name would make the daemon deaf for good
            self._listener.lost(f"an event could not be read ({type(error).__name__}: {error})")

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """A watched folder is gone, or its file system."""
        with self._lock:
            path = self._paths.pop(wd, None)
            if path is None:
                return
            if self._watches.get(path) == wd:
                del self._watches[path]
        if path == b"" and not self._stopped:
            self._listener.deaf(GONE)

    def on_queue_overflow(self) -> None:
        """The kernel has dropped events: folders made meanwhile are found anew."""
        with self._lock:
            self._watch_below(b"")
        self._listener.lost("more events than the kernel keeps")

    def _on_event(self, event: InotifyEvent) -> None:
        if event.wd == self._cookies:
            if event.name:
                self._listener.asked(os.fsdecode(event.name))
            return
        folder = self._paths.get(event.wd)
        if folder is None:
            return
        if event.mask & _SELF:
            if folder == b"":
                self._listener.deaf(GONE)
            else:
                if event.mask & InotifyConstants.IN_UNMOUNT:  # the folder that it was mounted on is there
                    self._watch_below(folder)
                self._listener.changed(os.fsdecode(folder), Hint.SAVED, folder=True)
            return
        if not event.name:
            if event.is_attrib:  # its permissions, which decide whether it can be listed
                self._watch_closed_below(folder)
                self._listener.changed(os.fsdecode(folder), Hint.SAVED, folder=True)
            return
        path = folder + b"/" + event.name if folder else event.name
        if event.is_directory:
            self._on_folder(event, path)
        else:
            self._on_file(event, path)

    def _on_folder(self, event: InotifyEvent, path: bytes) -> None:
        name = os.fsdecode(path)
        if event.is_moved_from:
            # Still watched: if it was moved within the vault, it is found under its new name in a moment.
            self._remember_move(event.cookie, path)
            self._listener.changed(name, Hint.GONE, folder=True)
            return
        if event.is_delete:
            self._listener.changed(name, Hint.GONE, folder=True)
            return
        if event.is_moved_to:
            self._end_move(event.cookie)
        if self._wanted(name):
            if event.is_attrib and path in self._watches:
                self._watch_closed_below(path)
            else:
                self._watch_below(path)
            self._listener.changed(name, Hint.SAVED, folder=True)

    def _on_file(self, event: InotifyEvent, path: bytes) -> None:
        name = os.fsdecode(path)
        if event.is_moved_from:
            self._remember_move(event.cookie, path)
            hint = Hint.GONE
        elif event.is_moved_to:
            source = self._moves.pop(event.cookie, None)
            if source is not None and path[-3:].lower() == b".md":
                # Renamed to another note: nothing will be put in the old one's place in a moment.
                self._listener.changed(os.fsdecode(source[0]), Hint.SAVED)
            hint = Hint.SAVED
        elif event.is_delete:
            hint = Hint.GONE
        elif event.mask & _SAVED:
            hint = Hint.SAVED
        else:
            hint = Hint.OPEN
        self._listener.changed(name, hint)

    def _remember_move(self, cookie: int, path: bytes) -> None:
        self._moves[cookie] = (path, time.monotonic())
        if len(self._moves) > _MOVES_KEPT:
            self.tidy()

    def _end_move(self, cookie: int) -> None:
        """A folder has arrived: its old name is gone, if that was in the vault."""
        source = self._moves.pop(cookie, None)
        if source is not None:
            name = os.fsdecode(source[0])
            self._unwatch_below(source[0])
            if self._wanted(name):  # two folders that were exchanged: another one is there already, and was watched
                self._watch_below(source[0])
            self._listener.changed(name, Hint.SAVED, folder=True)

    # ---- the book ----

    def _full_path(self, path: bytes) -> bytes:
        return self._root + b"/" + path if path else self._root

    def _watch_below(self, path: bytes) -> None:
        """Watch a folder and all wanted ones below it: first the watch, then the look, so nothing falls between."""
        waiting = [path]
        while waiting and not self._stopped:
            path = waiting.pop()
            try:
                if path and not self._watch(path):
                    self._closed.add(path)
                with os.scandir(self._full_path(path)) as entries:
                    names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
            except OSError as error:
                if error.errno in _FULL:
                    self._tell_full(error)
                    return
                if error.errno not in _NOT_THERE:  # a scan reports that
                    self._closed.add(path)
                continue
            prefix = path + b"/" if path else b""
            waiting += [prefix + name for name in names if self._wanted(os.fsdecode(prefix + name))]

    def _watch_closed_below(self, path: bytes) -> None:
        """Watch what could not be watched in a folder that may be open by now."""
        prefix = path + b"/" if path else b""
        for closed in [closed for closed in self._closed if closed == path or closed.startswith(prefix)]:
            self._closed.discard(closed)
            self._watch_below(closed)

    def _watch(self, path: bytes) -> bool:
        """Watch this folder; returns whether that is permitted."""
        wd = self._fd.add_callback(self._full_path(path), _MASK if path else _ROOT_MASK, self, _ID)
        if wd < 0:  # watchdog says so where permission is denied
            return False
        old = self._paths.get(wd)
        if old is not None and old != path:
            self._watches.pop(old, None)
        self._paths[wd] = path
        self._watches[path] = wd
        return True

    def _unwatch_below(self, path: bytes) -> None:
        """Forget the watches of a folder that is not there any more under this name."""
        prefix = path + b"/"
        wds = []
        for known in [known for known in self._watches if known == path or known.startswith(prefix)]:
            wd = self._watches.pop(known)
            if self._paths.get(wd) == known:
                del self._paths[wd]
                wds.append(wd)
        with contextlib.suppress(OSError):
            self._fd.remove_callbacks([(wd, _ID) for wd in wds])

    def _tell_full(self, error: OSError) -> None:
        if not self._full:
            self._full = True
            self._listener.deaf(f"{error.strerror} after {len(self._watches):,} folders")
