"""What any store of notes promises: the folder on disk (`adapters.vault`) and its twin in memory for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mdnet.core.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mdnet.core.model import Problem, Stamp
    from mdnet.core.settings import Settings


class UnreadableError(OSError):
    """A note cannot be read; `path` says which, `message` why and what to do, fit for a `Problem`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class GoneError(UnreadableError):
    """The note is not there any more."""


class UnsettledError(UnreadableError):
    """The note was being written each time it was read: try again in a moment."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What a look at the folder found. Paths are relative to the vault, with `/`."""

    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    """Every note that is to be read."""
    problems: tuple[Problem, ...] = ()
    unlisted: tuple[str, ...] = ()
    """Folders that could not be listed: nothing is known of what lies below them."""
    conflicts: tuple[tuple[str, str], ...] = ()
    """Copies made by sync tools, each with the path of its original (which may be gone)."""
    only: tuple[str, ...] | None = None
    """The files and folders looked at; None: all of the vault."""
    links: bool = False
    """Whether there are symbolic links to notes or folders."""
    leftovers: bool = False
    """Whether a killed process has left temporary files behind: call `clean_temporaries`."""


class Store(Protocol):
    """Notes by path. Every refusal leaves the note as it was and is a `WriteRefusedError` that says what to do."""

    def scan(self, settings: Settings, only: Iterable[str] | None = None) -> Scan:
        """The notes there are; with `only`, those at or below the named files and folders.

        Raises `VaultNotFoundError` where the vault itself cannot be listed.
        """

    def read(self, path: str, limit: int | None = None, seen: Stamp | None = None) -> tuple[bytes, Stamp]:
        """The note's bytes (the first `limit`; more are there where `stamp.size` is larger) and its stamp.

        `seen` is the stamp that a scan has just found, which may save a look. Raises `UnreadableError`.
        """

    def replace(self, path: str, old: bytes, new: bytes, *, quiet: float = 0.1) -> Stamp:
        """Put `new` in the place of `old`, once nobody has touched the note for `quiet` seconds."""

    def saved_over(self, path: str, stamp: Stamp) -> bytes | None:
        """What the note says if somebody saved it in the moment after it was written with `stamp`; else None.

        An editor that had read the note just before knows nothing of the write, and its save undoes it.
        """

    def create(self, path: str, data: bytes) -> Stamp:
        """Make a new note, and the folders it needs. Raises `UnsafeTextError` for a name that is not safe."""

    def delete_created(self, path: str, expected: bytes) -> None:
        """Delete a note that holds nothing but `expected`."""

    def clean_temporaries(self) -> tuple[Problem, ...]:
        """Remove what a killed process left behind; a text that is nowhere else becomes a conflict copy."""
