"""The one way to a user's file: each write is put into the journal first, guarded, and can be taken back."""

from __future__ import annotations

import contextlib
import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, Protocol

from mdnet.core.diff import unified
from mdnet.core.lines import unmerged
from mdnet.core.loss import is_lost
from mdnet.core.store import GoneError, UnreadableError, UnsettledError
from mdnet.core.undo import Entry, EntryState, Span, describe, file_hash, is_in, plan_undo
from mdnet.core.values import dataclass, field
from mdnet.errors import BusyError, MdnetError, NotFoundError, UndoRefusedError, WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from mdnet.core.model import Problem, Stamp
    from mdnet.core.store import Store


_WAITS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between the tries to write a note that somebody else is saving."""
_GONE_WAIT = 0.1


class _LostError(BusyError):
    """It was written, and a save from another program has undone it."""


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


@dataclass(frozen=True, slots=True)
class Written:
    """One note that was written, or would be."""

    path: str
    stamp: Stamp | None = None
    """The note's stamp now; None where nothing was to be written, in a dry run, and where the note was deleted."""
    id: str = ""
    """What `undo` takes it back by; "" where nothing was written."""
    diff: str = ""
    """The change as a unified diff; only in a dry run and for what was taken back."""


@dataclass(frozen=True, slots=True)
class LogItem:
    """All that one command wrote."""

    id: str
    time: datetime
    command: str
    paths: tuple[str, ...]
    state: Literal["done", "undone"]
    """`undone` once all of it is taken back."""


