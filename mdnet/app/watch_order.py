"""What the daemon has done by another process, see `watch_jobs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from mdnet.adapters.config import UserFolders
    from mdnet.core.model import Problem
    from mdnet.core.settings import Settings

APPLY, MATCH, RENDER = "apply", "match", "render"


@dataclass(frozen=True, slots=True)
class Order:
    """What to do (`jobs`), in which vault. `inode` is that of the index, which is up to date; `notes` are those whose
    matches are wanted."""

    root: Path
    folders: UserFolders
    settings: Settings
    problems: tuple[Problem, ...]
    today: date
    inode: int
    jobs: frozenset[str]
    notes: tuple[str, ...] = ()
