"""A daemon in a process of its own, with folders of its own, and what to hold against its index."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mdnet
from mdnet.adapters.config import UserFolders, read_settings
from mdnet.adapters.index import Index
from mdnet.adapters.vault import Vault
from mdnet.app.freshness import daemon_is_fresh
from mdnet.app.sync import sync
from mdnet.app.watch import Daemon
from mdnet.app.watch_options import Options
from mdnet.app.watch_status import daemon_status
from mdnet.app.workspace import Workspace, index_path
from mdnet.errors import VaultNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SECONDS = 30.0
"""For how long tests wait for what must come; nothing is measured by it."""


def beginning_with(folder: Path, code: str) -> dict[str, str]:
    """The environment in which every Python runs `code` at its start, which is put into `folder`."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(code)
    root = str(Path(mdnet.__file__).parent.parent)
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(folder), root, os.environ.get("PYTHONPATH", ""))))}


SURVEYS = """
import random, sys, time
import mdnet.app.watch_options as options
options.SURVEY_FROM, options.SLICE, options.SETTLE, options.SETTLE_LONGEST = 0, 3, 0.05, 0.2
if "mdnet.app.watch_survey" in sys.orig_argv:
    from mdnet.app.watch_vault import WatchedVault
    scan = WatchedVault.scan
    def slow(self, *arguments, **more):
        found = scan(self, *arguments, **more)
        time.sleep(SECONDS * random.random())
        return found
    WatchedVault.scan = slow
"""


def surveys_always(folder: Path, seconds: float = 0.5) -> dict[str, str]:
    """The environment in which a daemon takes every vault for a large one, and looks at a few notes at a time. Up to so
    many `seconds` lie between what a survey sees of the vault, and of the index."""
    return beginning_with(folder, SURVEYS.replace("SECONDS", str(seconds)))


