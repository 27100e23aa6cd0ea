"""The daemon, run for real: whatever happens to a folder, its index ends as one made anew."""

from __future__ import annotations

import mmap
import os
import shutil
import signal
import socket
import subprocess
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from mdnet.adapters.config import UserFolders, read_settings
from mdnet.adapters.index import Index
from mdnet.app import watch as watch_module
from mdnet.app.freshness import daemon_is_fresh
from mdnet.app.sync import sync
from mdnet.app.watch_inbox import Inbox
from mdnet.app.watch_options import SLICE
from mdnet.app.watch_pages import Job
from mdnet.app.workspace import index_path, open_workspace
from mdnet.app.writing import refresh, writer
from mdnet.core.weeks import week_of
from tests.bench.drift import drift
from tests.daemons import SECONDS, Inside, RunningDaemon, beginning_with, helpers_of, is_running
from tests.support import require
from tests.terminal import type_into
from tests.vaults import leftovers, new_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mdnet.core.model import Stamp

ANA = "## Needs\n- [ ] a warehouse lead in Ohio\n\n## Log\n- 2026-11-03 #met [[Ana Ruiz]]: coffee\n"


@pytest.fixture
def folder() -> Iterator[Path]:
    with new_folder() as made:
        (made / "vault/People").mkdir(parents=True)
        (made / "vault/People/Ana Ruiz.md").write_text(ANA)
        (made / "vault/a.md").write_text("first\n")
        yield made


def found(daemon: RunningDaemon, word: str) -> list[str]:
    index = Index.open(index_path(daemon.root, daemon.folders), read_settings(daemon.root)[0])
    try:
        return [hit.path for hit in index.search(word, 100)]
    finally:
        index.close()


# ---- every way in which files change ----


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningDaemon]:
    """One daemon for all the ways to save."""
    with new_folder() as made:
        (made / "vault").mkdir()
        daemon = RunningDaemon(made / "vault", made / "home", "--no-render")
        yield daemon
        assert daemon.stop()[0] == 0
        assert not [event for event in daemon.events if event["event"] == "error"]


def in_place(note: Path) -> None:
    note.write_text("word1\n")


def appended(note: Path) -> None:
    with note.open("a") as file:
        file.write("word1\n")


def torn(note: Path) -> None:
    with note.open("w") as file:
        time.sleep(0.3)
        file.write("wo")
        file.flush()
        time.sleep(0.1)
        file.write("rd1\n")


def renamed_over(note: Path) -> None:
    note.with_name("a.tmp").write_text("word1\n")
    note.with_name("a.tmp").replace(note)


def from_outside(note: Path) -> None:
    outside = note.parent.parent / "outside.tmp"
    outside.write_text("word1\n")
    outside.replace(note)


def deleted_and_made(note: Path) -> None:
    note.unlink()
    time.sleep(0.2)
    note.write_text("word1\n")


def syncthing(note: Path) -> None:
    temporary = note.with_name(f".syncthing.{note.name}.tmp")
    temporary.write_text("word1\n")
    os.utime(temporary, (1_700_000_000, 1_700_000_000))
    note.unlink()
    temporary.rename(note)


def old_time(note: Path) -> None:
    note.write_text("word1\n")
    os.utime(note, (1, 1))


def same_size_and_time(note: Path) -> None:
    before = note.stat()
    note.write_text("word1\n")
    os.utime(note, ns=(before.st_atime_ns, before.st_mtime_ns))


def mapped(note: Path) -> None:
    with note.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[:6] = b"word1\n"


def program(*command: str) -> Callable[[Path], None]:
    def run(note: Path) -> None:
        require(shutil.which(command[0]), command[0])
        done = subprocess.run(
            [word.replace("NOTE", str(note)) for word in command],
            input=b"a\nword1\n.\nw\nq\n", capture_output=True, timeout=30, check=False,
        )  # fmt: skip
        assert b"word1" in note.read_bytes(), done.stderr

    return run


def nano(note: Path) -> None:
    require(shutil.which("nano"), "nano")
    type_into(["nano", "-I", str(note)], "word1 ", "\x0f", "\r", "\x18")
    assert "word1" in note.read_text()


