"""One daemon for each vault, whatever became of the last one."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from mdnet.adapters import lock as lock_module
from mdnet.adapters.lock import DaemonLock, holder, is_held
from mdnet.errors import AlreadyRunningError, WriteRefusedError

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from mdnet.adapters.lock import DaemonLock
print(DaemonLock(Path(sys.argv[1])).acquire(), flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "lock"


def test_free_held_free(path: Path) -> None:
    assert (holder(path), is_held(str(path))) == (None, False)
    lock = DaemonLock(path)
    assert lock.acquire() is None
    who = holder(path)
    assert who is not None
    assert (who.pid, is_held(str(path))) == (os.getpid(), True)
    assert abs(who.started - time.time()) < 60
    lock.release()
    lock.release()
    assert (holder(path), is_held(str(path))) == (None, False)
    assert DaemonLock(path).acquire() is None, "it was given back"


def test_a_second_one_is_told_who_runs(path: Path) -> None:
    first = DaemonLock(path)
    first.acquire()
    with pytest.raises(
        AlreadyRunningError, match=rf"process {os.getpid()} has been watching this vault since \d{{4}}-"
    ):
        DaemonLock(path).acquire()
    assert AlreadyRunningError.exit_code == 10
    first.release()


def test_whoever_is_killed_holds_nothing(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "None\n"
        assert is_held(str(path))
        process.send_signal(signal.SIGKILL)
        process.wait()
    before = DaemonLock(path).acquire()
    assert before is not None
    assert before.pid == process.pid


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": "x"}', b"\xff" * 5000])
def test_whatever_the_file_says(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert holder(path) is None
    assert DaemonLock(path).acquire() is None


def test_a_lock_that_another_computer_left_in_a_synced_folder(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"pid": 1, "host": "elsewhere", "started": 1.0}))
    assert holder(path) is None
    before = DaemonLock(path).acquire()
    assert before is not None
    assert before.host == "elsewhere"


def test_another_computer_holds_it(path: Path) -> None:
    lock = DaemonLock(path)
    lock.acquire()
    path.write_text(json.dumps({"pid": 12, "host": "elsewhere", "started": 0.0}))
    with pytest.raises(AlreadyRunningError, match="process 12 on elsewhere"):
        DaemonLock(path).acquire()
    path.write_text("nothing to read")
    with pytest.raises(AlreadyRunningError, match="another mdnet"):
        DaemonLock(path).acquire()
    assert holder(path) is not None
    lock.release()


def test_who_only_looks_keeps_nobody_out(path: Path) -> None:
    script = "import sys\nfrom mdnet.adapters.lock import is_held\nprint(flush=True)\nwhile True: is_held(sys.argv[1])"
    lock = DaemonLock(path)
    lock.acquire()
    lock.release()
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            for _ in range(20):
                lock.acquire()
                lock.release()
        finally:
            process.kill()


def test_where_no_file_can_be_made_that_is_told(path: Path) -> None:
    path.parent.write_text("no folder")
    with pytest.raises(
        WriteRefusedError, match=r"lock: the watcher's lock cannot be made \(.+\), so nothing is watched"
    ):
        DaemonLock(path).acquire()
    assert WriteRefusedError.exit_code == 7


def test_on_a_full_disk_it_is_held_all_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_handle: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    lock = DaemonLock(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        lock.acquire()
    assert is_held(str(path))
    with pytest.raises(AlreadyRunningError, match="another mdnet"):
        DaemonLock(path).acquire()
    lock.release()


class _NoLocks:
    """A file system without locks."""

    LOCK_EX, LOCK_NB = 2, 4

    @staticmethod
    def flock(_handle: int, _how: int) -> None:
        raise OSError(95, "Operation not supported")


def test_where_there_are_no_locks_the_process_is_asked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_module, "fcntl", _NoLocks)
    monkeypatch.setattr(lock_module, "_PAUSE", 0)
    path.parent.mkdir()
    here = lock_module._host()
    for pid, host, free in ((os.getppid(), here, False), (2**22 + 1, here, True), (os.getppid(), "elsewhere", True)):
        path.write_text(json.dumps({"pid": pid, "host": host, "started": 0.0}))
        assert is_held(str(path)) is not free
    path.write_text(json.dumps({"pid": os.getppid(), "host": here, "started": 0.0}))
    with pytest.raises(AlreadyRunningError):
        DaemonLock(path).acquire()
