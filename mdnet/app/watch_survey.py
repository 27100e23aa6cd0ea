"""A look at all of a large vault, in a process of its own: `python -m mdnet.app.watch_survey`.

It takes seconds, in which the daemon has to find what is saved. So it only says where the folder and the index seem to
differ; the daemon looks there as it does where an event points to.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from mdnet.adapters.index import Index
from mdnet.app import watch_child
from mdnet.app.disks import minding_disks
from mdnet.app.sync import fingerprint, scan_problems
from mdnet.app.watch_vault import WatchedVault, may_be_copies
from mdnet.app.workspace import index_path
from mdnet.core.changes import plan
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at everything found. Paths are sorted."""

    whole: bool = False
    """Whether looking at `differ` is enough. Not where notes seem to be gone all at once, where a part decides how
    another is read, or where it could not be found out: then everything has to be looked at in one go."""
    differ: Sequence[str] = ()
    """Notes that are new, gone, or not as they were when they were read."""
    held: int = 0
    """Notes below folders that cannot be listed."""
    copies: Sequence[str] = ()
    """Notes whose names are those of conflict copies."""
    links: bool = False
    leftovers: bool = False
    notes: int = 0
    agreed: str = ""
    """A name of the look, where the index agreed with it, see `Index.note_sync`; it did so in this `generation`."""
    generation: int = -1
    seconds: float = 0.0


def survey(vault: WatchedVault, index: Index, settings: Settings) -> Survey:
    """Look at all stamps, and compare. Raises VaultNotFoundError where the vault cannot be listed."""
    started = time.perf_counter()
    scan = vault.scan(settings)
    generation = index.generation()  # before all else that is asked, so that it is never too new
    young, unread = index.young(), index.unread()
    known = index.stamps()
    changes = plan(scan, known, read_at_ns=young)
    held = changes.held
    if held and scan.unlisted:  # what has vanished is held as well
        held = plan(scan, known, drop_all=True).held
    gone = [path for path in unread if path not in scan.stamps]
    differ = tuple(sorted({*changes.read, *changes.drop, *gone}))
    whole = (
        held == changes.held
        and (not held or bool(scan.unlisted))
        and not (differ and vault.links)
        and not index.unfinished()
        and scan_problems(scan, index) == index.scan_problems()
    )
    sure = whole and not (differ or held or young or unread)
    return Survey(
        whole=whole,
        differ=differ,
        held=len(held),
        copies=tuple(sorted(may_be_copies(scan))),
        links=vault.links,
        leftovers=vault.leftovers,
        notes=len(scan.stamps),
        agreed=fingerprint(scan) if sure else "",
        generation=generation,
        seconds=time.perf_counter() - started,
    )


def main() -> None:
    """The process: one look, and the end. Whatever goes wrong, the daemon looks for itself."""
    order = watch_child.receive(lambda: None)
    if order is None:
        return
    path = index_path(order.root, order.folders)
    index = Index.beside(path, order.settings)
    try:
        if path.stat().st_ino == order.inode:
            watch_child.tell(
                "survey",
                **asdict(survey(minding_disks(WatchedVault(order.root), order.folders), index, order.settings)),
            )
    finally:
        index.close()


if __name__ == "__main__":
    main()
