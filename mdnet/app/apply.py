"""Carrying out the ticks on the review pages, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.app import kept
from mdnet.app.pages import read_pages
from mdnet.core.carry_out import plan
from mdnet.core.model import Problem
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from datetime import date

    from mdnet.app.workspace import Workspace
    from mdnet.app.writing import Change

FORM = 2
"""To be raised with every change of what a tick asks for, or of what is said of it."""
_KEPT = "ticks"
RECENT_PAGES = 3
"""Ticks on older pages whose need is gone are history and not worth a word."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of the ticks."""

    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    """Ticks that could not be carried out, with the page and the line."""


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
    network = index.network()
    pages = read_pages(work, network)
    steps, lost = plan(pages, network)
    recent = {path for path, _ in pages[-RECENT_PAGES:]}
    problems = [Problem(item.page, item.line, item.message) for item in lost if item.page in recent]
    if not steps:
        kept.keep(index, _KEPT, key, [(problem.path, problem.line, problem.message) for problem in problems])
        return Applied(problems=tuple(problems))
    from mdnet.app.carry_out import carry_out  # with all that writing takes

    changes, refused = carry_out(work, steps, today, dry_run=dry_run)
    return Applied(tuple(changes), (*problems, *refused))
