"""What is on disk against what is indexed: what to read, what to drop, and what had better be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core.model import Changes
from mdnet.core.paths import is_below

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdnet.core.model import Stamp
    from mdnet.core.store import Scan

RACY_NS = 2_000_000_000
"""A file written this close to its being read may have been written again under the same stamp (FAT: 2 s)."""

MANY_GONE = 20
"""More notes than this must be missing before a loss is taken for an unmounted disk."""


def plan(
    scan: Scan,
    indexed: Mapping[str, Stamp],
    *,
    read_at_ns: Mapping[str, int] | None = None,
    drop_all: bool = False,
) -> Changes:
    """Compare a scan with the index.

    A note is read when it is new, when its stamp differs, or when it was written within two seconds of
    the time (nanoseconds since 1970) at which it was last read, where `read_at_ns` has it. Gone notes are held, not
    dropped, below folders that could not be listed, and when most of the vault is suddenly gone; `drop_all` is the
    user's word that the latter is meant.
    """
    stamps = scan.stamps
    read = [path for path, stamp in stamps.items() if indexed.get(path) != stamp]
    for path, when in (read_at_ns or {}).items():
        stamp = stamps.get(path)
        if stamp is not None and stamp == indexed.get(path) and is_young(stamp, when):  # what differs is there already
            read.append(path)
    gone = [path for path in indexed if path not in stamps]
    if scan.only is not None:
        gone = [path for path in gone if is_below(path, scan.only)]
    held = [path for path in gone if is_below(path, scan.unlisted)] if scan.unlisted else []
    if held:
        kept = set(held)
        gone = [path for path in gone if path not in kept]
    if gone and scan.only is None and not drop_all and _vanished(len(gone), len(stamps), len(indexed)):
        held, gone = held + gone, []
    return Changes(read=tuple(sorted(read)), drop=tuple(sorted(gone)), held=tuple(sorted(held)))


def is_young(stamp: Stamp, when: int) -> bool:
    """Whether the file was written so close to `when` (ns since 1970) that an equal stamp would prove nothing."""
    return abs(when - stamp.mtime_ns) < RACY_NS or abs(when - stamp.ctime_ns) < RACY_NS


def _vanished(gone: int, left: int, indexed: int) -> bool:
    """Whether this looks like a disk that is not there. A folder that moved leaves as many notes as before."""
    if left == 0:
        return True
    return gone > MANY_GONE and gone * 2 > indexed and left * 2 < indexed
