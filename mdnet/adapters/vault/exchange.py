"""Renames that Python does not offer: exchange two names, or take a name only while it is free. Both are atomic.

Linux: renameat2(2), flags RENAME_NOREPLACE 1 and RENAME_EXCHANGE 2. macOS: renamex_np(2), RENAME_SWAP 2 and
RENAME_EXCL 4.
"""

# ruff: noqa: PTH104, PTH108

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys
from typing import Any

_AT_FDCWD = -100
_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})


class ExchangeUnsupportedError(OSError):
    """This file system or platform cannot exchange two names."""


def _find() -> tuple[Any, int, int]:
    """The C function taking (from, to, flags), and its flags for an exchange and for a free name."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            call = library.renamex_np
            call.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint)
            return call, 2, 4
        rename = library.renameat2
    except (AttributeError, OSError, TypeError):  # Windows, an old C library
        return None, 0, 0
    rename.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return lambda a, b, flags: rename(_AT_FDCWD, a, _AT_FDCWD, b, flags), 2, 1


_CALL, _EXCHANGE, _FREE = _find()


def _rename(source: str, target: str, flag: int) -> None:
    if _CALL is None:
        raise ExchangeUnsupportedError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if _CALL(os.fsencode(source), os.fsencode(target), flag) != 0:
        number = ctypes.get_errno()
        if number in _UNSUPPORTED:
            raise ExchangeUnsupportedError(number, os.strerror(number))
        raise OSError(number, os.strerror(number), source, None, target)


def exchange(one: str, other: str) -> None:
    """Let the two files trade names. Raises `ExchangeUnsupportedError`, or the OSError that the system gives."""
    _rename(one, other, _EXCHANGE)


def move_new(source: str, target: str) -> None:
    """Rename `source` to `target`; raises FileExistsError where that name is taken."""
    try:
        _rename(source, target, _FREE)
    except ExchangeUnsupportedError:
        if os.name == "nt":
            os.rename(source, target)  # which does not replace there
            return
        os.link(source, target)  # EPERM where there are no hard links: nothing safe is left to do
        with contextlib.suppress(FileNotFoundError):
            os.unlink(source)


def sync_folder(folder: str) -> None:
    """Have the folder's names written to the disk, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):  # some network file systems cannot
            os.fsync(handle)
    finally:
        os.close(handle)
