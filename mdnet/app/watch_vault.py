"""The vault as the daemon sees it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from mdnet.adapters.vault import Vault
from mdnet.core import conflicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mdnet.core.model import Problem, Stamp
    from mdnet.core.settings import Settings
    from mdnet.core.store import Scan


_OF_DATES = frozenset("0123456789-")


class WatchedVault(Vault):
    """A vault that remembers which notes may be conflict copies of which, whether or not they are at present, and that
    does not let go of a write in the middle."""

    def __init__(self, root: Path | str) -> None:
        super().__init__(root)
        self.copies: dict[str, set[str]] = {}
        self.links = False
        """Whether there are symbolic links: what one is worth depends on the notes they lead to, and on the others."""
        self.leftovers = False
        self._new_copies: set[str] = set()
        self._new_links = False
        self.writing = 0
        """Above 0 while a file is being written, which is not to be interrupted."""
        self.stop_asked = False

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        self.writing += 1
        try:
            if self.stop_asked:
                raise KeyboardInterrupt
            yield
        finally:
            self.writing -= 1
        if self.stop_asked and not self.writing:
            raise KeyboardInterrupt

    def replace(self, path: str, old: bytes, new: bytes, *, quiet: float = 0.1) -> Stamp:
        """As any vault."""
        with self._undisturbed():
            return super().replace(path, old, new, quiet=quiet)

    def create(self, path: str, data: bytes) -> Stamp:
        """As any vault."""
        with self._undisturbed():
            return super().create(path, data)

    def delete_created(self, path: str, expected: bytes) -> None:
        """As any vault."""
        with self._undisturbed():
            super().delete_created(path, expected)

    def clean_temporaries(self) -> tuple[Problem, ...]:
        """As any vault."""
        with self._undisturbed():
            return super().clean_temporaries()

    def scan(self, settings: Settings, only: Iterable[str] | None = None) -> Scan:
        """As any vault."""
        found = super().scan(settings, only)
        copies = set(may_be_copies(found))
        if only is None:
            self.begin_survey()
            self.surveyed((), links=found.links, leftovers=found.leftovers)
        self.links = self.links or found.links
        self._new_links = self._new_links or found.links
        self._new_copies |= copies
        self._remember(copies)
        return found

    def begin_survey(self) -> None:
        """All of the vault will be scanned, by another process; what is found here meanwhile counts as well."""
        self._new_copies, self._new_links = set(), False

    def surveyed(self, copies: Iterable[str], *, links: bool, leftovers: bool) -> None:
        """What that has found."""
        self.copies = {}
        self._remember(self._new_copies.union(copies))
        self.links = links or self._new_links
        self.leftovers = leftovers

    def _remember(self, copies: Iterable[str]) -> None:
        for path in copies:
            for original in possible_originals(path):
                self.copies.setdefault(original, set()).add(path)


def may_be_copies(scan: Scan) -> Iterator[str]:
    """The notes in `scan` that are called as conflict copies are."""
    for path in (*scan.stamps, *(copy for copy, _ in scan.conflicts)):
        if conflicts.suspicious(path[path.rfind("/") + 1 :]):
            yield path


def possible_originals(path: str) -> set[str]:
    """The notes that `path` would be a conflict copy of, if they were there."""
    cut = path.rfind("/") + 1
    if set(path[cut:-3]) <= _OF_DATES:
        return set()  # of these there are many, and no tool makes a copy's name of nothing else
    asked = _Asked()
    found = conflicts.classify(path[cut:], asked)
    return {path[:cut] + name for name in (*asked.names, *((found.original,) if found else ()))}


class _Asked:
    """A folder that holds nothing, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __contains__(self, name: object) -> bool:
        self.names.append(str(name))
        return False
