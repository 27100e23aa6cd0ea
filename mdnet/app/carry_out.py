"""Writing what a tick asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.app.passages import Reader
from mdnet.app.writing import Change, refresh, writer
from mdnet.core import inline, writeback
from mdnet.core.carry_out import with_done_mark
from mdnet.core.identity import passage_id
from mdnet.core.model import Problem
from mdnet.core.writeback import Entry
from mdnet.errors import MdnetError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from mdnet.adapters.writer import Writer, Written
    from mdnet.app.workspace import Workspace
    from mdnet.core.carry_out import Step

COMMAND = "apply"


def carry_out(
    work: Workspace, steps: Sequence[Step], today: date, *, dry_run: bool
) -> tuple[list[Change], list[Problem]]:
    """Write these steps, and tell of those that are refused."""
    changes: list[Change] = []
    problems: list[Problem] = []
    pen = writer(work, dry_run=dry_run)
    with pen.group(COMMAND):
        for step in steps:
            try:
                changes += _carry_out(work, pen, step, today)
            except MdnetError as error:
                problems.append(Problem(step.page, step.tick.line, str(error)))
    if not dry_run:
        refresh(work, *(change.path for change in changes))
    return changes, problems


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
