"""The review is worked out once: as long as nothing changes, what was kept of it is the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from mdnet.app import apply, review
from mdnet.app.apply import apply_ticks
from mdnet.app.kept import keep, key_of, recall
from mdnet.app.review import build_review, review_values, write_review
from mdnet.app.sync import sync
from mdnet.core.review import as_json
from tests.app.test_apply import PAGE, tick
from tests.town import TODAY

if TYPE_CHECKING:
    from mdnet.app.workspace import Workspace


def synced(work: Workspace) -> None:
    sync(work.vault, work.index, work.settings)


def written(work: Workspace) -> bytes:
    """The page, written until it is settled: the page itself is a note too."""
    for _ in range(2):
        write_review(work, TODAY)
        synced(work)
    write_review(work, TODAY)
    return (work.root / PAGE).read_bytes()


def test_what_is_kept_is_what_would_be_worked_out(town: Workspace) -> None:
    for public in (False, True):
        first = review_values(town, TODAY, public=public)
        assert review_values(town, TODAY, public=public) == first == as_json(build_review(town, TODAY, public=public))
    assert review_values(town, TODAY) != review_values(town, TODAY, public=True)


def test_nothing_is_worked_out_twice(town: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    page = written(town)

    def fail(*_arguments: object, **_more: object) -> None:
        raise AssertionError("nothing has changed")

    monkeypatch.setattr(review, "build_review", fail)
    monkeypatch.setattr(apply, "read_pages", fail)
    synced(town)
    assert not write_review(town, TODAY).changed
    assert (town.root / PAGE).read_bytes() == page
    (town.root / PAGE).write_bytes(b"")  # what the user did to it meanwhile is seen all the same
    assert write_review(town, TODAY).changed
    with pytest.raises(AssertionError):
        write_review(town, TODAY + timedelta(1))
    with (town.root / "People/Ana Ruiz.md").open("a") as note:
        note.write("\n- [ ] #need a second warehouse\n")
    synced(town)
    with pytest.raises(AssertionError):
        write_review(town, TODAY, apply=False)


def test_a_tick_is_seen_after_others_were_settled(town: Workspace) -> None:
    written(town)
    assert apply_ticks(town, TODAY).changes == ()
    tick(town, "supervisor.*←")
    assert len(apply_ticks(town, TODAY).changes) > 0


def test_the_last_few_are_kept(town: Workspace) -> None:
    index = town.index
    for number in range(5):
        keep(index, "numbers", key_of(number), {"is": number}, others=2)
    assert [recall(index, "numbers", key_of(number)) for number in range(5)] == [
        *(None, None),
        *({"is": number} for number in (2, 3, 4)),
    ]
    keep(index, "numbers", key_of(9), 9)
    assert (recall(index, "numbers", key_of(4)), recall(index, "numbers", key_of(9))) == (None, 9)
    with index.writing():
        index.set_meta("numbers", "[0, {")
    assert recall(index, "numbers", key_of(9)) is None
