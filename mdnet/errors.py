"""What mdnet cannot go on with: each error has an exit code and a message that says what to do.

A problem in a user's text is never an exception: it is a `core.model.Problem`, collected and shown.
"""

from __future__ import annotations


class MdnetError(Exception):
    """Base of all errors that a command reports in one line; `exit_code` is the process's exit status."""

    exit_code = 1


class ConfigError(MdnetError):
    """`mdnet.toml` or the user's own configuration is wrong; the message names file and line."""

    exit_code = 3


class VaultNotFoundError(MdnetError):
    """No vault was named or found, or the folder is not there."""

    exit_code = 4


class NotFoundError(MdnetError):
    """No person, need or match answers to what was asked for."""

    exit_code = 5


class AmbiguousError(MdnetError):
    """Several answer to what was asked for; `candidates` lists them."""

    exit_code = 6

    def __init__(self, message: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.candidates = candidates


class WriteRefusedError(MdnetError):
    """A write was not made and the file is as it was: it changed meanwhile, is busy, read-only, ..."""

    exit_code = 7


class BusyError(WriteRefusedError):
    """The file is being written by somebody else right now; trying again later may succeed."""


class UndoRefusedError(WriteRefusedError):
    """The change cannot be taken back exactly, so it was not taken back at all."""


class IndexUnavailableError(MdnetError):
    """The index cannot be opened, written or rebuilt."""

    exit_code = 8


class TemplateError(MdnetError):
    """A user's template failed; the message names template file and line."""

    exit_code = 9


class AlreadyRunningError(MdnetError):
    """Another daemon watches this vault."""

    exit_code = 10


class UnsafeTextError(MdnetError):
    """Text or a name that cannot be written without breaking the line it would stand in."""

    exit_code = 11
