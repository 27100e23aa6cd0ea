"""A look at all of a large vault is taken by another process: whatever happens meanwhile, the index is right at the
end, and nobody is told that it is before."""

from __future__ import annotations

import os
import shutil
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from mdnet.adapters.config import UserFolders
from mdnet.adapters.index import Index
from mdnet.adapters.watch import open_watcher
from mdnet.app import watch as watch_module
from mdnet.app import watch_child, watch_ears, watch_index, watch_looks
from mdnet.app.freshness import daemon_is_fresh
from mdnet.app.sync import sync
from mdnet.app.watch_doubt import Doubt
from mdnet.app.watch_inbox import Batch, Inbox
from mdnet.app.watch_index import Indexer, Outcome
from mdnet.app.watch_options import FAILED, NOW_AND_THEN
from mdnet.app.watch_schedule import Schedule
from mdnet.app.workspace import index_path, open_workspace
from mdnet.core.settings import Settings
from tests.daemons import SECONDS, Inside, RunningDaemon, beginning_with, helpers_of, is_running, surveys_always
from tests.vaults import new_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mdnet.adapters.watch import Watcher

HELD = """
import sys, time
from pathlib import Path
import mdnet.app.watch_options as options
options.SURVEY_FROM, options.SLICE = 0, 3
if "mdnet.app.watch_survey" in sys.orig_argv:
    from mdnet.app.watch_vault import WatchedVault
    folder = Path("FOLDER")
    scan = WatchedVault.scan
    def held(self, *arguments, **more):
        found = scan(self, *arguments, **more)
        number = len(list(folder.glob("scanned*")))
        (folder / f"scanned{number}").touch()
        while not (folder / f"go{number}").exists():
            time.sleep(0.005)
        return found
    WatchedVault.scan = held
"""


class Held(Inside):
    """A daemon that takes its vault for a large one. A survey has looked at the folder when `begun` returns, and goes
    on to look at the index with `go`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder
        self.surveys = 0
        self.work = open_workspace(self.vault, UserFolders(folder / "c", folder / "k", folder / "s"))

    def begin(self, why: str = "events were lost") -> None:
        """Have everything looked at."""
        self.daemon._inbox.lost(why)
        self.begun()

    def begun(self) -> None:
        self.until((self.folder / f"scanned{self.surveys}").exists)

    def go(self) -> None:
        (self.folder / f"go{self.surveys}").touch()
        self.surveys += 1

    def go_on(self) -> None:
        if (self.folder / f"scanned{self.surveys}").exists():
            self.go()

    def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < end, repr(self.events)
            time.sleep(0.005)

    def fresh(self) -> bool:
        """What a command is told now."""
        self.work.index.refresh()
        return daemon_is_fresh(self.work)

    def save(self, name: str, text: str) -> None:
        """And wait until it is in the index."""
        (self.vault / name).write_text(text)
        self.until(lambda: self.finds(text) == [name])

    def finds(self, word: str) -> list[str]:
        self.work.index.refresh()
        return [hit.path for hit in self.work.index.search(word)]

    def is_right(self) -> None:
        """Wait until the daemon says so, and see for ourselves; no survey is held up any more."""
        self.until(lambda: self.go_on() or self.fresh())
        made = Index.memory(Settings())
        sync(self.work.vault, made, open_workspace(self.vault, self.work.folders).settings)
        assert sorted(self.work.index.dump(words=True)) == sorted(made.dump(words=True))
        made.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    with new_folder() as made:
        (made / "vault").mkdir()
        for n in range(30):
            (made / f"vault/n{n}.md").write_text(f"note{n}\n")
        yield made


@pytest.fixture
def held(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Held:
    for name, value in beginning_with(folder / "held", HELD.replace("FOLDER", str(folder))).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(watch_module, "TICK", 0.1)
    monkeypatch.setattr(watch_module, "SLICE", 3)
    monkeypatch.setattr(watch_looks, "SLICE", 3)
    monkeypatch.setattr(watch_index, "SURVEY_FROM", 0)
    return Held(folder)


def test_what_is_saved_meanwhile_is_found_meanwhile(held: Held) -> None:
    def scenario() -> None:
        (held.vault / "n0.md").write_text("before")
        held.begin()
        held.save("n1.md", "changed")
        held.save("new.md", "made")
        (held.vault / "n2.md").unlink()
        (held.vault / "n3.md").unlink()
        (held.vault / "n3.md").write_text("again")
        held.until(lambda: held.finds("again") == ["n3.md"] and held.finds("note2") == [])
        (held.vault / "new.md").rename(held.vault / "other.md")
        assert not held.fresh()
        held.go()
        held.wait_for("scanned", why="events were lost")
        held.is_right()

    held.run(scenario)


def test_many_saves_meanwhile_do_not_end_it(held: Held) -> None:
    def scenario() -> None:
        held.begin()
        for n in range(20):
            held.put(f"burst{n}.md")
        held.until(lambda: len(held.finds("x")) == 20)
        held.until(lambda: not len(held.daemon._looks))
        for _ in range(20):
            assert not held.fresh(), "it is not known yet what was lost"
        held.go()
        held.is_right()

    held.run(scenario)


def test_events_that_are_lost_meanwhile_are_made_good(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[bool] = []
    done = Inbox.done

    def remember(self: Inbox, batch: Batch, again: tuple[str, ...] = (), *, current: bool) -> None:
        said.append(current)
        done(self, batch, again, current=current)

    monkeypatch.setattr(Inbox, "done", remember)

    def scenario() -> None:
        held.until(held.fresh)
        held.daemon._schedule._next = 0.0
        held.daemon._inbox.wake()
        held.begun()
        held.until(held.fresh)
        said.clear()
        held.daemon._inbox.lost("events were lost")
        held.until(lambda: held.daemon._looks.again)
        held.go()
        held.begun()
        assert said
        assert not any(said)
        held.go()
        held.is_right()

    held.run(scenario)


def test_a_survey_that_dies_is_no_loss(held: Held) -> None:
    def scenario() -> None:
        held.begin()
        (held.vault / "n1.md").write_text("changed")
        for helper in helpers_of(os.getpid()):
            os.kill(helper, signal.SIGKILL)
        held.wait_for("scanned", why="events were lost")
        held.is_right()

    held.run(scenario)


def test_a_survey_that_cannot_be_started_is_no_loss(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(module: str) -> None:
        raise OSError(f"too many processes for {module}")

    def scenario() -> None:
        monkeypatch.setattr(watch_child, "begin", fail)
        held.daemon._inbox.lost("events were lost")
        held.wait_for("scanned", why="events were lost")
        held.is_right()

    held.run(scenario)


def test_a_fault_with_one_note_is_made_good(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all that a survey has found, looked at last: then the survey's end is not reached."""
    look = Indexer.look
    failed: list[bool] = []

    def fail(self: Indexer, paths: Any) -> Any:
        if "zz.md" in paths and not failed:
            failed.append(True)
            raise RuntimeError("a fault of ours")
        return look(self, paths)

    def scenario() -> None:
        monkeypatch.setattr(Inbox, "changed", lambda *_, **__: None)  # deaf
        for name in ("a.md", "b.md", "c.md", "zz.md"):
            (held.vault / name).write_text("unheard")
        monkeypatch.setattr(Indexer, "look", fail)
        held.begin()
        held.go()
        held.wait_for("error", what="RuntimeError: a fault of ours")
        held.wait_for("scanned", why=FAILED)
        held.is_right()
        assert len(held.finds("unheard")) == 4

    held.run(scenario)


