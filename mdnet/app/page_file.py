"""Where a page for the browser goes: mdnet's own folder, or the file that the user names, if nothing is lost by it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mdnet.adapters.outfile import write_file
from mdnet.core.html_policy import is_page
from mdnet.errors import WriteRefusedError

if TYPE_CHECKING:
    from mdnet.app.workspace import Workspace

FOLDER = "pages"
_BEGINNING = 1024  # bytes, by which a page is known
_NOTES = (".md", ".markdown")


def pages_folder(work: Workspace) -> Path:
    """Where this vault's pages lie, unless the user names a file."""
    return work.folders.state / FOLDER / work.key


def put_page(work: Workspace, page: str, name: str, out: Path | None) -> Path:
    """Write a page to `out`, else as `name` into the user's own state folder, readable by its owner alone.

    Raises WriteRefusedError where `out` is a note, or anything else that is not an earlier page: no journal could
    bring that back. A symbolic link stays one; what it leads to is written.
    """
    if out is None:
        path = pages_folder(work) / name
        write_file(path, page)
        return path
    real = Path(os.path.realpath(out))
    if real.suffix.casefold() in _NOTES and real.is_relative_to(os.path.realpath(work.root)):
        raise WriteRefusedError(f"{out} would be a note, and this is a page for the browser: name a file with .html")
    try:
        with open(real, "rb") as file:
            there = file.read(_BEGINNING)
    except FileNotFoundError:
        there = b""
    except OSError as error:
        raise WriteRefusedError(f"{out} cannot be written: {error.strerror or error}") from error
    if there and not is_page(there):
        raise WriteRefusedError(f"{out} is there already and no page of mdnet's; delete it first, or name another file")
    write_file(real, page)
    return out
