"""Whether a command may take the index as it is, because a daemon keeps it current."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mdnet.adapters.lock import is_held
from mdnet.adapters.watch import cookies
from mdnet.app.daemon_files import daemon_files

if TYPE_CHECKING:
    from mdnet.app.workspace import Workspace


def daemon_is_fresh(work: Workspace) -> bool:
    """Whether the index of `work` holds everything that was saved before this call, on a running daemon's word.

    False whenever that is not certain: no daemon, one that is busy, polls or holds back, another index than the
    daemon's, no answer in time. Takes a millisecond where the answer is yes, less where no daemon runs, and
    `cookies.PATIENCE` at most.
    """
    path = work.index.path
    if path is None:
        return False
    files = daemon_files(work.root, work.folders)
    folder = str(files.cookies)
    inode = cookies.ready_for(folder)
    if inode is None or not is_held(str(files.lock)):
        return False
    try:
        # Another index than the daemon's: made anew by this very command, say, for other settings or another version.
        same = os.stat(path).st_ino == inode  # noqa: PTH116
    except OSError:
        return False
    return same and cookies.ask(folder)
