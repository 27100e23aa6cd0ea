"""Where the daemon of a vault keeps its lock, its answers and its state: in the user's state folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.adapters.config import vault_key
from mdnet.core.values import dataclass
from mdnet.errors import WriteRefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from mdnet.adapters.config import UserFolders


@dataclass(frozen=True, slots=True)
class DaemonFiles:
    """Paths below one folder."""

    folder: Path

    @property
    def lock(self) -> Path:
        """Held while a daemon runs."""
        return self.folder / "lock"

    @property
    def cookies(self) -> Path:
        """Where commands ask whether the index is current: see `adapters.watch.cookies`."""
        return self.folder / "cookies"

    @property
    def status(self) -> Path:
        """What the daemon did last, as JSON."""
        return self.folder / "status.json"

    @property
    def disks(self) -> Path:
        """Which disks are mounted in the vault, as JSON: see `app.disks`."""
        return self.folder / "disks.json"

    def make_folders(self) -> None:
        """Raises WriteRefusedError where that is not possible."""
        try:
            self.cookies.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise WriteRefusedError(
                f"{self.cookies}: cannot be made ({error.strerror or error}), so nothing is watched"
            ) from error


def daemon_files(root: Path, folders: UserFolders) -> DaemonFiles:
    """The files of the daemon for the vault in `root`."""
    return DaemonFiles(folders.state / f"{vault_key(root)}.daemon")
