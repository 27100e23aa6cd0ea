"""Taking writes back, with the ticks that they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.app.conflicts import bring_back
from mdnet.app.pages import read_pages
from mdnet.app.writing import refresh, writer
from mdnet.core import lines
from mdnet.core.carry_out import unticked
from mdnet.core.page import PageForm, read
from mdnet.core.taken_ticks import taken_ticks, unmarked_ticks
from mdnet.errors import NotFoundError, UndoRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mdnet.adapters.writer import Writer, Written
    from mdnet.app.workspace import Workspace

UNTICK = "untick"
REVIEW = "review"
NOT_ASKED_FOR = (REVIEW, UNTICK)
"""Commands in the log that 'undo' passes over: what they did is written anew or goes with another write."""


def undo(work: Workspace, item: str | None, *, dry_run: bool = False) -> tuple[Written, ...]:
    """Take back the last write, or that of an id, exactly; a tick that it came from is taken back as well. Tells of
    pages that were written since, which are passed over.

    Raises NotFoundError, WriteRefusedError with everything as it was.
    """
    pen = writer(work, dry_run=dry_run)
    pen.recover()  # so that the log says what there is
    wanted, *older = [item] if item else _open_to_the_user(work, pen)
    try:
        taken = pen.undo(wanted, lambda taken: _with_ticks(work, taken), UNTICK)
    except UndoRefusedError as error:
        if not older:
            raise
        raise UndoRefusedError(
            f"{error}; an older change is taken back by 'mdnet undo ID', with an id from 'mdnet log'"
        ) from error
    if dry_run:
        return taken
    refresh(work, *(written.path for written in taken))
    bring_back(work, {written.id for written in taken})
    return taken


def _with_ticks(work: Workspace, taken: Sequence[Written]) -> dict[str, Callable[[bytes], bytes]]:
    """How the pages change along with what is taken back: who finds the box ticked carries it out again."""
    paths = {row.path for row in work.index.notes("review")}
    ids = taken_ticks(written.diff for written in taken if written.path not in paths)
    ids |= unmarked_ticks(written.diff for written in taken if written.path in paths)

    def without(data: bytes) -> bytes:
        return unticked(data, ids) if _answers(read(lines.decode(data)[0]), ids) else data

    return {path: without for path, page in (read_pages(work) if ids else ()) if _answers(page, ids)}


def _answers(page: PageForm, ids: set[str]) -> bool:
    return any(tick.id in ids and tick.answer for tick in page.ticks)


def _open_to_the_user(work: Workspace, pen: Writer) -> list[str]:
    """What a command or a tick asked for, the last write first: a page written anew is nothing to take back."""
    done = [entry for entry in pen.log() if entry.state == "done"]
    found = [entry.id for entry in done if entry.command not in NOT_ASKED_FOR]
    newer = next((at for at, entry in enumerate(done) if entry.id in found), len(done))
    page = next((entry for entry in done[:newer] if entry.command == REVIEW), None)
    where = f"{', '.join(page.paths)}; 'mdnet undo {page.id}' takes that back" if page else ""
    if not found:
        raise NotFoundError(f"There is nothing to undo{f' but a review page ({where})' if where else '.'}")
    if where and work.notice is not None:
        work.notice(f"passed over a review page, which was written since ({where})")
    return found
