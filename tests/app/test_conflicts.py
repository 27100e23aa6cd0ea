"""Copies that sync tools made: listed, merged where safe, and brought back."""

from __future__ import annotations

import json
import os
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from mdnet.adapters.config import UserFolders
from mdnet.app import conflicts
from mdnet.app.merged_copies import kept_folder
from mdnet.app.sync import sync
from mdnet.app.undo import undo
from mdnet.app.workspace import open_workspace
from mdnet.cli.main import main
from mdnet.errors import NotFoundError, WriteRefusedError
from tests.town import read_notes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mdnet.app.workspace import Workspace

TODAY = date(2026, 11, 24)
BASE = "## Log\n- 2026-11-03 #met [[Ana]]: coffee\n"
OURS = BASE + "- 2026-11-04 #met [[Ana]]: a call about hubs\n"
THEIRS = BASE + "- 2026-11-05 #gave [[Ana]] the report\n"
BOTH = OURS + "- 2026-11-05 #gave [[Ana]] the report\n"
NAMES = (
    "Ana.sync-conflict-20261103-101500-ABCDEFG.md", "Ana (Conflicted copy Phone 202611031015).md",
    "Ana (conflicted copy 2026-11-03 101500).md", "Ana (Ann's conflicted copy 2026-11-03).md",
    "Ana-LAPTOP.md", "Ana 2.md", "Ana (1).md", "Ana_Phone_Nov-03-2026-1015_Conflict.md",
)  # fmt: skip


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Workspace]:
    people = tmp_path / "vault/People"
    people.mkdir(parents=True)
    (people / "Ana.md").write_text(OURS)
    (people / NAMES[0]).write_text(THEIRS)
    opened = open_workspace(tmp_path / "vault", UserFolders(tmp_path / "c", tmp_path / "k", tmp_path / "s"))
    yield opened
    opened.close()


def text(work: Workspace, name: str = "Ana.md") -> str:
    return (work.root / "People" / name).read_text()


def synced(work: Workspace) -> Workspace:
    sync(work.vault, work.index, work.settings)
    return work


@pytest.mark.parametrize("name", NAMES)
def test_every_service_is_recognised(tmp_path: Path, name: str) -> None:
    people = tmp_path / "vault/People"
    people.mkdir(parents=True)
    (people / "Ana.md").write_text(OURS * 3)
    (people / name).write_text(OURS * 3 + "- 2026-11-05 #gave [[Ana]] the report\n")
    work = open_workspace(tmp_path / "vault", UserFolders(tmp_path / "c", tmp_path / "k", tmp_path / "s"))
    (pair,) = conflicts.find_pairs(work, TODAY)
    assert (pair.copy, pair.original) == (f"People/{name}", "People/Ana.md")
    conflicts.merge_pair(work, pair)
    assert conflicts.find_pairs(work, TODAY) == []
    assert "the report" in text(work)
    work.close()


def test_merge_and_take_back(work: Workspace) -> None:
    synced(work)
    (pair,) = conflicts.find_pairs(work, TODAY)
    assert "+- 2026-11-05 #gave [[Ana]] the report" in pair.diff
    done = conflicts.merge_pair(work, pair)
    assert (done.added, text(work)) == (1, BOTH)
    assert not (work.root / pair.copy).exists()
    assert len(work.index.network().exchanges) == 3
    taken = undo(work, done.id)
    assert text(work) == OURS
    if not (work.root / pair.copy).exists():  # brought back by 'undo' itself, else by the next look
        assert conflicts.bring_back(work) == (pair.copy,)
    assert (work.root / pair.copy).read_text() == THEIRS
    assert [written.path for written in taken] == ["People/Ana.md"]
    assert conflicts.bring_back(work) == ()
    assert [problem.path for problem in work.index.problems()] == [pair.copy]


def test_a_copy_with_nothing_new_can_be_restored(work: Workspace) -> None:
    (work.root / "People/Ana.md").write_text(BOTH)
    (pair,) = conflicts.find_pairs(synced(work), TODAY)
    done = conflicts.merge_pair(work, pair)
    assert (done.added, done.id, text(work)) == (0, "", BOTH)
    with pytest.raises(NotFoundError, match=r"merged copies: People/Ana\.sync"):
        conflicts.restore(work, "People/other.md")
    assert conflicts.restore(work, pair.copy) == pair.copy
    assert (work.root / pair.copy).read_text() == THEIRS
    with pytest.raises(NotFoundError, match="none"):
        conflicts.restore(work, pair.copy)


