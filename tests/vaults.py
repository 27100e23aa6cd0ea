"""Folders for tests of real files, outside /tmp, where vim and emacs would leave out their backups."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mdnet.adapters.vault import Vault
from mdnet.core.model import Stamp
from mdnet.errors import WriteRefusedError

ROOT = Path(__file__).resolve().parent.parent / ".test-tmp"
NOBODY = 65534


@contextlib.contextmanager
def new_folder() -> Iterator[Path]:
    """An empty folder, gone afterwards."""
    ROOT.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=ROOT))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for path, names, _ in os.walk(folder):
            for name in names:
                with contextlib.suppress(OSError):
                    os.chmod(os.path.join(path, name), 0o755)
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            ROOT.rmdir()


@contextlib.contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """As a user without special rights, to whom the folder belongs: root may read and write anything."""
    if os.geteuid() != 0:
        yield
        return
    for path, names, files in os.walk(folder):
        for name in [".", *names, *files]:
            os.chown(os.path.join(path, name), NOBODY, NOBODY, follow_symlinks=False)
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def leftovers(folder: Path) -> list[str]:
    """Temporary files of mdnet anywhere below the folder."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob(".mdnet-*"))


def replace(note: Path, old: bytes = b"old\n", new: bytes = b"new\n", quiet: float = 0) -> Stamp:
    """Write a note in the folder of its own."""
    return Vault(note.parent).replace(note.name, old, new, quiet=quiet)


def refused(
    note: Path,
    match: str,
    error: type[WriteRefusedError] = WriteRefusedError,
    *,
    old: bytes = b"old\n",
    new: bytes = b"new\n",
) -> None:
    """The write is refused, saying so, and everything is as it was."""
    before = note.read_bytes()
    with pytest.raises(error, match=match):
        replace(note, old, new)
    assert note.read_bytes() == before
    assert [name for name in leftovers(note.parent) if "bak" not in name] == []
