"""The one way to a user's file: each write is put into the journal first, guarded, and can be taken back."""

from __future__ import annotations

import contextlib
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from mdnet.adapters import undoing
from mdnet.core.diff import unified
from mdnet.core.lines import unmerged
from mdnet.core.loss import is_lost
from mdnet.core.store import GoneError, UnreadableError, UnsettledError
from mdnet.core.undo import Entry, EntryState, Span, describe, file_hash, is_in, settled
from mdnet.core.values import dataclass
from mdnet.errors import BusyError, MdnetError, NotFoundError, UndoRefusedError, WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mdnet.adapters.undoing import Journal
    from mdnet.core.model import Problem, Stamp
    from mdnet.core.store import Store

    Along = Callable[[tuple["Written", ...]], Mapping[str, Callable[[bytes], bytes]]]

_WAITS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between the tries to write a note that somebody else is saving."""
_GONE_WAIT = 0.1
_LONGEST = 15.0
"""Seconds after which there is no other try: another mdnet may be stopped while it holds the vault."""


class _LostError(BusyError):
    """It was written, and a save from another program has undone it."""


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
        end = time.monotonic() + _LONGEST
        for wait in _WAITS:
            try:
                old = self._vault.read(path)[0]
                return self.edit(path, old, make(old), command)
            except _LostError:
                if lost:  # whatever takes it away will do so again
                    raise
                lost = True
            except (BusyError, UnsettledError) as error:
                if isinstance(error, BusyError) and time.monotonic() > end:
                    raise
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

    def undo(self, item_id: str | None = None, along: Along | None = None, command: str = "") -> tuple[Written, ...]:
        """Take back one item of the log, or the last that is not yet taken back: all of it, or nothing.

        `along` is given what would be taken back, and says what is to be changed along with it in which notes; that
        comes first and is listed as `command`.

        Raises `NotFoundError` where there is none, `UndoRefusedError` where it cannot be taken back exactly.
        """
        self.recover()
        entries = self._to_undo(item_id)
        plans = undoing.plan(self._vault, entries)
        if self._dry_run:
            return tuple(Written(p.path, diff=p.diff) for p in plans)
        changes = along(tuple(Written(p.path, diff=p.diff) for p in plans)) if along else {}
        first = [self._along(plans, path, make, command) for path, make in changes.items()]
        with self._journal.writing():
            rest = [plan for plan in plans if plan.path not in changes]
            self._recovered = undoing.carry_out(self._vault, self._journal, [*first, *rest])
        return tuple(Written(p.path, p.stamp, entries[0].group, p.diff) for p in plans)

    def _along(
        self, plans: list[undoing.Undoing], path: str, make: Callable[[bytes], bytes], command: str
    ) -> undoing.Undoing:
        """The plan for `path`, with what `make` changes there; a new one where none of `plans` is for it."""
        for plan in plans:
            if plan.path == path:
                plan.then = None if plan.then is None else make(plan.then)
                return plan
        try:
            old = self._vault.read(path)[0]
        except UnreadableError as error:
            raise UndoRefusedError(f"{error.path}: not taken back, {error.message}") from error
        new = make(old)
        entry = self._entry(path, "edit", describe(old, new), command, file_hash(old), file_hash(new))
        return undoing.Undoing(path, old, new, made=entry)

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
            notes: dict[str, list[Entry]] = {}
            for entry in self._open_entries():
                notes.setdefault(entry.path, []).append(entry)
            for path, entries in notes.items():
                with contextlib.suppress(UnreadableError):
                    for entry_id, state in settled(entries, self._current(path)):
                        self._recovered = False  # if that cannot be put down, it is still to be done
                        self._journal.mark(entry_id, state)
                        self._recovered = True
        return problems

    def _open_entries(self) -> list[Entry]:
        return [e for e in self._journal.entries() if e.state in ("planned", "undoing")]

    def _current(self, path: str) -> bytes | None:
        """What the note says now; None where it is gone."""
        try:
            return self._vault.read(path)[0]
        except GoneError:
            return None

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
                self._mark(entry, "dropped")
                raise
            self._mark(entry, "done")

    def _mark(self, entry: Entry, state: EntryState) -> None:
        """Say what came of a write. Where the journal cannot be told, `recover` finds it out: a note that was written
        is not to be taken for one that was not."""
        try:
            self._journal.mark(entry.id, state)
        except WriteRefusedError:
            self._recovered = False

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


def _new_id() -> str:
    return os.urandom(4).hex()
