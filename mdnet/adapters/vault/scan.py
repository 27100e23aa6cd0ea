"""Look at every note's stamp, fast: one `scandir` a folder, one `lstat` a note, and nothing is opened."""

# ruff: noqa: PTH112, PTH113, PTH114, PTH116

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from typing import TYPE_CHECKING

from mdnet.core import conflicts, ignore
from mdnet.core.model import Problem, Stamp
from mdnet.core.paths import is_below, is_text
from mdnet.core.store import Scan
from mdnet.core.values import dataclass, field
from mdnet.errors import ConfigError, VaultNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mdnet.core.settings import Settings

INODE_MASK = MOST = (1 << 63) - 1
"""Some file systems use all 64 bits, and more for times (a broken clock, an archive); SQLite's integers are signed."""

PREFIX = ".mdnet-"
"""Of temporary files: see `temporaries`."""
BACKUP_SECONDS = 7 * 86_400.0
_LEFTOVER_SECONDS = 60.0

_COMPARE_BYTES = 1 << 18  # of a suspected conflict copy


_new_stamp = object.__new__
_set_size, _set_mtime, _set_ctime, _set_inode = (
    Stamp.__dict__[name].__set__ for name in ("size", "mtime_ns", "ctime_ns", "inode")
)


def stamp_of(found: os.stat_result) -> Stamp:
    """The stamp in what `stat` said.

    Fills the slots itself: a frozen dataclass's own `__init__` takes three times as long, a tenth of a whole scan.
    """
    stamp = _new_stamp(Stamp)
    _set_size(stamp, found.st_size)
    mtime = found.st_mtime_ns
    _set_mtime(stamp, mtime if -MOST < mtime < MOST else MOST)
    _set_ctime(stamp, found.st_ctime_ns)
    _set_inode(stamp, found.st_ino & INODE_MASK)
    return stamp


@contextlib.contextmanager
def _listed(folder: str) -> Iterator[Iterable[os.DirEntry[str]]]:
    """The entries of a folder. Held open where that can be done, for then each of its files is found by its name alone,
    and not from the root of the disk on."""
    if os.scandir not in os.supports_fd:
        with os.scandir(folder) as entries:
            yield entries
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with os.scandir(handle) as entries:
            yield entries
    finally:
        os.close(handle)


