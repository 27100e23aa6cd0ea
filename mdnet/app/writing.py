"""What every writing use case shares: fresh bytes in, a guarded write out, the index brought up to date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdnet.adapters.journal import Journal
from mdnet.adapters.writer import Writer, Written
from mdnet.app.sync import sync
from mdnet.app.workspace import journal_path
from mdnet.core.store import UnreadableError
from mdnet.errors import WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Need, Network, Person
    from mdnet.core.settings import Settings

RETRIES = 3
"""How often a plan is made anew where the file changed between reading and writing it."""


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


def change_note(work: Workspace, pen: Writer, path: str, plan: Callable[[bytes], bytes], command: str) -> Written:
    """Write what `plan` makes of the note's bytes; planned anew where somebody else wrote it meanwhile.

    Raises WriteRefusedError with the note as it was.
    """
    for attempt in range(RETRIES):
        try:
            old, _ = work.vault.read(path)
        except UnreadableError as error:
            raise WriteRefusedError(f"{error.path}: {error.message}; nothing was written") from error
        new = plan(old)
        try:
            return pen.edit(path, old, new, command)
        except WriteRefusedError:
            if attempt == RETRIES - 1 or _same(work, path, old):
                raise
    raise AssertionError


def _same(work: Workspace, path: str, old: bytes) -> bool:
    try:
        return work.vault.read(path)[0] == old
    except UnreadableError:
        return True


def refresh(work: Workspace, today: date, *paths: str) -> None:
    """Bring the index up to date with the notes just written."""
    if paths:
        sync(work.vault, work.index, work.settings, today=today, only=sorted(set(paths)))


def own_day_settings(settings: Settings) -> str:
    """The folder of daily notes that mdnet writes to."""
    return settings.daily[0].folder


def person_of(network: Network, need: Need) -> Person:
    """The person whose need it is; the user for their own."""
    if network.me is not None and need.person_path == network.me.path:
        return network.me
    return network.people[need.person_path]
