"""Bring the index up to date with the folder: look, compare, read what changed, put it."""

from __future__ import annotations

import gc
import time
from array import array
from contextlib import contextmanager
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

from mdnet.adapters.index import DamagedIndexError, Entry
from mdnet.app.note_files import digest_of, file_day, parse_file, read_file, rewrite_text, wear
from mdnet.app.undisturbed import undisturbed, without_collector
from mdnet.core.changes import RACY_NS, plan
from mdnet.core.conflicts import copy_problem
from mdnet.core.hashing import blake2b
from mdnet.core.paths import is_below
from mdnet.core.store import GoneError, UnreadableError, UnsettledError
from mdnet.core.values import dataclass, field, replace
from mdnet.errors import BusyError, IndexUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mdnet.adapters.index import Index, ReadBefore
    from mdnet.core.model import Problem, Stamp
    from mdnet.core.settings import Settings
    from mdnet.core.store import Scan, Store

    Progress = Callable[[int, int], None]

_STAMP = attrgetter("size", "mtime_ns", "ctime_ns", "inode")

_BATCH_NOTES = 1000
_BATCH_BYTES = 8_000_000
# A commit costs a segment of the text index; without one, this much is read again after a crash.
_COMMIT_BYTES = 48_000_000
_COMMIT_SECONDS = 5.0
_LONG_BYTES = 1_000_000
"""From so much text on, it pays to prepare for many notes; from more notes than a batch on, to keep some meanwhile."""
_PROGRESS_EVERY = 50
_FEW = 8
"""Where no more than one note in so many changed, each is looked up, and not all at once."""
_PATIENCE = 5
"""So many times in a row it is planned anew, since another process has changed the index, before notes are put in the
place of whatever it says of them by then."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did. Paths are sorted.

    `read`: notes that were new or say something else than before; `new`: those of them that were not known. `held`:
    gone notes that were not forgotten, see `core.changes.plan`. `waiting`: notes in the middle of a save; sync again
    in a moment. `warning`: why the index may be older than the folder, or is not kept; "" where all is well. `failure`:
    what kept it from being brought up to date, if anything did. `busy`: what kept it from cleaning up after a process
    that was killed.
    """

    read: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    notes: int = 0
    problems: int = 0
    seconds: float = 0.0
    warning: str = ""
    failure: IndexUnavailableError | None = None
    busy: str = ""


@without_collector
def sync(
    vault: Store,
    index: Index,
    settings: Settings,
    *,
    only: Iterable[str] | None = None,
    full: bool = False,
    verify: bool = False,
    rewrite: bool = True,
    progress: Progress | None = None,
) -> SyncReport:
    """Make the index say what the folder says.

    `only` names files and folders to look at, where it is known that nothing else changed. `verify` reads every
    note and compares it; `full` makes the index anew, and so forgets all that is gone. `rewrite`: the text index is
    written anew where much of it is dead, which may take seconds. May be interrupted at any moment: what was read
    stays. Raises VaultNotFoundError where the vault cannot be listed.
    """
    started = time.perf_counter()
    index.refresh()
    scan = vault.scan(settings, only)
    busy = ""
    if scan.leftovers:  # of a process that was killed while it wrote
        try:
            vault.clean_temporaries()
        except BusyError as error:  # or of one that is stopped in the midst of it: who only reads goes on
            busy = str(error).partition(";")[0]
        else:
            scan = vault.scan(settings, only)
    work = _Sync(vault, index, settings, scan, progress)
    warning, failure = index.warning, None
    try:
        try:
            if full:
                index.rebuild()
            elif verify:
                index.check()
            work.run(verify=verify, drop_all=full, rewrite=rewrite)
        except DamagedIndexError:
            index.rebuild()
            work = _Sync(vault, index, settings, scan, progress)
            work.run(verify=False, drop_all=full, rewrite=rewrite)
    except IndexUnavailableError as error:
        warning, failure = f"{error}; what follows may be older than the notes", error
    seconds = time.perf_counter() - started
    index.note_sync(seconds, work.look if work.agreed() and not warning else None)
    return SyncReport(
        read=tuple(sorted(set(work.changed))),
        new=tuple(sorted(set(work.new))),
        dropped=tuple(sorted(work.dropped)),
        held=work.held,
        waiting=tuple(sorted(work.waiting)),
        notes=len(scan.stamps),
        problems=index.problem_count(),
        seconds=seconds,
        warning=warning or index.warning,
        failure=failure,
        busy=busy,
    )


class _OvertakenError(Exception):
    """Another process has changed the index since it was planned what to do."""


