"""One vault, opened: its settings, its files, its index, and the folders beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.adapters.config import UserFolders, read_settings, vault_key
from mdnet.adapters.index import Index
from mdnet.adapters.vault import Vault
from mdnet.app.disks import minding_disks
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mdnet.core.model import Problem
    from mdnet.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Workspace:
    """What every use case works with. Close it to let go of the index."""

    root: Path
    settings: Settings
    vault: Vault
    index: Index
    folders: UserFolders
    problems: tuple[Problem, ...]
    """With Obsidian's own settings; they belong to no note."""
    progress: Callable[[int, int], None] | None = None
    """Told how much of how much of a long work is done, where somebody watches."""
    notice: Callable[[str], None] | None = None
    """Told in one line what went another way than usual, where somebody watches."""

    @property
    def key(self) -> str:
        """The vault's name in the user's folders."""
        return vault_key(self.root)

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()


def open_workspace(root: Path, folders: UserFolders) -> Workspace:
    """Open the vault in `root`. Raises ConfigError for a wrong `mdnet.toml`."""
    settings, problems = read_settings(root)
    index = Index.open(index_path(root, folders), settings)
    return Workspace(root, settings, minding_disks(Vault(root), folders), index, folders, problems)


def index_path(root: Path, folders: UserFolders) -> Path:
    """Where this vault's index lies: in the user's cache folder, never in the vault."""
    return folders.cache / f"{vault_key(root)}.sqlite"


def journal_path(root: Path, folders: UserFolders) -> Path:
    """Where this vault's journal of writes lies: in the user's state folder, never in the vault."""
    return folders.state / f"{vault_key(root)}.journal"
