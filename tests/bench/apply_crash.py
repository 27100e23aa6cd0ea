"""`python -m tests.bench.apply_crash [--kills 300] [--seed 1]`: kill -9 at random moments while ticks are carried out.

A child applies a review page with many ticks of all kinds and is killed; the next one goes on with what it finds, and
so on until one comes to the end. Then every note must say, byte for byte, what it says after a run that nobody
disturbed: each tick carried out once, nothing damaged. Taking back all that is in the journal must give the notes as
they were before. That is done again, with the page as it was at first, until so many kills are reached.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import mdnet.adapters.vault as vault_module
from mdnet.adapters.config import UserFolders
from mdnet.adapters.journal import Journal
from mdnet.adapters.vault import Vault
from mdnet.adapters.writer import Writer
from mdnet.app.apply import apply_ticks
from mdnet.app.sync import sync
from mdnet.app.workspace import journal_path, open_workspace
from mdnet.core.identity import need_id, passage_id
from mdnet.core.ticks import helped_id, still_id, touch_id
from mdnet.core.weeks import parse_week
from mdnet.errors import NotFoundError
from tests.vaults import leftovers, new_folder

TODAY = date(2026, 11, 24)
WEEK = parse_week("2026-W48")
PEOPLE = ("Ana Ruiz", "Joe Chen", "Zoë Ångström", "Mei Tanaka", "Tom O'Hara", "🦊 Fox")
NEEDS = ("a lamp", "a van", "a quiet room", "a cello", "a plumber")


@dataclass(frozen=True, slots=True)
class Result:
    """All but the first four must be 0."""

    kills: int
    rounds: int
    """How often the whole page was carried out."""
    ticks: int
    left_by_kills: int
    """Temporary files that were there after a kill, before the next start."""
    different: int = 0
    """Notes that differ from those of an undisturbed run."""
    not_taken_back: int = 0
    left_behind: int = 0


def vault_of_ticks() -> dict[str, str]:
    """The notes, and a page with a tick of each kind for everybody."""
    notes: dict[str, str] = {}
    page = ["---", "type: mdnet-review", f"week: {WEEK}", "---", ""]
    for number, name in enumerate(PEOPLE):
        end = "\r\n" if number % 2 else "\n"
        tail = "" if number % 3 else end
        needs = [f"- [ ] {need}" for need in NEEDS]
        notes[f"People/{name}.md"] = end.join(["## Needs", *needs, "", "## Log", "- 2026-11-01 #met"]) + tail
        ids = [need_id(name, need) for need in NEEDS]
        for at in range(3):
            said = f"something for {name}, {NEEDS[at]}"
            page.append(
                f"- [x] [[{name}]] needs {NEEDS[at]} ← “{said}” ([[2026-11-19]]) ^m-{ids[at]}-{passage_id(said)}"
            )
        page.append(f"- [x] [[{name}]] needed {NEEDS[3]} ^{helped_id(ids[3])}")
        page.append(f"- [-] [[{name}]] needs {NEEDS[4]} ^{still_id(ids[4], WEEK)}")
        page.append(f"- [x] [[{name}]] ^{touch_id(name, WEEK)}")
    notes[f"Reviews/{WEEK}.md"] = "\n".join(page) + "\n"
    return notes


def write(vault: Path) -> None:
    """The vault as it is before anything is carried out."""
    shutil.rmtree(vault, ignore_errors=True)
    for path, text in vault_of_ticks().items():
        (vault / path).parent.mkdir(parents=True, exist_ok=True)
        (vault / path).write_bytes(text.encode())


def read(vault: Path) -> dict[str, bytes]:
    """All notes."""
    return {path.relative_to(vault).as_posix(): path.read_bytes() for path in sorted(vault.rglob("*.md"))}


def folders_in(folder: Path) -> UserFolders:
    """The user's folders, beside the vault."""
    return UserFolders(folder / "config", folder / "cache", folder / "state")


def work(folder: Path) -> None:
    """The child: what `mdnet apply` does."""
    vault_module._MOMENT = 0.0  # else most of the time would be spent waiting
    opened = open_workspace(folder / "vault", folders_in(folder))
    print("ready", flush=True)
    sync(opened.vault, opened.index, opened.settings)
    applied = apply_ticks(opened, TODAY)
    if applied.problems:
        raise RuntimeError(applied.problems)
    opened.close()
    print("done", flush=True)


def run(folder: Path, seconds: float | None) -> bool:
    """Start a child and kill it after `seconds`; whether it came to its end before."""
    command = [sys.executable, "-m", "tests.bench.apply_crash", "--work", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as child:
        assert child.stdout is not None
        if child.stdout.readline() != b"ready\n":
            raise RuntimeError("the child did not start")
        if seconds is not None:
            time.sleep(seconds)
            child.kill()
        done = child.stdout.read() == b"done\n"
    if not done and child.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the child ended by itself: {child.returncode}")
    return done


def crash(folder: Path, kills: int, seed: int = 1) -> Result:
    """Kill so often, and look at what is there each time the page has been carried out."""
    vault = folder / "vault"
    write(vault)
    before = read(vault)
    started = time.monotonic()
    run(folder, None)
    whole = time.monotonic() - started
    wanted = read(vault)
    assert wanted != before
    chance = random.Random(seed)
    done = rounds = left = different = not_taken_back = 0
    while done < kills or rounds == 0:
        write(vault)
        shutil.rmtree(folder / "state", ignore_errors=True)
        while done < kills and not run(folder, chance.uniform(0, whole / 4)):
            done += 1
            left += len(leftovers(vault))
        run(folder, None)
        rounds += 1
        different += sum(data != wanted[path] for path, data in read(vault).items())
        writer = Writer(Vault(vault), Journal(journal_path(vault, folders_in(folder))))
        try:
            while True:
                writer.undo()
        except NotFoundError:
            pass
        not_taken_back += sum(data != before[path] for path, data in read(vault).items())
    ticks = len(PEOPLE) * 6
    return Result(done, rounds, ticks * rounds, left, different, not_taken_back, len(leftovers(vault)))


def main() -> None:
    """Run, and print the result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work(asked.work)
        return
    with new_folder() as folder:
        print(json.dumps(asdict(crash(folder, asked.kills, asked.seed))))


if __name__ == "__main__":
    main()
