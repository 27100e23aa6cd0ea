"""Whether an editor holds unsaved text of a note. A note that is merely open is no reason to wait.

Swap file layout: vim `src/memline.c`, struct block0 (nano's `write_lockfile` writes the same): `b0`, the process id at
byte 24, the host at 68 (40 bytes), and at 1007 0x55 while the text is modified. Emacs `src/filelock.c`: a symbolic
link `.#NAME` to `user@host.pid:boot`, which is there only while the buffer is modified.
"""

# ruff: noqa: PTH111, PTH115, PTH118

from __future__ import annotations

import os
import platform
import re
import time

_HEADER = 1008
_PID, _HOST, _DIRTY = slice(24, 28), slice(68, 108), 1007
_IS_DIRTY = 0x55
_EMACS = re.compile(r".*@(?P<host>.+?)\.(?P<pid>\d+)(?::\d+)?", re.DOTALL)

_FAR_AWAY_SECONDS = 3600.0
"""For how long a lock counts that was made on another computer, whose processes cannot be asked."""


def unsaved(full: str) -> str:
    """The editor that holds unsaved text of the file at `full`, such as `vim (process 12)`; "" if none does."""
    folder, name = os.path.split(full)
    found = _emacs(os.path.join(folder, f".#{name}"))
    for swap in _swap_files(folder, name, full):
        found = found or _vim(swap)
    return found


def in_nano(full: str) -> bool:
    """Whether nano has the file at `full` open, with unsaved text or not; where it keeps no lock files, False."""
    folder, name = os.path.split(full)
    header, _ = _header(os.path.join(folder, f".{name}.swp"))
    return _maker(header) == "nano" and bool(_holder("nano", *_process(header), time.time()))


def _swap_files(folder: str, name: str, full: str) -> list[str]:
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    flat = full.replace("/", "%")
    places = [os.path.join(folder, f".{name}"), os.path.join(state, "nvim", "swap", flat)]
    return [f"{place}.sw{last}" for place in places for last in "pon"]


def _vim(swap: str) -> str:
    header, written = _header(swap)
    if not header or header[_DIRTY] != _IS_DIRTY:
        return ""
    return _holder(_maker(header), *_process(header), written)


def _header(swap: str) -> tuple[bytes, float]:
    """The first bytes of a swap file and when it was written; (b"", 0) where there is none."""
    try:
        handle = os.open(swap, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return b"", 0.0
    try:
        header = os.read(handle, _HEADER)
        written = os.fstat(handle).st_mtime
    except OSError:
        return b"", 0.0
    finally:
        os.close(handle)
    return (header, written) if len(header) == _HEADER and header[:2] == b"b0" else (b"", 0.0)


def _maker(header: bytes) -> str:
    return "nano" if header[2:6] == b"nano" else "vim"


def _process(header: bytes) -> tuple[int, str]:
    """The process that wrote a swap file, and its computer."""
    return int.from_bytes(header[_PID], "little"), header[_HOST].split(b"\0", 1)[0].decode("utf-8", "replace")


def _emacs(lock: str) -> str:
    try:
        target = os.readlink(lock)
        written = os.lstat(lock).st_mtime
    except OSError:
        return ""
    found = _EMACS.fullmatch(target)
    return _holder("emacs", int(found["pid"]), found["host"], written) if found else ""


def _holder(editor: str, pid: int, host: str, written: float) -> str:
    here = platform.node()
    if host and host.split(".", maxsplit=1)[0] != here.split(".")[0]:
        return f"{editor} on {host}" if abs(time.time() - written) < _FAR_AWAY_SECONDS else ""
    return f"{editor} (process {pid})" if _alive(pid) else ""


def _alive(pid: int) -> bool:
    if pid <= 0 or os.name == "nt":  # there, os.kill would end it
        return pid > 0
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # somebody else's
    return True
