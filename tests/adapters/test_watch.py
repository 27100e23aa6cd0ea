"""The watchers alone: every folder is watched, what cannot be is told, and questions come after what was before."""

from __future__ import annotations

import os
import shutil
import threading
import time
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from mdnet.adapters.vault.exchange import exchange
from mdnet.adapters.watch import Watcher, cookies, open_watcher
from mdnet.adapters.watch.mounts import mounts_in, shared_by
from mdnet.adapters.watch.observer import ObserverWatcher
from mdnet.core.batching import Hint
from tests.daemons import SECONDS
from tests.support import require
from tests.vaults import as_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, Hint, bool]] = []
        self.troubles: list[str] = []
        self.questions: list[str] = []
        self.fail = False

    def changed(self, path: str, hint: Hint, *, folder: bool = False) -> None:
        if self.fail:
            raise RuntimeError("a fault")
        self.changes.append((path, hint, folder))

    def lost(self, why: str) -> None:
        self.troubles.append(why)

    def deaf(self, why: str) -> None:
        self.troubles.append(why)

    def asked(self, cookie: str) -> None:
        self.questions.append(cookie)

    def last(self, path: str) -> Hint | None:
        return next((hint for name, hint, _ in reversed(self.changes) if name == path), None)

    def wait_for(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < end, (self.changes[-20:], self.troubles)
            time.sleep(0.005)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def vault(folder: Path) -> Path:
    (folder / "vault/People/Deep").mkdir(parents=True)
    (folder / "vault/.git").mkdir()
    (folder / "vault/a.md").write_text("x")
    (folder / "cookies").mkdir()
    return folder / "vault"


def wanted(path: str) -> bool:
    return not any(part.startswith(".") for part in path.split("/"))


@pytest.fixture(params=["own", "platform"])
def watcher(request: pytest.FixtureRequest, vault: Path, heard: Heard) -> Iterator[Watcher]:
    """Ours for Linux, and watchdog's own of the platform."""
    made: Any
    if request.param == "own":
        made = open_watcher(str(vault), str(vault.parent / "cookies"), wanted, heard)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = ObserverWatcher(str(vault), wanted, heard)
    yield made
    made.stop()
    assert not made.is_alive()


@pytest.fixture
def own(vault: Path, heard: Heard) -> Iterator[Watcher]:
    made = open_watcher(str(vault), str(vault.parent / "cookies"), wanted, heard)
    require(made.mode == "inotify", "inotify and watchdog 7.1")
    yield made
    made.stop()


def test_what_is_told_of_a_note(vault: Path, heard: Heard, watcher: Watcher) -> None:
    assert watcher.is_alive()
    (vault / "a.md").write_text("y")
    heard.wait_for(lambda: heard.last("a.md") is Hint.SAVED)
    (vault / "People/b.tmp").write_text("y")
    (vault / "People/b.tmp").rename(vault / "People/b.md")
    heard.wait_for(lambda: heard.last("People/b.md") is Hint.SAVED)
    (vault / "a.md").rename(vault / "c.md")
    heard.wait_for(lambda: heard.last("a.md") is Hint.SAVED)  # it will not be back in a moment
    (vault / "c.md").rename(vault / "c.md~")
    heard.wait_for(lambda: heard.last("c.md") is Hint.GONE)
    (vault / "People/b.md").unlink()
    heard.wait_for(lambda: heard.last("People/b.md") is Hint.GONE)
    assert heard.troubles == []


def test_new_moved_and_returning_folders(vault: Path, heard: Heard, watcher: Watcher) -> None:
    (vault / "x/y/z").mkdir(parents=True)
    heard.wait_for(lambda: any(path == "x" and folder for path, _, folder in heard.changes))
    time.sleep(0.2)
    (vault / "x/y/z/n.md").write_text("1")
    heard.wait_for(lambda: heard.last("x/y/z/n.md") is not None)
    (vault / "x").rename(vault / "People/w")
    heard.wait_for(lambda: any(path == "People/w" and folder for path, _, folder in heard.changes))
    time.sleep(0.2)
    (vault / "People/w/y/z/n.md").write_text("2")
    heard.wait_for(lambda: heard.last("People/w/y/z/n.md") is Hint.SAVED)
    shutil.rmtree(vault / "People/w")
    (vault / "People/w/y").mkdir(parents=True)
    time.sleep(0.2)
    (vault / "People/w/y/m.md").write_text("3")
    heard.wait_for(lambda: heard.last("People/w/y/m.md") is Hint.SAVED)
    watcher.tidy()


def test_a_fault_in_the_listener_does_not_end_it(vault: Path, heard: Heard, watcher: Watcher) -> None:
    heard.fail = True
    (vault / "a.md").write_text("y")
    heard.wait_for(lambda: heard.troubles)
    assert heard.troubles[0] == "an event could not be read (RuntimeError: a fault)"
    heard.fail = False
    (vault / "a.md").write_text("z")
    heard.wait_for(lambda: heard.last("a.md") is Hint.SAVED)
    assert watcher.is_alive()


def test_the_vault_is_deleted(vault: Path, heard: Heard, watcher: Watcher) -> None:
    shutil.rmtree(vault)
    heard.wait_for(lambda: "the vault's folder was moved, deleted or unmounted" in heard.troubles)


def test_the_vault_is_moved(vault: Path, heard: Heard, own: Watcher) -> None:
    vault.rename(vault.with_name("elsewhere"))
    heard.wait_for(lambda: "the vault's folder was moved, deleted or unmounted" in heard.troubles)


def test_reading_is_no_event(vault: Path, heard: Heard, watcher: Watcher) -> None:
    time.sleep(0.1)
    heard.changes.clear()
    for _ in range(3):
        (vault / "a.md").read_bytes()
        os.listdir(vault / "People")
    time.sleep(0.2)
    assert heard.changes == []


def test_only_wanted_folders_are_watched(vault: Path, heard: Heard, own: Watcher) -> None:
    assert own.watched() == 3
    (vault / ".git/index.md").write_text("x")
    (vault / ".obsidian").mkdir()
    (vault / ".obsidian/x.md").write_text("x")
    (vault / "a.md").write_text("y")
    heard.wait_for(lambda: heard.last("a.md") is Hint.SAVED)
    assert [path for path, _, _ in heard.changes if path.startswith(".")] == []


def test_folders_that_left_are_let_go(vault: Path, heard: Heard, own: Watcher) -> None:
    (vault / "People").rename(vault.parent / "out")
    heard.wait_for(lambda: heard.last("People") is Hint.GONE)
    time.sleep(0.6)
    own.tidy()
    assert own.watched() == 1
    (vault / "People").mkdir()
    heard.wait_for(lambda: own.watched() == 2)


def test_folders_that_change_places(vault: Path, heard: Heard, own: Watcher) -> None:
    (vault / "Two/Deep").mkdir(parents=True)
    heard.wait_for(lambda: own.watched() == 5)
    try:
        exchange(str(vault / "People"), str(vault / "Two"))
    except OSError:
        pytest.skip("names cannot be exchanged here")
    heard.wait_for(lambda: heard.changes.count(("People", Hint.SAVED, True)) == 2)
    assert own.watched() == 5
    for name in ("People/a.md", "Two/b.md", "People/Deep/c.md", "Two/Deep/d.md"):
        (vault / name).write_text("x")
        heard.wait_for(lambda name=name: heard.last(name) is Hint.SAVED)


@pytest.mark.parametrize("mode", [0, 0o311, 0o644])
@pytest.mark.parametrize("which", ["", "People"])
def test_folders_that_were_shut_at_the_start(vault: Path, heard: Heard, folder: Path, which: str, mode: int) -> None:
    if not which and mode != 0o644:
        pytest.skip("then nothing can be watched, which is told")
    with as_nobody(folder):
        (vault / which).chmod(mode)
        watcher = open_watcher(str(vault), str(folder / "cookies"), wanted, heard)
        try:
            require(watcher.mode == "inotify", "inotify and watchdog 7.1")
            assert watcher.watched() < 3
            (vault / which).chmod(0o755)
            heard.wait_for(lambda: watcher.watched() == 3)
            (vault / "People/Deep/n.md").write_text("x")
            heard.wait_for(lambda: heard.last("People/Deep/n.md") is Hint.SAVED)
        finally:
            watcher.stop()


def test_links_are_not_followed(vault: Path, heard: Heard, folder: Path) -> None:
    (vault / "one").symlink_to(".")
    (vault / "two").symlink_to("..")
    watcher = open_watcher(str(vault), str(folder / "cookies"), wanted, heard)
    assert watcher.watched() in (0, 3)
    watcher.stop()


def test_a_question_comes_after_what_was_before(vault: Path, heard: Heard, own: Watcher) -> None:
    for n in range(200):
        (vault / "People/Deep/n.md").write_text(str(n))
        before = len(heard.changes)
        (vault / f"n{n}.md").write_text("x")
        (vault.parent / f"cookies/c-{n}").write_text("")
        heard.wait_for(lambda n=n: f"c-{n}" in heard.questions)
        assert any(path == f"n{n}.md" for path, _, _ in heard.changes[before:])


def test_nothing_can_be_watched(folder: Path, heard: Heard) -> None:
    threads = threading.active_count()
    with pytest.raises(OSError, match="No such file"):
        open_watcher(str(folder / "gone"), str(folder), wanted, heard)
    assert threading.active_count() == threads


class TestCookies:
    def test_yes_no_and_silence(self, tmp_path: Path) -> None:
        folder = str(tmp_path)

        def reply(yes: bool | None) -> None:
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                for name in os.listdir(folder):
                    if yes is not None:
                        cookies.answer(folder, name, yes=yes)
                    return

        for yes in (True, False):
            thread = threading.Thread(target=reply, args=(yes,))
            thread.start()
            assert cookies.ask(folder, SECONDS) is yes
            thread.join()
        assert cookies.ask(folder, 0.01) is False
        assert os.listdir(folder) == [], "nothing is left behind"
        assert cookies.ask(str(tmp_path / "gone")) is False

    def test_who_asked_is_gone(self, tmp_path: Path) -> None:
        cookies.answer(str(tmp_path), "c-1-1", yes=True)
        cookies.answer(str(tmp_path), "c-1-1", yes=False)
        (tmp_path / "ready").write_text("x")
        cookies.answer(str(tmp_path), "ready", yes=True)
        assert cookies.ready_for(str(tmp_path)) is None
        (tmp_path / "c-1-1").write_text("")
        cookies.sweep(str(tmp_path))
        assert os.listdir(tmp_path) == ["ready"]

    def test_ready(self, tmp_path: Path) -> None:
        folder = str(tmp_path)
        assert cookies.ready_for(folder) is None
        cookies.set_ready(folder, None)
        cookies.set_ready(folder, 12)
        assert cookies.ready_for(folder) == 12
        cookies.set_ready(folder, None)
        assert os.listdir(folder) == []

    def test_where_nothing_can_be_written_nobody_is_ready(self, tmp_path: Path) -> None:
        folder = str(tmp_path)
        cookies.set_ready(folder, 12)
        (tmp_path / "ready.new").mkdir()
        cookies.set_ready(folder, 13)
        assert cookies.ready_for(folder) is None
        (tmp_path / "file").write_text("")
        for inode in (None, 12):
            cookies.set_ready(str(tmp_path / "file"), inode)
        cookies.sweep(str(tmp_path / "file"))
        cookies.answer(str(tmp_path / "file"), "c-1-1", yes=True)
        cookies.answer(str(tmp_path / "file"), "c-1-1", yes=False)


MOUNTS = """22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:40 / /home/ann/Cloud\\040Drive rw - fuse.rclone cloud: rw
31 22 0:41 / /mnt/nas rw shared:7 - nfs4 nas:/share rw
32 31 8:2 / /mnt/nas/usb rw - fuseblk /dev/sdb1 rw
33 22 0:42 / /data rw - ext4 /dev/sdc1 rw
34 33 0:43 / /data rw - cifs //nas/data rw
a line of another kind
"""


@pytest.mark.parametrize(
    ("root", "kind"),
    [
        ("/home/ann/Notes", ""),
        ("/home/ann/Cloud Drive/Notes", "fuse.rclone"),
        ("/mnt/nas", "nfs4"),
        ("/mnt/nas2", ""),
        ("/mnt/nas/usb/Notes", ""),
        ("/data/Notes", "cifs"),
        ("/home/ann", "fuse.rclone"),  # below it
        ("/mn", ""),
    ],
)
def test_file_systems_that_others_write_to(tmp_path: Path, root: str, kind: str) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    assert shared_by(root, str(tmp_path / "mountinfo")) == kind
    assert shared_by(root, str(tmp_path / "none")) == ""


def test_what_is_mounted_in_a_folder(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert [mount.point for mount in mounts_in("/mnt/nas", str(mounts))] == ["/mnt/nas", "/mnt/nas/usb"]
    assert [mount.kind for mount in mounts_in("/home/ann/Cloud Drive", str(mounts))] == ["fuse.rclone"]
    assert mounts_in("/home/ann/Notes", str(mounts)) == ()
    assert mounts_in("/mnt", str(tmp_path / "none")) == ()
    before = mounts_in("/data", str(mounts))
    mounts.write_text(MOUNTS.replace("33 22", "35 22"))
    assert mounts_in("/data", str(mounts)) != before, "it was mounted anew"
