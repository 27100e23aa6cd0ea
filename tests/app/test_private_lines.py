"""What is written of something private is private too, and what was written before counts as it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pytest

from mdnet.app import brief, draft
from mdnet.app.apply import apply_ticks
from mdnet.app.dismiss import dismiss
from mdnet.app.serve_pages import search
from mdnet.app.states import set_state
from mdnet.app.sync import sync
from mdnet.core.identity import match_id
from mdnet.core.lookup import find_need
from mdnet.errors import NotFoundError
from tests.app.test_apply import review, tick
from tests.samples import passage

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdnet.app.workspace import Workspace

TODAY = date(2026, 11, 28)
SEEN = "The AA meeting on Tuesday at St. Mary helps people to stop drinking."
NEED = "- [ ] help to stop drinking, an AA meeting ➕ 2026-11-01"
BEN = "---\ntype: person\n---\n## Needs\n"


def shown(work: Workspace, name: str = "Ben") -> str:
    """All that leaves the vault about somebody."""
    told = repr(brief.gather(work, name, TODAY, public=True))
    found = search(work, {"q": "AA meeting"}, TODAY)["notes"]
    told += repr([hit for hit in found if hit["path"].startswith("People/")])
    for kind in draft.draft.KINDS:
        with suppress(NotFoundError):
            told += repr(draft.write(work, draft.Wish(kind, name, "Joe" if kind == "intro" else ""), TODAY))
    return told


@pytest.mark.parametrize(
    ("need", "note", "template"),
    [
        (f"{NEED} #private", f"- {SEEN}\n", ""),
        (NEED, f"- {SEEN} #private\n", ""),
        (NEED, f"---\nprivate: true\n---\n- {SEEN}\n", ""),
        (NEED, f"- {SEEN} #private\n", "without a lock"),
    ],
)
def test_a_tick_on_something_private(
    opener: Callable[[dict[str, str]], Workspace], need: str, note: str, template: str
) -> None:
    work = opener(
        {"People/Ben.md": f"{BEN}{need}\n", "People/Joe.md": "---\ntype: person\n---\n", "2026-11-27.md": note}
    )
    page = review(work, TODAY)
    assert "🔒 **[[Ben]]**" in page
    if template:
        path = work.root / "Reviews/2026-W48.md"
        path.write_text(page.replace("🔒 ", ""), "utf-8")
    tick_id = tick(work, "AA meeting.*←")
    assert apply_ticks(work, TODAY).problems == ()
    (line,) = [line for line in (work.root / "People/Ben.md").read_text("utf-8").split("\n") if tick_id in line]
    assert line.endswith(f"([[2026-11-27]]) #private ^{tick_id}")
    assert all(exchange.private for exchange in work.index.network().exchanges)
    assert "AA meeting on" not in shown(work)


def test_a_line_written_before_is_private_as_its_need_is(opener: Callable[[dict[str, str]], Workspace]) -> None:
    work = opener({"People/Ben.md": f"{BEN}{NEED} #private\n", "People/Joe.md": "---\ntype: person\n---\n"})
    (need,) = work.index.network().needs
    answer = match_id(need, passage(SEEN, "2026-11-27.md"))
    path = work.root / "People/Ben.md"
    path.write_text(f"{BEN}{NEED} #private\n## Log\n- 2026-11-01 #gave “{SEEN}” ^{answer}\n", "utf-8")
    sync(work.vault, work.index, work.settings)
    assert [exchange.private for exchange in work.index.network().exchanges] == [True]
    assert "AA meeting on" not in shown(work)
    set_state(work, work.index.network(), find_need([need], "AA"), "helped", TODAY)
    sync(work.vault, work.index, work.settings)
    assert "AA meeting on" not in shown(work)


def test_a_match_that_was_dismissed_and_then_passed_on(opener: Callable[[dict[str, str]], Workspace]) -> None:
    work = opener({"People/Ben.md": f"{BEN}{NEED}\n", "2026-11-27.md": "- It rains.\n"})
    review(work, TODAY)
    (work.root / "2026-11-28.md").write_text(f"- {SEEN} #private\n", "utf-8")
    sync(work.vault, work.index, work.settings)
    dismiss(work, match_id(work.index.network().needs[0], passage(SEEN, "2026-11-28.md")), TODAY)
    sync(work.vault, work.index, work.settings)
    tick(work, "AA meeting.*←")
    apply_ticks(work, TODAY)
    assert "#gave “The AA meeting" in (text := (work.root / "People/Ben.md").read_text("utf-8"))
    assert "#private ^m-" in text


def test_nothing_else_becomes_private(opener: Callable[[dict[str, str]], Workspace]) -> None:
    notes = {"People/Ben.md": f"{BEN}{NEED}\n- [ ] a boat #private\n", "2026-11-27.md": f"- {SEEN}\n"}
    work = opener({**notes, "People/Joe.md": "---\ntype: person\n---\n"})
    review(work, TODAY)
    tick(work, "AA meeting.*←")
    apply_ticks(work, TODAY)
    assert "#private ^" not in (work.root / "People/Ben.md").read_text("utf-8")
    assert "AA meeting on" in shown(work)
