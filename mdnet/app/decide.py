"""A decision made elsewhere than on the review page: put on the page as a tick, and carried out like one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mdnet.app.apply import apply_ticks
from mdnet.app.pages import read_pages
from mdnet.app.review import page_path, write_review
from mdnet.app.writing import refresh, writer
from mdnet.core import lines
from mdnet.core.carry_out import with_sign
from mdnet.core.mdtext import cut, md_text
from mdnet.core.weeks import week_of
from mdnet.errors import WriteRefusedError

if TYPE_CHECKING:
    from datetime import date

    from mdnet.app.workspace import Workspace

Sign = Literal["x", "-"]
COMMAND = "tick"
_SHOWN = 160


def decide(work: Workspace, tick_id: str, sign: Sign, said: str, today: date) -> str:
    """Tick the line of that id on the review page, and carry it out; the id by which `undo` takes it back.

    The page is the memory of decisions: it is made where there is none, and `said` becomes a line of it where the
    page did not ask for this. Raises WriteRefusedError.
    """
    latest, path = page_path(work, week_of(today)), _page_with(work, tick_id)
    if path is None and all(page != latest for page, _ in read_pages(work)):
        write_review(work, today, apply=False)
        refresh(work, latest)
        path = _page_with(work, tick_id)
    pen = writer(work)
    if path is None:
        path = latest
        line = f"- [{sign}] {md_text(cut(said, _SHOWN))} ^{tick_id}"
        ticked = pen.change(path, lambda data: lines.append_line(data, line), COMMAND)
    else:
        ticked = pen.change(path, lambda data: with_sign(data, tick_id, sign), COMMAND)
    refresh(work, path)
    applied = apply_ticks(work, today)
    for problem in applied.problems:
        if problem.path == path and _stands_on(work, path, problem.line, tick_id):
            raise WriteRefusedError(problem.message)
    written = [change.written.id for change in applied.changes if change.written.id]
    return written[-1] if written else ticked.id


def _page_with(work: Workspace, tick_id: str) -> str | None:
    """The latest page that asks for this decision."""
    found = [path for path, page in read_pages(work) if any(tick.id == tick_id for tick in page.ticks)]
    return found[-1] if found else None


def _stands_on(work: Workspace, path: str, line: int, tick_id: str) -> bool:
    pages = dict(read_pages(work))
    return any(tick.line == line and tick.id == tick_id for tick in pages[path].ticks) if path in pages else False
