"""The copies that sync tools make when two devices changed one note: compared, and merged where that is safe."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mdnet.app.merged_copies import keep, merged_copies, put_back
from mdnet.app.writing import refresh, writer
from mdnet.core.conflict_merge import Merged, merge
from mdnet.core.conflicts import tells_of_markers
from mdnet.core.diff import unified
from mdnet.core.store import UnreadableError
from mdnet.core.values import dataclass
from mdnet.errors import NotFoundError, WriteRefusedError

if TYPE_CHECKING:
    from datetime import date

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
        kept = keep(work, pair.copy, pair.copy_data, written.id or before)
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


def bring_back(work: Workspace, groups: set[str] | None = None) -> tuple[str, ...]:
    """Put the copies back whose merging was taken back; `groups` are the ids of the writes that were undone, None:
    all that the journal says so of. Returns their paths. What has been made there since is not touched."""
    if groups is None:
        groups = {item.id for item in writer(work).log() if item.state == "undone"}
    back = []
    for copy in merged_copies(work):
        if copy.group and copy.group in groups:
            with suppress(WriteRefusedError):
                put_back(work, copy)
                back.append(copy.path)
    if back:
        refresh(work, *back)
    return tuple(back)


def restore(work: Workspace, path: str) -> str:
    """Put one copy back that was merged, the last of that name. Raises NotFoundError, WriteRefusedError."""
    copies = merged_copies(work)
    for copy in copies:
        if copy.path == path:
            put_back(work, copy)
            refresh(work, path)
            return path
    known = ", ".join(sorted({copy.path for copy in copies})) or "none"
    raise NotFoundError(f"no copy called {path!r} was merged (merged copies: {known})")
