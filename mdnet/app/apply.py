"""Carrying out the ticks on the review pages, each once, and taking writes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.app import kept
from mdnet.app.conflicts import bring_back
from mdnet.app.passages import Reader
from mdnet.app.writing import Change, refresh, writer
from mdnet.core import inline, lines, writeback
from mdnet.core.carry_out import Step, plan, unticked, with_done_mark
from mdnet.core.identity import passage_id
from mdnet.core.model import Problem
from mdnet.core.page import PageForm, read
from mdnet.core.store import UnreadableError
from mdnet.core.taken_ticks import taken_ticks, unmarked_ticks
from mdnet.core.values import dataclass
from mdnet.core.writeback import Entry
from mdnet.errors import MdnetError, NotFoundError, UndoRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from mdnet.adapters.writer import Writer, Written
    from mdnet.app.workspace import Workspace

FORM = 2
"""To be raised with every change of what a tick asks for, or of what is said of it."""
_KEPT = "ticks"
COMMAND = "apply"
UNTICK = "untick"
REVIEW = "review"
NOT_ASKED_FOR = (REVIEW, UNTICK)
"""Commands in the log that 'undo' passes over: what they did is written anew or goes with another write."""
RECENT_PAGES = 3
"""Ticks on older pages whose need is gone are history and not worth a word."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of the ticks."""

    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Ticks that could not be carried out, with the page and the line."""


def read_pages(work: Workspace) -> list[tuple[str, PageForm]]:
    """All review pages, the oldest week first."""
    pages = []
    for row in work.index.notes("review"):
        try:
            data, _ = work.vault.read(row.path)
        except UnreadableError:
            continue
        pages.append((row.path, read(lines.decode(data)[0])))
    return sorted(pages, key=lambda page: (page[1].week, page[0]))


def apply_ticks(work: Workspace, today: date, *, dry_run: bool = False) -> Applied:
    """Carry out every tick that is not carried out yet. What is refused stays a tick, and is a problem.

    The index must be up to date. Applying twice is applying once: the id in the log line (else a mark on the page)
    remembers it.
    """
    index = work.index
    key = kept.key_of(FORM, index.generation())
    settled = kept.recall(index, _KEPT, key)
    if isinstance(settled, list):
        return Applied(problems=tuple(Problem(*row) for row in settled))
    pages = read_pages(work)
    steps, lost = plan(pages, index.network())
    recent = {path for path, _ in pages[-RECENT_PAGES:]}
    problems = [Problem(item.page, item.line, item.message) for item in lost if item.page in recent]
    if not steps:
        kept.keep(index, _KEPT, key, [(problem.path, problem.line, problem.message) for problem in problems])
        return Applied(problems=tuple(problems))
    changes: list[Change] = []
    pen = writer(work, dry_run=dry_run)
    with pen.group(COMMAND):
        for step in steps:
            try:
                changes += _carry_out(work, pen, step, today)
            except MdnetError as error:
                problems.append(Problem(step.page, step.tick.line, str(error)))
    if not dry_run:
        refresh(work, *(change.path for change in changes))
    return Applied(tuple(changes), tuple(problems))


def _carry_out(work: Workspace, pen: Writer, step: Step, today: date) -> list[Change]:
    """Write one step. What remembers it comes last, so that a crash in between is made good the next time."""
    changes: list[Change] = []
    need, person = step.need, step.person
    day = step.tick.done or today
    if need is not None and step.state is not None:
        state = step.state
        written = pen.change(
            need.path,
            lambda data: writeback.set_state(data, need, person, state, day, work.settings),
            COMMAND,
        )
        _note(changes, written, f"{need.person}: {need.text} ({state})")
    if step.verb is not None:
        private = step.private or _quotes_private(work, step)
        entry = Entry(step.verb, step.log, day, block_id=step.tick.id, private=private, trusted=True)
        written = pen.change(
            person.path, lambda data: writeback.add_record(data, person, entry, work.settings), COMMAND
        )
        about = f"passed on for: {need.text}" if need is not None else "in touch"
        _note(changes, written, f"{person.name}: {about}")
    if step.marks_page:
        written = pen.change(step.page, lambda data: with_done_mark(data, step.tick), COMMAND)
        _note(changes, written, "")
    return changes


def _quotes_private(work: Workspace, step: Step) -> bool:
    """Whether what is passed on stands in a private note or line by now, whatever the page said of it."""
    reader = Reader(work.index, work.vault, work.settings, {})
    return any(
        piece.private and passage_id(piece.text) == step.tick.passage_id
        for link in inline.LINK.finditer(step.log)
        for note in work.index.names().answer(inline.target_of(link), step.page)
        for piece in reader.read(note.path).passages
    )


def _note(changes: list[Change], written: Written, told: str) -> None:
    if written.stamp is not None or written.diff:
        changes.append(Change(written, told))


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
