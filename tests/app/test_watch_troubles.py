"""What is wrong around the daemon: its own folder, its log, the disks in the vault. It goes on, or says why not."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import time
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from mdnet.adapters.config import UserFolders
from mdnet.adapters.lock import Holder
from mdnet.adapters.vault import Vault
from mdnet.adapters.watch import mounts
from mdnet.adapters.watch.mounts import Mount
from mdnet.app import disks
from mdnet.app import watch_status as status_module
from mdnet.app.daemon_files import daemon_files
from mdnet.app.freshness import daemon_is_fresh
from mdnet.app.sync import sync
from mdnet.app.watch_index import Indexer
from mdnet.app.watch_options import POLL
from mdnet.app.watch_schedule import Schedule
from mdnet.app.watch_status import DaemonState, StateFile
from mdnet.app.workspace import open_workspace
from mdnet.core.settings import Settings
from tests.daemons import SECONDS, Inside, RunningDaemon
from tests.support import require
from tests.vaults import new_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def folder() -> Iterator[Path]:
    with new_folder() as made:
        (made / "vault/On").mkdir(parents=True)
        (made / "vault/a.md").write_text("first\n")
        yield made


@pytest.fixture
def start(start: Callable[..., RunningDaemon]) -> Callable[..., RunningDaemon]:
    """As for all, but without a page."""
    return partial(start, "--no-render")


# ---- its own folder ----


@pytest.mark.parametrize("where", ["state", "state/mdnet", "cookies"])
def test_a_folder_that_cannot_be_made_is_told(folder: Path, start: Callable[..., RunningDaemon], where: str) -> None:
    (folder / "home").mkdir()
    if where == "cookies":
        daemon = start()
        at = next((folder / "home/state/mdnet").glob("*.daemon")) / "cookies"
        daemon.stop()
        for file in at.iterdir():
            file.unlink()
        at.rmdir()
    else:
        at = folder / "home" / where
        at.parent.mkdir(exist_ok=True)
    at.write_text("no folder")
    daemon = start()
    daemon.wait_for(lambda: daemon.process.poll() is not None)
    daemon._reader.join()
    assert daemon.process.returncode == 7
    assert daemon.errors.startswith(f"mdnet: {at}")
    assert daemon.errors.endswith(", so nothing is watched\n")
    assert daemon.errors.count("\n") == 1


def test_a_fault_in_the_first_look_does_not_end_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Indexer.look_at_everything
    failed: list[bool] = []

    def fail(self: Indexer, *paths: Any) -> Any:
        if not failed:
            failed.append(True)
            raise OSError(errno.ENOSPC, "No space left on device")
        return look(self, *paths)

    monkeypatch.setattr(Indexer, "look_at_everything", fail)
    inside = Inside(folder)

    def scenario() -> None:
        inside.wait_for("error", what="OSError: [Errno 28] No space left on device")
        (inside.vault / "good.md").write_text("x")
        inside.wait_for("indexed", read=["good.md"])

    inside.run(scenario)


def test_what_it_cannot_write_down_is_not_told_as_if_it_were_so(start: Callable[..., RunningDaemon]) -> None:
    daemon = start()
    daemon.wait_for(lambda: daemon.status()["scans"] == 1)
    assert daemon.status()["trouble"] == ""
    path = next(daemon.folders.state.glob("*.daemon")) / "status.json"
    blocked = path.with_name("status.json.new")
    blocked.mkdir()
    (daemon.root / "a.md").write_text("second\n")
    daemon.wait_for(lambda: daemon.status()["trouble"].startswith("how it goes is not known"))
    blocked.rmdir()
    daemon.wait_for(lambda: daemon.status()["batches"] == 1)
    assert daemon.status()["trouble"] == ""


def test_the_state_of_an_earlier_daemon_is_not_taken_for_that_of_this_one(
    start: Callable[..., RunningDaemon], monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = start()
    daemon.wait_for(lambda: daemon.status()["scans"] == 1)
    monkeypatch.setattr(status_module, "holder", lambda _path: Holder(daemon.process.pid + 1, "", 1.0))
    assert daemon.status()["trouble"].startswith("how it goes is not known")
    assert daemon.status()["scans"] == 0


def test_a_state_that_cannot_be_written_is_written_later(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "gone/status.json")
    file.changed()
    file.write(DaemonState())
    assert file.due() is not None
    (tmp_path / "gone").mkdir()
    file.write(DaemonState())
    assert file.due() is None
    assert os.path.getsize(tmp_path / "gone/status.json")


# ---- its settings ----


def test_an_expression_that_is_none_is_told(start: Callable[..., RunningDaemon]) -> None:
    daemon = start()
    wrong = "ignore: '(' is not a regular expression: missing ), unterminated subpattern at position 0"
    (daemon.root / "mdnet.toml").write_text('ignore = ["/(/"]\n')
    daemon.wait_for(lambda: daemon.saw("error", what=f"the settings stay as they were: {wrong}"))
    (daemon.root / "a.md").write_text("second\n")
    daemon.wait_for(lambda: daemon.saw("indexed", read=["a.md"]))
    daemon.stop()
    daemon.start()
    daemon.wait_for(lambda: daemon.process.poll() is not None)
    assert (daemon.process.returncode, daemon.errors) == (3, f"mdnet: {wrong}\n")


# ---- its log ----


def watching(daemon: RunningDaemon, out: int) -> subprocess.Popen[bytes]:
    """Another daemon on the same vault, whose log goes there."""
    command = [sys.executable, "-m", "mdnet", "--vault", str(daemon.root), "watch", "--json", "--no-render"]
    return subprocess.Popen(command, env=daemon.environment, stdout=out, stderr=subprocess.PIPE)


def test_a_log_on_a_full_disk_does_not_end_it(start: Callable[..., RunningDaemon]) -> None:
    require(os.path.exists("/dev/full"), "/dev/full")
    daemon = start()
    daemon.stop()
    with open("/dev/full", "wb") as full, watching(daemon, full.fileno()) as process:
        try:
            daemon.wait_for(lambda: daemon.status().get("scans") == 1)
            for text in ("second\n", "third\n"):
                (daemon.root / "a.md").write_text(text)
                daemon.wait_for(lambda: not daemon.differences())
            assert process.poll() is None
        finally:
            process.terminate()
        _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 12, "it has stopped, and what it had to say was lost"
    assert errors == f"mdnet: the output cannot be written: {os.strerror(errno.ENOSPC)}\n".encode()


def test_it_ends_when_nobody_reads_its_log_any_more(start: Callable[..., RunningDaemon]) -> None:
    daemon = start()
    daemon.stop()
    read, write = os.pipe()
    with watching(daemon, write) as process:
        os.close(write)
        try:
            assert os.read(read, 10)
            os.close(read)
            end = time.monotonic() + SECONDS
            while process.poll() is None:
                assert time.monotonic() < end
                (daemon.root / "a.md").write_text(f"saved at {time.monotonic()}\n")
                time.sleep(0.1)
        finally:
            process.kill()
        _, errors = process.communicate()
    assert process.returncode == 12
    assert errors == f"mdnet: the output cannot be written: {os.strerror(errno.EPIPE)}\n".encode()


# ---- disks that are mounted in the vault ----


@pytest.fixture
def mount(folder: Path) -> Iterator[Callable[..., None]]:
    """Mounts something at a folder in the vault: `mount("mount", "-t", "tmpfs", "tmpfs")`, or `mount("umount")`."""
    at = folder / "vault/On"

    def run(*what: str) -> None:
        command = [*what, str(at)]
        done = subprocess.run(command, capture_output=True, check=False) if shutil.which(what[0]) else None
        if done is None or done.returncode:
            pytest.skip("nothing can be mounted here")

    yield run
    if os.path.ismount(at):
        subprocess.run(["umount", "-l", str(at)], check=False)


def test_a_disk_that_is_mounted_and_unmounted_in_the_vault(
    start: Callable[..., RunningDaemon], mount: Callable[..., None]
) -> None:
    daemon = start()
    mount("mount", "-t", "tmpfs", "tmpfs")
    daemon.wait_for(lambda: daemon.saw("scanned", why="a disk in the vault came or went"))
    (daemon.root / "On/on it.md").write_text("on the disk\n")
    daemon.converges(4.0)
    daemon.wait_for(daemon.is_fresh)
    mount("umount")
    (daemon.root / "On/b.md").write_text("below the disk\n")
    daemon.wait_for(lambda: daemon.saw("indexed", read=["On/b.md"]))


def test_notes_on_a_disk_that_is_unmounted_are_kept(
    start: Callable[..., RunningDaemon], mount: Callable[..., None]
) -> None:
    daemon = start()
    for n in range(5):
        (daemon.root / f"n{n}.md").write_text("beside the disk\n")
    mount("mount", "-t", "tmpfs", "tmpfs")
    daemon.wait_for(lambda: daemon.saw("scanned", why="a disk in the vault came or went"))
    for n in range(3):
        (daemon.root / f"On/n{n}.md").write_text("on the disk\n")
    daemon.converges()
    mount("umount")
    daemon.wait_for(lambda: daemon.status()["holding"] == 3)
    (daemon.root / "a.md").write_text("second\n")
    daemon.wait_for(lambda: daemon.saw("indexed", read=["a.md"]))
    work = open_workspace(daemon.root, daemon.folders)
    try:
        assert not daemon_is_fresh(work)
        for only in (None, ["On/"], ["On/n1.md"]):  # as a command would do it
            report = sync(work.vault, work.index, work.settings, only=only)
            assert (report.dropped, len(report.held)) == ((), 1 if only == ["On/n1.md"] else 3)
        assert [problem.path for problem in work.index.scan_problems()] == ["On"]
    finally:
        work.close()
    mount("mount", "-t", "tmpfs", "tmpfs")  # another one, which is empty
    daemon.wait_for(lambda: daemon.status()["holding"] == 0)
    daemon.converges()


def test_a_disk_that_was_meant_to_go_is_forgotten(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted = [Mount(f"{folder}/vault/{name}", "ext4", b"") for name in ("On", "Out")]
    monkeypatch.setattr(mounts, "mounts_in", lambda _root: mounted)
    (folder / "vault/Out").mkdir()
    folders = UserFolders(folder / "c", folder / "k", folder / "s")
    daemon_files(folder / "vault", folders).make_folders()
    vault = disks.minding_disks(Vault(folder / "vault"), folders)
    disks.remember(vault, folders)
    assert vault.away() == ()
    mounted.clear()
    assert vault.away() == ("On", "Out")
    assert vault.scan(Settings()).unlisted == ("On", "Out")
    assert vault.scan(Settings(), ["a.md", "On/x.md"]).unlisted == ("On",)
    (folder / "vault/On").rmdir()
    assert vault.away() == ("Out",)
    disks.forget(vault, folders, ["Out/n.md"])
    (folder / "vault/On").mkdir()
    assert vault.away() == ("Out",)
    disks.forget(vault, folders, [])
    assert vault.away() == ()


def test_others_may_write_to_a_disk_in_the_vault(
    folder: Path, start: Callable[..., RunningDaemon], mount: Callable[..., None]
) -> None:
    (folder / "remote").mkdir()
    (folder / "remote/r.md").write_text("here\n")
    daemon = start()
    mount("bindfs", str(folder / "remote"))
    daemon.wait_for(lambda: daemon.saw("polling", why="others may write to a file system of type fuse"))
    (folder / "remote/r.md").write_text("written elsewhere\n")
    daemon.converges()
    assert daemon.status()["mode"] == "inotify and polling"


# ---- where it polls ----


def test_what_is_saved_just_after_a_look_is_seen_within_four_seconds() -> None:
    schedule = Schedule()
    schedule.looked(100.0, POLL, 0.05, poor=True)
    assert schedule.why(104.0)


# ---- the index ----


def test_an_index_that_could_not_be_kept_is_kept_as_soon_as_it_can(folder: Path) -> None:
    folders = UserFolders(folder / "config", folder / "cache", folder / "state")
    indexer = Indexer(folder / "vault", folders, date.today)
    try:
        indexer.look_at_everything()
        path = indexer.work.index.path
        assert path is not None
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()
        path.mkdir()
        assert "cannot be kept" in indexer.look_at_everything().warning
        assert (indexer.work.index.path, indexer.inode()) == (None, None)
        path.rmdir()
        assert indexer.look_at_everything().warning == ""
        assert (indexer.work.index.path, indexer.inode()) == (path, path.stat().st_ino)
        assert [row.path for row in indexer.work.index.notes()] == ["a.md"]
    finally:
        indexer.close()
