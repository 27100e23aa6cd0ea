"""`python -m tests.bench.editors [--saves 20] [--editor vim]`: real editors and mdnet save the same note.

Each save of an editor is one run of it: open the note, add a line, save, leave. It counts as saved when the editor says
so; an editor that finds the note changed under it and gives up starts again, as its user would.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import select
import shutil
import subprocess
import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from mdnet.adapters.journal import Journal
from mdnet.adapters.vault import Vault
from mdnet.adapters.writer import Writer
from mdnet.errors import WriteRefusedError
from tests.vaults import leftovers, new_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = b"# Ann\nsome text\n"
_LIMIT = 20.0  # seconds for one save


@dataclass(frozen=True, slots=True)
class Result:
    """Lines written by each side and those missing at the end; refused writes; temporary files left."""

    editor: str
    ours: int
    theirs: int
    ours_lost: int
    theirs_lost: int
    refused: int
    left_behind: int


def vim(note: Path, line: str, *options: str) -> bool:
    """One save by vim, which writes a new file after moving the old one to a backup, or in place."""
    # vim, having asked whether to overwrite what has changed, leaves when nobody answers, and calls that no error.
    marker = note.with_name("saved.txt")
    marker.unlink(missing_ok=True)
    script = [
        f"normal! Go{line}",
        "sleep 30m",
        "write",
        f"if !&modified | call writefile([], '{marker}') | endif",
        "quit!",
    ]
    command = ["vim", "-Nu", "NONE", "-es", *(f"+set {option}" for option in ("swapfile", *options))]
    for step in script:
        command += ["-c", step]
    return _run([*command, str(note)]) and marker.exists()


def emacs(note: Path, line: str) -> bool:
    """One save by emacs, which locks the note while it holds unsaved text."""
    lisp = f"""(progn (setq create-lockfiles t vc-handled-backends nil) (find-file "{note}") (goto-char (point-max))
      (insert "{line}\\n") (sleep-for 0.03) (save-buffer))"""
    return _run(["emacs", "--batch", "-Q", "--eval", lisp])


def nano(note: Path, line: str) -> bool:
    """One save by nano, which writes in place, on a terminal of its own."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe("nano", ["nano", "-I", "-L", "-G", str(note)], {**os.environ, "TERM": "xterm"})
    end = time.monotonic() + _LIMIT
    seen = b""

    def until(*words: bytes) -> bytes:
        """Wait until nano shows one of these, and say which."""
        nonlocal seen
        while time.monotonic() < end:
            for word in words:
                if word in seen:
                    seen = seen.partition(word)[2]
                    return word
            if select.select([terminal], [], [], 0.2)[0]:
                seen += os.read(terminal, 65536)
        return b""

    saved = False
    try:
        until(b"Exit")
        os.write(terminal, b"\x1b/" + line.encode() + b"\r")  # to the end of the text
        until(b"Modified")
        time.sleep(0.03)
        os.write(terminal, b"\x13")
        saved = until(b"Wrote", b"continue saving?") == b"Wrote"
        os.write(terminal, b"\x18" if saved else b"n")
        if not saved:  # leave, and save nothing
            time.sleep(0.1)
            os.write(terminal, b"\x18")
            until(b"Save modified")
            os.write(terminal, b"n")
        until(b"never shown")
    except OSError:
        pass  # it has left
    finally:
        os.close(terminal)
        os.waitpid(child, 0)
    return saved


EDITORS: dict[str, Callable[[Path, str], bool]] = {
    "vim": vim,
    "vim in place": lambda note, line: vim(note, line, "backupcopy=yes"),
    "vim with backup": lambda note, line: vim(note, line, "backup"),
    "emacs": emacs,
    "nano": nano,
}


def installed(editor: str) -> bool:
    """Whether the editor's program is there."""
    return shutil.which(editor.split(" ", maxsplit=1)[0]) is not None


def _run(command: list[str]) -> bool:
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LIMIT)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def race(folder: Path, editor: str, saves: int) -> Result:
    """Let the editor save so often while mdnet adds lines as fast as it can."""
    vault = folder / f"vault-{editor}"
    vault.mkdir()
    note = vault / "a.md"
    note.write_bytes(HEAD)
    saved: list[str] = []

    def use() -> None:
        for number in range(saves):
            for attempt in range(10):
                line = f"user {number} {attempt}."
                if EDITORS[editor](note, line):
                    saved.append(line)
                    break
            time.sleep(0.3)

    user = threading.Thread(target=use)
    user.start()
    writer = Writer(Vault(vault), Journal(folder / f"state-{editor}" / "journal.jsonl"))
    written = refused = 0
    while user.is_alive():
        line = b"ours %d.\n" % written
        try:
            writer.change("a.md", lambda data, line=line: data + line)
            written += 1
        except WriteRefusedError:
            refused += 1
    lines = note.read_bytes().decode().split("\n")
    ours_lost = sum(f"ours {n}." not in lines for n in range(written))
    theirs_lost = sum(line not in lines for line in saved)
    return Result(editor, written, len(saved), ours_lost, theirs_lost, refused, len(leftovers(vault)))


def main() -> None:
    """Run the races and print each as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--saves", type=int, default=20)
    parser.add_argument("--editor", choices=EDITORS)
    asked = parser.parse_args()
    for editor in [asked.editor] if asked.editor else EDITORS:
        with new_folder() as folder:
            print(json.dumps(asdict(race(folder, editor, asked.saves))))


if __name__ == "__main__":
    main()