VIM = ("-Nu", "NONE", "-es", "-c", "normal Goword1")
EMACS = '(progn (find-file "NOTE") (goto-char (point-max)) (insert "word1\\n") (save-buffer))'
WAYS = {
    "in place": in_place, "appended": appended, "torn": torn, "renamed over": renamed_over,
    "from outside": from_outside, "deleted and made": deleted_and_made, "syncthing": syncthing,
    "an old time": old_time, "same size and time": same_size_and_time, "mapped": mapped,
    "vim": program("vim", *VIM, "-c", "wq", "NOTE"),
    "vim with backups": program("vim", *VIM, "-c", "set backup", "-c", "wq", "NOTE"),
    "vim in place": program("vim", *VIM, "-c", "set backupcopy=yes", "-c", "wq", "NOTE"),
    "neovim": program("nvim", "-u", "NONE", "-es", "-c", "normal Goword1", "-c", "wq", "NOTE"),
    "emacs": program("emacs", "-Q", "--batch", "--eval", EMACS),
    "nano": nano,
    "sed": program("sed", "-i", "s/old-text/word1/", "NOTE"),
    "ed": program("ed", "-s", "NOTE"),
    "node": program("node", "-e", "require('fs').writeFileSync('NOTE', 'word1')"),
}  # fmt: skip
OPTIONAL = ("neovim", "ed", "node")
"""Not installed by .ci/run."""


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_save(shared: RunningDaemon, way: str) -> None:
    if way in OPTIONAL and shutil.which("nvim" if way == "neovim" else way) is None:
        pytest.skip(f"{way} is not installed")
    note = shared.root / f"{way}.md"
    note.write_text("old-text\n")
    word = f"word{way.replace(' ', '')}"
    shared.wait_for(lambda: f"{way}.md" in found(shared, "old-text"))
    WAYS[way](note)
    note_text = note.read_text()
    assert "word1" in note_text
    shared.wait_for(lambda: f"{way}.md" in found(shared, "word1"))
    shared.converges()
    assert len([path for path in found(shared, "word1") if path.startswith(way)]) == 1, word


def git(vault: Path, *words: str) -> None:
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    subprocess.run(["git", *who, *words], cwd=vault, check=True, capture_output=True)


