"""`python -m tests.bench.syncthing [--rounds N] [--seed N]`: two devices, Syncthing between them, a daemon on each.

Two real Syncthing nodes on the loopback interface (no discovery, no relays), one folder, edits and ticks on both
sides, the link cut and joined again. At the end both sides hold the same files, each index equals one made anew,
every tick was carried out once, and what both had changed stands in a copy that is reported. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from mdnet.core.conflicts import tells_of_copy
from mdnet.core.weeks import week_of
from tests.daemons import RunningDaemon
from tests.vaults import new_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

TODAY = date(2026, 11, 24)
KEY = "test-key"
SECONDS = 60.0


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class Node:
    """One Syncthing, with its own folder."""

    def __init__(self, home: Path, vault: Path) -> None:
        self.home, self.vault = home, vault
        self.gui, self.port = free_port(), free_port()
        self.environment = {**os.environ, "HOME": str(home), "STNOUPGRADE": "1", "STNORESTART": "1"}
        generate = ["syncthing", "generate", f"--home={home}", "--no-default-folder"]
        done = subprocess.run(generate, env=self.environment, capture_output=True, text=True, check=True)
        found = re.search(r"[A-Z0-9]{7}(?:-[A-Z0-9]{7}){7}", done.stdout + done.stderr + self._config())
        assert found
        self.id = found[0]
        self.process: subprocess.Popen[bytes] | None = None

    def _config(self) -> str:
        return (self.home / "config.xml").read_text()

    def configure(self, other: Node) -> None:
        """Share the one folder with the other node, and talk to nobody else."""
        tree = ET.fromstring(self._config())
        for tag in ("folder", "device"):
            for element in tree.findall(tag):
                tree.remove(element)
        for node in (self, other):
            device = ET.SubElement(tree, "device", {"id": node.id, "compression": "never"})
            ET.SubElement(device, "address").text = f"tcp://127.0.0.1:{node.port}"
        folder = ET.SubElement(tree, "folder", {
            "id": "v", "path": str(self.vault), "type": "sendreceive", "rescanIntervalS": "3600",
            "fsWatcherEnabled": "true", "fsWatcherDelayS": "1",
        })  # fmt: skip
        ET.SubElement(folder, "markerName").text = ".stfolder"
        ET.SubElement(folder, "maxConflicts").text = "10"
        for node in (self, other):
            ET.SubElement(folder, "device", {"id": node.id})
        gui = tree.find("gui")
        options = tree.find("options")
        assert gui is not None
        assert options is not None
        for parent, values in ((gui, {"address": f"127.0.0.1:{self.gui}", "apikey": KEY}), (options, {
            "listenAddress": f"tcp://127.0.0.1:{self.port}", "globalAnnounceEnabled": "false",
            "localAnnounceEnabled": "false", "relaysEnabled": "false", "natEnabled": "false",
            "stunKeepaliveStartS": "0", "crashReportingEnabled": "false", "autoUpgradeIntervalH": "0",
            "urAccepted": "-1", "startBrowser": "false", "reconnectionIntervalS": "1",
        })):  # fmt: skip
            for name, value in values.items():
                for element in parent.findall(name):
                    parent.remove(element)
                ET.SubElement(parent, name).text = value
        (self.home / "config.xml").write_bytes(ET.tostring(tree))
        (self.vault / ".stfolder").mkdir(exist_ok=True)

    def start(self) -> None:
        """Run it."""
        self.process = subprocess.Popen(
            ["syncthing", "serve", f"--home={self.home}", "--no-browser"],
            env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def ask(self, path: str, method: str = "GET") -> Any:
        """Its REST interface."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.gui}/rest/{path}", method=method, headers={"X-API-Key": KEY}
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            text = response.read()
        return json.loads(text) if text.strip() else None

    def pause(self, other: Node) -> None:
        """Cut the link."""
        self.ask(f"system/pause?device={other.id}", "POST")

    def resume(self, other: Node) -> None:
        """Join it."""
        self.ask(f"system/resume?device={other.id}", "POST")

    def connected(self, other: Node) -> bool:
        """Whether there is a link."""
        with suppress(OSError, KeyError):
            return bool(self.ask("system/connections")["connections"][other.id]["connected"])
        return False

    def scan(self) -> None:
        """Have it look now."""
        self.ask("db/scan?folder=v", "POST")


def wait_for(condition: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.1)


def texts(vault: Path) -> dict[str, bytes]:
    """All notes."""
    found = {}
    for path in vault.rglob("*.md"):
        with suppress(FileNotFoundError):
            found[path.relative_to(vault).as_posix()] = path.read_bytes()
    return found


def tick(page: Path, number: int) -> str:
    """Tick a box of the page; returns its id, "" where there is none left."""
    lines = page.read_text().split("\n")
    boxes = [at for at, line in enumerate(lines) if line.startswith("- [ ] ") and " ^m-" in line]
    if not boxes:
        return ""
    at = boxes[number % len(boxes)]
    lines[at] = lines[at].replace("- [ ] ", "- [x] ", 1)
    temporary = page.with_name("page.tmp")
    temporary.write_text("\n".join(lines))
    temporary.replace(page)
    return lines[at].rsplit("^", 1)[1].split()[0]