class Writer:
    """Writes notes of `vault`, each recorded in `journal`. A dry run only tells what would change."""

    def __init__(self, vault: Store, journal: Journal, *, dry_run: bool = False) -> None:
        self._vault = vault
        self._journal = journal
        self._dry_run = dry_run
        self._group: tuple[str, str] | None = None
        self._recovered = False

    @contextlib.contextmanager
    def group(self, command: str) -> Iterator[None]:
        """Everything written in this block is taken back together and is listed as `command`."""
        outer, self._group = self._group, self._group or (_new_id(), command)
        try:
            yield
        finally:
            self._group = outer

    def edit(self, path: str, old: bytes, new: bytes, command: str = "") -> Written:
        """Put `new` in the place of `old`, as it was read. Equal texts are no write.

        Raises `WriteRefusedError` (or `BusyError`, where trying again may help) with the note as it was.
        """
        if old == new:
            return Written(path)
        if unmerged(old) != unmerged(new):  # who then takes one side of the two loses what was written into the other
            raise WriteRefusedError(f"{path}: not written, it is in the midst of a merge: finish that first (<<<<<<<)")
        if self._dry_run:
            return Written(path, diff=unified(path, old, new))
        entry = self._entry(path, "edit", describe(old, new), command, file_hash(old), file_hash(new))
        with self._recorded(entry):
            stamp = self._vault.replace(path, old, new)
            now = self._vault.saved_over(path, stamp)
            if now is not None and not is_in(entry, now) and is_lost(old, new, now):
                raise _LostError(f"{path}: the line was lost to a save from another program at once; try again")
        return Written(path, stamp, entry.group)

    def change(self, path: str, make: Callable[[bytes], bytes], command: str = "") -> Written:
        """Read the note, let `make` say what it is to be, and write that; again while somebody else saves it, and once
        more where a save has undone it.

        Raises `WriteRefusedError`, after some seconds `BusyError`, with the note as it was.
        """
        lost = False
        for wait in _WAITS:
            try:
                old = self._vault.read(path)[0]
                return self.edit(path, old, make(old), command)
            except _LostError:
                if lost:  # whatever takes it away will do so again
                    raise
                lost = True
            except (BusyError, UnsettledError):
                pass
            except UnreadableError as error:
                # vim's note is gone for a moment in each save.
                if wait > _GONE_WAIT or not isinstance(error, GoneError):
                    raise WriteRefusedError(f"{error.path}: not written, {error.message}") from error
            time.sleep(wait)
        try:
            old = self._vault.read(path)[0]
        except UnreadableError as error:
            raise BusyError(f"{error.path}: not written, {error.message}") from error
        return self.edit(path, old, make(old), command)

    def create(self, path: str, data: bytes, command: str = "") -> Written:
        """Make the note `path`, and the folders it needs. Raises `WriteRefusedError` where it is there already."""
        if self._dry_run:
            return Written(path, diff=unified(path, b"", data))
        spans = (Span(1, b"", data, "", ""),)
        entry = self._entry(path, "create", spans, command, "", file_hash(data))
        with self._recorded(entry):
            stamp = self._vault.create(path, data)
        return Written(path, stamp, entry.group)

    def log(self, limit: int | None = None) -> tuple[LogItem, ...]:
        """What was written, newest first."""
        items = []
        for group, entries in reversed(self._groups().items()):
            state: Literal["done", "undone"] = "done" if any(e.state == "done" for e in entries) else "undone"
            paths = tuple(dict.fromkeys(e.path for e in entries))
            items.append(LogItem(group, datetime.fromisoformat(entries[0].time), entries[0].command, paths, state))
        return tuple(items[:limit])

    def undo(self, item_id: str | None = None) -> tuple[Written, ...]:
        """Take back one item of the log, or the last that is not yet taken back: all of it, or nothing.

        Raises `NotFoundError` where there is none, `UndoRefusedError` where it cannot be taken back exactly.
        """
        self.recover()
        entries = self._to_undo(item_id)
        plans = self._plan_undo(entries)
        if self._dry_run:
            return tuple(Written(p.path, diff=p.diff) for p in plans)
        with self._journal.writing():
            self._undo_all(plans)
        return tuple(Written(p.path, p.stamp, entries[0].group, p.diff) for p in plans)

    def _undo_all(self, plans: list[_Undoing]) -> None:
        """Take back each plan, or none."""
        made: list[_Undoing] = []
        try:
            for plan in plans:
                for entry in plan.entries:
                    self._journal.mark(entry.id, "undoing", "" if plan.then is None else file_hash(plan.then))
                made.append(plan)
                plan.stamp = self._take_back(plan)
        except MdnetError:
            self._put_back(made)
            raise
        for plan in plans:
            for entry in plan.entries:
                self._journal.mark(entry.id, "undone")

    def recover(self) -> tuple[Problem, ...]:
        """Settle what a killed process left open, once: its temporary files, and whether its writes were made.

        Called by every write; call it before reading as well where that matters.
        """
        if self._recovered or self._dry_run:
            return ()
        self._recovered = True
        if not self._open_entries():
            return ()
        with self._journal.settling() as alone:
            if not alone:
                return ()
            problems = self._vault.clean_temporaries()
            for entry in self._open_entries():
                with contextlib.suppress(UnreadableError):
                    self._journal.mark(entry.id, self._settled(entry))
        return problems

    def _open_entries(self) -> list[Entry]:
        return [e for e in self._journal.entries() if e.state in ("planned", "undoing")]

    def _settled(self, entry: Entry) -> EntryState:
        """The state of an entry that was open when its process was killed, seen from the file."""
        try:
            current = self._vault.read(entry.path)[0]
        except GoneError:
            return "undone" if entry.state == "undoing" and not entry.undone_hash else "dropped"
        if entry.state == "undoing":
            return "undone" if file_hash(current) == entry.undone_hash else "done"
        if file_hash(current) == entry.old_hash:
            return "dropped"
        return "done" if is_in(entry, current) else "dropped"

    def _entry(
        self,
        path: str,
        kind: Literal["edit", "create"],
        spans: tuple[Span, ...],
        command: str,
        old_hash: str,
        new_hash: str,
    ) -> Entry:
        group, words = self._group or (_new_id(), command)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return Entry(_new_id(), group, now, command or words, path, kind, spans, old_hash, new_hash)

    @contextlib.contextmanager
    def _recorded(self, entry: Entry) -> Iterator[None]:
        """Put the entry down before the write, and mark what came of it. A kill in between is for `recover`."""
        self.recover()
        with self._journal.writing():
            self._journal.plan(entry)
            try:
                yield
            except MdnetError:
                self._journal.mark(entry.id, "dropped")
                raise
            self._journal.mark(entry.id, "done")

    def _groups(self) -> dict[str, list[Entry]]:
        groups: dict[str, list[Entry]] = {}
        for entry in self._journal.entries():
            if entry.state in ("done", "undone"):
                groups.setdefault(entry.group, []).append(entry)
        return groups

    def _to_undo(self, item_id: str | None) -> list[Entry]:
        groups = self._groups()
        if item_id is None:
            open_groups = [g for g in groups.values() if any(e.state == "done" for e in g)]
            if not open_groups:
                raise NotFoundError("There is nothing to undo.")
            entries = open_groups[-1]
        elif item_id in groups:
            entries = groups[item_id]
        else:
            raise NotFoundError(f"No write is called {item_id!r}; `mdnet log` lists them.")
        entries = [e for e in entries if e.state == "done"]
        if not entries:
            raise NotFoundError(f"{item_id} has been taken back already.")
        return entries

    def _plan_undo(self, entries: list[Entry]) -> list[_Undoing]:
        """One plan for each note, newest first. Nothing is written yet."""
        plans: dict[str, _Undoing] = {}
        for entry in reversed(entries):
            plan = plans.get(entry.path)
            if plan is None:
                try:
                    current = self._vault.read(entry.path)[0]
                except UnreadableError as error:
                    raise UndoRefusedError(f"{error.path}: not taken back, {error.message}") from error
                plan = plans[entry.path] = _Undoing(entry.path, current, current)
            if plan.then is None:
                raise UndoRefusedError(f"{entry.path}: not taken back, the journal does not fit the file")
            plan.then = plan_undo(entry, plan.then)
            plan.entries.append(entry)
        return list(plans.values())

    def _take_back(self, plan: _Undoing) -> Stamp | None:
        if plan.then is None:
            self._vault.delete_created(plan.path, plan.now)
            return None
        return self._vault.replace(plan.path, plan.now, plan.then) if plan.then != plan.now else None

    def _put_back(self, plans: list[_Undoing]) -> None:
        """A later note refused: the earlier ones get again what was taken back, so that it is all or nothing."""
        for plan in plans:
            try:
                if plan is not plans[-1]:
                    if plan.then is None:
                        self._vault.create(plan.path, plan.now)
                    elif plan.then != plan.now:
                        self._vault.replace(plan.path, plan.then, plan.now)
            except WriteRefusedError:
                state: EntryState = "undone"  # somebody wrote there at once; this one stays taken back
            else:
                state = "done"
            for entry in plan.entries:
                self._journal.mark(entry.id, state)


@dataclass(slots=True)
class _Undoing:
    """What taking back does to one note; `then` is None where it is deleted."""

    path: str
    now: bytes
    then: bytes | None
    entries: list[Entry] = field(default_factory=list)
    stamp: Stamp | None = None

    @property
    def diff(self) -> str:
        return unified(self.path, self.now, self.then or b"")


def _new_id() -> str:
    return secrets.token_hex(4)
