"""What a file has beside its bytes: owner, mode, access lists, extended attributes; and who has it open."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import os
import stat
import sys
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_REMOTE = frozenset({0x6969, 0xFF534D42, 0xFE534D42, 0x517B, 0x01021997})
"""The numbers of NFS, CIFS, SMB 2, SMB and 9p in statfs(2)."""
_COPYFILE_ACL, _COPYFILE_XATTR = 1, 4  # macOS copyfile.h


def copy(source: int, target: int) -> None:
    """Give the open file `target` the owner, mode, access list and extended attributes of the open file `source`.

    Raises OSError (EPERM) where that is not allowed.
    """
    of = os.fstat(source)
    if os.name == "nt":
        return
    own = os.fstat(target)
    if (of.st_uid, of.st_gid) != (own.st_uid, own.st_gid):
        os.fchown(target, of.st_uid, of.st_gid)
    if sys.platform == "darwin":
        library = ctypes.CDLL(None, use_errno=True)
        if library.fcopyfile(source, target, None, _COPYFILE_ACL | _COPYFILE_XATTR) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    elif hasattr(os, "listxattr"):
        _copy_extended(source, target)
    os.fchmod(target, stat.S_IMODE(of.st_mode))


def _copy_extended(source: int, target: int) -> None:
    try:
        wanted = os.listxattr(source)
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENOSYS):
            return
        raise
    for name in set(os.listxattr(target)) - set(wanted):  # a folder's default access list, say
        if not name.startswith("security."):
            os.removexattr(target, name)
    for name in wanted:
        try:
            os.setxattr(target, name, os.getxattr(source, name))
        except OSError:
            if not name.startswith(("security.", "trusted.")):  # those are the system's, not the user's
                raise


def same(one: os.stat_result, other: os.stat_result) -> bool:
    """Whether two files have the same kind, mode and owner."""
    return (one.st_mode, one.st_uid, one.st_gid) == (other.st_mode, other.st_uid, other.st_gid)


def ask_anew(handle: int) -> None:
    """Have what is known of an open file asked of where it is stored: on a network drive the system may remember for a
    second how long it was, and read no further. Linux only: statx(2), AT_EMPTY_PATH and AT_STATX_FORCE_SYNC."""
    if (call := _function("statx")) is not None:
        call(handle, b"", 0x1000 | 0x2000, 0x7FF, ctypes.create_string_buffer(512))


def _is_remote(handle: int) -> bool:
    """Whether the file lies on an NFS, SMB or 9p drive: there others are not seen, or not until they are told of us."""
    found = ctypes.create_string_buffer(512)
    call = _function("fstatfs")
    return call is not None and call(handle, found) == 0 and ctypes.c_long.from_buffer(found).value in _REMOTE


@functools.cache
def _function(name: str) -> Any:
    """A function of the C library of Linux; None elsewhere and where it has none of that name."""
    return getattr(ctypes.CDLL(None, use_errno=True), name, None) if sys.platform == "linux" else None


class Lease:
    """Finds out whether anybody has the file open for writing, and whether somebody came meanwhile.

    A Linux read lease (fcntl(2), F_SETLEASE) is refused while the file is open for writing anywhere. Who wants to open
    it so later breaks the lease, and is made to wait until it is released. Where there are no leases, `taken` is None:
    not known. `handle` must be open for reading only; closing it ends the lease.
    """

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self.taken: bool | None = None
        if not hasattr(fcntl, "F_SETLEASE"):
            return
        try:
            # Breaking a lease sends SIGIO, which would end the process; SIGURG is ignored unless asked for.
            fcntl.fcntl(handle, fcntl.F_SETSIG, _harmless_signal())
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            self.taken = True
        except OSError as error:
            # A network drive says so too where its server has granted nothing of the kind.
            if error.errno in (errno.EAGAIN, errno.EWOULDBLOCK) and not _is_remote(handle):
                self.taken = False

    def holds(self) -> bool:
        """Whether nobody has opened the file for writing since."""
        return bool(self.taken) and fcntl.fcntl(self._handle, fcntl.F_GETLEASE) == fcntl.F_RDLCK

    def release(self) -> None:
        """Let those in who wait to open the file for writing."""
        if self.taken:
            with contextlib.suppress(OSError):  # taken from us: we were stopped for too long while others waited
                fcntl.fcntl(self._handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            self.taken = None


def _harmless_signal() -> int:
    import signal

    return int(signal.SIGURG)
