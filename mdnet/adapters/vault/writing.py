"""What every write needs: refusals in words, one writer at a time, whole files on the disk."""

# ruff: noqa: PTH108, PTH112

from __future__ import annotations

import contextlib
import errno
import os
import time
from typing import TYPE_CHECKING

from mdnet.adapters.vault import temporaries
from mdnet.adapters.vault.read import resolve
from mdnet.adapters.vault.scan import readable
from mdnet.core.store import UnreadableError
from mdnet.errors import BusyError, WriteRefusedError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK_WAIT = 10.0  # seconds

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space and try again",
    errno.EDQUOT: "your disk quota is used up; free some space and try again",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "no permission to write in its folder",
    errno.EPERM: "not permitted: it may be protected, or belong to somebody else whose file mdnet cannot recreate",
    errno.EIO: "the disk reports an error",
    errno.ENOENT: "it is not there any more",
    errno.ENOTDIR: "it is not there any more",
    errno.ENAMETOOLONG: "its name is too long",
}


def refusal(path: str, error: OSError) -> WriteRefusedError:
    """What to tell the user of an OSError met while writing `path`."""
    reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
    kind = BusyError if error.errno == errno.ENOENT else WriteRefusedError  # vim's note is gone for a moment
    return kind(f"{readable(path)}: not written, {reason}")


def target_of(root: str, path: str) -> str:
    """The real file to write for `path`. Raises `WriteRefusedError` where it is not inside the vault."""
    if not os.path.isdir(root):
        raise WriteRefusedError(f"{readable(path)}: not written, the vault is gone. Is its disk mounted?")
    try:
        return resolve(root, path)
    except UnreadableError as error:
        raise WriteRefusedError(f"{readable(path)}: not written, {error.message}") from error


@contextlib.contextmanager
def alone(root: str) -> Iterator[None]:
    """Keep out every other mdnet that writes in this vault. The lock goes with the process that holds it."""
    if fcntl is None:
        yield
        return
    try:
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise WriteRefusedError("nothing written, the vault is gone. Is its disk mounted?") from error
    try:
        end = time.monotonic() + _LOCK_WAIT
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES):
                    break  # a file system without locks
                if time.monotonic() > end:
                    raise BusyError("another mdnet has been writing in this vault for a while; try again") from error
                time.sleep(0.002)
        yield
    finally:
        os.close(handle)


NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL
for _name in ("O_CLOEXEC", "O_NOFOLLOW", "O_BINARY"):
    NEW_FLAGS |= getattr(os, _name, 0)


def write_all(handle: int, data: bytes) -> None:
    """Write all of `data`, however little the system takes at a time."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def write_file(full: str, data: bytes, mode: int = 0o600) -> os.stat_result:
    """Make a file, complete and on the disk. Raises FileExistsError."""
    handle = os.open(full, NEW_FLAGS, mode)
    try:
        write_all(handle, data)
        os.fsync(handle)
        return os.fstat(handle)
    finally:
        os.close(handle)


def unless_touched(full: str, written: os.stat_result) -> os.stat_result:
    """The file's `stat` now; but `written`, which fits no more, if somebody has saved since, so that it is read."""
    with contextlib.suppress(OSError):
        now = os.lstat(full)
        if (now.st_ino, now.st_size, now.st_mtime_ns) == (written.st_ino, written.st_size, written.st_mtime_ns):
            return now
    return written


@contextlib.contextmanager
def removed_on_error(full: str, if_is: bytes | None = None) -> Iterator[None]:
    """Remove a file of ours when the block fails; with `if_is`, only while it holds just that."""
    try:
        yield
    except BaseException:
        if if_is is None or temporaries.contents(full) == if_is:
            with contextlib.suppress(OSError):
                os.unlink(full)
        raise
