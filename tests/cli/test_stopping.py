"""SIGTERM in the middle of a sync: as Ctrl-C."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mdnet.adapters.config import UserFolders
from mdnet.app.workspace import open_workspace
from mdnet.cli.stopping import stoppable

if TYPE_CHECKING:
    from pathlib import Path

# A command whose process gets SIGTERM when it is about to read the 80th note, with a bar from the beginning.
COMMAND = """
import os, signal, sys
from mdnet.app import sync
from mdnet.cli import output, start
output.PROGRESS_AFTER_SECONDS = -1
read, asked = sync.read_file, []
def read_file(*arguments):
    asked.append(1)
    if len(asked) == 80:
        os.kill(os.getpid(), signal.SIGTERM)
    return read(*arguments)
sync.read_file = read_file
start.main()
"""


@pytest.mark.parametrize("ignored", [False, True], ids=["", "in the background"])
def test_what_was_read_is_kept_and_the_cursor_comes_back(tmp_path: Path, ignored: bool) -> None:
    vault = tmp_path / "vault"
    (vault / ".obsidian").mkdir(parents=True)
    for number in range(120):
        (vault / f"{number:03}.md").write_text("a long note\n" * 1000)
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "--vault", vault, "people"],
        stdout=subprocess.PIPE, stderr=theirs,
        env={**os.environ, **{f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CACHE", "STATE", "CONFIG")}},
        preexec_fn=(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if ignored else None,
    )  # fmt: skip
    os.close(theirs)
    told = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.returncode == 1
    assert done.stdout == b""
    assert told.count("\033[?25l") >= 1
    assert told.rindex("\033[?25h") > told.rindex("\033[?25l")
    assert "Aborted!" in told
    folders = UserFolders(tmp_path / "CONFIG/mdnet", tmp_path / "CACHE/mdnet", tmp_path / "STATE/mdnet")
    work = open_workspace(vault, folders)
    assert work.index.status().notes == 79
    work.close()


@pytest.mark.parametrize("name", ["watch", "serve"])
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_to_be_stopped_is_how_these_end(tmp_path: Path, name: str, by: signal.Signals) -> None:
    if name == "serve":
        pytest.importorskip("uvicorn")
    vault = tmp_path / "vault"
    (vault / ".obsidian").mkdir(parents=True)
    with subprocess.Popen(
        [sys.executable, "-m", "mdnet", "--vault", vault, name],
        stdout=subprocess.PIPE,
        env={**os.environ, **{f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CACHE", "STATE", "CONFIG")}},
    ) as command:
        assert command.stdout is not None
        command.stdout.readline()
        command.send_signal(by)
        command.stdout.read()
    assert command.returncode == 0


def test_the_old_meaning_of_the_signal_comes_back() -> None:
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    with pytest.raises(KeyboardInterrupt), stoppable(), stoppable():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_another_meaning_of_the_signal_is_kept() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with stoppable():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)
