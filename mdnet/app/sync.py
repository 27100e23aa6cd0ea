"""Bring the index up to date with the folder: look, compare, read what changed, put it."""

from __future__ import annotations

import functools
import gc
import signal
import threading
import time
from array import array
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from mdnet.adapters.index import DamagedIndexError, Entry
from mdnet.app.note_files import digest_of, file_day, parse_file, read_file, rewrite_text, wear
from mdnet.core.changes import RACY_NS, plan
from mdnet.core.hashing import blake2b
from mdnet.core.model import Problem
from mdnet.core.store import GoneError, UnreadableError, UnsettledError
from mdnet.core.values import dataclass, field
from mdnet.errors import IndexUnavailableError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator

    from mdnet.adapters.index import Index, ReadBefore
    from mdnet.core.model import Stamp
    from mdnet.core.settings import Settings
    from mdnet.core.store import Scan, Store

    Progress = Callable[[int, int], None]

P = ParamSpec("P")
T = TypeVar("T")
_STAMP = attrgetter("size", "mtime_ns", "ctime_ns", "inode")

_BATCH_NOTES = 1000
_BATCH_BYTES = 8_000_000
# A commit costs a segment of the text index; without one, this much is read again after a crash.
_COMMIT_BYTES = 48_000_000
_COMMIT_SECONDS = 30.0
_LONG_BYTES = 1_000_000
"""From so much text on, it pays to prepare for many notes; from more notes than a batch on, to keep some meanwhile."""
_PROGRESS_EVERY = 50
_FEW = 8
"""Where no more than one note in so many changed, each is looked up, and not all at once."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did. Paths are sorted.

    `read`: notes that were new or say something else than before; `new`: those of them that were not known. `held`:
    gone notes that were not forgotten, see `core.changes.plan`. `waiting`: notes in the middle of a save; sync again
    in a moment. `warning`: why the index may be older than the folder, or is not kept; "" where all is well.
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


def _without_collector(function: Callable[P, T]) -> Callable[P, T]:
    """Have nothing search for cycles of garbage while so many values are made: a fifth of the time."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        was_on = gc.isenabled()
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            if was_on:
                gc.enable()

    return call


