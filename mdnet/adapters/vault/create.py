"""Make a note that is not there yet, and take it away again while it is still as it was made."""

# ruff: noqa: PTH102, PTH104, PTH106, PTH108, PTH112, PTH118, PTH120

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from mdnet.adapters.vault import editors, exchange, temporaries
from mdnet.adapters.vault.read import READ_FLAGS
from mdnet.adapters.vault.replace import Replacement
from mdnet.adapters.vault.scan import readable, stamp_of
from mdnet.adapters.vault.writing import alone, refusal, removed_on_error, target_of, unless_touched, write_file
from mdnet.errors import BusyError, WriteRefusedError

if TYPE_CHECKING:
    from mdnet.core.model import Stamp


def create(root: str, path: str, data: bytes) -> Stamp:
    """Make a note that is not there yet, complete from the first moment: see `core.store.Store.create`."""
    full = target_of(root, path)
    made: list[str] = []
    try:
        with alone(root):
            try:
                _make_folders(root, os.path.dirname(full), made)
                return _create(path, full, data)
            except BaseException:
                for folder in reversed(made):
                    with contextlib.suppress(OSError):
                        os.rmdir(folder)
                raise
    except OSError as error:
        raise refusal(path, error) from error


def _make_folders(root: str, folder: str, made: list[str]) -> None:
    missing = []
    while folder != root and not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for one in reversed(missing):
        with contextlib.suppress(FileExistsError):
            os.mkdir(one)
            made.append(one)


def _create(path: str, full: str, data: bytes) -> Stamp:
    folder = os.path.dirname(full)
    temporary = temporaries.partial(folder)
    with removed_on_error(temporary):
        written = write_file(temporary, data, 0o666)
        try:
            exchange.move_new(temporary, full)
        except FileExistsError as error:
            raise WriteRefusedError(f"{readable(path)}: not made, it is there already") from error
        except PermissionError:  # neither a rename to a free name nor hard links here
            written = _create_in_place(path, full, data)
            os.unlink(temporary)
    exchange.sync_folder(folder)
    return stamp_of(unless_touched(full, written))


def _create_in_place(path: str, full: str, data: bytes) -> os.stat_result:
    try:
        return write_file(full, data, 0o666)
    except FileExistsError as error:
        raise WriteRefusedError(f"{readable(path)}: not made, it is there already") from error
    except OSError:
        os.unlink(full)
        raise


def delete_created(root: str, path: str, expected: bytes) -> None:
    """Delete a note that still holds just what mdnet wrote: see `core.store.Store.delete_created`."""
    full = target_of(root, path)
    if editor := editors.unsaved(full):
        raise BusyError(f"{readable(path)}: not deleted, {editor} holds unsaved text of it; save it there first")
    folder, name = os.path.split(full)
    aside = f"{temporaries.partial(folder)}.d"
    try:
        with alone(root):
            removal = Replacement(path, full, expected, b"")
            note = os.open(full, READ_FLAGS)
            try:
                removal.before = os.fstat(note)
                removal.check_allowed()
                removal.check_unchanged(note)
            finally:
                os.close(note)
            os.mkdir(aside, 0o700)
            moved = os.path.join(aside, name)
            try:
                os.rename(full, moved)
                if not removal.is_done_with(moved, expected, removal.before):
                    try:
                        exchange.move_new(moved, full)
                    except FileExistsError:
                        temporaries.put_aside(moved, folder, name)
                    raise removal.changed()
                os.unlink(moved)
            finally:
                with contextlib.suppress(OSError):
                    os.rmdir(aside)
            exchange.sync_folder(folder)
    except OSError as error:
        raise refusal(path, error) from error