def test_git_checkouts_there_and_back(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    require(shutil.which("git"), "git")
    vault = folder / "vault"
    git(vault, "init", "-q", "-b", "main")
    for branch in ("one", "two"):
        git(vault, "checkout", "-q", "--orphan", branch)
        for n in range(150):
            (vault / f"n{n}.md").write_text(f"{branch} {n}\n")
        git(vault, "add", "-A")
        git(vault, "commit", "-qm", branch)
    daemon = start()
    for _ in range(3):
        git(vault, "checkout", "-q", "one")
        git(vault, "checkout", "-q", "two")
    (vault / "a.md").write_text("not committed")
    git(vault, "stash", "-q")
    git(vault, "stash", "pop", "-q")
    daemon.converges()
    read = [event["read"] for event in daemon.events if event["event"] == "indexed"]
    assert not [path for paths in read for path in paths if path.startswith(".git")]
    assert len([event for event in daemon.events if event["event"] == "rendered"]) <= 6


def test_folders_moved_in_out_and_about(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    vault, outside = folder / "vault", folder / "outside"
    (outside / "tree/deep").mkdir(parents=True)
    (outside / "tree/deep/t.md").write_text("from outside")
    daemon = start("--no-render")
    (outside / "tree").rename(vault / "tree")
    for n in range(30):
        (vault / f"p{n}/q/r").mkdir(parents=True)
        (vault / f"p{n}/q/r/n.md").write_text(f"deep{n}")
    daemon.converges()
    (vault / "tree").rename(vault / "moved")
    (vault / "moved/deep/t.md").write_text("edited after the move")
    daemon.wait_for(lambda: found(daemon, "edited") == ["moved/deep/t.md"])
    (vault / "moved").rename(outside / "gone")
    (outside / "gone/deep/t.md").write_text("edited out there")
    (vault / "moved").mkdir()
    (vault / "moved/new.md").write_text("another one under the old name")
    (vault / "a.md").rename(vault / "A.md")
    daemon.converges()
    (vault / "moved/new.md").write_text("watched as well")
    daemon.wait_for(lambda: found(daemon, "watched") == ["moved/new.md"])
    shutil.rmtree(vault / "p1")
    shutil.copytree(vault / "p2", vault / "p1")
    daemon.converges()


def test_a_large_folder_moved_in_is_looked_at_a_few_notes_at_a_time(
    folder: Path, start: Callable[..., RunningDaemon]
) -> None:
    (folder / "outside/deep").mkdir(parents=True)
    for n in range(3 * SLICE):
        (folder / f"outside/{'deep/' * (n % 2)}n{n}.md").write_text(f"moved in {n}\n")
    daemon = start("--no-render")
    daemon.wait_for(daemon.is_fresh)
    daemon.events.clear()
    (folder / "outside").rename(folder / "vault/inside")
    daemon.converges(words=True)
    read = [len(told["read"]) for told in daemon.events if told["event"] == "indexed"]
    assert sum(read) == 3 * SLICE
    assert max(read) <= SLICE


def test_an_original_that_goes_makes_its_copy_a_note(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    vault = folder / "vault"
    words = "one two three four five six seven eight nine ten"
    (vault / "Ann.md").write_text(words)
    (vault / "2026-11-20.md").write_text(f"{words} eleven")
    (vault / "2026-11-20 (1).md").write_text(f"{words} eleven")
    daemon = start("--no-render")
    assert found(daemon, "eleven") == ["2026-11-20.md"]
    (vault / "2026-11-20.md").unlink()
    daemon.wait_for(lambda: found(daemon, "eleven") == ["2026-11-20 (1).md"])
    (vault / "2026-11-20 (1).md").unlink()
    daemon.wait_for(lambda: found(daemon, "eleven") == [])
    (vault / "Ann (1).md").write_text(words)
    copy = vault / "Ann.sync-conflict-20261103-101500-ABCDEFG.md"
    copy.write_text(words)
    daemon.converges()
    assert found(daemon, "seven") == ["Ann.md"]
    (vault / "Ann.md").unlink()
    daemon.wait_for(daemon.is_fresh)
    assert found(daemon, "seven") == ["Ann (1).md"]
    assert daemon.differences() == []
    copy.unlink()
    daemon.converges()


def test_drift(folder: Path) -> None:
    """The long form is `python -m tests.bench.drift`."""
    for seed in (1, 2):
        run = folder / str(seed)
        run.mkdir()
        result = drift(run, 90, seed, editors=False, pause_every=45, surveys=seed == 2)
        assert result["checks"] == 2


# ---- a command sees what was just saved ----


def test_what_was_just_saved_is_seen(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    vault = folder / "vault"
    daemon = start("--no-render")
    work = daemon.work()
    yes = 0
    for n in range(60):
        if n % 3 == 0:
            (vault / "a.md").write_text(f"zebra{n}\n")
        elif n % 3 == 1:
            (vault / f"d{n}/e").mkdir(parents=True)
            (vault / f"d{n}/e/n.md").write_text(f"zebra{n}\n")
        else:
            (vault / "t.tmp").write_text(f"zebra{n}\n")
            (vault / "t.tmp").rename(vault / "a.md")
        if daemon_is_fresh(work):
            yes += 1
            assert len(work.index.search(f"zebra{n}")) == 1
    daemon.wait_for(lambda: daemon_is_fresh(work))
    (vault / "a.md").unlink()
    if daemon_is_fresh(work):
        assert work.index.note("a.md") is None
    work.close()
    assert yes, "it never answered"


def test_nobody_answers(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    daemon = start("--no-render")
    work = daemon.work()
    daemon.wait_for(lambda: daemon_is_fresh(work))
    daemon.halt()
    assert not daemon_is_fresh(work)
    daemon.process.send_signal(signal.SIGCONT)
    daemon.wait_for(lambda: daemon_is_fresh(work))
    daemon.kill()
    assert os.listdir(next((folder / "home/state/mdnet").glob("*.daemon/cookies")))
    daemon.start()
    daemon.wait_for(lambda: daemon_is_fresh(work))
    assert daemon.stop()[0] == 0
    assert not daemon_is_fresh(work)
    work.close()


def test_another_index_than_the_daemons(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    daemon = start("--no-render")
    path = index_path(daemon.root, daemon.folders)
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    work = daemon.work()
    assert not daemon_is_fresh(work), "the index was just made anew, and is empty"
    work.close()
    (folder / "vault/a.md").write_text("wakes the daemon\n")
    daemon.converges()
    daemon.wait_for(daemon.is_fresh)
    assert found(daemon, "warehouse") == ["People/Ana Ruiz.md"]


# ---- one for each vault ----


def test_a_second_one_is_told_who_runs(start: Callable[..., RunningDaemon]) -> None:
    daemon = start()
    second = daemon.run_watch()
    _, said = second.communicate(timeout=SECONDS)
    assert second.returncode == 10
    assert said.startswith(f"mdnet: process {daemon.process.pid} has been watching this vault since")
    assert daemon.process.poll() is None


def test_status(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    daemon = start("--no-render")
    (folder / "vault/a.md").write_text("once more\n")
    daemon.wait_for(lambda: daemon.status().get("batches") == 1)
    status = daemon.status()
    assert (status["running"], status["pid"], status["errors"]) == (True, daemon.process.pid, 0)
    assert (status["mode"], status["last_batch_notes"], status["last_scan_reason"]) == ("inotify", 1, "start")
    assert status["folders"] == 2
    assert status["lag_seconds"] >= 0
    assert {"uptime_seconds", "last_batch_age_seconds", "host", "trouble", "holding"} <= set(status)
    daemon.kill()
    assert daemon.status() == {"running": False}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_in_the_middle_of_a_burst(
    folder: Path, start: Callable[..., RunningDaemon], how: signal.Signals
) -> None:
    daemon = start()
    for n in range(300):
        (folder / f"vault/n{n}.md").write_text(f"burst {n}\n")
    assert daemon.stop(how)[0] == 0
    assert daemon.events[-1]["event"] == "stopped"
    assert daemon.errors == ""
    daemon.start()
    daemon.converges(words=True)
    assert not any(event["event"] == "stale" for event in daemon.events)


def test_it_stops_while_it_indexes(folder: Path) -> None:
    for n in range(3000):
        (folder / f"vault/n{n}.md").write_text(f"many words to index {n}\n" * 30)
    daemon = RunningDaemon(folder / "vault", folder / "home", until="watching")
    time.sleep(0.3)
    assert daemon.stop()[0] == 0
    assert daemon.errors == ""
    daemon.start()
    daemon.converges()
    daemon.kill()


def test_kill_and_start_again(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    daemon = start()
    for round_ in range(3):
        for n in range(40):
            (folder / f"vault/n{n}.md").write_text(f"round {round_} {n}\n")
        time.sleep(0.02 * round_)
        daemon.kill()
        daemon.start()
    assert daemon.saw("stale")
    daemon.converges(words=True)
    assert leftovers(folder / "vault") == []


def test_systemd_is_told(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(folder / "n"))
        listening.settimeout(SECONDS)
        daemon = start("--no-render", NOTIFY_SOCKET=str(folder / "n"))
        assert listening.recv(100) == b"READY=1"
        assert listening.recv(100) == b"WATCHDOG=1"
        daemon.stop()
        said = listening.recv(100)
        while said == b"WATCHDOG=1":
            said = listening.recv(100)
        assert said == b"STOPPING=1"


# ---- the disk ----


def test_a_vault_that_is_suddenly_empty(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    vault = folder / "vault"
    for n in range(40):
        (vault / f"n{n}.md").write_text(f"word {n}")
    daemon = start("--no-render", "--rescan", "0.1")
    away = folder / "away"
    vault.rename(away)
    vault.mkdir()  # as an unmounted disk leaves its folder
    daemon.wait_for(lambda: daemon.saw("holding"))
    assert len(found(daemon, "word")) == 40
    assert not daemon.is_fresh(), "commands are to tell it as well"
    daemon.wait_for(lambda: daemon.status()["holding"] == 42)
    vault.rmdir()
    away.rename(vault)
    daemon.converges()
    (vault / "n1.md").write_text("back again")
    daemon.wait_for(lambda: found(daemon, "again") == ["n1.md"])
    assert not any(event.get("dropped") for event in daemon.events)
    assert len([event for event in daemon.events if event["event"] == "holding"]) == 1


def test_a_vault_that_is_not_there(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    vault = folder / "vault"
    daemon = start("--no-render", "--rescan", "0.1")
    vault.rename(folder / "away")
    (folder / "away/a.md").write_text("edited elsewhere")
    daemon.wait_for(lambda: daemon.saw("gone"))
    assert found(daemon, "edited") == []
    assert found(daemon, "first") == ["a.md"]
    (folder / "away").rename(vault)
    daemon.wait_for(lambda: daemon.saw("back"))
    daemon.converges()
    (vault / "a.md").write_text("watched again")
    daemon.wait_for(lambda: found(daemon, "again") == ["a.md"])
    assert len([event for event in daemon.events if event["event"] == "gone"]) == 1


def test_a_vault_whose_path_leads_elsewhere(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    daemon = start("--no-render", "--rescan", "0.1")
    (folder / "vault").rename(folder / "other")
    (folder / "vault").symlink_to("other")
    daemon.wait_for(lambda: daemon.process.poll() is not None)
    assert daemon.process.returncode == 4
    assert daemon.saw("moved", where=str(folder / "other"))


def test_the_index_is_deleted_or_damaged(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    daemon = start("--no-render")
    path = index_path(daemon.root, daemon.folders)
    path.unlink()
    (folder / "vault/a.md").write_text("second\n")
    daemon.converges()
    data = bytearray(path.read_bytes())
    data[: len(data) // 2] = b"x" * (len(data) // 2)
    path.write_bytes(data)
    (folder / "vault/a.md").write_text("third\n")
    daemon.wait_for(lambda: found(daemon, "third") == ["a.md"])
    daemon.converges()


def test_the_log_beside_the_index_is_deleted(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    daemon = start("--no-render")
    (folder / "vault/a.md").write_text("before\n")
    daemon.wait_for(lambda: found(daemon, "before") == ["a.md"])
    path = index_path(daemon.root, daemon.folders)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink()
    (folder / "vault/a.md").write_text("after\n")
    daemon.wait_for(lambda: found(daemon, "after") == ["a.md"])
    daemon.converges(words=True)


def test_all_that_it_keeps_is_deleted(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    daemon = start("--no-render")
    for kept in (daemon.folders.state, daemon.folders.cache):
        while kept.exists():  # the daemon writes there meanwhile
            shutil.rmtree(kept, ignore_errors=True)
    daemon.wait_for(daemon.is_fresh)
    assert daemon.status()["pid"] == daemon.process.pid
    second = daemon.run_watch()
    assert second.communicate(timeout=SECONDS)[0].count("watching") == 0
    assert second.returncode == 10
    daemon.converges(words=True)


def test_another_daemon_has_taken_over(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    daemon = start("--no-render")
    daemon.halt()
    shutil.rmtree(daemon.folders.state)
    second = start("--no-render")
    daemon.process.send_signal(signal.SIGCONT)
    assert daemon.process.wait(SECONDS) == 10
    assert second.status()["pid"] == second.process.pid
    second.converges()


def test_the_same_folder_by_another_name(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    daemon = start("--no-render")
    (folder / "alias").symlink_to("vault")
    daemon.root = folder / "alias"
    daemon.wait_for(daemon.is_fresh)
    second = daemon.run_watch()
    second.communicate(timeout=SECONDS)
    assert second.returncode == 10


def test_the_folder_is_deleted_and_made_again(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    """At once, so that it may well have the same inode."""
    vault = folder / "vault"
    daemon = start("--no-render")
    for n in range(3):
        shutil.rmtree(vault)
        vault.mkdir()
        for m in range(3):
            (vault / f"m{m}.md").write_text(f"other {n} {m}\n")
        daemon.converges(words=True)
        (vault / "m1.md").write_text(f"watched{n}\n")
        daemon.wait_for(lambda n=n: found(daemon, f"watched{n}") == ["m1.md"])
        daemon.wait_for(daemon.is_fresh)
    assert daemon.status()["mode"] == "inotify"


def test_events_are_lost(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    vault = folder / "vault"
    daemon = start("--no-render")
    daemon.halt()
    with open("/proc/sys/fs/inotify/max_queued_events") as file:
        limit = int(file.read())
    for n in range(limit // 2 + 100):  # in a folder that is watched already: the daemon sleeps
        (vault / f"{n % 2}.md").write_text(str(n))
    (vault / "made").mkdir()
    (vault / "made/in the gap").mkdir()
    (vault / "made/in the gap/n.md").write_text("lost event")
    daemon.process.send_signal(signal.SIGCONT)
    daemon.wait_for(lambda: daemon.saw("scanned", why="more events than the kernel keeps"))
    daemon.converges()
    (vault / "made/in the gap/n.md").write_text("watched now")
    daemon.wait_for(lambda: found(daemon, "watched") == ["made/in the gap/n.md"])


@pytest.mark.parametrize(("limit", "value", "mode"), [
    ("max_inotify_watches", 10, "inotify and polling"), ("max_inotify_instances", 0, "polling"),
])  # fmt: skip
def test_not_everything_can_be_watched(
    folder: Path, start: Callable[..., RunningDaemon], limit: str, value: int, mode: str
) -> None:
    # In /proc/sys/user, which is the namespace's own; /proc/sys/fs/inotify is the machine's.
    prefix = ("unshare", "-Ur", "sh", "-c", f'echo {value} > /proc/sys/user/{limit} && exec "$@"', "sh")
    require(
        shutil.which("unshare") and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0,
        "unshare -Ur (user namespaces)",
    )
    for n in range(30):
        (folder / f"vault/f{n}").mkdir()
    daemon = start("--no-render", prefix=prefix)
    assert daemon.saw("polling")
    for n in range(30):
        (folder / f"vault/f{n}/n.md").write_text(f"unwatched{n}")
    daemon.converges()
    assert daemon.status()["mode"] == mode
    assert not daemon.is_fresh()
    assert len([event for event in daemon.events if event["event"] == "polling"]) == 1


def test_polling(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    daemon = start("--no-render", "--poll", "0.2")
    (folder / "vault/a.md").write_text("polled\n")
    daemon.wait_for(lambda: found(daemon, "polled") == ["a.md"])
    assert daemon.status()["mode"] == "polling"
    assert not daemon.is_fresh()


def test_others_may_write_to_it_unheard(folder: Path) -> None:
    mounted = folder / "mounted"
    mounted.mkdir()
    done = subprocess.run(["bindfs", str(folder / "vault"), str(mounted)], capture_output=True, check=False) \
        if shutil.which("bindfs") else None  # fmt: skip
    if done is None or done.returncode:
        pytest.skip("bindfs, which makes such a file system, is not installed or not allowed")
    try:
        daemon = RunningDaemon(mounted, folder / "home", "--no-render")
        assert daemon.saw("polling")
        (folder / "vault/a.md").write_text("remote\n")
        assert not daemon.is_fresh()
        daemon.wait_for(lambda: found(daemon, "remote") == ["a.md"])
        (mounted / "a.md").write_text("nearby\n")
        daemon.wait_for(lambda: found(daemon, "nearby") == ["a.md"])
        assert daemon.stop()[0] == 0
    finally:
        subprocess.run(["fusermount", "-uz", str(mounted)], check=False)


# ---- settings, ticks, pages, matches ----


def test_settings_are_read_again(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    vault = folder / "vault"
    (vault / "Archive").mkdir()
    (vault / "Archive/x.md").write_text("archived")
    daemon = start("--no-render")
    settings = vault / "mdnet.toml"
    settings.write_text('ignore = ["Archive"')
    daemon.wait_for(lambda: daemon.saw("error"))
    assert not any(event.get("dropped") for event in daemon.events)
    settings.write_text('ignore = ["Archive"]\n')
    daemon.wait_for(lambda: daemon.saw("scanned", why="the settings have changed"))
    daemon.converges()
    assert found(daemon, "archived") == []
    (vault / ".obsidian").mkdir()
    (vault / ".obsidian/app.json").write_text('{"userIgnoreFilters": ["a.md"]}')
    daemon.wait_for(lambda: found(daemon, "first") == [])
    settings.unlink()
    daemon.wait_for(lambda: found(daemon, "archived") == ["Archive/x.md"])
    daemon.converges()


def test_a_tick_is_carried_out_once(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    vault = folder / "vault"
    today = date(2026, 11, 24)
    (vault / "2026-11-23.md").write_text("Joe knows a warehouse lead in Ohio who looks for work\n")
    daemon = start(MDNET_TODAY=today.isoformat())
    page = vault / f"Reviews/{week_of(today)}.md"
    daemon.wait_for(lambda: page.exists())
    daemon.converges()
    before = page.read_text()
    line = next(line for line in before.split("\n") if line.startswith("- [ ] ") and " ^m-" in line)
    block = line.rsplit("^", 1)[1].split()[0]
    page.write_text(before.replace(line, line.replace("[ ]", "[x]", 1)))
    person = vault / "People/Ana Ruiz.md"
    daemon.wait_for(lambda: f"^{block}" in person.read_text())
    daemon.wait_for(lambda: "[/] a warehouse lead" in person.read_text())
    daemon.converges()
    daemon.wait_for(daemon.is_fresh)
    seen = len(daemon.events)
    page.write_text(page.read_text() + "\nmy own words\n")
    daemon.wait_for(lambda: daemon.saw("indexed", since=seen))
    daemon.converges()
    assert person.read_text().count(f"^{block}") == 1
    assert "my own words" in page.read_text()
    assert daemon.stop()[0] == 0
    applied = [event for event in daemon.events if event["event"] == "applied"]
    assert {event["path"] for event in applied} == {"People/Ana Ruiz.md"}
    assert leftovers(vault) == []


@pytest.mark.parametrize("options", [(), ("--poll", "1")])
def test_what_a_command_wrote_is_acted_upon(
    folder: Path, start: Callable[..., RunningDaemon], options: tuple[str, ...]
) -> None:
    """Although the command has put it into the index before the daemon looks."""
    vault = folder / "vault"
    (vault / "2026-11-23.md").write_text("Joe knows a warehouse lead in Ohio who looks for work\n")
    daemon = start(*options, MDNET_TODAY="2026-11-24")
    daemon.wait_for(lambda: daemon.saw("rendered"))
    daemon.converges()
    page = next((vault / "Reviews").iterdir())
    ticked = page.read_text().replace("- [ ] **[[Ana", "- [x] **[[Ana", 1)
    assert ticked != page.read_text()
    work = open_workspace(vault, daemon.folders)
    try:
        writer(work).edit(f"Reviews/{page.name}", page.read_bytes(), ticked.encode(), "conflicts")
        refresh(work, f"Reviews/{page.name}")
    finally:
        work.close()
    daemon.wait_for(lambda: "#gave" in (vault / "People/Ana Ruiz.md").read_text())
    daemon.converges()


def test_a_tick_on_a_page_that_was_moved_is_carried_out(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    vault = folder / "vault"
    (vault / "2026-11-23.md").write_text("Joe knows a warehouse lead in Ohio who looks for work\n")
    daemon = start(MDNET_TODAY="2026-11-24")
    daemon.wait_for(lambda: daemon.saw("rendered"))
    (vault / "Old pages").mkdir()
    page = next((vault / "Reviews").iterdir()).rename(vault / "Old pages/page.md")
    daemon.converges()
    page.write_text(page.read_text().replace("- [ ] **[[Ana", "- [x] **[[Ana", 1))
    daemon.wait_for(lambda: "#gave" in (vault / "People/Ana Ruiz.md").read_text())


def test_nothing_happens_when_nothing_happens(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    daemon = start(MDNET_TODAY="2026-11-24")
    daemon.wait_for(lambda: daemon.saw("rendered"))
    daemon.converges()
    time.sleep(1.5)
    seen, page = len(daemon.events), next((folder / "vault/Reviews").iterdir())
    stamp = page.stat()
    time.sleep(3)
    assert daemon.events[seen:] == []
    (folder / "vault/a.md").write_text("first\n")  # saved as it was
    time.sleep(3)
    assert [event for event in daemon.events[seen:] if event["event"] in ("rendered", "applied")] == []
    assert (page.stat().st_mtime_ns, page.stat().st_ino) == (stamp.st_mtime_ns, stamp.st_ino)


def test_a_match_is_told(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    (folder / "bin").mkdir()
    program = folder / "bin/notify-send"
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" >> {folder}/said\n')
    program.chmod(0o755)
    daemon = start("--no-render", "--notify", PATH=f"{folder}/bin:{os.environ['PATH']}", MDNET_TODAY="2026-11-24")
    note = folder / "vault/2026-11-24.md"
    note.write_text("Met Joe, a warehouse lead in Ohio who looks for work.\n")
    daemon.wait_for(lambda: daemon.saw("match"))
    (told,) = [event for event in daemon.events if event["event"] == "match"]
    assert (told["path"], told["who"], told["what"]) == ("2026-11-24.md", "Ana Ruiz", "a warehouse lead in Ohio")
    said = folder / "said"
    daemon.wait_for(lambda: said.exists() and "Ana Ruiz: a warehouse lead in Ohio" in said.read_text())
    note.write_text(note.read_text() + "\nNothing else.\n")
    daemon.wait_for(lambda: len([event for event in daemon.events if event["event"] == "indexed"]) >= 2)
    time.sleep(1.5)
    assert len([event for event in daemon.events if event["event"] == "match"]) == 1


# ---- faults inside ----


@pytest.fixture
def inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Inside:
    monkeypatch.setattr(watch_module, "TICK", 0.1)
    return Inside(folder)


def test_a_fault_does_not_end_it(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    from mdnet.app.watch_index import Indexer

    look = Indexer.look

    def fail(self: Indexer, paths: Any) -> Any:
        if "bad.md" in paths:
            raise RuntimeError("a fault of ours")
        return look(self, paths)

    monkeypatch.setattr(Indexer, "look", fail)

    def scenario() -> None:
        inside.put("bad.md")
        inside.wait_for("error", what="RuntimeError: a fault of ours")
        inside.wait_for("scanned", why="something had failed", read=1)
        (inside.vault / "good.md").write_text("x")
        inside.wait_for("indexed", read=["good.md"])

    inside.run(scenario)


def test_a_strange_event_does_not_end_it(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    from mdnet.app.watch_inbox import Inbox

    changed = Inbox.changed

    def fail(self: Inbox, path: str, *rest: Any, **more: Any) -> None:
        if path == "bad.md":
            raise RuntimeError("a strange name")
        changed(self, path, *rest, **more)

    monkeypatch.setattr(Inbox, "changed", fail)

    def scenario() -> None:
        inside.put("bad.md")
        inside.wait_for("scanned", why="an event could not be read (RuntimeError: a strange name)")
        (inside.vault / "good.md").write_text("x")
        inside.wait_for("indexed", read=["good.md"])

    inside.run(scenario)


def test_a_dead_watcher_is_started_again(inside: Inside) -> None:
    def scenario() -> None:
        watcher: Any = inside.daemon._ears.watcher
        watcher._fd.stop()
        inside.wait_for("scanned", why="the watcher had died")
        (inside.vault / "good.md").write_text("x")
        inside.wait_for("indexed", read=["good.md"])

    inside.run(scenario)


def test_after_a_sleep_everything_is_looked_at(inside: Inside) -> None:
    def scenario() -> None:
        inside.daemon._clock -= 3600
        inside.wait_for("scanned", why="the computer slept, or its clock was set")

    inside.run(scenario)


# ---- the process that works on the pages ----


@pytest.fixture
def slow_page(folder: Path, start: Callable[..., RunningDaemon]) -> tuple[RunningDaemon, int]:
    """A daemon whose process for the pages is at work for long."""
    code = (
        "import sys, time\n"
        "if 'mdnet.app.watch_jobs' in sys.orig_argv:\n"
        "    import mdnet.app.review as review\n"
        "    review.write_review = lambda *_, **__: time.sleep(600)\n"
    )
    daemon = start(**beginning_with(folder / "slow", code))
    daemon.wait_for(lambda: helpers_of(daemon.process.pid))
    (helper,) = helpers_of(daemon.process.pid)
    return daemon, helper


def test_a_long_page_keeps_nobody_waiting(folder: Path, slow_page: tuple[RunningDaemon, int]) -> None:
    daemon, helper = slow_page
    (folder / "vault/a.md").write_text("meanwhile\n")
    daemon.wait_for(lambda: found(daemon, "meanwhile") == ["a.md"])
    assert is_running(helper)
    assert daemon.stop()[0] == 0
    daemon.wait_for(lambda: not is_running(helper))


def test_a_killed_daemon_leaves_nobody_behind(slow_page: tuple[RunningDaemon, int]) -> None:
    daemon, helper = slow_page
    daemon.kill()
    daemon.wait_for(lambda: not is_running(helper))


def test_a_page_that_fails_is_told(folder: Path, slow_page: tuple[RunningDaemon, int]) -> None:
    daemon, helper = slow_page
    os.kill(helper, signal.SIGKILL)
    daemon.wait_for(lambda: daemon.saw("error", what="the work on the pages ended with -9"))
    (folder / "vault/a.md").write_text("afterwards\n")
    daemon.wait_for(lambda: found(daemon, "afterwards") == ["a.md"])
    daemon.wait_for(lambda: helpers_of(daemon.process.pid) not in ([], [helper]))


def test_a_page_that_could_not_be_written_is_tried_again(folder: Path, start: Callable[..., RunningDaemon]) -> None:
    code = (
        "import os, sys\n"
        "if 'mdnet.app.watch_jobs' in sys.orig_argv:\n"
        "    import mdnet.app.review as review\n"
        "    from mdnet.errors import MdnetError\n"
        "    write = review.write_review\n"
        "    def write_review(*arguments, **more):\n"
        f"        if os.path.exists({str(folder / 'full')!r}):\n"
        "            raise MdnetError('the disk is full')\n"
        "        return write(*arguments, **more)\n"
        "    review.write_review = write_review\n"
    )
    (folder / "full").touch()
    daemon = start(**beginning_with(folder / "failing", code))
    daemon.wait_for(lambda: daemon.saw("error", what="the disk is full"))
    (folder / "full").unlink()
    daemon.wait_for(lambda: daemon.saw("rendered"), 2 * SECONDS)


def test_a_job_that_fails_is_tried_again_more_and_more_seldom() -> None:
    job = Job(1.0)
    job.want(100.0)
    assert job.begin(101.0)
    job.failed(102.0, 0.1)
    assert job.due == 107.0
    job.want(102.5)
    assert job.due == 104.0, "a change does not wait for that, but for a twentieth of the time"
    assert job.begin(104.0)
    job.failed(104.0, 0.1)
    assert job.due == 114.0
    assert job.begin(114.0)
    job.ended(115.0, 0.1)
    assert job.due is None
    job.want(120.0)
    assert job.begin(121.0)
    job.failed(121.0, 0.1)
    assert job.due == 126.0


def test_another_index_than_was_ordered(folder: Path) -> None:
    from mdnet.app.watch_jobs import carry_out
    from mdnet.app.watch_order import RENDER, Order
    from mdnet.app.watch_vault import WatchedVault

    folders = UserFolders(folder / "c", folder / "k", folder / "s")
    vault = folder / "vault"
    work = open_workspace(vault, folders)
    sync(work.vault, work.index, work.settings)
    inode = index_path(vault, folders).stat().st_ino
    work.close()
    told: list[str] = []
    for ordered in (inode + 1, inode):
        order = Order(vault, folders, work.settings, (), date(2026, 11, 24), ordered, frozenset([RENDER]))
        carry_out(order, WatchedVault(vault), lambda event, **_: told.append(event))
    assert told == ["outdated", "rendered", "took"]


@pytest.mark.parametrize(("saves", "first"), [(2, "rendered"), (5, "rendered"), (1000, "error")])
def test_a_page_that_somebody_else_is_saving_is_written_afterwards(folder: Path, saves: int, first: str) -> None:
    from mdnet.app.watch_jobs import carry_out
    from mdnet.app.watch_order import RENDER, Order
    from mdnet.app.watch_vault import WatchedVault

    class Syncing(WatchedVault):
        """Another program saves the page just before it is written, a few times."""

        def replace(self, path: str, old: bytes, new: bytes, *, quiet: float = 0.1) -> Stamp:
            nonlocal saved
            if saved < saves:
                saved += 1
                with (vault / path).open("a", encoding="utf-8") as file:
                    file.write(f"\nsaved {saved}\n")
            return super().replace(path, old, new, quiet=quiet)

    folders = UserFolders(folder / "c", folder / "k", folder / "s")
    vault = folder / "vault"
    (vault / "Reviews").mkdir()
    page = vault / "Reviews/2026-W48.md"
    page.write_text("---\ntype: mdnet-review\nweek: 2026-W48\n---\n\nmine\n", "utf-8")
    work = open_workspace(vault, folders)
    sync(work.vault, work.index, work.settings)
    work.close()
    inode = index_path(vault, folders).stat().st_ino
    order = Order(vault, folders, work.settings, (), date(2026, 11, 24), inode, frozenset([RENDER]))
    saved = 0
    events: list[str] = []
    carry_out(order, Syncing(vault), lambda event, **_: events.append(event))
    assert events == [first, "took"]
    assert (saved == saves) == (first == "rendered")
    text = page.read_text("utf-8")
    assert "mine\n" in text
    assert all(f"saved {number}\n" in text for number in range(1, saved + 1))
    assert ("mdnet:begin" in text) == (first == "rendered")


def test_a_page_that_waits_keeps_nobody_awake_while_the_vault_is_gone(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    wait = Inbox.wait

    def count(self: Inbox, seconds: float) -> None:
        waits.append(seconds)
        wait(self, seconds)

    monkeypatch.setattr(Inbox, "wait", count)

    def scenario() -> None:
        inside.vault.rename(inside.vault.with_name("away"))
        inside.wait_for("gone")
        inside.daemon._pages.first_look()
        waits.clear()
        time.sleep(1.0)
        assert len(waits) < 100, "a tick of a tenth of a second is all that there is to do"

    inside.run(scenario)
