"""The text index is written anew when nobody waits, by a process that gives way to whoever saves a note."""

from __future__ import annotations

import signal
from datetime import date
from typing import TYPE_CHECKING

import pytest

from mdnet.adapters.config import UserFolders
from mdnet.adapters.index import Index
from mdnet.app import note_files
from mdnet.app.sync import sync
from mdnet.app.watch_index import Indexer
from mdnet.app.watch_rewrite import QUIET, Rewriting
from mdnet.core.settings import Settings
from tests.daemons import RunningDaemon, beginning_with, helpers_of, is_running
from tests.vaults import new_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLOW = """
import sys, time
from mdnet.adapters.index import Index
from mdnet.app import note_files
note_files.DEAD_NOTES, note_files.DEAD_SHARE = 4, 0.3
if "mdnet.app.watch_rewrite" in sys.orig_argv:
    from pathlib import Path
    folder = Path("FOLDER")
    read = note_files.read_file
    def slow(*arguments):
        (folder / "writing").touch()
        while (folder / "slow").exists():
            time.sleep(0.005)
        return read(*arguments)
    note_files.read_file = slow
else:
    from mdnet.app import watch_pages, watch_rewrite
    watch_pages._WEAR_EVERY = 1
    watch_rewrite.QUIET = 0.2
    watch_rewrite.URGENT = URGENCY
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with new_folder() as made:
        (made / "vault").mkdir()
        for n in range(10):
            (made / f"vault/n{n}.md").write_text(f"note{n}\n")
        yield made


def daemon_on(folder: Path, urgency: str = "1000") -> RunningDaemon:
    code = SLOW.replace("FOLDER", str(folder)).replace("URGENCY", urgency)
    return RunningDaemon(folder / "vault", folder / "home", "--no-render", **beginning_with(folder / "slow code", code))


def save(daemon: RunningDaemon, text: str, times: int = 8) -> None:
    work = daemon.work()
    for number in range(times):
        (daemon.root / "n1.md").write_text(f"{text} {number}\n")
        daemon.wait_for(lambda number=number: [h.path for h in work.index.search(f"{text} {number}")] == ["n1.md"])
    work.close()


def dead(daemon: RunningDaemon) -> int:
    work = daemon.work()
    try:
        return work.index.dead_notes()
    finally:
        work.close()


def test_it_is_written_anew_in_a_quiet_moment(folder: Path) -> None:
    daemon = daemon_on(folder)
    save(daemon, "zebra")
    daemon.wait_for(lambda: dead(daemon) <= 0)
    daemon.converges(words=True)
    save(daemon, "giraffe", 1)
    daemon.wait_for(daemon.is_fresh)
    assert daemon.differences(words=True) == []
    assert daemon.stop()[0] == 0
    assert not [event for event in daemon.events if event["event"] == "error"]


def test_one_long_note_that_is_saved_often_is_enough(folder: Path) -> None:
    code = (
        "from mdnet.app import note_files, watch_pages, watch_rewrite\n"
        "note_files.DEAD_BYTES, watch_pages._WEAR_BYTES, watch_rewrite.QUIET = 60_000, 10_000, 0.2\n"
    )
    more = beginning_with(folder / "code", code)
    daemon = RunningDaemon(folder / "vault", folder / "home", "--no-render", **more)
    work = daemon.work()
    for number in range(6):
        (daemon.root / "n1.md").write_text(f"zebra{number} {'long ' * 3000}\n")
        daemon.wait_for(lambda number=number: [h.path for h in work.index.search(f"zebra{number}")] == ["n1.md"])
    work.close()
    daemon.wait_for(lambda: dead(daemon) <= 0)
    daemon.converges(words=True)
    assert daemon.stop()[0] == 0


def test_whoever_saves_does_not_wait_for_it(folder: Path) -> None:
    (folder / "slow").touch()
    daemon = daemon_on(folder)
    save(daemon, "zebra")
    daemon.wait_for((folder / "writing").exists)
    save(daemon, "giraffe", 1)
    assert (folder / "slow").exists(), "it was not done, and nobody waited for that"
    (folder / "slow").unlink()
    daemon.wait_for(lambda: dead(daemon) <= 0)
    daemon.converges(words=True)
    assert daemon.stop()[0] == 0


def test_when_it_is_urgent_it_comes_first(folder: Path) -> None:
    (folder / "slow").touch()
    daemon = daemon_on(folder, "1.0")
    save(daemon, "zebra", 4)
    daemon.wait_for((folder / "writing").exists)
    (daemon.root / "n1.md").write_text("lion\n")
    (folder / "slow").unlink()
    daemon.wait_for(lambda: dead(daemon) <= 1)
    daemon.converges(words=True)
    assert daemon.stop()[0] == 0


def test_it_ends_with_the_daemon(folder: Path) -> None:
    (folder / "slow").touch()
    daemon = daemon_on(folder, "1.0")
    save(daemon, "zebra", 4)
    daemon.wait_for((folder / "writing").exists)
    helpers = helpers_of(daemon.process.pid)
    assert helpers
    assert daemon.stop(signal.SIGTERM)[0] == 0
    assert not [helper for helper in helpers if is_running(helper)]
    (folder / "writing").unlink()
    daemon.start()
    daemon.wait_for((folder / "writing").exists)
    daemon.kill()
    daemon.wait_for(lambda: not any(is_running(helper) for helper in helpers))


def test_notes_that_are_gone_are_read_again_when_they_are_back(folder: Path) -> None:
    folders = UserFolders(folder / "c", folder / "k", folder / "s")
    indexer = Indexer(folder / "vault", folders, lambda: date(2026, 11, 24))
    indexer.look_at_everything()
    work = indexer.work
    data = (folder / "vault/n1.md").read_bytes()
    (folder / "vault/n1.md").unlink()
    note_files.rewrite_text(work.vault, work.index, work.settings, sorted(work.index.stamps()))
    assert work.index.search("note1") == []
    assert [hit.path for hit in work.index.search("note2")] == ["n2.md"]
    assert indexer.wear() <= 0
    (folder / "vault/n1.md").write_bytes(data)
    sync(work.vault, work.index, work.settings)
    assert [hit.path for hit in work.index.search("note1")] == ["n1.md"]
    indexer.close()


def test_when() -> None:
    rewriting = Rewriting()
    rewriting.consider(0.9, 100.0)
    assert rewriting.due() is None
    rewriting.consider(1.0, 100.0)
    assert rewriting.due() == 100.0 + QUIET
    rewriting.disturb(110.0)
    rewriting.consider(1.1, 111.0)
    assert rewriting.due() == 110.0 + QUIET
    rewriting.consider(5.0, 112.0)
    rewriting.disturb(112.0)
    assert rewriting.due() == 112.0
    rewriting.consider(0.0, 113.0)
    assert rewriting.due() is None


def test_the_index_can_be_opened_while_another_writes(folder: Path) -> None:
    path = folder / "index.sqlite"
    one = Index.open(path, Settings())
    with one.writing():
        one.set_meta("some", "thing")
        other = Index.open(path, Settings())
        assert (other.path, other.warning) == (path, "")
        other.close()
    one.close()
