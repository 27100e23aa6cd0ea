"""Linux: file systems on which not everything that is saved is an event, since others save there too.

The kernel tells only of what this computer does (inotify(7), "Limitations and caveats").
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

_REMOTE = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "afs", "ceph", "lustre", "glusterfs", "davfs", "vboxsf")
)
_FUSE_LOCAL = frozenset(("fuseblk", "fuse.lxcfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.fuse-overlayfs"))
"""Written to by this computer, through the mount."""


_MOUNTS = "/proc/self/mountinfo"


@dataclass(frozen=True, slots=True)
class Mount:
    """A file system that is mounted at `point`. Of one that is mounted anew, the `line` is another."""

    point: str
    kind: str
    line: bytes


def mounts_in(root: str, mounts: str = _MOUNTS) -> tuple[Mount, ...]:
    """What is mounted at `root` (a real path) or below it. Asked for every few seconds."""
    data = _read(mounts)
    if _escaped(os.fsencode(root)) not in data:
        return ()
    return tuple(mount for mount in _parsed(data) if _is_at_or_below(mount.point, root))


def shared_by(root: str, mounts: str = _MOUNTS) -> str:
    """The type of a file system that `root` (a real path) lies on, or that is mounted below it, if others may write to
    that unheard; else ""."""
    best, found, below = -1, "", ""
    for mount in _parsed(_read(mounts)):
        if _is_at_or_below(root, mount.point):
            if len(mount.point) >= best:  # of several at one place, the last one is seen
                best, found = len(mount.point), mount.kind
        elif _is_remote(mount.kind) and _is_at_or_below(mount.point, root):
            below = mount.kind
    return found if _is_remote(found) else below


def _read(mounts: str) -> bytes:
    try:
        with open(mounts, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _parsed(data: bytes) -> Iterator[Mount]:
    for line in data.splitlines():
        mount, _, rest = line.partition(b" - ")
        fields = mount.split(b" ")
        if len(fields) >= 5 and rest:
            yield Mount(os.fsdecode(_unescaped(fields[4])), os.fsdecode(rest.split(b" ")[0]), line)


def _is_at_or_below(path: str, folder: str) -> bool:
    return folder in ("/", path) or path.startswith(f"{folder}/")


def _is_remote(kind: str) -> bool:
    return kind in _REMOTE or (kind.startswith("fuse") and kind not in _FUSE_LOCAL)


def _escaped(path: bytes) -> bytes:
    """Spaces, tabs, line ends and backslashes are in octal, see proc_pid_mountinfo(5)."""
    for char in (b"\\", b" ", b"\t", b"\n"):
        path = path.replace(char, b"\\%03o" % char[0])
    return path


def _unescaped(path: bytes) -> bytes:
    for char in (b" ", b"\t", b"\n", b"\\"):
        path = path.replace(b"\\%03o" % char[0], char)
    return path