class RunningDaemon:
    """`mdnet watch --json` on the vault in `root`; its state lies in `home`."""

    def __init__(
        self,
        root: Path,
        home: Path,
        *options: str,
        prefix: Sequence[str] = (),
        seconds: float = SECONDS,
        until: str = "scanned",
        **environment: str,
    ) -> None:
        self.root, self.home = root, home
        self.folders = UserFolders(home / "config/mdnet", home / "cache/mdnet", home / "state/mdnet")
        self.seconds = seconds
        self.events: list[dict[str, Any]] = []
        self.errors = ""
        self._prefix, self._options = list(prefix), list(options)
        self.environment = {
            **os.environ,
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_STATE_HOME": str(home / "state"),
            **environment,
        }
        self.start(until)

    def start(self, until: str = "scanned") -> None:
        """Start it (again), and wait until it has looked at everything (or tells of another event)."""
        before = len(self.events)
        self.process = self.run_watch(*self._options)
        self._reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self._reader.start()
        self.wait_for(lambda: self.saw(until, since=before) or self.process.poll() is not None, self.seconds)

    def run_watch(self, *options: str) -> subprocess.Popen[str]:
        """The command in a process of its own."""
        command = [*self._prefix, sys.executable, "-m", "mdnet", "--vault", str(self.root), "watch", "--json"]
        return subprocess.Popen(
            [*command, *options],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            self.events.append(json.loads(line))
        self.errors += process.stderr.read()
        process.stdout.close()
        process.stderr.close()

    def saw(self, event: str, since: int = 0, **details: Any) -> bool:
        """Whether it has told of such an event."""
        return any(
            told["event"] == event and all(told.get(key) == value for key, value in details.items())
            for told in self.events[since:]
        )

    def wait_for(self, condition: Callable[[], object], seconds: float = SECONDS) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain; the daemon said {self.events[-8:]} {self.errors}")
            time.sleep(0.01)

    def work(self) -> Workspace:
        """The vault as a command would open it."""
        settings, problems = read_settings(self.root)
        index = Index.open(index_path(self.root, self.folders), settings)
        return Workspace(self.root, settings, Vault(self.root), index, self.folders, problems)

    def is_fresh(self) -> bool:
        """What a command would be told."""
        work = self.work()
        try:
            return daemon_is_fresh(work)
        finally:
            work.close()

    def status(self) -> dict[str, Any]:
        """What `mdnet status` tells of it."""
        work = self.work()
        try:
            return daemon_status(work)
        finally:
            work.close()

    def differences(self, *, words: bool = False) -> list[Any]:
        """Rows that its index has and one made anew from the files has not (`kept`), and the other way round."""
        work = self.work()
        try:
            kept = work.index.dump(words=words)
            fresh = Index.memory(work.settings)
            try:
                sync(Vault(self.root), fresh, work.settings)
            except VaultNotFoundError:
                return ["the vault is gone"]
            made = fresh.dump(words=words)
            fresh.close()
        finally:
            work.close()
        here, there = Counter(kept), Counter(made)  # a row may be there twice
        wrong = [("kept", *row) for row in here - there] + [("missing", *row) for row in there - here]
        return sorted(wrong, key=lambda row: (row[1] != "note", repr(row)))

    def converges(self, seconds: float = SECONDS, *, words: bool = False) -> float:
        """Wait until its index equals one made anew; returns the seconds that took."""
        started = time.monotonic()
        while found := self.differences(words=words):
            if time.monotonic() - started > seconds:
                raise AssertionError(
                    f"the index differs: {found[:6]}\nthe daemon said {self.events[-8:]} {self.errors}"
                )
            if self.process.poll() is not None:
                raise AssertionError(f"the daemon ended with {self.process.returncode}: {self.errors}")
            time.sleep(0.05)
        return time.monotonic() - started

    def halt(self) -> None:
        """Have it stand still until it gets SIGCONT; returns once all its threads do."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()
        self._reader.join(5)

    def stop(self, how: int = signal.SIGTERM) -> tuple[int, float]:
        """Ask it to stop; returns the exit code and the seconds it took."""
        started = time.monotonic()
        with suppress(ProcessLookupError):
            self.process.send_signal(how)
        try:
            code = self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        seconds = time.monotonic() - started
        self._reader.join(5)
        return code, seconds


class Inside:
    """A daemon in this process, with a scenario played beside it."""

    def __init__(self, folder: Path) -> None:
        self.vault = folder / "vault"
        self.events: list[tuple[str, dict[str, Any]]] = []
        folders = UserFolders(folder / "c", folder / "k", folder / "s")
        self.daemon = Daemon(
            self.vault, folders, Options(render=False), today=lambda: date(2026, 11, 24),
            tell=lambda event, **details: self.events.append((event, details)),
        )  # fmt: skip
        self.failure: BaseException | None = None

    def run(self, scenario: Callable[[], None]) -> None:
        def play() -> None:
            try:
                self.wait_for("scanned")
                scenario()
            except BaseException as error:
                self.failure = error
            finally:
                self.daemon.stop()

        thread = threading.Thread(target=play)
        thread.start()
        self.daemon.run()
        thread.join()
        if self.failure is not None:
            raise self.failure

    def put(self, name: str) -> None:
        """A new note by one event alone, so that nothing of it is still to come."""
        made = self.vault.parent / name
        made.write_text("x")
        made.rename(self.vault / name)

    def wait_for(self, event: str, **details: Any) -> None:
        end = time.monotonic() + SECONDS
        while not any(
            name == event and all(told.get(key) == value for key, value in details.items())
            for name, told in list(self.events)
        ):
            assert time.monotonic() < end, self.events
            time.sleep(0.01)


def helpers_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    children = f"/proc/{pid}/task/{pid}/children"
    if not os.path.exists(children):
        pytest.skip("no /proc to see processes in")
    found: list[int] = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with suppress(OSError), open(f"/proc/{pid}/task/{task}/children") as file:
            found += [int(child) for child in file.read().split()]
    return found


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False
