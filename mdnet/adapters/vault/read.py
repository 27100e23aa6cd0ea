"""Read one note whole: never a FIFO, never out of the vault, never half of a save."""

# ruff: noqa: PTH118

from __future__ import annotations

import errno
import os
import stat
import time
from typing import TYPE_CHECKING

from mdnet.adapters.vault.scan import INODE_MASK, readable, stamp_of
from mdnet.core import paths
from mdnet.core.store import GoneError, UnreadableError, UnsettledError

if TYPE_CHECKING:
    from collections.abc import Container

    from mdnet.core.model import Stamp

MAX_BYTES = 1 << 28
"""No note of more bytes is read whole: 256 MiB."""

ONE_READ = 1 << 20
"""Bytes: more is read as `read` does it."""

_TRIES = 6
_NO_NAMES = frozenset(("", ".", ".."))
READ_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):  # none is known everywhere
    READ_FLAGS |= getattr(os, _name, 0)

_REASONS = {
    errno.EACCES: "cannot be read: permission denied",
    errno.EPERM: "cannot be read: permission denied",
    errno.ELOOP: "a symbolic link that loops",
    errno.ENAMETOOLONG: "its name is too long",
    errno.ENXIO: "not a regular file",
    errno.EISDIR: "a folder, not a note",
    errno.EMFILE: "too many files are open; try again",
    errno.ENFILE: "too many files are open; try again",
}


def resolve(root: str, path: str) -> str:
    """The real place of `path`: below `root`, links followed. Raises `UnreadableError` where it is elsewhere.

    What is not there yet is resolved as far as it goes.
    """
    if not paths.is_inside(path):
        raise UnreadableError(readable(path), "not a path inside the vault")
    try:
        real = os.path.realpath(os.path.join(root, *path.split("/")))
        inside = os.path.commonpath((root, real)) == root and real != root
    except (OSError, ValueError):
        inside = False
    if not inside:
        raise UnreadableError(readable(path), "leads out of the vault through a symbolic link")
    return real


def read(root: str, path: str, limit: int | None, plain_folders: Container[str] = ()) -> tuple[bytes, Stamp]:
    """The first `limit` bytes of a note (all of them for None) and its stamp.

    Folders in `plain_folders` are known not to be reached through a symbolic link, which saves looking.
    """
    folder, slash, name = path.rpartition("/")
    known = folder in plain_folders and bool(folder or not slash) and name not in _NO_NAMES and "\0" not in name
    full = f"{root}/{path}" if known else resolve(root, path)
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(0.005 * 2**attempt)
        try:
            found = _read_once(full, limit)
        except OSError as error:
            if isinstance(error, UnreadableError):
                raise UnreadableError(readable(path), error.message) from error
            if known and error.errno in (errno.ELOOP, errno.EMLINK):  # the note itself is a link
                full, known = resolve(root, path), False
                continue
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                raise GoneError(readable(path), "not there any more") from error
            raise UnreadableError(
                readable(path), _REASONS.get(error.errno or 0, f"cannot be read: {error.strerror}")
            ) from error
        if found is not None:
            return found
    raise UnsettledError(readable(path), "is being written over and over; try again in a moment")


def read_as_seen(full: str, seen: Stamp) -> bytes | None:
    """The bytes of a note that still is as a scan saw it; None where it is not, or is too long for one reading.

    What has the same stamp after the reading as before was not written meanwhile: one look less than `read` takes.
    """
    size = seen.size
    if size > ONE_READ:
        return None
    try:
        handle = os.open(full, READ_FLAGS)
    except OSError:
        return None
    try:
        data = os.read(handle, size + 1)
        after = os.fstat(handle)
    except OSError:
        return None
    finally:
        os.close(handle)
    if (
        after.st_mtime_ns != seen.mtime_ns
        or after.st_ctime_ns != seen.ctime_ns
        or after.st_size != size
        or len(data) != size
        or after.st_ino & INODE_MASK != seen.inode
        or not stat.S_ISREG(after.st_mode)
    ):
        return None
    return data


def _read_once(full: str, limit: int | None) -> tuple[bytes, Stamp] | None:
    """None where the file changed while it was read."""
    handle = os.open(full, READ_FLAGS)
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise UnreadableError(full, "not a regular file")
        wanted = before.st_size if limit is None else min(limit, before.st_size)
        if wanted > MAX_BYTES:
            raise UnreadableError(full, f"too large to be read whole ({before.st_size:,} bytes)")
        data = os.read(handle, wanted + 1)
        if len(data) < wanted:  # a file system that gives less at a time
            pieces = [data]
            have = len(data)
            while have < wanted and (piece := os.read(handle, wanted + 1 - have)):
                pieces.append(piece)
                have += len(piece)
            data = b"".join(pieces)
        after = os.fstat(handle)
    finally:
        os.close(handle)
    size = after.st_size
    if (
        size != before.st_size
        or after.st_mtime_ns != before.st_mtime_ns
        or after.st_ctime_ns != before.st_ctime_ns
        or (limit is None and len(data) != size)
    ):
        return None
    return data if len(data) == wanted else data[:wanted], stamp_of(after)
