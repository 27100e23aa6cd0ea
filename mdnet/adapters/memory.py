"""Notes in memory: the vault's twin for fast tests, with the same promises (`core.store.Store`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core import conflicts, ignore, paths
from mdnet.core.model import Problem, Stamp
from mdnet.core.store import GoneError, Scan, UnreadableError
from mdnet.errors import BusyError, WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mdnet.core.settings import Settings

_EPOCH_NS = 1_600_000_000_000_000_000


class MemoryVault:
    """A vault of the given notes. Each change makes a new stamp, a second later than the one before."""

    def __init__(self, notes: Mapping[str, bytes] | None = None) -> None:
        self._notes: dict[str, tuple[bytes, Stamp]] = {}
        self._changes = 0
        for path, data in (notes or {}).items():
            self.put(path, data)

    def put(self, path: str, data: bytes) -> Stamp:
        """Save a note as an editor would, whatever is there."""
        self._changes += 1
        now = _EPOCH_NS + self._changes * 1_000_000_000
        stamp = Stamp(len(data), now, now, self._changes)
        self._notes[path] = (data, stamp)
        return stamp

    def remove(self, path: str) -> None:
        """Delete a note as a user would. Raises KeyError where it is not there."""
        del self._notes[path]

    def scan(self, settings: Settings, only: Iterable[str] | None = None) -> Scan:
        """The notes there are; with `only`, those at or below the named files and folders."""
        named = None if only is None else tuple(sorted({path.strip("/") for path in only}))
        test = ignore.matcher((*settings.templates, *settings.ignore))
        stamps = {path: stamp for path, (_, stamp) in self._notes.items() if not ignore.left_out(path, test)}
        problems = []
        for path in list(stamps):
            if not paths.is_text(path):
                del stamps[path]
                shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
                problems.append(Problem(shown, 0, "the file's name is not valid UTF-8, so it is not read: rename it"))
        copies = [(path, original) for path in stamps if (original := self._original(path, stamps))]
        for path, _ in copies:
            del stamps[path]
        if named is not None:
            stamps = {path: stamp for path, stamp in stamps.items() if paths.is_below(path, named)}
            copies = [copy for copy in copies if paths.is_below(copy[0], named)]
        return Scan(stamps, tuple(sorted(problems)), (), tuple(sorted(copies)), named)

    def read(
        self,
        path: str,
        limit: int | None = None,
        seen: Stamp | None = None,  # noqa: ARG002
    ) -> tuple[bytes, Stamp]:
        """The note's bytes, `limit` at most, and its stamp."""
        if not paths.is_inside(path):
            raise UnreadableError(path, "not a path inside the vault")
        if path not in self._notes:
            raise GoneError(path, "not there any more")
        data, stamp = self._notes[path]
        return data[:limit], stamp

    def replace(self, path: str, old: bytes, new: bytes, *, quiet: float = 0.1) -> Stamp:  # noqa: ARG002
        """Put `new` in the place of `old`."""
        if not paths.is_inside(path):
            raise WriteRefusedError(f"{path}: not written, not a path inside the vault")
        if path not in self._notes:
            raise WriteRefusedError(f"{path}: not written, it is not there any more")
        if self._notes[path][0] != old:
            raise BusyError(f"{path}: not written, it has changed since it was read; try again")
        return self.put(path, new)

    def saved_over(self, path: str, stamp: Stamp) -> bytes | None:
        """What the note says if it no longer has `stamp`; else None. Nothing happens meanwhile, so nobody waits."""
        data, now = self._notes.get(path, (None, stamp))
        return None if now == stamp else data

    def create(self, path: str, data: bytes) -> Stamp:
        """Make a new note."""
        folders = {name.rsplit("/", n)[0] for name in self._notes for n in range(1, name.count("/") + 1)}
        parts = path.split("/")
        existing = 0
        while existing < len(parts) - 1 and "/".join(parts[: existing + 1]) in folders:
            existing += 1
        paths.check_new(path, existing)
        if any(paths.folded(name) == paths.folded(path) for name in self._notes):
            raise WriteRefusedError(f"{path}: not made, it is there already")
        return self.put(path, data)

    def delete_created(self, path: str, expected: bytes) -> None:
        """Delete a note that holds nothing but `expected`."""
        if path not in self._notes:
            raise WriteRefusedError(f"{path}: not written, it is not there any more")
        if self._notes[path][0] != expected:
            raise BusyError(f"{path}: not written, it has changed since it was read; try again")
        del self._notes[path]

    def clean_temporaries(self) -> tuple[Problem, ...]:
        """There are none."""
        return ()

    def _original(self, path: str, stamps: Mapping[str, Stamp]) -> str:
        """The original of a conflict copy; "" where `path` is none."""
        cut = path.rfind("/") + 1
        siblings = {other[cut:] for other in stamps if other[:cut] == path[:cut]}
        found = conflicts.classify(path[cut:], siblings)
        if found is None:
            return ""
        original = path[:cut] + found.original
        if found.sure or conflicts.is_version(path, self._notes[path][0], self._notes[original][0]):
            return original
        return ""