def readable(name: str) -> str:
    """`name` fit to print: bytes that are not UTF-8 as `\\xNN`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


@dataclass(slots=True)
class Walk:
    """One walk through the vault at `root` (a real path). `test` says what is left out."""

    root: str
    test: Callable[[str], bool] | None
    stamps: dict[str, Stamp] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    """The folders that were listed: no symbolic link led there."""
    plain: set[str] = field(default_factory=set)
    """Folders on the way to what was looked at: no symbolic link led there either."""
    links: list[str] = field(default_factory=list)
    """Symbolic links that are called as notes are."""
    folder_links: bool = False
    suspects: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    leftovers: bool = False

    def problem(self, path: str, message: str) -> None:
        """Report something about the file or folder at `path`."""
        self.problems.append(Problem(readable(path), 0, message))

    def below(self, folder: str) -> None:
        """Walk `folder` and everything below it."""
        waiting = [folder]
        while waiting:
            folder = waiting.pop()
            try:
                with _listed(f"{self.root}/{folder}") as entries:
                    self._list(folder, entries, waiting)
            except OSError as error:
                self.cannot_list(folder, error)
            else:
                self.folders.add(folder)

    def _list(self, folder: str, entries: Iterable[os.DirEntry[str]], waiting: list[str]) -> None:
        prefix = f"{folder}/" if folder else ""
        test, stamps, suspicious, ends = self.test, self.stamps, conflicts.suspicious, ignore.NOTE_ENDS
        new, set_size, set_mtime, set_ctime, set_inode = (_new_stamp, _set_size, _set_mtime, _set_ctime, _set_inode)
        for entry in entries:
            name = entry.name
            if name[0] == ".":
                if name.startswith(PREFIX):
                    self._temporary(entry)
                continue
            if name[-3:] in ends and entry.is_file(follow_symlinks=False):
                path = prefix + name
                if test is not None and test(path):
                    continue
                if not name.isascii() and not is_text(name):
                    self.problem(path, "the file's name is not valid UTF-8, so it is not read: rename it")
                    continue
                try:
                    found = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # gone since the folder was listed
                stamps[path] = stamp = new(Stamp)  # as `stamp_of` does
                set_size(stamp, found.st_size)
                mtime = found.st_mtime_ns
                set_mtime(stamp, mtime if -MOST < mtime < MOST else MOST)
                set_ctime(stamp, found.st_ctime_ns)
                set_inode(stamp, found.st_ino & INODE_MASK)
                if suspicious(name):
                    self.suspects.append(path)
            elif entry.is_dir(follow_symlinks=False):
                path = prefix + name
                if test is not None and test(path):
                    continue
                if not name.isascii() and not is_text(name):
                    self.problem(path, "the folder's name is not valid UTF-8, so it is not read: rename it")
                    continue
                waiting.append(path)
            else:
                self._other(prefix + name, entry)

    def _temporary(self, entry: os.DirEntry[str]) -> None:
        """A write lasts some milliseconds; the backups made where names cannot be exchanged are kept for longer."""
        with contextlib.suppress(OSError):
            age = time.time() - entry.stat(follow_symlinks=False).st_ctime
            self.leftovers |= age > (BACKUP_SECONDS if entry.name.startswith(f"{PREFIX}bak-") else _LEFTOVER_SECONDS)

    def _other(self, path: str, entry: os.DirEntry[str]) -> None:
        """A file that is no note, a symbolic link, or something that is no file at all."""
        is_note_name = path[-3:] in ignore.NOTE_ENDS
        if entry.is_symlink():
            if self.test is not None and self.test(path):
                return
            if is_note_name:
                self.links.append(path)
            elif _is_dir(entry):
                self.folder_links = True
                self.problem(path, "a symbolic link to a folder, not followed")
        elif is_note_name and not (self.test is not None and self.test(path)):
            self.problem(path, "not a regular file, so it is not read")

    def cannot_list(self, folder: str, error: OSError) -> None:
        """It is not known what lies in `folder`."""
        self.unlisted.append(folder)
        if not isinstance(error, FileNotFoundError):  # else it went away meanwhile, which is no problem
            self.problem(folder or ".", f"the folder cannot be read ({error.strerror}): its notes stay as they were")

    def file(self, path: str) -> None:
        """Look at the one note at `path`, which a folder's walk would have met."""
        try:
            found = os.lstat(f"{self.root}/{path}")
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            self.unlisted.append(path)
            self.problem(path, f"cannot be looked at ({error.strerror})")
            return
        if stat.S_ISLNK(found.st_mode):
            self.links.append(path)
        elif not stat.S_ISREG(found.st_mode):
            self.problem(path, "not a regular file, so it is not read")
        elif not is_text(path):
            self.problem(path, "the file's name is not valid UTF-8, so it is not read: rename it")
        else:
            self.stamps[path] = stamp_of(found)
            if conflicts.suspicious(path):
                self.suspects.append(path)

    def follow_links(self) -> None:
        """Take a link to a note that is in the vault but is not read under its own name; report all others."""
        taken: dict[str, str] = {}
        for path in sorted(self.links):
            full = f"{self.root}/{path}"
            try:
                real = os.path.realpath(full, strict=True)
                found = os.stat(real)
            except OSError as error:
                loop = "loops" if not isinstance(error, FileNotFoundError) else "leads nowhere"
                self.problem(path, f"a symbolic link that {loop}")
                continue
            if not real.startswith(f"{self.root}/"):
                self.problem(path, "a symbolic link out of the vault, not read")
            elif not stat.S_ISREG(found.st_mode):
                self.problem(path, "a symbolic link to something that is not a regular file, not read")
            else:
                target = real[len(self.root) + 1 :]
                at = target if self._is_read(target) else taken.setdefault(target, path)
                if at == path:
                    self.stamps[path] = stamp_of(found)
                else:
                    self.problem(path, f"a symbolic link to {readable(at)}, which is read under that name")

    def _is_read(self, target: str) -> bool:
        return target in self.stamps or not ignore.left_out(target, self.test)


def leaving_out(settings: Settings) -> Callable[[str], bool] | None:
    """What says of a path whether it is left out. Raises ConfigError for a regular expression that is none."""
    try:
        return ignore.matcher((*settings.templates, *settings.ignore))
    except re.error as error:
        raise ConfigError(f"ignore: {error.pattern!r} is not a regular expression: {error}") from error


