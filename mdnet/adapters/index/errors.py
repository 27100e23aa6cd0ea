"""SQLite's errors as what they mean to a user."""

from __future__ import annotations

import functools
import sqlite3
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from mdnet.errors import IndexUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T", bound=type)

_DAMAGE = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT))
_BUSY = frozenset((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED))


class UnusableError(Exception):
    """The file is no index of this version and these settings."""


class DamagedIndexError(IndexUnavailableError):
    """The index is not what was written; it must be made anew."""


class IndexBusyError(IndexUnavailableError):
    """Another process has been writing for longer than one waits."""


def is_damage(error: BaseException) -> bool:
    """True where the index itself is wrong, and not the disk, the rights, or another process."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, UnusableError) or (code is not None and code & 0xFF in _DAMAGE)


def said(error: sqlite3.Error) -> IndexUnavailableError:
    """`error` as one of ours."""
    if is_damage(error):
        return DamagedIndexError(f"the index is damaged ({error}); 'mdnet index --rebuild' makes it anew")
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _BUSY:
        return IndexBusyError("the index is being written by another mdnet; try again in a moment")
    return IndexUnavailableError(f"the index cannot be used: {error}")


def guarded(cls: T) -> T:
    """Let the public methods of a class raise our errors for SQLite's."""
    for name, method in list(vars(cls).items()):
        if not name.startswith("_") and isinstance(method, FunctionType):
            setattr(cls, name, _guard(method))
    return cls


def _guard(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except sqlite3.Error as error:
            raise said(error) from error

    return call
