"""`python -m tests.bench.crash [--kills 300] [--seed 1]`: kill -9 at random moments over a running series of writes.

A child adds lines to three notes, makes notes, and takes some of it back, telling each step when it is done; it is
killed and started again. At the end no note may be damaged and no line missing or there twice; every line must be in
the journal, and no temporary file left.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import time
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

import mdnet.adapters.vault as vault_module
from mdnet.adapters.journal import Journal
from mdnet.adapters.vault import Vault
from mdnet.adapters.writer import Writer
from tests.vaults import leftovers, new_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mdnet.core.model import Stamp

NOTES = ("a.md", "People/b.md", "c.md")
HEAD = b"# Head\r\n"
LONG = b"x" * 100_000


@dataclass(frozen=True, slots=True)
class Result:
    """What was done, and what went wrong: all but the first three must be 0."""

    kills: int
    steps: int
    left_by_kills: int
    """Temporary files that were there after a kill, before the next start."""
    damaged: int = 0
    lost: int = 0
    doubled: int = 0
    unjournaled: int = 0
    left_behind: int = 0


class _Hasty(Vault):
    """Does not wait for a quiet moment: else most kills would only end a wait."""

    def replace(self, path: str, old: bytes, new: bytes, *, quiet: float = 0.0) -> Stamp:
        return super().replace(path, old, new, quiet=0.0)


def work(folder: Path, start: int, tell: Callable[[bytes], object]) -> None:
    """The child: steps from number `start` on, each told when it is done, until it is killed."""
    vault_module._MOMENT = 0.0
    writer = Writer(_Hasty(folder / "vault"), Journal(folder / "state" / "journal.jsonl"))
    number = start
    tell(b"ready\n")
    while True:
        if number % 5 == 4:
            path = f"New/{number}.md"
            writer.create(path, b"%d" % number + LONG, f"create {number}")
        else:
            path = NOTES[number % 3]
            writer.change(path, lambda data: data + b"ours %d\n" % number, f"add {number}")  # noqa: B023
        tell(b"did %d\n" % number)
        if number % 7 == 6:
            writer.undo()
            tell(b"undid %d\n" % number)
        number += 1


def crash(folder: Path, kills: int, seed: int = 1) -> Result:
    """Kill so often, then look at what is there."""
    vault = folder / "vault"
    (vault / "People").mkdir(parents=True)
    for path in NOTES:
        (vault / path).write_bytes(HEAD)
    chance = random.Random(seed)
    did: set[int] = set()
    undid: set[int] = set()
    left = 0
    number = 0
    for _ in range(kills):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                work(folder, number, partial(os.write, writing))
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            if told.readline() != b"ready\n":
                raise RuntimeError("the child did not start")
            time.sleep(chance.uniform(0.02, 0.3))
            os.kill(child, signal.SIGKILL)
            for line in told.read().split(b"\n"):
                word, _, step = line.partition(b" ")
                if step:
                    (did if word == b"did" else undid).add(int(step))
        if os.waitpid(child, 0)[1] != signal.SIGKILL:
            raise RuntimeError("the child ended by itself")
        left += len(leftovers(vault))
        number = max(did | undid | {number}) + 2  # the step under way may have been made or not: never the same again
    writer = Writer(Vault(vault), Journal(folder / "state" / "journal.jsonl"))
    writer.recover()
    return _look(vault, writer, kills, left, did, undid)


def _look(vault: Path, writer: Writer, kills: int, left: int, did: set[int], undid: set[int]) -> Result:
    there: list[int] = []
    damaged = 0
    for path in NOTES:
        head, *lines, end = (vault / path).read_bytes().split(b"\n")
        damaged += (head + b"\n", end) != (HEAD, b"")
        for line in lines:
            word, _, told = line.partition(b" ")
            damaged += word != b"ours" or not told.isdigit()
            there.append(int(told))
    for path in (vault / "New").iterdir() if (vault / "New").exists() else ():
        if path.suffix == ".md":
            damaged += path.read_bytes() != path.stem.encode() + LONG
            there.append(int(path.stem))
    # A step that was not told of may have been made, and so may an undo.
    lost = {n for n in did - undid if n not in there and n % 7 != 6}
    back = undid & set(there)
    journaled = {int(item.command.split()[1]) for item in writer.log() if item.state == "done"}
    return Result(
        kills, len(did) + len(undid), left, damaged, len(lost) + len(back), len(there) - len(set(there)),
        len(set(there) ^ journaled), len(leftovers(vault)),
    )  # fmt: skip


def main() -> None:
    """Run, and print the result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with new_folder() as folder:
        print(json.dumps(asdict(crash(folder, asked.kills, asked.seed))))


if __name__ == "__main__":
    main()
