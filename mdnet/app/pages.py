"""The review pages, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core import lines
from mdnet.core.page import PageForm, read
from mdnet.core.renamed import found_again
from mdnet.core.store import UnreadableError

if TYPE_CHECKING:
    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Network


def read_pages(work: Workspace, network: Network | None = None) -> list[tuple[str, PageForm]]:
    """All review pages, the oldest week first; with `network`, questions about people in it who were renamed have the
    ids of today."""
    pages = []
    for row in work.index.notes("review"):
        try:
            data, _ = work.vault.read(row.path)
        except UnreadableError:
            continue
        pages.append((row.path, read(lines.decode(data)[0])))
    pages.sort(key=lambda page: (page[1].week, page[0]))
    return pages if network is None else list(found_again(pages, network, work.index.names()))