def seed_vault(vault: Path) -> None:
    """Some people with needs, and notes that match them."""
    things = ("warehouse lead in Ohio", "patent lawyer", "violin teacher", "used bakery oven", "drone pilot",
              "Portuguese translator", "beekeeper", "tax adviser for startups")  # fmt: skip
    (vault / "People").mkdir()
    (vault / "mdnet.toml").write_text('matching = "none"\n')  # what is matched is not the question here
    for n, thing in enumerate(things):
        (vault / f"People/Person {n}.md").write_text(f"## Needs\n- [ ] a {thing}\n\n## Log\n")
        (vault / f"2026-11-{10 + n}.md").write_text(f"Met a {thing} who looks for work.\n")


def together(folder: Path, *, rounds: int, seed: int) -> dict[str, Any]:
    """One run in the empty `folder`. Raises AssertionError where something is wrong."""
    random_ = random.Random(seed)
    sides = []
    for name in ("one", "two"):
        (folder / name / "vault").mkdir(parents=True)
        (folder / name / "syncthing").mkdir()
        sides.append(Node(folder / name / "syncthing", folder / name / "vault"))
    one, two = sides
    seed_vault(one.vault)
    one.configure(two)
    two.configure(one)
    daemons: list[RunningDaemon] = []
    ticked: set[str] = set()
    conflicts = 0
    try:
        for node in sides:
            node.start()
        wait_for(lambda: one.connected(two) and two.connected(one), "the link")
        wait_for(lambda: len(texts(two.vault)) >= 16, "the first notes on the other side")
        # One device writes the page; both carry out what is ticked on it.
        daemons.append(RunningDaemon(one.vault, folder / "one/home", MDNET_TODAY=TODAY.isoformat()))
        page = f"Reviews/{week_of(TODAY)}.md"
        wait_for(lambda: (one.vault / page).exists() and (two.vault / page).exists(), "the page on both sides")
        daemons.append(RunningDaemon(two.vault, folder / "two/home", "--no-render", MDNET_TODAY=TODAY.isoformat()))
        for number in range(rounds):
            cut = number % 2 == 1
            if cut:
                one.pause(two)
                wait_for(lambda: not one.connected(two), "the link to be cut")
            for side, node in enumerate(sides):
                person = node.vault / f"People/Person {random_.randrange(8)}.md"
                with person.open("a") as file:
                    file.write(f"- 2026-11-2{side} #met coffee in round {number} on side {side}\n")
                (node.vault / f"note {number} {side}.md").write_text(f"round {number} side {side}\n")
            if cut:  # both change one note
                for side, node in enumerate(sides):
                    (node.vault / "both.md").write_text(f"round {number} side {side} wrote this\n")
            block = tick(sides[number % 2].vault / page, number)
            if block:
                ticked.add(block)
            time.sleep(1.5)
            if cut:
                one.resume(two)
                wait_for(lambda: one.connected(two), "the link")
            for node in sides:
                node.scan()
            wait_for(lambda: settled(one, two), f"both sides to be equal after round {number}")
        wait_for(lambda: all(carried_out(one.vault, block) for block in ticked), "every tick to be carried out")
        wait_for(lambda: settled(one, two), "both sides to be equal at the end")
        found = texts(one.vault)
        for block in ticked:
            assert carried_out(one.vault, block) == 1, f"{block} was carried out more than once"
        copies = [path for path in found if ".sync-conflict-" in path]
        for daemon in daemons:
            daemon.converges()
            work = daemon.work()
            reported = {problem.path for problem in work.index.problems() if tells_of_copy(problem)}
            notes = {row.path for row in work.index.notes()}
            work.close()
            assert reported == set(copies), (reported, copies)
            assert not notes & set(copies)
        conflicts = len(copies)
    finally:
        codes = [daemon.stop()[0] for daemon in daemons]
        for node in sides:
            node.stop()
    assert codes == [0, 0]
    return {
        "rounds": rounds,
        "seed": seed,
        "notes": len(found),
        "ticks": len(ticked),
        "conflicts": conflicts,
        "errors": [[event for event in daemon.events if event["event"] == "error"][:3] for daemon in daemons],
    }


def carried_out(vault: Path, block: str) -> int:
    """How often the tick with this id is told in the people's notes."""
    return sum(
        data.count(f"^{block}".encode())
        for path, data in texts(vault).items()
        if path.startswith("People/") and "sync-conflict" not in path
    )


def settled(one: Node, two: Node) -> bool:
    """Whether both have the same files, and still have them a moment later."""
    before = texts(one.vault)
    if before != texts(two.vault):
        return False
    time.sleep(2.5)
    return before == texts(one.vault) == texts(two.vault)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.syncthing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    if shutil.which("syncthing") is None:
        sys.exit("this needs Syncthing (Debian package syncthing)")
    with new_folder() as folder:
        print(json.dumps(together(folder, rounds=options.rounds, seed=options.seed)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