def test_a_fault_after_a_survey_is_made_good(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("a fault of ours")

    def scenario() -> None:
        monkeypatch.setattr(Indexer, "surveyed", fail)
        held.begin()
        held.go()
        held.wait_for("error", what="RuntimeError: a fault of ours")
        held.wait_for("scanned", why=FAILED)
        held.is_right()

    held.run(scenario)


def test_other_settings_meanwhile(held: Held) -> None:
    def scenario() -> None:
        held.begin()
        (held.vault / "mdnet.toml").write_text('ignore = ["n1*.md"]\n')
        held.wait_for("scanned", why="the settings have changed")
        held.work = open_workspace(held.vault, held.work.folders)
        held.is_right()
        assert held.finds("note1") == []
        assert held.finds("note2") == ["n2.md"]

    held.run(scenario)


def test_another_index_meanwhile(held: Held) -> None:
    def scenario() -> None:
        held.begin()
        path = index_path(held.vault, held.work.folders)
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        held.go()
        held.is_right()
        assert held.finds("note2") == ["n2.md"]

    held.run(scenario)


def test_a_vault_that_goes_meanwhile(held: Held) -> None:
    def scenario() -> None:
        held.begin()
        held.vault.rename(held.folder / "away")
        held.go()
        held.wait_for("gone")
        assert held.finds("note2") == ["n2.md"]
        assert not held.fresh()
        (held.folder / "away").rename(held.vault)
        held.wait_for("back")
        held.is_right()
        assert not any(told.get("dropped") for _, told in held.events)

    held.run(scenario)


def test_a_disk_that_is_unmounted_meanwhile(held: Held) -> None:
    def scenario() -> None:
        held.begin()
        held.vault.rename(held.folder / "away")
        held.vault.mkdir()
        held.go()
        held.wait_for("holding", notes=30)
        assert held.finds("note2") == ["n2.md"]
        assert not held.fresh()
        held.vault.rmdir()
        (held.folder / "away").rename(held.vault)
        held.is_right()
        assert not any(told.get("dropped") for _, told in held.events)

    held.run(scenario)


def test_there_is_no_folder_in_the_moment_in_which_it_is_to_be_watched(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def open_late(*arguments: Any) -> Watcher:
        opened.append(arguments)
        if len(opened) == 2:
            held.vault.rename(held.folder / "away")
        return open_watcher(*arguments)

    monkeypatch.setattr(watch_ears, "open_watcher", open_late)

    def scenario() -> None:
        shutil.copytree(held.vault, held.folder / "other")
        held.vault.rename(held.folder / "old")
        (held.folder / "other").rename(held.vault)
        held.until(lambda: len(opened) > 1)
        held.wait_for("gone")
        (held.folder / "away").rename(held.vault)
        held.is_right()
        assert not any(event == "polling" for event, _ in held.events)

    held.run(scenario)


def test_a_conflict_copy_and_a_link_meanwhile(held: Held) -> None:
    def scenario() -> None:
        held.begin()
        (held.vault / "n1.sync-conflict-20261103-101500-ABCDEFG.md").write_text("note1\n")
        (held.vault / "n2 (1).md").write_text("note2\n")
        (held.vault / "link.md").symlink_to("n3.md")
        held.until(lambda: held.daemon._indexer._vault.links)
        held.go()
        held.wait_for("scanned", why="events were lost")
        held.is_right()

    held.run(scenario)


def command_of(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read()
    except OSError:
        return ""


@pytest.fixture
def at_work(folder: Path) -> Iterator[tuple[RunningDaemon, int]]:
    """A daemon whose survey does not end."""
    environment = beginning_with(folder / "held", HELD.replace("FOLDER", str(folder)))
    daemon = RunningDaemon(folder / "vault", folder / "home", "--no-render", "--poll", "0.1", **environment)
    daemon.wait_for((folder / "scanned0").exists)
    (survey,) = [helper for helper in helpers_of(daemon.process.pid) if "watch_survey" in command_of(helper)]
    yield daemon, survey
    if daemon.process.poll() is None:
        daemon.kill()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_the_middle(at_work: tuple[RunningDaemon, int], how: signal.Signals) -> None:
    daemon, helper = at_work
    assert daemon.stop(how)[0] == 0
    assert daemon.errors == ""
    assert not is_running(helper)


def test_a_killed_daemon_leaves_no_survey_behind(at_work: tuple[RunningDaemon, int]) -> None:
    daemon, helper = at_work
    daemon.kill()
    daemon.wait_for(lambda: not is_running(helper))


def test_kill_and_start_again_with_surveys(folder: Path) -> None:
    daemon = RunningDaemon(folder / "vault", folder / "home", "--poll", "0.1", **surveys_always(folder / "always", 0.1))
    for round_ in range(3):
        for n in range(40):
            (folder / f"vault/n{n}.md").write_text(f"round {round_} {n}\n")
        time.sleep(0.1 * round_)
        daemon.kill()
        daemon.start()
    daemon.converges(words=True)
    daemon.kill()


# ---- the rules of thumb ----


def test_doubt() -> None:
    doubt = Doubt()
    assert doubt
    doubt.after(Outcome())
    assert doubt, "a part makes nothing good"
    doubt.after(Outcome(everything=True))
    assert not doubt
    doubt.after(Outcome(unsure=True))
    assert doubt
    doubt.look_begins()
    doubt.look_ended(held=False)
    assert not doubt
    doubt.look_begins()
    doubt.after(None)
    doubt.look_ended(held=False)
    assert doubt, "that may have been after the survey was there"
    doubt.look_begins()
    doubt.arise()
    doubt.look_ended(held=False)
    assert doubt
    doubt.look_begins()
    doubt.look_ended(held=True)
    assert doubt


def test_how_often_everything_is_looked_at() -> None:
    schedule = Schedule()
    schedule.looked(100.0, 1800.0, 0.1, poor=False)
    assert schedule.due() == 1900.0
    schedule.looked(100.0, 1800.0, 3.0, poor=False)
    assert schedule.due() == 6100.0, "one part in two thousand of the time"
    schedule.looked(100.0, 60.0, 0.2, poor=False)
    assert schedule.due() == 160.0, "as the user wishes"
    schedule.looked(100.0, 5.0, 3.0, poor=True)
    assert schedule.due() == 160.0, "one part in twenty of the time"


def test_a_survey_does_not_put_off_what_has_failed() -> None:
    schedule = Schedule()
    schedule.failed(100.0)
    schedule.begun(100.5, 1800.0, elsewhere=True)
    assert schedule.why(100.9) == ""
    assert schedule.why(101.0) == FAILED
    schedule.begun(101.0, 1800.0)
    assert schedule.why(1900.0) == ""
    assert schedule.why(1901.0) == NOW_AND_THEN
