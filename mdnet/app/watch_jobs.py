"""The daemon's work on the pages, in a process of its own: `python -m mdnet.app.watch_jobs`.

A review of a large vault takes long and much memory; what is saved meanwhile is to be found at once, and the daemon is
to stay small. An `Order` comes in on standard input; each thing done goes out as a line of JSON. When standard input
ends, because the daemon stops or is dead, so does this process, but not in the middle of a write.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from mdnet.adapters.index import Index
from mdnet.app import watch_child
from mdnet.app.watch_order import APPLY, MATCH, RENDER, Order
from mdnet.app.watch_vault import WatchedVault
from mdnet.app.workspace import Workspace, index_path
from mdnet.errors import IndexUnavailableError, MdnetError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mdnet.core.model import Match

BACKGROUND_NOTES = 100
"""The latest notes, which say what is usual in this vault."""


def carry_out(order: Order, vault: WatchedVault, tell: Callable[..., None]) -> None:
    """Do what is ordered. `tell(event, **details)` is called for each thing done, with `took`, seconds of the processor
    and whether it was `done` after each job, and with `outdated` where there is another index by now."""
    path = index_path(order.root, order.folders)
    try:
        index = Index.beside(path, order.settings)
    except IndexUnavailableError:
        tell("outdated")
        return
    try:
        if not _is(path, order.inode):
            tell("outdated")
            return
        work = Workspace(order.root, order.settings, vault, index, order.folders, order.problems)
        for job, do in ((APPLY, _apply), (MATCH, _match), (RENDER, _render)):
            if job in order.jobs:
                started = time.process_time()
                done = False
                try:
                    do(work, order, tell)
                    done = True
                except MdnetError as error:
                    tell("error", what=str(error))
                except Exception as error:  # noqa: BLE001 -- the other jobs are done all the same
                    tell("error", what=f"{type(error).__name__}: {error}")
                tell("took", job=job, seconds=time.process_time() - started, done=done)
    finally:
        index.close()


def _is(path: Path, inode: int) -> bool:
    try:
        return path.stat().st_ino == inode
    except OSError:
        return False


def _apply(work: Workspace, order: Order, tell: Callable[..., None]) -> None:
    from mdnet.app.apply import apply_ticks

    applied = apply_ticks(work, order.today)
    for change in applied.changes:
        if change.told:
            tell("applied", path=change.path, what=change.told)
    tell(
        "ticks",
        written=[change.path for change in applied.changes],
        refused=[(problem.path, problem.line, problem.message) for problem in applied.problems],
    )


def _render(work: Workspace, order: Order, tell: Callable[..., None]) -> None:
    from mdnet.app.review import write_review
    from mdnet.app.writing import refresh

    page = write_review(work, order.today, apply=False)
    if page.changed:
        refresh(work, page.path)
        tell("rendered", path=page.path)


def _match(work: Workspace, order: Order, tell: Callable[..., None]) -> None:
    for match in _matches(work, order):
        tell(
            "match",
            id=match.id,
            path=match.passage.path,
            line=match.passage.line,
            who=match.need.person or "you",
            what=match.need.text,
            text=match.passage.text,
        )


def _matches(work: Workspace, order: Order) -> list[Match]:
    """The matches of the notes with open needs that are worth showing and not yet decided."""
    from mdnet.app.matches import decided
    from mdnet.app.pages import read_pages
    from mdnet.app.passages import Reader, by_age
    from mdnet.core.match import Surroundings, rank
    from mdnet.core.match_distinct import distinct
    from mdnet.core.match_rules import is_open
    from mdnet.core.model import WORTH_SHOWING

    network = work.index.network()
    needs = [need for need in network.needs if is_open(need, order.today)]
    if not needs:
        return []
    reader = Reader(work.index, work.vault, work.settings, network.people)
    notes = list(reader.read_all(order.notes))
    pool = [passage for note in notes for passage in note.passages]
    if not pool:
        return []
    rows = by_age(work.index.notes())
    usual = [row.path for row in rows[-BACKGROUND_NOTES:] if row.path not in set(order.notes)]
    found = rank(
        needs,
        pool,
        today=order.today,
        background=[passage for note in reader.read_all(usual) for passage in note.passages],
        answers=decided(page for _, page in read_pages(work, network)),
        around=Surroundings(network.people, {note.path: note.present for note in notes}),
        floor=WORTH_SHOWING,
    )
    return distinct([match for match in found if match.score >= WORTH_SHOWING])


def _finish_writing(vault: WatchedVault) -> None:
    vault.stop_asked = True
    while vault.writing:
        time.sleep(0.005)


def main() -> None:
    """The process: one order, and the end."""
    vault: WatchedVault | None = None

    def leave() -> None:
        if vault is not None:
            _finish_writing(vault)

    order = watch_child.receive(leave)
    if order is None:
        return
    vault = WatchedVault(order.root)
    watch_child.tell("started", seconds=time.process_time())
    with contextlib.suppress(KeyboardInterrupt):
        carry_out(order, vault, watch_child.tell)


if __name__ == "__main__":
    main()
