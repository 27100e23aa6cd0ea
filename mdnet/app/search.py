"""Searching all notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core import lines
from mdnet.core.fulltext import open_ended, query, signs
from mdnet.core.links import stem_of
from mdnet.core.snippets import best_line
from mdnet.core.store import UnreadableError
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdnet.app.workspace import Workspace

MOST_PAGES = 50
"""Review pages that may stand among the hits of a search, to be passed over."""
_EVERY = 1_000_000


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A note that a search found, and the line that says it best."""

    path: str
    title: str
    line: int
    text: str
    score: float


def search(work: Workspace, text: str, limit: int) -> list[SearchHit]:
    """The notes that hold every word and every sign such as 🎂 of `text`, best first, each with its best line."""
    found: list[SearchHit] = []
    limit = min(limit, _EVERY)
    if limit < 1:
        return found
    wanted = signs(text)
    for path, title, score in _candidates(work, text, limit, every=bool(wanted)):
        try:
            data, _ = work.vault.read(path, work.settings.max_note_bytes)
        except UnreadableError:
            continue
        whole = lines.decode(data)[0]
        if not all(sign in whole or sign in title for sign in wanted):
            continue
        at, said = best_line(whole.split("\n"), text)
        found.append(SearchHit(path, title, at + 1, said, score))
        if len(found) == limit:
            break
    return found


def _candidates(work: Workspace, text: str, limit: int, *, every: bool) -> Iterator[tuple[str, str, float]]:
    """Path, title and score of notes that hold the words, best first, or of `every` one that does; where there are no
    words, of all notes, the newest first. Where none holds the words, those do that hold what begins with them. Review
    pages say again what stands in the notes."""
    if query(text):
        most = _EVERY if every else limit + MOST_PAGES
        for hit in work.index.search(text, most) or work.index.search(open_ended(text), most):
            if hit.kind != "review":
                yield hit.path, hit.title, hit.score
    elif every:
        for path, _ in work.index.newest(_EVERY, without=("review",)):
            yield path, stem_of(path), 0.0