@dataclass(slots=True)
class _Sync:
    """One sync under way."""

    vault: Store
    index: Index
    settings: Settings
    scan: Scan
    progress: Progress | None
    changed: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    dropped: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    waiting: list[str] = field(default_factory=list)
    known: dict[str, Stamp] = field(default_factory=dict)
    before: dict[str, ReadBefore] = field(default_factory=dict)
    """What known notes said when `generation` was read; where there are few, or one is missing, it is looked up."""
    unread: dict[str, str] = field(default_factory=dict)
    """Notes that could not be read before, and why."""
    failed: dict[str, str] = field(default_factory=dict)
    """Notes that cannot be read now, and why."""
    same: list[tuple[str, Stamp, int | None]] = field(default_factory=list)
    """Notes that were touched but say the same, still to be noted."""
    stopped: bool = False
    look: str = ""
    """A name for all stamps; "" if only a part of the vault was looked at."""
    settled: int = field(default_factory=lambda: time.time_ns() - RACY_NS)
    """What was written before this time (ns) is not young."""
    generation: int = 0
    """The index's, as long as nobody else has written since its stamps were read."""
    patience: int = 0
    """How many times more it is planned anew."""
    total: int = 0
    """How many notes were to be looked at, at first."""
    gone: tuple[str, ...] = ()
    """Notes to be forgotten."""
    no_more: list[str] = field(default_factory=list)
    """Files that could not be read and are gone."""
    problems: list[Problem] = field(default_factory=list)
    """What looking at the folder found."""

    def run(self, *, verify: bool, drop_all: bool, rewrite: bool) -> None:
        """Do all of it."""
        index, scan = self.index, self.scan
        self.problems = scan_problems(scan, index)
        if scan.only is None:
            self.look = fingerprint(scan)
            if not verify and index.agrees_with(self.look) and self.problems == index.scan_problems():
                return
        young = self._ask()
        changes = plan(scan, self.known, read_at_ns=young, drop_all=drop_all)
        self.held, self.gone = changes.held, changes.drop
        self.no_more = [path for path in self.unread if path not in scan.stamps and _looked_at(scan, path)]
        self.patience = 0 if verify else _PATIENCE  # to verify is to read all, whatever others do
        todo = tuple(sorted(scan.stamps)) if verify else changes.read
        while todo or self.gone or self.no_more or index.unfinished() or self.problems != index.scan_problems():
            if self._carry_out(todo):
                if rewrite and scan.only is None and wear(index, len(scan.stamps)) >= 1:
                    rewrite_text(self.vault, index, self.settings, sorted(scan.stamps))
                return
            todo = self._plan_again()

    def _ask(self) -> dict[str, int]:
        """Ask what is known; returns the notes that were young when they were read, and when that was."""
        index, only = self.index, self.scan.only
        self.generation = index.generation()  # before what it counts, so that it is never too new
        self.unread = index.unread()
        if only is None:
            self.known, self.before = index.stamps(), {}
            return index.young()
        self.known, young, self.before = index.known_below(only)
        # In a folder that is called as a note, they are looked up one by one.
        asked = {*only, *self.known}
        more = index.known_below([path for path in self.scan.stamps if path not in asked])
        self.known.update(more[0])
        young.update(more[1])
        self.before.update(more[2])
        return young

    def _plan_again(self) -> tuple[str, ...]:
        """The notes that are still to be read, now that another process may have read some of them.

        No more than before is forgotten: that process may know of notes that are newer than our look at the folder.
        """
        self.patience -= 1
        young = self._ask()
        self.gone = tuple([path for path in self.gone if path in self.known])
        self.no_more = [path for path in self.no_more if path in self.unread]
        self.waiting.clear()
        self.same.clear()
        self.failed.clear()
        return plan(self.scan, self.known, read_at_ns=young).read

    def _carry_out(self, todo: tuple[str, ...]) -> bool:
        """Read these notes, and do what else is due. False where another process came first: it is to be planned anew,
        for it may have read the same notes."""
        whole = self.scan.only is None
        if whole and self.known and len(todo) * _FEW > len(self.known):
            self.before = self.index.all_read_before()
        try:
            if len(todo) <= _BATCH_NOTES and sum(self.scan.stamps[path].size for path in todo) < _LONG_BYTES:
                self._run_short(todo)
            else:
                # Of a part of the vault, the rest is known as well.
                self._run_long(todo, bulk=whole and 2 * len(todo) > len(self.known))
        except _OvertakenError:
            return False
        return True

    def agreed(self) -> bool:
        """Whether the index now surely says what all of the vault says."""
        index = self.index
        return bool(self.look) and not (
            self.held or self.waiting or index.unread() or index.young() or index.unfinished()
        )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction, begun when no other process is writing. Raises _OvertakenError where one has, if there is
        patience left to plan anew."""
        with self.index.writing():
            if self.patience and self.index.generation() != self.generation:
                raise _OvertakenError
            yield
        self.generation += self.index.changed

    def _run_short(self, todo: tuple[str, ...]) -> None:
        """In one transaction, within which nothing is read from the folder."""
        index = self.index
        read = list(self._entries(todo))
        with self._writing():
            index.add_indexes()
            self._first()
            self._put(read)
            index.resolve()
            if index.is_long():  # since a load of many notes was interrupted
                index.end_long()
        index.tidy()

    def _run_long(self, todo: tuple[str, ...], *, bulk: bool) -> None:
        """In several transactions, so that neither memory nor what a crash costs grows with the vault."""
        index, entries = self.index, self._entries(todo)
        with self._writing():
            index.begin_long(resolve_all=bulk)
            self._first()
        going_on = True
        gc.freeze()  # what is there already needs no looking through for garbage
        try:
            while going_on:
                with self._writing():
                    going_on = self._put_some(entries)
                self.patience = self.patience and _PATIENCE  # it goes on
                gc.collect()
                if self.stopped:
                    raise KeyboardInterrupt
        finally:
            gc.unfreeze()
        with self._writing():
            index.add_indexes()
            index.resolve()
            index.end_long()
        index.tidy(thorough=True)

    def _put_some(self, entries: Iterator[Entry]) -> bool:
        """Put notes until it is time to commit, or until interrupted; False when there are no more."""
        began, total = time.monotonic(), 0
        while total < _COMMIT_BYTES and time.monotonic() - began < _COMMIT_SECONDS and not self.stopped:
            batch: list[Entry] = []
            size = 0
            try:
                for entry in entries:
                    batch.append(entry)
                    size += entry.stamp.size
                    if len(batch) >= _BATCH_NOTES or size >= _BATCH_BYTES:
                        break
            except KeyboardInterrupt:
                self.stopped = True
            with undisturbed(self._stop):
                self._put(batch)
            if not batch:
                return False
            total += size
        return True

    def _stop(self) -> None:
        self.stopped = True

    def _first(self) -> None:
        """What needs no reading."""
        index = self.index
        index.set_scan_problems(self.problems)
        if self.gone:
            index.add_indexes()  # to forget a note without them is to look through all rows
        index.drop(self.gone)
        for path in self.no_more:
            index.set_unread(path, None)
        self.dropped += self.gone
        self.gone, self.no_more = (), []

    def _put(self, entries: list[Entry]) -> None:
        index = self.index
        paths = [entry.note.path for entry in entries]
        new = index.generation() == self.generation and self.known.keys().isdisjoint(paths)
        if not new:
            index.add_indexes()  # as above; where all notes are new they are made last, when it takes less
        index.put(entries, new=new)
        if index.generation() != self.generation:  # what they said may be no more what the index says
            self.same = [one for one in self.same if self.before.get(one[0]) in (None, index.read_before(one[0]))]
        index.touch(self.same)
        self.changed += paths
        self.new += [path for path in paths if path not in self.known]
        if self.unread:
            for path in self.unread.keys() & {*paths, *[path for path, _, _ in self.same]}:
                index.set_unread(path, None)
        for path, message in self.failed.items():
            if self.unread.get(path) != message:
                index.set_unread(path, message)
        self.same.clear()
        self.failed.clear()

    def _entries(self, todo: tuple[str, ...]) -> Iterator[Entry]:
        """The notes among `todo` that are new or say something else than before, read."""
        self.total = max(self.total, len(todo))
        for done, path in enumerate(todo, self.total - len(todo)):
            if self.progress is not None and done % _PROGRESS_EVERY == 0:
                self.progress(done, self.total)
            entry = self._entry(path)
            if entry is not None:
                yield entry
        if self.progress is not None and todo:
            self.progress(self.total, self.total)

    def _entry(self, path: str) -> Entry | None:
        read = self._read(path)
        if read is None:
            return None
        data, stamp, young = read
        digest = digest_of(data, stamp)
        before = self.known.get(path)
        if before is not None:
            if not data and before.size > 0 and young is not None:
                self.waiting.append(path)  # emptied just now: perhaps the rest is on its way
                return None
            known = self.before.get(path) or self.index.read_before(path)
            same_day = known is not None and (known.date_source != "file" or file_day(before) == file_day(stamp))
            if known is not None and same_day and known.digest == digest:
                self.same.append((path, stamp, young))
                return None
        return Entry(parse_file(path, data, stamp, self.settings), stamp, digest, young)

    def _read(self, path: str) -> tuple[bytes, Stamp, int | None] | None:
        try:
            return read_file(self.vault, path, self.settings, self.scan.stamps.get(path), self.settled)
        except (GoneError, UnsettledError):
            self.waiting.append(path)
        except UnreadableError as error:
            self.failed[path] = error.message
        return None


def scan_problems(scan: Scan, index: Index) -> list[Problem]:
    """What looking at the folder found; of what was not looked at this time, what was found last time."""
    found = [replace(problem, line=max(1, problem.line)) for problem in scan.problems]
    found += [copy_problem(copy, original) for copy, original in scan.conflicts]
    if scan.only is not None:
        found += [problem for problem in index.scan_problems() if not _looked_at(scan, problem.path)]
    return sorted(set(found))


def _looked_at(scan: Scan, path: str) -> bool:
    return scan.only is None or is_below(path, scan.only)


def fingerprint(scan: Scan) -> str:
    """A hash of all paths and stamps in the order in which the folder gives them."""
    words = blake2b("\0".join(scan.stamps).encode("utf-8", "surrogatepass"), digest_size=16)
    words.update(array("q", chain.from_iterable(map(_STAMP, scan.stamps.values()))))
    words.update("\0".join(scan.unlisted).encode("utf-8", "surrogatepass"))
    return words.hexdigest()
