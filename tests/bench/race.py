"""`python -m tests.bench.race [--seconds 60] [--style STYLE] [--hard [--slow]]`: mdnet and an editor save one note.

Plainly: the editor saves twice a second, and mdnet adds lines as fast as it can; no line of either may be missing.
With `--hard` the editor saves every few milliseconds and mdnet does not wait for a quiet moment; no line of the user's
may be missing (of ours may: an editor that read the note before a write and saves it later undoes the write). With
`--slow` mdnet is often held up for some milliseconds where two files trade places, as on a busy machine.

Styles: `truncate` (read, then truncate and write), `rename` (read, write another file, rename it over the note),
`vim` (move the note to a backup, write a new one).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mdnet.adapters.journal import Journal
from mdnet.adapters.vault import Vault, exchange
from mdnet.adapters.writer import Writer
from mdnet.core.store import UnreadableError
from mdnet.errors import WriteRefusedError
from tests.vaults import leftovers, new_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

STYLES = ("truncate", "rename", "vim")
HEAD = b"# Ann\r\n\xef\xbb\xbf text without a final newline"


@dataclass(frozen=True, slots=True)
class Result:
    """Lines written by each side, lines that are missing or doubled at the end, refused writes and conflict copies.

    What the user wrote is not missing while a conflict copy has it.
    """

    style: str
    ours: int
    theirs: int
    ours_lost: int
    theirs_lost: int
    doubled: int
    refused: int
    copies: int
    left_behind: int


def save(note: Path, style: str, data: bytes) -> None:
    """Save a note the way an editor does."""
    if style == "truncate":
        note.write_bytes(data)
    elif style == "rename":
        new = note.with_name("a.md.new")
        new.write_bytes(data)
        new.replace(note)
    else:
        note.replace(note.with_name("a.md~"))
        with open(note, "xb") as file:
            file.write(data)


def edit(note: Path, style: str, pause: float, saves: int) -> None:
    """The editor's process: one more line in each save, until the file `stop` is there."""
    stop = note.with_name("stop")
    for number in range(saves):
        if stop.exists():
            break
        while True:
            before, data = note.stat(), note.read_bytes()
            now = note.stat()  # as editors do before they save
            if (before.st_ino, before.st_mtime_ns) == (now.st_ino, now.st_mtime_ns):
                break
        save(note, style, data + b"\nuser %d" % number)
        print(number, flush=True)
        time.sleep(random.uniform(0.5, 1.5) * pause)


@contextlib.contextmanager
def slow_exchange() -> Iterator[None]:
    """Hold mdnet up now and then, just before or just after two files trade places."""
    real = exchange.exchange

    def held_up(one: str, other: str) -> None:
        delay = random.choice((0, 0, 0, 1)) * random.uniform(0.001, 0.004)
        before = random.random() < 0.5
        time.sleep(delay if before else 0)
        real(one, other)
        time.sleep(0 if before else delay)

    exchange.exchange = held_up
    try:
        yield
    finally:
        exchange.exchange = real


def race(folder: Path, style: str, seconds: float, *, hard: bool = False, saves: int = 10**9) -> Result:
    """Race for so many seconds, or until the editor has saved so often."""
    vault_folder = folder / f"vault-{style}"
    vault_folder.mkdir()
    note = vault_folder / "a.md"
    note.write_bytes(HEAD)
    command = [sys.executable, "-m", "tests.bench.race", "--edit", str(note), "--style", style]
    command += ["--pause", "0.002" if hard else "0.5", "--saves", str(saves)]
    vault = Vault(vault_folder)
    writer = Writer(vault, Journal(folder / f"state-{style}" / "journal.jsonl"))
    written = refused = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as editor:
        end = time.monotonic() + seconds
        while time.monotonic() < end and editor.poll() is None:
            line = b"\nours %d" % written
            try:
                if hard:
                    old = vault.read("a.md")[0]
                    vault.replace("a.md", old, old + line, quiet=0)
                else:
                    writer.change("a.md", lambda data, line=line: data + line)
                written += 1
            except (WriteRefusedError, UnreadableError):
                refused += 1
        (vault_folder / "stop").touch()
        assert editor.stdout is not None
        saved = len(editor.stdout.read().split())
    if editor.returncode != 0:
        raise RuntimeError("the editor failed")
    lines = note.read_bytes().split(b"\n")
    if b"\n".join(lines[:2]) != HEAD:
        raise RuntimeError(f"the note is damaged: {lines[:2]}")
    copies = [copy.read_bytes().split(b"\n") for copy in vault_folder.glob("*conflicted copy*.md")]
    ours = [line for line in lines if line.startswith(b"ours")]
    theirs = [line for line in lines if line.startswith(b"user")]
    kept = {line for copy in copies for line in copy if line.startswith(b"user")}
    return Result(
        style, written, saved, written - len(set(ours)), saved - len({*theirs, *kept}),
        len(lines) - 2 - len(set(ours)) - len(set(theirs)), refused, len(copies), len(leftovers(vault_folder)),
    )  # fmt: skip


def main() -> None:
    """Run the races and print each as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--style", choices=STYLES)
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--edit", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--pause", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--saves", type=int, default=10**9)
    asked = parser.parse_args()
    if asked.edit:
        edit(asked.edit, asked.style, asked.pause, asked.saves)
        return
    for style in [asked.style] if asked.style else STYLES:
        with new_folder() as folder, slow_exchange() if asked.slow else contextlib.nullcontext():
            print(json.dumps(asdict(race(folder, style, asked.seconds, hard=asked.hard, saves=asked.saves))))


if __name__ == "__main__":
    os.environ.pop("PYTHONWARNINGS", None)
    main()
