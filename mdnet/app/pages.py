"""The review pages, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core import lines
from mdnet.core.page import PageForm, read
from mdnet.core.store import UnreadableError

if TYPE_CHECKING:
    from mdnet.app.workspace import Workspace


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
