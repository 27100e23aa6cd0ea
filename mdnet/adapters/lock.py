"""One daemon for each vault: a lock that goes with its process, and who holds it."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from mdnet.core.values import dataclass
from mdnet.errors import AlreadyRunningError, WriteRefusedError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
if fcntl is None:
    import msvcrt

if TYPE_CHECKING:
    from pathlib import Path

_TRIES, _PAUSE = 20, 0.01
"""How often, and with how many seconds between, the lock is tried: a command that only looks whether a daemon runs
holds it for some microseconds."""
_LOCKED_BYTE = 1 << 20
"""Windows locks bytes, and lets nobody read them: one far behind the text."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who watches a vault. `started` is in seconds since 1970."""

    pid: int
    host: str
    started: float


class DaemonLock:
    """The lock in the file at `path`, held until it is released or the process ends, however that happens."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1

    def acquire(self) -> Holder | None:
        """Take the lock. Returns who had it last and did not give it back, such as a process that was killed.

        Raises AlreadyRunningError with who holds it, and WriteRefusedError where its file cannot be made.
        """
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise WriteRefusedError(
                f"{self._path}: the watcher's lock cannot be made ({error.strerror or error}), so nothing is watched"
            ) from error
        try:
            _wait_until_free(handle)
            before = _read(handle)
            with contextlib.suppress(OSError):  # the disk is full: it is held all the same, if by nobody knows whom
                _write(handle, Holder(os.getpid(), _host(), time.time()))
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle
        return before

    def is_lost(self) -> bool:
        """Whether the file is not there any more, so that others would not find the lock held."""
        try:
            return not os.path.samestat(os.stat(self._path), os.fstat(self._handle))  # noqa: PTH116
        except OSError:
            return True

    def release(self) -> None:
        """Give the lock back."""
        if self._handle >= 0:
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = -1


def holder(path: Path) -> Holder | None:
    """Who holds the lock now; None: nobody, whatever the file says."""
    try:
        handle = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return None
    try:
        return None if _is_free(handle) else _read(handle) or Holder(0, "", 0.0)
    finally:
        os.close(handle)


def is_held(path: str) -> bool:
    """Whether somebody holds the lock."""
    try:
        handle = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return False
    try:
        return not _is_free(handle)
    finally:
        os.close(handle)


def _wait_until_free(handle: int) -> None:
    for _ in range(_TRIES):
        if _is_free(handle):
            return
        time.sleep(_PAUSE)
    raise AlreadyRunningError(_who(_read(handle)))


def _is_free(handle: int) -> bool:
    """Whether nobody else holds the lock; if so, it is held from now on until `handle` is closed."""
    if fcntl is None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        found = _read(handle)
        return found is None or not _is_alive(found)
    return True


def _read(handle: int) -> Holder | None:
    import json

    os.lseek(handle, 0, os.SEEK_SET)
    try:
        found = json.loads(os.read(handle, 4096))
        return Holder(int(found["pid"]), str(found["host"]), float(found["started"]))
    except (ValueError, KeyError, TypeError):
        return None


def _write(handle: int, who: Holder) -> None:
    import json

    os.lseek(handle, 0, os.SEEK_SET)
    os.ftruncate(handle, 0)
    os.write(handle, json.dumps({"pid": who.pid, "host": who.host, "started": who.started}).encode())


def _is_alive(who: Holder) -> bool:
    """Whether such a process runs on this computer."""
    if who.host != _host() or who.pid == os.getpid():
        return False
    try:
        os.kill(who.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


def _host() -> str:
    import platform

    return platform.node()


def _who(found: Holder | None) -> str:
    if found is None:
        return "another mdnet is watching this vault already"
    here = "" if found.host == _host() else f" on {found.host}"
    since = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.started))
    return f"process {found.pid}{here} has been watching this vault since {since}; 'mdnet status' tells how it goes"