def test_a_copy_comes_back_with_its_mode_and_date(work: Workspace) -> None:
    copy = work.root / "People" / NAMES[0]
    copy.chmod(0o600)
    os.utime(copy, ns=(10**18, 10**18 + 123_456_789))
    before = copy.stat()
    for take_back in (lambda: undo(work, None), lambda: conflicts.restore(work, f"People/{NAMES[0]}")):
        conflicts.merge_pair(work, conflicts.find_pairs(synced(work), TODAY)[0])
        assert not copy.exists()
        take_back()
        after = copy.stat()
        assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
    (kept,) = [conflicts.merge_pair(work, pair) for pair in conflicts.find_pairs(synced(work), TODAY)]
    (file,) = kept_folder(work).iterdir()
    file.write_bytes(b'{"path": "People/%b", "group": ""}\n' % NAMES[0].encode() + THEIRS.encode())  # of long ago
    conflicts.restore(work, kept.copy)
    assert copy.read_text() == THEIRS


def test_two_copies_that_say_the_same_come_back_together(work: Workspace) -> None:
    (work.root / "People" / NAMES[1]).write_text(THEIRS)
    before = read_notes(work.root)
    for _ in range(2):
        conflicts.merge_pair(work, conflicts.find_pairs(synced(work), TODAY)[0])
    assert read_notes(work.root) == {"People/Ana.md": BOTH}
    undo(work, None)
    assert read_notes(work.root) == before


def test_what_is_not_safe_stays(work: Workspace) -> None:
    (work.root / "People/Ana.md").write_text(THEIRS.replace("report", "reports"))
    (pair,) = conflicts.find_pairs(synced(work), TODAY)
    with pytest.raises(WriteRefusedError, match="not merged, a line was changed"):
        conflicts.merge_pair(work, pair)
    assert (work.root / pair.copy).read_text() == THEIRS


@pytest.mark.parametrize("which", ["original", "copy"])
def test_either_changes_meanwhile(work: Workspace, which: str) -> None:
    (pair,) = conflicts.find_pairs(synced(work), TODAY)
    path = work.root / getattr(pair, which)
    path.write_text(path.read_text() + "typed just now\n")
    before = read_notes(work.root)
    with pytest.raises(WriteRefusedError):
        conflicts.merge_pair(work, pair)
    assert read_notes(work.root) == before
    assert not list(kept_folder(work).glob("*"))


def test_only_the_copy_is_left(work: Workspace) -> None:
    (work.root / "People/Ana.md").unlink()
    (pair,) = conflicts.find_pairs(synced(work), TODAY)
    assert not pair.original_there
    with pytest.raises(WriteRefusedError, match="only the copy is there"):
        conflicts.merge_pair(work, pair)


class TestCommand:
    def run(self, work: Workspace, *words: str) -> Any:
        environment = {"XDG_CONFIG_HOME": str(work.root / "../x"), "XDG_CACHE_HOME": str(work.root / "../x"),
                       "XDG_STATE_HOME": str(work.root / "../x"), "MDNET_TODAY": "2026-11-24"}  # fmt: skip
        return CliRunner().invoke(main, ["--vault", str(work.root), "conflicts", *words], env=environment)

    def test_show_merge_restore(self, work: Workspace) -> None:
        copy = f"People/{NAMES[0]}"
        shown = self.run(work)
        assert shown.exit_code == 1
        assert "safe to merge (1 line to gain)" in shown.output
        assert "+- 2026-11-05 #gave" in shown.output
        (work.root / "m.md").write_text("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n")
        found = json.loads(self.run(work, "--json").output)
        assert [(pair["copy"], pair["safe"]) for pair in found["conflicts"]] == [(copy, True)]
        assert found["marked"] == [{"path": "m.md", "line": 1}]
        (work.root / "m.md").unlink()
        merged = self.run(work, "--merge", copy)
        assert (merged.exit_code, text(work)) == (0, BOTH)
        assert "gained 1 line" in merged.output
        assert self.run(work).output == "No conflicts.\n"
        assert self.run(work, copy).exit_code == 5
        assert self.run(work, "--restore").exit_code == 2
        assert self.run(work, "--restore", copy).exit_code == 0
        assert (work.root / copy).read_text() == THEIRS

    def test_two_copies_of_one_note_are_merged_at_once(self, work: Workspace) -> None:
        (work.root / "People" / NAMES[1]).write_text(BASE + "- 2026-11-06 #got [[Ana]] three boxes of books\n")
        merged = self.run(work, "--merge")
        assert (merged.exit_code, text(work).count("\n")) == (0, 5)
        assert merged.output.count("gained 1 line") == 2

    def test_what_cannot_be_merged_says_why(self, work: Workspace) -> None:
        (work.root / "People/Ana.md").write_text(THEIRS.replace("report", "reports"))
        assert "cannot be merged by itself: a line was changed" in self.run(work, "--no-diff").output
        refused = self.run(work, "--merge")
        assert refused.exit_code == 1
        assert "not merged, a line was changed" in refused.output
