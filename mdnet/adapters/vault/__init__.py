"""The folder of notes on disk: looked at fast, read whole, and written so that nothing of the user's is ever lost."""

# ruff: noqa: PTH112, PTH116, PTH118

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from mdnet.adapters.vault.read import read as read_note
from mdnet.adapters.vault.read import read_as_seen
from mdnet.adapters.vault.scan import PREFIX, readable, stamp_of
from mdnet.adapters.vault.scan import scan as scan_notes
from mdnet.core import paths
from mdnet.errors import VaultNotFoundError, WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from mdnet.core.model import Problem, Stamp
    from mdnet.core.settings import Settings
    from mdnet.core.store import Scan


class Vault:
    """The vault at `root`; what each method promises stands in `core.store.Store`. Safe to use from any thread.

    What only writing takes is imported by the methods that write, for most commands only read.
    """

    def __init__(self, root: Path | str) -> None:
        self._root = os.path.realpath(root)
        self._folders: frozenset[str] = frozenset()
        self.away: Callable[[], tuple[str, ...]] = tuple
        """Asked which disks that were mounted in the vault are not there."""
        self._ours: dict[str, Stamp] = {}  # what we wrote last: no need to wait until that is quiet
        if not os.path.isdir(self._root):
            raise VaultNotFoundError(f"{readable(str(root))}: no such folder")

    @property
    def root(self) -> str:
        """The vault's real path."""
        return self._root

    def scan(self, settings: Settings, only: Iterable[str] | None = None) -> Scan:
        """The notes there are; with `only`, those at or below the named files and folders."""
        found, folders = scan_notes(self._root, settings, only, self.away)
        self._folders = frozenset(folders)
        return found

    def read(self, path: str, limit: int | None = None, seen: Stamp | None = None) -> tuple[bytes, Stamp]:
        """The note's bytes, `limit` at most, and its stamp."""
        if seen is not None and path[: max(path.rfind("/"), 0)] in self._folders:
            data = read_as_seen(f"{self._root}/{path}", seen)
            if data is not None:
                return data if limit is None else data[:limit], seen
        return read_note(self._root, path, limit, self._folders)

    def replace(self, path: str, old: bytes, new: bytes, *, quiet: float = 0.1) -> Stamp:
        """Put `new` in the place of `old`, once nobody has touched the note for `quiet` seconds."""
        from mdnet.adapters.vault import replace

        self._ours[path] = replace.replace(self._root, path, old, new, quiet, self._ours.get(path))
        return self._ours[path]

    def saved_over(self, path: str, stamp: Stamp) -> bytes | None:
        """What the note says if somebody saved it in the moment after it was written with `stamp`; else None."""
        from mdnet.adapters.vault import replace, writing

        time.sleep(_MOMENT)
        try:
            full = writing.target_of(self._root, path)
            self._wait_for_typing(full)
            with contextlib.suppress(OSError):
                if stamp_of(os.stat(full)) == stamp:
                    return None
            # Half of a save says nothing of whether the write is in it.
            replace.wait_until_quiet(path, full, _SAVED)
            return read_note(self._root, path, None)[0]
        except (OSError, WriteRefusedError):
            return None  # gone, or being saved over and over: that is the user's business now

    def _wait_for_typing(self, full: str) -> None:
        """If somebody began to type between the last look and our write, wait until that is saved, but not for long.

        nano compares the note with what it read only before it opens it to save, and then puts its older text over
        ours without a word.
        """
        from mdnet.adapters.vault import editors

        end = time.monotonic() + _TYPING
        typing = False
        while editors.unsaved(full) and time.monotonic() < end:
            typing = True
            time.sleep(_MOMENT)
        if typing:
            time.sleep(_MOMENT)

    def create(self, path: str, data: bytes) -> Stamp:
        """Make a new note, and the folders it needs."""
        from mdnet.adapters.vault import create

        self._check_new(path)
        self._ours[path] = create.create(self._root, path, data)
        return self._ours[path]

    def delete_created(self, path: str, expected: bytes) -> None:
        """Delete a note that holds nothing but `expected`."""
        from mdnet.adapters.vault import create

        create.delete_created(self._root, path, expected)

    def clean_temporaries(self) -> tuple[Problem, ...]:
        """Remove what a killed process left behind; a text that is nowhere else becomes a conflict copy."""
        from mdnet.adapters.vault import temporaries, writing

        problems: list[Problem] = []
        with writing.alone(self._root):
            for folder, names, _ in os.walk(self._root):
                names[:] = [name for name in names if name not in _NEVER_WRITTEN and PREFIX not in name]
                below = "" if folder == self._root else os.path.relpath(folder, self._root).replace(os.sep, "/")
                problems += temporaries.clean(self._root, below)
        return tuple(sorted(problems))

    def _check_new(self, path: str) -> None:
        """Raise unless the name is safe and no note has it, whatever its case or Unicode form."""
        parts = path.split("/")
        folder = self._root
        existing = 0
        while existing < len(parts) - 1 and paths.is_inside(path):
            folder = os.path.join(folder, parts[existing])
            if not os.path.isdir(folder):
                break
            existing += 1
        paths.check_new(path, existing)
        if existing < len(parts) - 1:
            return
        wanted = paths.folded(parts[-1])
        try:
            twins = [name for name in os.listdir(folder) if paths.folded(name) == wanted]
        except OSError as error:
            from mdnet.adapters.vault.writing import refusal

            raise refusal(path, error) from error
        if twins:
            raise WriteRefusedError(f"{readable(path)}: not made, {readable(min(twins))!r} is there already")


_MOMENT = 0.02
"""Seconds; a program that reads, changes and saves a note takes far less between its reading and its saving."""

_TYPING = 3.0
"""Seconds for which the save of somebody who was typing while we wrote is waited for, at most."""

_SAVED = 0.1
"""Seconds without a touch after which a save is taken to be complete."""

_NEVER_WRITTEN = frozenset({".git", ".obsidian", ".trash", ".stversions", ".stfolder"})
