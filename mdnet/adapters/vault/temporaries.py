"""The temporary files beside a note that is being written, and what to make of them after a crash.

- `.mdnet-RAND`: a text being written down. Nobody's but ours: removed.
- `.mdnet-RAND-NAME-OLD-NEW`: complete, and about to trade places with the note; NAME, OLD and NEW are hashes of the
  note's name, of the text it is to replace and of the new text. After the exchange it holds what was swapped out: OLD
  nearly always. Anything else is what the user saved in that very moment, and may be nowhere else.
- `.mdnet-RAND.d/`: a folder in which a note is looked at before it is deleted.
- `.mdnet-bak-NAME`: the last text of a note, kept for a week where names cannot be exchanged.
"""

# ruff: noqa: PTH105, PTH106, PTH108, PTH118

from __future__ import annotations

import contextlib
import os
import re
import stat
import time

from mdnet.adapters.vault import attributes, exchange
from mdnet.adapters.vault.read import READ_FLAGS
from mdnet.adapters.vault.scan import BACKUP_SECONDS, PREFIX, readable
from mdnet.core.hashing import blake2b
from mdnet.core.model import Problem
from mdnet.core.values import dataclass

_READY = re.compile(r"\.mdnet-[0-9a-f]{8}-(?P<name>[0-9a-f]{8})-(?P<old>[0-9a-f]{16})-(?P<new>[0-9a-f]{16})")
_PARTIAL = re.compile(r"\.mdnet-[0-9a-f]{8}")
_FOLDER = re.compile(r"\.mdnet-[0-9a-f]{8}\.d")
_BACKUP = re.compile(r"\.mdnet-bak-[0-9a-f]{8}")

_MAX_STEM_BYTES = 180  # leaves room for what is added


def _hash(data: bytes, length: int) -> str:
    return blake2b(data, digest_size=length // 2).hexdigest()


def text_hash(data: bytes) -> str:
    """A note's text in 16 hexadecimal digits."""
    return _hash(data, 16)


def partial(folder: str) -> str:
    """A new name in `folder` for a text being written down."""
    return os.path.join(folder, f"{PREFIX}{os.urandom(4).hex()}")


def ready(full: str, old: bytes, new: bytes) -> str:
    """A new name beside the note at `full` for a text about to take its place."""
    folder, name = os.path.split(full)
    hashes = f"{_hash(os.fsencode(name), 8)}-{text_hash(old)}-{text_hash(new)}"
    return os.path.join(folder, f"{PREFIX}{os.urandom(4).hex()}-{hashes}")


def backup(full: str) -> str:
    """Where the last text of the note at `full` is kept when names cannot be exchanged."""
    folder, name = os.path.split(full)
    return os.path.join(folder, f"{PREFIX}bak-{_hash(os.fsencode(name), 8)}")


def clean(root: str, folder: str) -> list[Problem]:
    """Clean one folder of the vault at `root`, subfolders aside. No other mdnet may be writing."""
    full_folder = f"{root}/{folder}" if folder else root
    try:
        names = os.listdir(full_folder)
    except OSError:
        return []  # a scan reports it
    problems = []
    for name in names:
        if name.startswith(PREFIX):
            try:
                kept = _clean_one(full_folder, name, names)
            except OSError as error:
                path = f"{folder}/{name}" if folder else name
                problems.append(Problem(readable(path), 0, f"cannot be cleaned up: {error.strerror}"))
            else:
                if kept:
                    path = readable(f"{folder}/{kept}" if folder else kept)
                    problems.append(Problem(path, 0, "was being saved when mdnet was killed: compare, then delete it"))
    return problems


def _clean_one(folder: str, name: str, names: list[str]) -> str:
    """Deal with one leftover; returns the name of a file that was made of it, or ""."""
    full = os.path.join(folder, name)
    if _PARTIAL.fullmatch(name):
        os.unlink(full)
    elif _BACKUP.fullmatch(name):
        if time.time() - os.lstat(full).st_ctime > BACKUP_SECONDS:
            os.unlink(full)
    elif _FOLDER.fullmatch(name):
        return _clean_folder(folder, full)
    elif found := _READY.fullmatch(name):
        return _Leftover(folder, full, found["name"], found["old"], found["new"]).settle(names)
    return ""


def _clean_folder(folder: str, inner: str) -> str:
    """A note that was about to be deleted goes back to where it was."""
    kept = ""
    for name in os.listdir(inner):
        try:
            exchange.move_new(os.path.join(inner, name), os.path.join(folder, name))
        except FileExistsError:
            kept = put_aside(os.path.join(inner, name), folder, name)
    os.rmdir(inner)
    return kept


@dataclass(frozen=True, slots=True)
class _Leftover:
    """A `.mdnet-RAND-NAME-OLD-NEW`."""

    folder: str
    full: str
    name_hash: str
    old: str
    new: str

    def settle(self, names: list[str]) -> str:
        """Remove it, undo the exchange, or make a conflict copy of it (and return its name)."""
        text = contents(self.full)
        if text is not None and text_hash(text) in (self.old, self.new):
            if not is_being_written(self.full):
                os.unlink(self.full)
            return ""
        note = next((n for n in names if _hash(os.fsencode(n), 8) == self.name_hash), "")
        now = contents(os.path.join(self.folder, note)) if note else None
        if now is not None and text_hash(now) == self.new:
            os.replace(self.full, os.path.join(self.folder, note))  # the user's save goes back where it was made
            exchange.sync_folder(self.folder)
            return ""
        if text is not None and now is not None and holds(now, text):
            os.unlink(self.full)
            return ""
        return put_aside(self.full, self.folder, note or "Recovered.md")


def is_being_written(full: str) -> bool:
    """Whether a program has the file open for writing; False where that cannot be known, and where it is gone."""
    try:
        handle = os.open(full, READ_FLAGS)
    except OSError:
        return False
    try:
        return attributes.Lease(handle).taken is False
    finally:
        os.close(handle)


def holds(longer: bytes, shorter: bytes) -> bool:
    """Whether all of one text's lines stand in another in the same order, which then was saved after it."""
    left = iter(longer.split(b"\n"))
    return longer.startswith(shorter) or all(line in left for line in shorter.split(b"\n"))


def put_aside(full: str, folder: str, name: str) -> str:
    """Give the file at `full` the name of a conflict copy of the note `name`; returns that name."""
    stem = name[:-3]
    while len(os.fsencode(stem)) > _MAX_STEM_BYTES:
        stem = stem[:-1]
    for n in range(100):
        when = time.strftime("%Y%m%d%H%M", time.localtime())
        copy = f"{stem} (conflicted copy kept by mdnet{f' {n + 1}' if n else ''} {when}).md"
        with contextlib.suppress(FileExistsError):
            exchange.move_new(full, os.path.join(folder, copy))
            exchange.sync_folder(folder)
            return copy
    raise FileExistsError(17, "too many conflict copies", full)


def contents(full: str) -> bytes | None:
    """The bytes of a regular file; None for anything else."""
    try:
        handle = os.open(full, READ_FLAGS)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read()
    except OSError:
        return None
    finally:
        os.close(handle)
