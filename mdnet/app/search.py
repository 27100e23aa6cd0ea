"""Searching all notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core import lines
from mdnet.core.snippets import best_line
from mdnet.core.store import UnreadableError
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from mdnet.app.workspace import Workspace

MOST_PAGES = 50
"""Review pages that may stand among the hits of a search, to be passed over."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A note that a search found, and the line that says it best."""

    path: str
    title: str
    line: int
    text: str
    score: float


def search(work: Workspace, text: str, limit: int) -> list[SearchHit]:
    """The notes that hold every word of `text`, best first, each with its best line."""
    found = []
    for hit in work.index.search(text, limit + MOST_PAGES):
        if hit.kind == "review":
            continue  # it says again what stands in the notes
        try:
            data, _ = work.vault.read(hit.path, work.settings.max_note_bytes)
        except UnreadableError:
            continue
        at, said = best_line(lines.decode(data)[0].split("\n"), text)
        found.append(SearchHit(hit.path, hit.title, at + 1, said, hit.score))
        if len(found) == limit:
            break
    return found
