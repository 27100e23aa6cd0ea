"""How a command asks the running daemon whether the index holds everything that was saved up to now.

The command makes a small file in a folder that the daemon watches together with the vault. The kernel keeps one
queue for all of the daemon's watches, so the daemon sees that file after everything that happened before it was
made. Once all of that is in the index, the daemon removes the file (yes) or renames it (no).
"""

# ruff: noqa: PTH104, PTH105, PTH108, PTH116

from __future__ import annotations

import contextlib
import os
import time

READY = "ready"
"""While this file is there, a daemon that is alive answers; it holds the inode of the index that it keeps."""
_NO = ".no"
PATIENCE = 0.05
"""Seconds that a command waits for an answer."""
_GLANCE = 0.0005


def ready_for(folder: str) -> int | None:
    """The inode of the index that the daemon keeps; None while it cannot answer."""
    try:
        with open(f"{folder}/{READY}", "rb") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def set_ready(folder: str, inode: int | None) -> None:
    """Say that questions are answered for the index with this inode; None, or where that cannot be said (the disk is
    full, say): that they are not."""
    if inode is not None:
        with contextlib.suppress(OSError):
            _write_ready(folder, b"%d" % inode)
            return
    with contextlib.suppress(OSError):
        os.unlink(f"{folder}/{READY}")


def _write_ready(folder: str, said: bytes) -> None:
    handle = os.open(f"{folder}/{READY}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, said)
    finally:
        os.close(handle)
    os.replace(f"{folder}/{READY}.new", f"{folder}/{READY}")


def ask(folder: str, patience: float = PATIENCE) -> bool:
    """Put the question, and wait for the answer for `patience` seconds; no answer is a no."""
    cookie = f"{folder}/c-{os.getpid()}-{time.monotonic_ns()}"
    try:
        os.close(os.open(cookie, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                os.stat(cookie)
            except FileNotFoundError:
                return not _remove(cookie + _NO)
            time.sleep(_GLANCE)
        return not _remove(cookie) and not _remove(cookie + _NO)
    except OSError:
        return False


def answer(folder: str, cookie: str, *, yes: bool) -> None:
    """Answer the question put in the file `cookie`."""
    if not cookie.startswith("c-") or cookie.endswith(_NO):
        return
    with contextlib.suppress(OSError):  # whoever asked has lost patience, or will: the folder may be read-only by now
        if yes:
            os.unlink(f"{folder}/{cookie}")
        else:
            os.rename(f"{folder}/{cookie}", f"{folder}/{cookie}{_NO}")


def sweep(folder: str) -> None:
    """Remove the questions of processes that were killed, and those that nobody answered."""
    with contextlib.suppress(OSError):  # else they stay, and do no harm
        for name in os.listdir(folder):
            if name.startswith("c-"):
                _remove(f"{folder}/{name}")


def _remove(full: str) -> bool:
    try:
        os.unlink(full)
    except FileNotFoundError:
        return False
    return True
