"""The user's editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

from mdnet.errors import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

FALLBACKS = ("nano", "vim", "vi", "notepad")


def open_in_editor(path: Path) -> None:
    """Open a file in `$VISUAL`, `$EDITOR` or the first editor that is there, and wait until it is closed.

    The command is split as a shell would, and run without one: no name of a note can be a command.
    """
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    words = shlex.split(named, posix=os.name != "nt") if named.strip() else []
    if not words:
        words = [editor for editor in FALLBACKS if shutil.which(editor)][:1]
    if not words:
        raise NotFoundError("no editor is known: set EDITOR to the one you use")
    try:
        done = subprocess.run([*words, str(path.absolute())], check=False)
    except OSError as error:
        raise NotFoundError(f"the editor '{words[0]}' cannot be started: {error.strerror}") from error
    if done.returncode:
        raise NotFoundError(f"the editor '{words[0]}' ended with an error ({done.returncode})")
