"""Saying that a match is of no use: `[-]` on a review page, which is its only memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.app.pages import read_pages
from mdnet.app.writing import Change, writer
from mdnet.core import lines
from mdnet.core.carry_out import LOCK, with_sign
from mdnet.core.lookup import fold
from mdnet.core.mdtext import cut, md_text
from mdnet.core.ticks import split_match_id
from mdnet.errors import AmbiguousError, NotFoundError

if TYPE_CHECKING:
    from datetime import date

    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Match

COMMAND = "dismiss"
MAX_SHOWN = 160


def dismiss(work: Workspace, query: str, today: date, *, dry_run: bool = False) -> Change:
    """Put `[-]` into the match's line on a page; a match that is on none gets a line on this week's page.

    Raises NotFoundError, AmbiguousError, WriteRefusedError.
    """
    bare = query.strip().lstrip("^")
    found = _on_pages(work, bare)
    if not found and split_match_id(bare):
        return _add_line(work, bare, today, dry_run=dry_run)
    if not found:
        raise NotFoundError(f"no undecided match on your review pages says '{query}'")
    ids = {tick_id for _, tick_id, _ in found}
    if len(ids) > 1:
        listed = tuple(f"{text} ({tick_id})" for _, tick_id, text in found)
        raise AmbiguousError("several matches fit; name one by its id:\n  " + "\n  ".join(listed), listed)
    path, tick_id, text = found[-1]
    written = writer(work, dry_run=dry_run).change(path, lambda data: with_sign(data, tick_id, "-"), COMMAND)
    return Change(written, f"of no use: {text}")


def _on_pages(work: Workspace, query: str) -> list[tuple[str, str, str]]:
    """(page, id, text) of the matches with that id, else of the undecided ones that say it."""
    ticks = [(path, tick) for path, page in read_pages(work) for tick in page.ticks if tick.kind == "match"]
    by_id = [(path, tick.id, _text(tick.raw)) for path, tick in ticks if tick.id == query]
    if by_id:
        return by_id
    words = fold(query).split()
    said = [
        (path, tick.id, _text(tick.raw))
        for path, tick in ticks
        if tick.answer is None and words and all(word in fold(tick.raw) for word in words)
    ]
    return list({item[1]: item for item in said}.values())


def _text(raw: str) -> str:
    """What a line says, for a person to know it by."""
    return cut(raw.partition("] ")[2].rpartition(" ^")[0], MAX_SHOWN)


def _add_line(work: Workspace, match_id: str, today: date, *, dry_run: bool) -> Change:
    from mdnet.app import matches
    from mdnet.app.review import page_path, write_review
    from mdnet.core.weeks import week_of

    match = matches.by_id(work, work.index.network(), match_id, today=today)
    if match is None:
        raise NotFoundError(f"there is no match {match_id}; 'mdnet match --json' tells their ids")
    line = line_of(match)
    path = page_path(work, week_of(today))
    pen = writer(work, dry_run=dry_run)
    if not any(page == path for page, _ in read_pages(work)):
        if dry_run:
            return Change(pen.create(path, f"{line}\n".encode()), f"of no use: {_text(line)}")
        write_review(work, today, apply=False)
    written = pen.change(path, lambda data: lines.append_line(data, line), COMMAND)
    return Change(written, f"of no use: {_text(line)}")


def line_of(match: Match) -> str:
    """The page's line for a match that was dismissed without ever being shown there."""
    need, passage = md_text(cut(match.need.text, MAX_SHOWN)), md_text(cut(match.passage.text, MAX_SHOWN))
    lock = f"{LOCK} " if match.need.private or match.passage.private else ""
    return f"- [-] {lock}{md_text(match.need.person)} needs {need} ← “{passage}” ^{match.id}"
