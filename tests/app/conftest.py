"""A small vault on disk, opened; daemons on one, started and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mdnet.adapters.config import UserFolders
from mdnet.app.sync import sync
from mdnet.app.workspace import Workspace, open_workspace
from tests.daemons import RunningDaemon
from tests.town import TOWN, write_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def folders(tmp_path: Path) -> UserFolders:
    """The user's folders, away from the real ones."""
    return UserFolders(tmp_path / "config", tmp_path / "cache", tmp_path / "state")


@pytest.fixture
def opener(tmp_path: Path, folders: UserFolders) -> Iterator[Callable[[dict[str, str]], Workspace]]:
    """Makes a vault of the given notes and opens it, synced."""
    opened: list[Workspace] = []

    def make(notes: dict[str, str]) -> Workspace:
        root = tmp_path / "vault"
        root.mkdir(exist_ok=True)
        write_notes(root, notes)
        work = open_workspace(root, folders)
        opened.append(work)
        sync(work.vault, work.index, work.settings)
        return work

    yield make
    for work in opened:
        work.close()


@pytest.fixture
def town(opener: Callable[[dict[str, str]], Workspace]) -> Workspace:
    """The vault `TOWN`, opened."""
    return opener(TOWN)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., RunningDaemon]]:
    """Starts daemons on the vault in the test's `folder`, and ends them."""
    started: list[RunningDaemon] = []

    def begin(*options: str, **how: Any) -> RunningDaemon:
        started.append(RunningDaemon(folder / "vault", folder / "home", *options, **how))
        return started[-1]

    yield begin
    for daemon in started:
        if daemon.process.poll() is None:
            daemon.kill()
