"""The copies that sync tools make when two devices changed one note: compared, and merged where that is safe."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from mdnet.adapters.config import vault_key
from mdnet.app.writing import refresh, writer
from mdnet.core.conflict_merge import Merged, merge
from mdnet.core.conflicts import tells_of_markers
from mdnet.core.diff import unified
from mdnet.core.hashing import blake2b
from mdnet.core.store import UnreadableError
from mdnet.core.values import dataclass
from mdnet.errors import NotFoundError, WriteRefusedError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Problem

COMMAND = "conflicts"
_ALONE = Merged(refusal="only the copy is there: rename it")


@dataclass(frozen=True, slots=True)
class Pair:
    """A copy and its original. `original_there` is False where only the copy is left."""

    copy: str
    original: str
    original_there: bool
    diff: str = ""
    merged: Merged = _ALONE
    old: bytes = b""
    copy_data: bytes = b""


@dataclass(frozen=True, slots=True)
class Done:
    """What was merged: the lines that the original gained; `id` is for `mdnet undo`, "" where it gained none."""

    copy: str
    original: str
    added: int
    id: str


def find_pairs(work: Workspace, today: date) -> list[Pair]:
    """All copies in the vault, each with its original and what would come of merging them."""
    return [compare(work, copy, original, today) for copy, original in work.vault.scan(work.settings).conflicts]


def compare(work: Workspace, copy: str, original: str, today: date) -> Pair:
    """A copy and its original as they are now."""
    try:
        copy_data = work.vault.read(copy)[0]
    except UnreadableError as error:
        return Pair(copy, original, original_there=True, merged=Merged(refusal=error.message))
    try:
        old = work.vault.read(original)[0]
    except UnreadableError:
        return Pair(copy, original, original_there=False, copy_data=copy_data)
    merged = merge(original, old, copy_data, work.settings, today)
    return Pair(copy, original, True, unified(original, old, copy_data, new_path=copy), merged, old, copy_data)


def marked_notes(work: Workspace) -> list[Problem]:
    """The notes that hold the markers of a merge. The index must be up to date."""
    return [problem for problem in work.index.problems() if tells_of_markers(problem)]


def merge_pair(work: Workspace, pair: Pair) -> Done:
    """Write the merged text into the original and take the copy away, into the state folder.

    Raises WriteRefusedError with both files as they were where it is not safe, or where either has changed since.
    """
    if pair.merged.refusal:
        raise WriteRefusedError(f"{pair.copy}: not merged, {pair.merged.refusal}")
    pen = writer(work)
    written = pen.edit(pair.original, pair.old, pair.merged.data, COMMAND)
    try:
        # What this copy says may be in the original only since another was merged: taking that back brings back both.
        done = (item for item in pen.log() if item.command == COMMAND and item.state == "done")
        before = next((item.id for item in done if pair.original in item.paths), "")
        kept = _keep(work, pair, written.id or before)
        try:
            work.vault.delete_created(pair.copy, pair.copy_data)
        except WriteRefusedError:
            kept.unlink()
            raise
    except WriteRefusedError:
        if written.id:
            pen.undo(written.id)
        raise
    refresh(work, pair.original, pair.copy)
    return Done(pair.copy, pair.original, pair.merged.added, written.id)


def kept_folder(work: Workspace) -> Path:
    """Where copies lie that were merged."""
    return work.folders.state / f"{vault_key(work.root)}.merged"


def _keep(work: Workspace, pair: Pair, group: str) -> Path:
    """Put the copy aside, on the disk, before it is taken out of the vault. Returns where it lies."""
    folder = kept_folder(work)
    entry = json.dumps({"path": pair.copy, "group": group}).encode()
    name = blake2b(entry + b"\n" + pair.copy_data, digest_size=8).hexdigest()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(entry + b"\n" + pair.copy_data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise WriteRefusedError(f"{folder}: the copy cannot be kept there ({error.strerror}), so it stays") from error
    return folder / name


def bring_back(work: Workspace, groups: set[str] | None = None) -> tuple[str, ...]:
    """Put the copies back whose merging was taken back; `groups` are the ids of the writes that were undone, None:
    all that the journal says so of. Returns their paths. What has been made there since is not touched."""
    if groups is None:
        groups = {item.id for item in writer(work).log() if item.state == "undone"}
    back = []
    for kept in _kept(work):
        path, group, data = _read(kept)
        if group and group in groups and _put_back(work, path, data):
            kept.unlink()
            back.append(path)
    if back:
        refresh(work, *back)
    return tuple(back)


def restore(work: Workspace, path: str) -> str:
    """Put one copy back that was merged, the last of that name. Raises NotFoundError, WriteRefusedError."""
    for kept in _kept(work):
        found, _, data = _read(kept)
        if found == path:
            work.vault.create(path, data)
            kept.unlink()
            refresh(work, path)
            return path
    known = ", ".join(sorted({_read(kept)[0] for kept in _kept(work)})) or "none"
    raise NotFoundError(f"no copy called {path!r} was merged (merged copies: {known})")


def _kept(work: Workspace) -> list[Path]:
    folder = kept_folder(work)
    try:
        files = [path for path in folder.iterdir() if path.is_file()]
    except FileNotFoundError:
        return []
    return sorted(files, key=lambda path: path.stat().st_mtime_ns, reverse=True)


def _read(kept: Path) -> tuple[str, str, bytes]:
    head, _, data = kept.read_bytes().partition(b"\n")
    try:
        said = json.loads(head)
        return str(said["path"]), str(said["group"]), data
    except (ValueError, KeyError, TypeError):
        return "", "", data


def _put_back(work: Workspace, path: str, data: bytes) -> bool:
    try:
        work.vault.create(path, data)
    except WriteRefusedError:
        return False
    return True
