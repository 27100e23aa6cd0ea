"""Linux: file systems on which not everything that is saved is an event, since others save there too.

The kernel tells only of what this computer does (inotify(7), "Limitations and caveats").
"""

from __future__ import annotations

import os

_REMOTE = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "afs", "ceph", "lustre", "glusterfs", "davfs", "vboxsf")
)
_FUSE_LOCAL = frozenset(("fuseblk", "fuse.lxcfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.fuse-overlayfs"))
"""Written to by this computer, through the mount."""


def shared_by(root: str, mounts: str = "/proc/self/mountinfo") -> str:
    """The type of the file system that `root` (a real path) lies on, if others may write to that unheard; else ""."""
    try:
        with open(mounts, "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return ""
    best, found = -1, ""
    for line in lines:
        mount, _, rest = line.partition(b" - ")
        fields = mount.split(b" ")
        if len(fields) < 5 or not rest:
            continue
        point = os.fsdecode(_unescaped(fields[4]))
        below = point == "/" or root == point or root.startswith(f"{point}/")
        if below and len(point) >= best:  # of several at one place, the last one is seen
            best, found = len(point), os.fsdecode(rest.split(b" ")[0])
    remote = found in _REMOTE or (found.startswith("fuse") and found not in _FUSE_LOCAL)
    return found if remote else ""


def _unescaped(path: bytes) -> bytes:
    """Spaces, tabs, line ends and backslashes are in octal, see proc_pid_mountinfo(5)."""
    for char in (b" ", b"\t", b"\n", b"\\"):
        path = path.replace(b"\\%03o" % char[0], char)
    return path
