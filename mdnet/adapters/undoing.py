"""Taking writes back, all of them or none: one plan for each note, then each carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mdnet.core.diff import unified
from mdnet.core.store import UnreadableError
from mdnet.core.undo import file_hash, plan_undo
from mdnet.core.values import dataclass, field
from mdnet.errors import MdnetError, UndoRefusedError, WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from mdnet.core.model import Stamp
    from mdnet.core.store import Store
    from mdnet.core.undo import Entry, EntryState


class Journal(Protocol):
    """Where writes are put down: `adapters.journal.Journal`."""

    def plan(self, entry: Entry) -> None:
        """Put a write down before it is made."""

    def mark(self, entry_id: str, state: EntryState, undone_hash: str = "") -> None:
        """Set the state of an entry."""

    def entries(self) -> tuple[Entry, ...]:
        """All entries that are kept, oldest first."""

    def writing(self) -> AbstractContextManager[None]:
        """Held from planning a write to marking it."""

    def settling(self) -> AbstractContextManager[bool]:
        """Yields whether nobody is writing, so that every open entry is one that a killed process left."""


@dataclass(slots=True)
class Undoing:
    """What taking back does to one note; `then` is None where it is deleted."""

    path: str
    now: bytes
    then: bytes | None
    entries: list[Entry] = field(default_factory=list)
    """What is taken back, the newest first."""
    made: Entry | None = None
    """A write that goes along with it, in a note that has nothing else to be taken back."""
    stamp: Stamp | None = None
    is_written: bool = False

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        return unified(self.path, self.now, self.then or b"")


def plan(vault: Store, entries: Sequence[Entry]) -> list[Undoing]:
    """One plan for each note that `entries`, oldest first, are about. Raises `UndoRefusedError`."""
    plans: dict[str, Undoing] = {}
    for entry in reversed(entries):
        known = plans.get(entry.path)
        if known is None:
            try:
                current = vault.read(entry.path)[0]
            except UnreadableError as error:
                raise UndoRefusedError(f"{error.path}: not taken back, {error.message}") from error
            known = plans[entry.path] = Undoing(entry.path, current, current)
        if known.then is None:
            raise UndoRefusedError(f"{entry.path}: not taken back, the journal does not fit the file")
        known.then = plan_undo(entry, known.then)
        known.entries.append(entry)
    return list(plans.values())


def carry_out(vault: Store, journal: Journal, plans: Sequence[Undoing]) -> bool:
    """Carry out each plan, in this order, or none. False where the journal could not be told that it is done, which
    it is then to find out from the notes."""
    begun: list[Undoing] = []
    told = True
    try:
        for one in plans:
            begun.append(one)
            if one.made is not None:
                journal.plan(one.made)
            for entry in one.entries:
                journal.mark(entry.id, "undoing", "" if one.then is None else file_hash(one.then))
            one.stamp = _write(vault, one)
            one.is_written = True
            if one.made is not None:
                told &= _mark(journal, [one.made], "done")
    except MdnetError:
        for one in begun:
            _put_back(vault, journal, one)
        raise
    for one in plans:
        told &= _mark(journal, one.entries, "undone")
    return told


def _write(vault: Store, one: Undoing) -> Stamp | None:
    if one.then is None:
        vault.delete_created(one.path, one.now)
        return None
    return vault.replace(one.path, one.now, one.then) if one.then != one.now else None


def _put_back(vault: Store, journal: Journal, one: Undoing) -> None:
    """A note refused: one that came before it gets again what was taken back."""
    stays = False
    try:
        if one.is_written and one.then is None:
            vault.create(one.path, one.now)
        elif one.is_written and one.then is not None and one.then != one.now:
            vault.replace(one.path, one.then, one.now)
    except WriteRefusedError:
        stays = True  # somebody wrote there at once
    _mark(journal, one.entries, "undone" if stays else "done")
    if one.made is not None:
        _mark(journal, [one.made], "done" if stays else "dropped")


def _mark(journal: Journal, entries: Sequence[Entry], state: EntryState) -> bool:
    """Tell the journal what has become of these; False where it cannot be told."""
    told = True
    for entry in entries:
        try:
            journal.mark(entry.id, state)
        except WriteRefusedError:
            told = False
    return told