@_without_collector
def sync(
    vault: Store,
    index: Index,
    settings: Settings,
    *,
    today: dt.date,
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
    if scan.leftovers:  # of a process that was killed while it wrote
        vault.clean_temporaries()
        scan = vault.scan(settings, only)
    work = _Sync(vault, index, settings, scan, today, progress)
    warning = index.warning
    try:
        try:
            if full:
                index.rebuild()
            elif verify:
                index.check()
            work.run(verify=verify, drop_all=full, rewrite=rewrite)
        except DamagedIndexError:
            index.rebuild()
            work = _Sync(vault, index, settings, scan, today, progress)
            work.run(verify=False, drop_all=full, rewrite=rewrite)
    except IndexUnavailableError as error:
        warning = f"{error}; what follows may be older than the notes"
    seconds = time.perf_counter() - started
    index.note_sync(seconds, work.look if work.agreed() and not warning else None)
    read = tuple(sorted(work.changed))
    return SyncReport(
        read=read,
        new=tuple([path for path in read if path not in work.known]),
        dropped=tuple(sorted(work.dropped)),
        held=work.held,
        waiting=tuple(sorted(work.waiting)),
        notes=len(scan.stamps),
        problems=index.problem_count(),
        seconds=seconds,
        warning=warning or index.warning,
    )


@dataclass(slots=True)
class _Sync:
    """One sync under way."""

    vault: Store
    index: Index
    settings: Settings
    scan: Scan
    today: dt.date
    progress: Progress | None
    changed: list[str] = field(default_factory=list)
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

    def run(self, *, verify: bool, drop_all: bool, rewrite: bool) -> None:
        """Do all of it."""
        index = self.index
        problems = scan_problems(self.scan, index)
        if self.scan.only is None:
            self.look = fingerprint(self.scan)
            if not verify and index.agrees_with(self.look) and problems == index.scan_problems():
                return
        self.generation = index.generation()  # before what it counts, so that it is never too new
        self.unread = index.unread()
        if self.scan.only is None:
            self.known, young = index.stamps(), index.young()
        else:
            self.known, young, self.before = index.known_below(self.scan.only)
            # In a folder that is called as a note, they are looked up one by one.
            asked = {*self.scan.only, *self.known}
            more = index.known_below([path for path in self.scan.stamps if path not in asked])
            self.known.update(more[0])
            young.update(more[1])
            self.before.update(more[2])
        changes = plan(self.scan, self.known, read_at_ns=young or None, drop_all=drop_all)
        self.held = changes.held
        todo = tuple(sorted(self.scan.stamps)) if verify else changes.read
        no_more = [path for path in self.unread if path not in self.scan.stamps and _looked_at(self.scan, path)]
        if not (todo or changes.drop or no_more or index.unfinished() or problems != index.scan_problems()):
            return
        if self.scan.only is None and self.known and len(todo) * _FEW > len(self.known):
            self.before = index.all_read_before()
        entries = self._entries(todo)
        if len(todo) <= _BATCH_NOTES and sum(self.scan.stamps[path].size for path in todo) < _LONG_BYTES:
            read = list(entries)
            with self._writing():
                index.add_indexes()
                self._first(changes.drop, no_more, problems)
                self._put(read)
                index.resolve()
                if index.is_long():  # since a load of many notes was interrupted
                    index.end_long()
            index.tidy()
        else:
            # Of a part of the vault, the rest is known as well.
            bulk = self.scan.only is None and 2 * len(todo) > len(self.known)
            self._run_long(entries, (changes.drop, no_more, problems), bulk=bulk)
            index.tidy(thorough=True)
        if rewrite and self.scan.only is None and wear(index, len(self.scan.stamps)) >= 1:
            rewrite_text(self.vault, index, self.settings, sorted(self.scan.stamps))

    def agreed(self) -> bool:
        """Whether the index now surely says what all of the vault says."""
        index = self.index
        return bool(self.look) and not (
            self.held or self.waiting or index.unread() or index.young() or index.unfinished()
        )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self.index.writing():
            yield
        self.generation += self.index.changed

    def _run_long(
        self, entries: Iterator[Entry], first: tuple[tuple[str, ...], list[str], list[Problem]], *, bulk: bool
    ) -> None:
        """In several transactions, so that neither memory nor what a crash costs grows with the vault."""
        index = self.index
        with self._writing():
            index.begin_long(resolve_all=bulk)
            self._first(*first)
        going_on = True
        gc.freeze()  # what is there already needs no looking through for garbage
        try:
            while going_on:
                with self._writing():
                    going_on = self._put_some(entries)
                gc.collect()
                if self.stopped:
                    raise KeyboardInterrupt
        finally:
            gc.unfreeze()
        with self._writing():
            index.add_indexes()
            index.resolve()
            index.end_long()

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
            with self._undisturbed():
                self._put(batch)
            if not batch:
                return False
            total += size
        return True

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Have an interruption from the keyboard wait, so that what was read is kept."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def remember(_signal: int, _frame: object) -> None:
            self.stopped = True

        before = signal.signal(signal.SIGINT, remember)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _first(self, drop: tuple[str, ...], no_more: list[str], problems: list[Problem]) -> None:
        """What needs no reading. `no_more`: files that could not be read and are gone."""
        index = self.index
        index.set_scan_problems(problems)
        if drop:
            index.add_indexes()  # to forget a note without them is to look through all rows
        index.drop(drop)
        self.dropped = drop
        for path in no_more:
            index.set_unread(path, None)

    def _put(self, entries: list[Entry]) -> None:
        index = self.index
        paths = [entry.note.path for entry in entries]
        new = index.generation() == self.generation and self.known.keys().isdisjoint(paths)
        if not new:
            index.add_indexes()  # as above; where all notes are new they are made last, when it takes less
        index.put(entries, self.today, new=new)
        if index.generation() != self.generation:  # what they said may be no more what the index says
            self.same = [one for one in self.same if self.before.get(one[0]) in (None, index.read_before(one[0]))]
        index.touch(self.same)
        self.changed += paths
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
        for done, path in enumerate(todo):
            if self.progress is not None and done % _PROGRESS_EVERY == 0:
                self.progress(done, len(todo))
            entry = self._entry(path)
            if entry is not None:
                yield entry
        if self.progress is not None and todo:
            self.progress(len(todo), len(todo))

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
    found += [
        Problem(copy, 1, f"a copy of {original} made by a sync tool on a conflict; 'mdnet conflicts' compares them")
        for copy, original in scan.conflicts
    ]
    if scan.only is not None:
        found += [problem for problem in index.scan_problems() if not _looked_at(scan, problem.path)]
    return sorted(set(found))


def _looked_at(scan: Scan, path: str) -> bool:
    only = scan.only
    return only is None or f"{path}/".startswith(tuple(f"{named}/" if named else "" for named in only))


def fingerprint(scan: Scan) -> str:
    """A hash of all paths and stamps in the order in which the folder gives them."""
    words = blake2b("\0".join(scan.stamps).encode("utf-8", "surrogatepass"), digest_size=16)
    words.update(array("q", chain.from_iterable(map(_STAMP, scan.stamps.values()))))
    words.update("\0".join(scan.unlisted).encode("utf-8", "surrogatepass"))
    return words.hexdigest()
