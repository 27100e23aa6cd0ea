"""The daemon's hand on the index: batches of hints in, and a full look whenever hints might not be enough."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from typing import TYPE_CHECKING, Self

from mdnet.adapters.config import read_settings
from mdnet.adapters.heap import give_back
from mdnet.adapters.index import Index
from mdnet.adapters.vault.scan import leaving_out
from mdnet.app import disks
from mdnet.app.note_files import wear
from mdnet.app.sync import sync
from mdnet.app.watch_options import SLICE, SURVEY_FROM
from mdnet.app.watch_order import Order
from mdnet.app.watch_vault import WatchedVault
from mdnet.app.workspace import Workspace, index_path
from mdnet.app.writing import writer
from mdnet.core import ignore
from mdnet.core.paths import is_text
from mdnet.core.store import UnreadableError
from mdnet.core.values import dataclass, replace
from mdnet.errors import IndexUnavailableError, MdnetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from mdnet.adapters.config import UserFolders
    from mdnet.app.watch_survey import Survey
    from mdnet.core.settings import Settings

FEW = SLICE
"""With more paths than this at once (in a folder, say), nobody asks of each whether it is new."""
SETTINGS = ("mdnet.toml", ".obsidian/app.json", ".obsidian/templates.json", ".obsidian/daily-notes.json",
            ".obsidian/plugins/periodic-notes/data.json", ".obsidian/plugins/templater-obsidian/data.json")  # fmt: skip
_LOG_PAGES = 4000
"""Of the log beside the index; with more, a save has to wait until it is moved into the main file: where nobody was
quiet for long, it would grow for ever."""
_CACHE_KB, _LONG_CACHE_KB = 2048, 16384
"""Of the index's pages: for a process that runs for months, and while many notes are read."""
_SETTING_FOLDERS = frozenset(name[:at] for name in SETTINGS for at, char in enumerate(name) if char == "/")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch did.

    `doubtful`: folders were moved or much happened, after which a full look is due to be sure. `unsure`: until then
    the index may well be wrong. `moved`: single notes came or went. `told`: where it was looked, if another process has
    put notes into the index since the last look, and so maybe these; "" is everywhere.
    """

    read: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    warning: str = ""
    seconds: float = 0.0
    doubtful: bool = False
    unsure: bool = False
    moved: bool = False
    everything: bool = False


class _UntidyIndex(Index):
    """An index that is tidied up elsewhere (see `Pages`): that waits for the disk, which may take its time."""

    @classmethod
    def open(cls, path: Path, settings: Settings) -> Self:
        """As any index."""
        index = super().open(path, settings)
        index.leave_it_to_others()
        return index

    def _reopen(self, path: Path) -> None:
        super()._reopen(path)
        self.leave_it_to_others()

    def leave_it_to_others(self) -> None:
        """Have hardly a transaction move what was written into the main file."""
        self._db.execute(f"pragma wal_autocheckpoint = {_LOG_PAGES}")
        self._db.execute(f"pragma cache_size = -{_CACHE_KB}")

    def begin_long(self, *, resolve_all: bool) -> None:
        """As any index."""
        super().begin_long(resolve_all=resolve_all)
        self._db.execute("pragma wal_autocheckpoint = 1000")
        self._db.execute(f"pragma cache_size = -{_LONG_CACHE_KB}")

    def end_long(self) -> None:
        """As any index."""
        super().end_long()
        self.leave_it_to_others()

    def tidy(self, *, thorough: bool = False) -> None:
        """Not now."""


class Indexer:
    """Keeps one vault's index. Not for several threads."""

    def __init__(
        self,
        root: Path,
        folders: UserFolders,
        today: Callable[[], date],
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._root = root
        self._progress = progress
        self._folders = folders
        self._today = today
        self._vault = disks.minding_disks(WatchedVault(root), folders)
        self._settings_stamps = self._stamps_of_settings()
        settings, problems = read_settings(root)
        self._index = self._open(settings)
        self.work = Workspace(root, settings, self._vault, self._index, folders, problems)
        self._identity = self._identify()
        self._full_inode: int | None = None
        self._test = leaving_out(settings)
        self.full_seconds = 0.0
        self._notes = 0
        self._generation: int | None = None

    def _open(self, settings: Settings) -> Index:
        return _UntidyIndex.open(index_path(self._root, self._folders), settings)

    def close(self) -> None:
        """Let go of the index."""
        self.work.close()

    def beside(self) -> Index:
        """The index opened once more, for another thread. Raises IndexUnavailableError where that is not possible."""
        if self._index.path is None:
            raise IndexUnavailableError("the index is in memory only, so no page is written")
        return Index.beside(self._index.path, self.work.settings)

    def order(self, jobs: frozenset[str] = frozenset(), notes: tuple[str, ...] = ()) -> Order:
        """What another process has to know. Raises IndexUnavailableError where the index is not complete."""
        if self._full_inode is None:
            raise IndexUnavailableError("the index is not complete, so no page is written")
        work = self.work
        return Order(
            work.root, work.folders, work.settings, work.problems, self._today(), self._full_inode, jobs, notes
        )

    def ask_to_stop(self) -> bool:
        """Have a write under way end with KeyboardInterrupt; returns whether there is none, so that the caller may
        raise it at once."""
        self._vault.stop_asked = True
        return not self._vault.writing

    # ---- what concerns us ----

    def of_interest(self, path: str) -> bool:
        """Whether the file at `path` is a note or a setting."""
        return path in SETTINGS or not ignore.left_out(path, self._test)

    def folder_of_interest(self, path: str) -> bool:
        """Whether notes or settings may lie in the folder at `path`. Asked for each folder on the way down."""
        if path in _SETTING_FOLDERS:
            return True
        name = path[path.rfind("/") + 1 :]
        return name[:1] != "." and not path.startswith(".") and not (self._test is not None and self._test(path))

    def settings_touched(self) -> bool:
        """Whether the files of settings are not as they were when this was last asked."""
        before, self._settings_stamps = self._settings_stamps, self._stamps_of_settings()
        return self._settings_stamps != before

    def _stamps_of_settings(self) -> tuple[object, ...]:
        stamps: list[object] = []
        for name in SETTINGS:
            try:
                found = os.stat(f"{self._vault.root}/{name}")  # noqa: PTH116
            except OSError:
                stamps.append(None)
            else:
                stamps.append((found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
        return tuple(stamps)

    def reload(self) -> bool:
        """Read the settings again; returns whether they changed. Raises ConfigError with everything as it was."""
        settings, problems = read_settings(self._root)
        if settings == self.work.settings:
            self.work = replace(self.work, problems=problems)
            return False
        test = leaving_out(settings)
        self._index.close()
        self._index = self._open(settings)
        self.work = replace(self.work, settings=settings, problems=problems, index=self._index)
        self._test = test
        self._full_inode = None
        return True

    # ---- is it still the same folder, the same index? ----

    def _identify(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._vault.root)  # noqa: PTH116
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def moved(self) -> str:
        """Where the vault's path leads now, if that is another place than at the start; else ""."""
        real = os.path.realpath(self._root)
        return real if real != self._vault.root and os.path.isdir(real) else ""  # noqa: PTH112

    def replaced(self) -> bool:
        """Whether another folder, or none, is where the vault was when it was last looked at as a whole."""
        return self._identify() != self._identity

    def is_there(self) -> bool:
        """Whether there is a folder where the vault was."""
        return os.path.isdir(self._vault.root)  # noqa: PTH112

    def index_replaced(self) -> bool:
        """Whether the index was deleted, or replaced by another, since the vault was looked at as a whole."""
        return self._full_inode is not None and (self._index.replaced() or self._inode_now() != self._full_inode)

    def remember_disks(self) -> None:
        """Those that are mounted in the vault now: should they go, their notes stay."""
        disks.remember(self._vault, self._folders)

    def inode(self) -> int | None:
        """The inode of the index, where it holds the whole vault."""
        return self._full_inode

    def _inode_now(self) -> int | None:
        path = self._index.path
        try:
            return None if path is None else path.stat().st_ino
        except OSError:
            return None

    # ---- looking ----

    def look(self, paths: Sequence[str]) -> Outcome:
        """Look at the named notes and folders (these end with a slash); at everything where that is not enough."""
        if self.replaced() or self._full_inode is None or self.index_replaced():
            return self.look_at_everything(paths)
        outcome = self._look_at(paths)
        if self.replaced() or self.index_replaced():
            return self.look_at_everything(paths)
        return outcome

    def spread(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        """The same, where folders among them hold many notes (one was moved here, say) with each of these before them,
        so that they can be looked at a few at a time."""
        folders = _without_inner((), paths)
        if not folders or self._full_inode is None or self.replaced():
            return paths
        inside = self._vault.scan(self.work.settings, [path for path in folders if is_text(path)]).stamps
        return (*inside, *paths) if len(inside) > FEW else paths

    def _look_at(self, paths: Sequence[str]) -> Outcome:
        started = time.perf_counter()
        files = {path for path in paths if not path.endswith("/")}
        for path in tuple(files):
            files |= self._vault.copies.get(path, set())
        todo = [path for path in _without_inner(files, paths) if is_text(path)]
        few = len(todo) <= FEW
        work = self.work
        told = tuple(todo) if self._others_wrote() else ()
        report = sync(work.vault, self._index, work.settings, only=todo)
        self._generation = self._generation_now()
        much = not few or any(path.endswith("/") for path in todo)
        moved = bool(much or report.dropped or report.new)
        odd = (self._vault.links and moved) or any(self._is_odd(path) for path in {*paths, *todo})
        return Outcome(
            read=report.read,
            dropped=report.dropped,
            told=told,
            held=report.held,
            again=tuple(todo) if report.warning and not self._index.warning else report.waiting,
            warning=report.warning,
            seconds=time.perf_counter() - started,
            doubtful=much or odd,
            unsure=odd,
            moved=moved,
        )

    def _is_odd(self, path: str) -> bool:
        """What only a look at everything knows what to say of: a link, a file of several names (of which the events
        name one), a name that is not UTF-8, a folder that is called as a note."""
        if not is_text(path) or path.lower().endswith(".md/"):
            return True
        try:
            found = os.lstat(f"{self._vault.root}/{path.rstrip('/')}")
        except OSError:
            return False
        return stat.S_ISLNK(found.st_mode) or (stat.S_ISREG(found.st_mode) and found.st_nlink > 1)

    def look_at_everything(self, paths: Sequence[str] = ()) -> Outcome:
        """Scan the whole vault. Notes that are gone all at once are held, but for those whose going was told: `paths`.

        Raises VaultNotFoundError where it cannot be listed.
        """
        identity = self._identify()
        same = identity == self._identity
        self._keep_again()
        work = self.work
        told: tuple[str, ...] = ("",) if self._others_wrote() else ()
        report = sync(work.vault, self._index, work.settings, rewrite=False, progress=self._progress)
        self._generation = self._generation_now()
        if len(report.read) <= FEW:  # else most of the time was spent on reading
            self.full_seconds = report.seconds
        self._notes = report.notes
        complete = not (report.warning and not self._index.warning)
        # What was replaced while it was scanned is scanned again at the next look.
        self._identity = identity
        self._full_inode = self._inode_now() if complete else None
        self.let_go()
        if complete and self._index.path is not None:
            disks.forget(self._vault, self._folders, report.held)
        dropped, held = report.dropped, report.held
        if held and paths and same:
            told = self._look_at(paths).dropped
            dropped, held = (*dropped, *told), tuple(sorted(set(held) - set(told)))
        return Outcome(
            report.read, dropped, told, held, report.waiting, report.warning, report.seconds, everything=True
        )

    def _keep_again(self) -> None:
        """An index that had to be in memory goes back into a file as soon as there can be one."""
        if self._index.path is not None:
            return
        found = self._open(self.work.settings)
        if found.path is None:
            found.close()
            return
        self._index.close()
        self._index = found
        self.work = replace(self.work, index=found)

    def _others_wrote(self) -> bool:
        return self._generation is not None and self._generation_now() != self._generation

    def _generation_now(self) -> int | None:
        with contextlib.suppress(MdnetError):
            return self._index.generation()
        return None

    def may_be_surveyed(self) -> bool:
        """Whether it is enough to have another process look for what differs: the vault is large, the index is of
        use, and both are what they were."""
        known = self._full_inode is not None and self._index.path is not None
        return known and self._notes >= SURVEY_FROM and not (self.replaced() or self.index_replaced())

    def begin_survey(self) -> None:
        """That other process is about to start."""
        self._vault.begin_survey()

    def surveyed(self, found: Survey) -> None:
        """Take note of what a survey found, but for where the index differs."""
        self._vault.surveyed(found.copies, links=found.links, leftovers=found.leftovers)
        self._notes, self.full_seconds = found.notes, found.seconds
        self._index.note_sync(found.seconds, found.agreed if found.generation == self._index.generation() else None)

    def wear(self) -> float:
        """See `note_files.wear`."""
        return 0.0 if self._full_inode is None else wear(self._index, self._notes)

    def let_go(self) -> None:
        """Give back the memory that only much work needs."""
        self._index.let_go()
        give_back()

    def clean_up(self) -> None:
        """Settle what a killed process left in the middle of a write, and remove its temporary files."""
        try:
            writer(self.work).recover()
            if self._vault.leftovers:
                self._vault.clean_temporaries()
                self._vault.leftovers = False
        except (MdnetError, UnreadableError):
            return  # somebody is writing; the next look at everything is early enough


def _without_inner(files: Iterable[str], paths: Iterable[str]) -> list[str]:
    """The folders in `paths` and the files, each that lies below another left out: it is looked at with that."""
    folders: list[str] = []
    for folder in sorted(path for path in paths if path.endswith("/")):
        if not folders or not folder.startswith(folders[-1]):
            folders.append(folder)
    above = tuple(folders)
    return [*folders, *(path for path in sorted(files) if not path.startswith(above))]
