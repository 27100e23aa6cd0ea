"""What every writing use case shares: fresh bytes in, a guarded write out, the index brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.adapters.journal import Journal
from mdnet.adapters.writer import Writer, Written
from mdnet.app.sync import sync
from mdnet.app.workspace import journal_path
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Need, Network, Person


_SHOWN = 5
"""Numbers of lines."""


@dataclass(frozen=True, slots=True)
class Change:
    """One note written (or, in a dry run, not), and what to tell of it."""

    written: Written
    told: str

    @property
    def path(self) -> str:
        """The note's path."""
        return self.written.path


def writer(work: Workspace, *, dry_run: bool = False) -> Writer:
    """The one way to the vault's files."""
    return Writer(work.vault, Journal(journal_path(work.root, work.folders)), dry_run=dry_run)


def damage(work: Workspace) -> str:
    """What is wrong with the journal, for the user; "" where nothing is."""
    path = journal_path(work.root, work.folders)
    numbers = Journal(path).damaged()
    if not numbers:
        return ""
    shown = ", ".join(map(str, numbers[:_SHOWN])) + (" ..." if len(numbers) > _SHOWN else "")
    return f"{path}: damaged in line {shown}; what was written there cannot be taken back"


def refresh(work: Workspace, *paths: str) -> None:
    """Bring the index up to date with the notes just written."""
    if paths:
        sync(work.vault, work.index, work.settings, only=sorted(set(paths)))


def person_of(network: Network, need: Need) -> Person:
    """The person whose need it is; the user for their own."""
    if network.me is not None and need.person_path == network.me.path:
        return network.me
    return network.people[need.person_path]
