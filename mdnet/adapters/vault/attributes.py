"""What a file has beside its bytes: owner, mode, access lists, extended attributes; and who has it open."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

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
            if error.errno in (errno.EAGAIN, errno.EWOULDBLOCK):
                self.taken = False

    def holds(self) -> bool:
        """Whether nobody has opened the file for writing since."""
        return bool(self.taken) and fcntl.fcntl(self._handle, fcntl.F_GETLEASE) == fcntl.F_RDLCK

    def release(self) -> None:
        """Let those in who wait to open the file for writing."""
        if self.taken:
            fcntl.fcntl(self._handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            self.taken = None


def _harmless_signal() -> int:
    import signal

    return int(signal.SIGURG)