def scan(
    root: str,
    settings: Settings,
    only: Iterable[str] | None = None,
    away: Callable[[], tuple[str, ...]] = tuple,
) -> tuple[Scan, set[str]]:
    """The notes below `root`, and folders that no symbolic link leads to. With `only`, of those files and folders.
    `away` is asked which disks are missing: nobody knows what lies on these."""
    if not os.path.isdir(root):
        raise VaultNotFoundError(f"{readable(root)}: the vault is not there. Is its disk mounted?")
    walk = Walk(root, leaving_out(settings))
    missing = away()
    named = None if only is None else tuple(sorted({path.strip("/") for path in only}))
    if named is None:
        walk.below("")
        if "" in walk.unlisted:
            raise VaultNotFoundError(f"{readable(root)}: the vault cannot be listed. Is its disk mounted?")
    else:
        _walk_named(walk, named)
    if walk.links:
        walk.follow_links()
    for disk in sorted({*missing, *away()}):  # one may have come or gone meanwhile
        if named is None or is_below(disk, named) or any(is_below(path, (disk,)) for path in named):
            walk.unlisted.append(disk)
            walk.problem(disk, "the disk that was mounted here is not there: its notes stay as they were")
    copies = _take_out_copies(walk) if walk.suspects else ()
    return Scan(
        stamps=walk.stamps,
        problems=tuple(sorted(walk.problems)),
        unlisted=tuple(sorted(walk.unlisted)),
        conflicts=copies,
        links=bool(walk.links) or walk.folder_links,
        leftovers=walk.leftovers,
        only=named,
    ), walk.folders | walk.plain


def _walk_named(walk: Walk, named: tuple[str, ...]) -> None:
    for path in named:
        cut = path.rfind("/")
        name = path[cut + 1 :]
        if name[:1] == "." or not _is_plain(walk, path[: max(cut, 0)]) or (walk.test and walk.test(path)):
            continue
        try:
            is_folder = stat.S_ISDIR(os.lstat(f"{walk.root}/{path}").st_mode)
        except (FileNotFoundError, NotADirectoryError):
            is_folder = False
        except OSError as error:  # nobody knows what is there, so what was known of it stays
            if path[-3:] not in ignore.NOTE_ENDS:
                walk.cannot_list(path, error)
                continue
            is_folder = False
        if is_folder:
            walk.below(path)
        elif path[-3:] in ignore.NOTE_ENDS:
            walk.file(path)


def _is_plain(walk: Walk, folder: str) -> bool:
    """Whether notes are looked for in `folder`: nothing on the way there is hidden, left out, or a symbolic link."""
    at = 0
    while at < len(folder):
        end = folder.find("/", at)
        end = len(folder) if end < 0 else end
        part = folder[:end]
        if part not in walk.plain:
            left_out = folder[at : at + 1] == "." or (walk.test and walk.test(part))
            if left_out or os.path.islink(f"{walk.root}/{part}"):
                return False
            walk.plain.add(part)
        at = end + 1
    walk.plain.add("")
    return True


class _Names:
    """The names of notes in one folder, asked for one by one: of those found, and of others only if need be."""

    def __init__(self, walk: Walk, prefix: str) -> None:
        self._walk, self.prefix = walk, prefix
        self._listed = prefix[:-1] in walk.folders

    def __contains__(self, name: object) -> bool:
        path = f"{self.prefix}{name}"
        return path in self._walk.stamps or (not self._listed and os.path.isfile(f"{self._walk.root}/{path}"))


def _take_out_copies(walk: Walk) -> tuple[tuple[str, str], ...]:
    copies = []
    names = _Names(walk, "")
    for path in dict.fromkeys(walk.suspects):  # a hint may name a folder and a file in it
        cut = path.rfind("/") + 1
        if names.prefix != path[:cut]:
            names = _Names(walk, path[:cut])
        found = conflicts.classify(path[cut:], names)
        if found is None:
            continue
        original = path[:cut] + found.original
        if found.sure or _alike(walk, path, original):
            copies.append((path, original))
    for path, _ in copies:
        del walk.stamps[path]
    return tuple(sorted(copies))


def _alike(walk: Walk, path: str, original: str) -> bool:
    """Whether two notes look like versions of one. Files that cannot be read are not called copies."""
    try:
        with open(f"{walk.root}/{original}", "rb", opener=_open_regular) as file:
            if not conflicts.alike_in_size(walk.stamps[path].size, os.fstat(file.fileno()).st_size):
                return False
            data = file.read(_COMPARE_BYTES)
        with open(f"{walk.root}/{path}", "rb", opener=_open_regular) as file:
            return conflicts.is_version(path, file.read(_COMPARE_BYTES), data)
    except OSError:
        return False


def _open_regular(path: str, flags: int) -> int:
    """Open without waiting for the other end of a FIFO, and not through a link."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))


def _is_dir(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a loop
