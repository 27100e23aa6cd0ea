"""The index: a cache of what the notes say, in SQLite, that may be deleted at any moment."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

import mdnet
from mdnet.adapters.index.answers import Hit, NoteRow, ReadBefore, Status
from mdnet.adapters.index.errors import DamagedIndexError, UnusableError, said
from mdnet.adapters.index.read import COUNTED, SEEN
from mdnet.adapters.index.schema import BUSY_MS, VERSION, alone, connect, connect_again, connect_memory, delete
from mdnet.adapters.index.write import Entry, Writes
from mdnet.core.hashing import blake2b
from mdnet.errors import IndexUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdnet.core.settings import Settings

__all__ = ["DamagedIndexError", "Entry", "Hit", "Index", "NoteRow", "ReadBefore", "Status"]


class Index(Writes):
    """One vault's index, open. Its methods raise `IndexUnavailableError` where SQLite cannot go on."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path | None, settings: Settings, warning: str = ""
    ) -> None:
        self._db = connection
        self._path = path
        self._settings = settings
        self._inode = _inode(path)
        self._log_inode: int | None = None
        self.warning = warning
        """Why the index is in memory only; "" where it is not."""

    @classmethod
    def open(cls, path: Path, settings: Settings) -> Self:
        """The index in the file at `path`, made anew without a word where it is missing, damaged or outdated.

        Where no file can be had, it is in memory, and `warning` says why.
        """
        try:
            return cls(connect(path, _made_for(settings)), path, settings)
        except (OSError, sqlite3.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            return cls.memory(
                settings, f"the index cannot be kept in {path} ({reason}), so every note is read each time"
            )

    @classmethod
    def beside(cls, path: Path, settings: Settings) -> Self:
        """The index in the file at `path`, opened once more, for another thread or process than the one that keeps it.

        Never makes one. Raises IndexUnavailableError where there is none, or one for other settings.
        """
        try:
            return cls(connect_again(path, _made_for(settings)), path, settings)
        except sqlite3.Error as error:
            raise said(error) from error
        except UnusableError as error:
            raise IndexUnavailableError("the index was made anew meanwhile") from error

    @classmethod
    def memory(cls, settings: Settings, warning: str = "") -> Self:
        """An index that lasts as long as the process."""
        return cls(connect_memory(_made_for(settings)), None, settings, warning)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @property
    def path(self) -> Path | None:
        """The file; None for an index in memory."""
        return self._path

    def replaced(self) -> bool:
        """Whether the file was deleted or replaced since it was opened, or the log that SQLite keeps beside it."""
        if self._path is None:
            return False
        log = _inode(self._path.with_name(f"{self._path.name}-wal"))
        if self._log_inode is None:  # it is made with the first transaction, and stays while anybody has the file open
            self._log_inode = log
        return _inode(self._path) != self._inode or log != self._log_inode

    def refresh(self) -> None:
        """Open the file again where it was deleted or replaced since it was opened."""
        if self._path is None or not self.replaced():
            return
        if _inode(self._path) == self._inode:
            self.rebuild()  # without its log, the file is no index of anything
        else:
            self._reopen(self._path)

    def rebuild(self) -> None:
        """Empty the index."""
        if self._path is None:
            self._db.close()
            self._db = connect_memory(_made_for(self._settings))
            self._assembled = None
            return
        self._db.close()
        try:
            with alone(self._path):
                delete(self._path)
        except OSError as error:
            raise IndexUnavailableError(f"the index in {self._path} cannot be deleted: {error.strerror}") from error
        finally:
            self._reopen(self._path)

    def _reopen(self, path: Path) -> None:
        self._db.close()
        again = Index.open(path, self._settings)
        self.__dict__.update(vars(again))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction: all that is changed within, or nothing. Raises IndexBusyError where another process is
        at it for long."""
        try:
            self._db.execute("begin immediate")
            try:
                self.changed = False
                yield
                if self.changed:
                    self.set_meta("generation", str(self.generation() + 1))
                self._db.execute("commit")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("rollback")
                raise
        except sqlite3.Error as error:
            raise said(error) from error

    def agrees_with(self, look: str) -> bool:
        """Whether the index agrees with a look of the whole vault (any name of it), see `note_sync`."""
        return self.get_meta(SEEN) == f"{self.generation()} {look}"

    def note_sync(self, seconds: float, look: str | None = None) -> None:
        """Remember that the index was brought up to date just now, how long that took, and how the vault looked if
        the index agrees with all of it. Never waits for another process."""
        generation = self.generation()
        values = {"synced": str(time.time()), "seconds": str(round(seconds, 3))}
        values[COUNTED] = f"{generation} {self.problem_count()}"
        if look is not None:
            values[SEEN] = f"{generation} {look}"
        try:
            self._db.execute("pragma busy_timeout = 0")
            marks = ", ".join("(?, ?)" for _ in values)
            pairs = [text for pair in values.items() for text in pair]
            self._db.execute(f"insert or replace into meta values {marks}", pairs)
        except sqlite3.OperationalError:
            pass  # another process is writing, and will remember its own; or the disk is full
        finally:
            self._db.execute(f"pragma busy_timeout = {BUSY_MS}")

    def tidy(self, *, thorough: bool = False) -> None:
        """Merge a little of the text index and move what was written into the main file, when nobody waits."""
        try:
            self.merge_text()
            if thorough and self._one("pragma freelist_count") * 8 > self._one("pragma page_count"):
                # `execute` takes but one step of a statement without columns, which gives back one page.
                self._db.executescript("pragma incremental_vacuum")
            self._db.execute(f"pragma wal_checkpoint({'truncate' if thorough else 'passive'})").fetchone()
        except DamagedIndexError:
            raise
        except (IndexUnavailableError, sqlite3.OperationalError):
            pass  # another process is at it, or the disk is full: nothing is lost by leaving it

    def let_go(self) -> None:
        """Forget the pages that are kept in memory."""
        with suppress(sqlite3.Error):
            self._db.execute("pragma shrink_memory")

    def check(self) -> None:
        """Read the whole file and raise DamagedIndexError where it is not sound."""
        try:
            result = self._one("pragma quick_check(1)")
            self._db.execute("insert into text (text) values ('integrity-check')")
        except sqlite3.Error as error:
            raise said(error) from error
        if result != "ok":
            raise DamagedIndexError(str(result))

    def status(self) -> Status:
        """The index in figures."""
        synced, seconds = self.get_meta("synced"), self.get_meta("seconds")
        return Status(
            notes=self._one("select count(*) from notes"),
            people=self._one("select count(*) from notes where kind = 1"),
            records=self._one("select count(*) from records"),
            problems=self.problem_count(),
            bytes=_size(self._path),
            synced=float(synced) if synced else None,
            seconds=float(seconds) if seconds else None,
        )


def _made_for(settings: Settings) -> str:
    """What an index must have been made for: the same tables, the same reading of notes, the same settings."""
    words = blake2b(repr(settings).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return f"{VERSION} {mdnet.__version__} {words}"


def _inode(path: Path | None) -> int | None:
    try:
        return None if path is None else path.stat().st_ino
    except OSError:
        return None


def _size(path: Path | None) -> int:
    total = 0
    for suffix in ("", "-wal") if path is not None else ():
        with suppress(OSError):
            total += Path(f"{path}{suffix}").stat().st_size
    return total
