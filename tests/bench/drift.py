"""`python -m tests.bench.drift [--operations N] [--seed N] [--runs N] [--surveys]`: does the daemon's index ever drift?

Random operations, real editors among them, on a vault under a running daemon. At pauses and at the end two things
must hold: when a command is told that the index is fresh, it equals one made anew from the files at that very moment;
and some seconds later it equals one made anew in any case. Prints one JSON object for each run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from mdnet.app.sync import sync
from tests.daemons import RunningDaemon, surveys_always
from tests.terminal import type_into
from tests.vaults import new_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

NAMES = ("Ana Ruiz", "Joe Chen", "Mia Øst", "Lu", "Ben-Ami", "Zoé")
FOLDERS = ("People", "Daily", "Notes", "Notes/Deep", "Notes/Deep/Deeper", "x y", ".hidden", "Templates")
SPACINGS = (0.0, 0.0, 0.0, 0.002, 0.02, 0.1)


def text(random_: random.Random) -> str:
    """A note with records, links and words."""
    lines = [f"---\naliases: [{random_.choice(NAMES).split()[0]} {random_.randint(1, 9)}]\n---"] * (
        random_.random() < 0.3
    )
    for _ in range(random_.randint(0, 6)):
        who = random_.choice(NAMES)
        lines.append(
            random_.choice(
                (
                    f"- [ ] #need [[{who}]] a thing number {random_.randint(1, 50)}",
                    f"- 2026-11-{random_.randint(1, 28):02} #met [[{who}]]: coffee",
                    f"- #gave [[{who}|them]] advice {random_.randint(1, 99)} ^m-0123abcd{random_.randint(0, 3)}",
                    f"words w{random_.randint(1, 500)} and [[{who}]] and [[Note {random_.randint(1, 30)}]]",
                    "<<<<<<< HEAD",
                    "```",
                )
            )
        )
    return "\n".join(lines) + "\n" * random_.randint(0, 1)


class Mess:
    """Does to a vault what people, editors and sync tools do, at random."""

    def __init__(self, vault: Path, outside: Path, seed: int, *, editors: bool, links: bool = True) -> None:
        self.vault, self.outside = vault, outside
        self.random = random.Random(seed)
        self.editors = editors
        self.done: dict[str, int] = {}
        self.log: list[str] = []
        self._git: bool = bool(shutil.which("git"))
        quick: list[tuple[int, Callable[[], object]]] = [
            (14, self.write), (10, self.append), (8, self.atomic), (4, self.from_outside), (8, self.delete),
            (8, self.rename), (4, self.move), (2, self.case_only), (3, self.torn), (3, self.same_stamp), (3, self.old),
            (4, self.delete_and_back), (3, self.swap), (5, self.copies), (2, self.folder_rename), (1, self.folder_out),
            (2, self.folder_in), (3, self.deep), (1, self.copy_tree), (1, self.remove_tree), (2 * links, self.link),
            (1, self.hard_link), (1, self.odd), (1 - links, self.settings), (1, self.many), (2, self.syncthing),
            (1, self.chain), (1, self.fifo), (2, self.chmod),
        ]  # fmt: skip
        slow: list[tuple[int, Callable[[], object]]] = [
            (2, self.vim), (1, self.vim_backup), (1, self.emacs), (1, self.nano), (1, self.sed), (1, self.ed),
            (1, self.node), (2, self.git),
        ]  # fmt: skip
        self._actions = quick + (slow if editors else [])

    def step(self) -> None:
        """One operation."""
        weights = [weight for weight, _ in self._actions]
        action = self.random.choices([do for _, do in self._actions], weights)[0]
        name = getattr(action, "__name__", "")
        try:
            action()
        except OSError as error:
            name = f"{name} ({type(error).__name__})"
        self.done[name] = self.done.get(name, 0) + 1
        self.log = [*self.log[-11:], f"{time.time():.3f} {name}"]
        pause = self.random.choice(SPACINGS)
        if pause:
            time.sleep(pause)

    # ---- what there is ----

    def notes(self) -> list[Path]:
        found = [path for path in self.vault.rglob("*.md") if path.is_file() and not path.is_symlink()]
        return sorted(found)

    def note(self) -> Path:
        notes = self.notes()
        if not notes:
            return self.new()
        return self.random.choice(notes)

    def folder(self) -> Path:
        folder = self.vault / self.random.choice(FOLDERS)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def new(self) -> Path:
        day = f"2026-11-{self.random.randint(1, 28):02}"
        copy = f"A-{self.random.choice(('host', 'phone', '2'))}"
        numbered = (f"Note {self.random.randint(1, 30)}", f"n{self.random.randint(1, 200)}")
        name = self.random.choice((*numbered, self.random.choice(NAMES), day, copy))
        return self.folder() / f"{name}.{self.random.choice(('md', 'md', 'md', 'MD'))}"

    def some(self) -> Path:
        return self.note() if self.random.random() < 0.7 else self.new()

    # ---- one file ----

    def write(self) -> None:
        self.some().write_text(text(self.random))

    def append(self) -> None:
        with self.note().open("a") as file:
            file.write(f"\n- [ ] #need [[{self.random.choice(NAMES)}]] more {self.random.randint(1, 99)}\n")

    def atomic(self) -> None:
        note = self.some()
        temporary = note.with_name(f"{note.name}.tmp{self.random.randint(1, 9)}")
        temporary.write_text(text(self.random))
        temporary.replace(note)

    def from_outside(self) -> None:
        temporary = self.outside / "temporary"
        temporary.write_text(text(self.random))
        temporary.replace(self.some())

    def delete(self) -> None:
        self.note().unlink()

    def rename(self) -> None:
        self.note().rename(self.new())

    def move(self) -> None:
        note = self.note()
        note.rename(self.folder() / note.name)

    def case_only(self) -> None:
        note = self.note()
        note.rename(note.with_name(note.name.swapcase()))

    def torn(self) -> None:
        note = self.note()
        whole = text(self.random)
        with note.open("w") as file:
            for part in (whole[: len(whole) // 2], whole[len(whole) // 2 :]):
                file.write(part)
                file.flush()
                time.sleep(self.random.choice((0.01, 0.05, 0.3)))

    def same_stamp(self) -> None:
        note = self.note()
        found = note.stat()
        data = note.read_bytes()
        note.write_bytes(bytes(reversed(data)) if self.random.random() < 0.5 else data.swapcase())
        os.utime(note, ns=(found.st_atime_ns, found.st_mtime_ns))

    def old(self) -> None:
        note = self.note()
        note.write_text(text(self.random))
        when = self.random.choice((0, 1_500_000_000, 4_000_000_000))
        os.utime(note, (when, when))

    def chmod(self) -> None:
        self.note().chmod(self.random.choice((0o600, 0o644, 0o444)))

    def delete_and_back(self) -> None:
        note = self.note()
        data = note.read_bytes()
        note.unlink()
        time.sleep(self.random.choice((0.0, 0.03, 0.3)))
        note.write_bytes(data)

    def swap(self) -> None:
        one, other = self.note(), self.note()
        if one != other:
            third = one.with_name("third")
            one.rename(third)
            other.rename(one)
            third.rename(other)

    def chain(self) -> None:
        one = self.note()
        for _ in range(3):
            one = one.rename(self.new())

    def copies(self) -> None:
        note = self.note()
        stem = note.name[:-3]
        end = self.random.choice((
            " 2", " (1)", "-laptop", ".sync-conflict-20261103-101500-ABCDEFG", " (conflicted copy 2026-11-03 101500)",
            " (Ann's conflicted copy 2026-11-03)",
        ))  # fmt: skip
        data = note.read_text(errors="replace") if self.random.random() < 0.7 else text(self.random)
        (note.parent / f"{stem}{end}.md").write_text(data)

    def syncthing(self) -> None:
        note = self.note()
        temporary = note.with_name(f".syncthing.{note.name}.tmp")
        temporary.write_text(text(self.random))
        os.utime(temporary, (1_700_000_000, 1_700_000_000))
        note.unlink()
        temporary.rename(note)

    def link(self) -> None:
        """Only to what is watched: of what happens elsewhere a link tells nothing."""
        path, target = self.new(), self.note()
        path.unlink(missing_ok=True)
        if not {".hidden", "Templates"} & set(target.parts):
            path.symlink_to(os.path.relpath(target, path.parent) if self.random.random() < 0.7 else "nowhere.md")

    def hard_link(self) -> None:
        """Another name for a while, through which is written: then events name only one of the two."""
        path, note = self.new(), self.note()
        path.unlink(missing_ok=True)
        os.link(note, path)
        time.sleep(self.random.choice(SPACINGS))
        path.write_text(text(self.random))
        time.sleep(1.0)  # a name that is gone before anybody looked leads to nothing
        gone, left = self.random.sample((path, note), 2)
        gone.unlink()
        left.chmod(0o644)  # the number of names is in the file's times, and no event tells that it changed

    def odd(self) -> None:
        name = self.random.choice(("a.md~", "#a.md#", "4913", ".a.md.swp", "pic.png", "no-utf8-\udcff.md", "d.md"))
        path = self.folder() / name
        if name == "d.md":
            path.mkdir(exist_ok=True)
            (path / "inner.md").write_text(text(self.random))
        else:
            path.write_bytes(b"something")

    def fifo(self) -> None:
        path = self.folder() / "pipe.md"
        if path.exists():
            path.unlink()
        else:
            os.mkfifo(path)

    # ---- folders ----

    def a_folder(self) -> Path:
        found = [path for path in self.vault.rglob("*") if path.is_dir() and ".git" not in path.parts]
        return self.random.choice(sorted(found)) if found else self.folder()

    def folder_rename(self) -> None:
        folder = self.a_folder()
        folder.rename(folder.with_name(f"f{self.random.randint(1, 20)}"))

    def folder_out(self) -> None:
        folder = self.a_folder()
        target = self.outside / f"out{self.random.randint(1, 10**9)}"
        folder.rename(target)
        for note in target.rglob("*.md"):
            if note.is_file():  # and no pipe, which would wait for a reader
                note.write_text("edited out there")
                break

    def folder_in(self) -> None:
        tree = self.outside / f"in{self.random.randint(1, 10**9)}"
        (tree / "a/b").mkdir(parents=True)
        for n in range(self.random.randint(1, 6)):
            (tree / self.random.choice(("", "a", "a/b")) / f"in{n}.md").write_text(text(self.random))
        tree.rename(self.folder() / f"came{self.random.randint(1, 9)}")

    def deep(self) -> None:
        folder = self.folder()
        for _ in range(self.random.randint(1, 5)):
            folder = folder / self.random.choice("abc")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "n.md").write_text(text(self.random))

    def copy_tree(self) -> None:
        source = self.a_folder()
        if len(list(source.rglob("*"))) < 200:
            shutil.copytree(source, self.folder() / f"copy{self.random.randint(1, 9)}", symlinks=True,
                            dirs_exist_ok=True, ignore=shutil.ignore_patterns("pipe.md", "copy*"))  # fmt: skip

    def remove_tree(self) -> None:
        folder = self.a_folder()
        if self.random.random() < 0.5:
            saved = self.outside / f"saved{self.random.randint(1, 10**9)}"
            shutil.copytree(folder, saved, symlinks=True, ignore=shutil.ignore_patterns("pipe.md"))
            shutil.rmtree(folder)
            shutil.copytree(saved, folder, symlinks=True)
        else:
            shutil.rmtree(folder)

    def many(self) -> None:
        folder = self.folder() / "many"
        folder.mkdir(exist_ok=True)
        for n in range(self.random.randint(20, 150)):
            (folder / f"m{n}.md").write_text(text(self.random))
        if self.random.random() < 0.5:
            shutil.rmtree(folder)

    def settings(self) -> None:
        file = self.vault / "mdnet.toml"
        choice = self.random.random()
        if choice < 0.3:
            file.unlink(missing_ok=True)
        elif choice < 0.5:
            file.write_text("ignore = [")  # wrong
            time.sleep(0.05)
            file.write_text("")
        else:
            file.write_text(f'ignore = ["{self.random.choice(("Notes/Deep", "x*", "Note 1.md", "*.MD"))}"]\n')

    # ---- programs ----

    def run(self, *command: str, **options: Any) -> None:
        if shutil.which(command[0]):
            subprocess.run(
                command,
                cwd=self.vault,
                capture_output=True,
                timeout=20,
                check=False,
                stdin=subprocess.DEVNULL,
                **options,
            )

    def vim(self) -> None:
        self.run("vim", "-Nu", "NONE", "-es", "-c", f"normal Go words from vim {self.random.random()}", "-c", "wq",
                 str(self.note()))  # fmt: skip

    def vim_backup(self) -> None:
        option = self.random.choice(("backup", "backupcopy=yes", "nowritebackup"))
        self.run("vim", "-Nu", "NONE", "-es", "-c", f"set {option}", "-c", f"normal Go more {self.random.random()}",
                 "-c", "wq", str(self.note()))  # fmt: skip

    def emacs(self) -> None:
        script = f'(progn (find-file "{self.note()}") (goto-char (point-max)) (insert "emacs") (save-buffer))'
        self.run("emacs", "-Q", "--batch", "--eval", script)

    def nano(self) -> None:
        if shutil.which("nano"):
            type_into(["nano", "-I", str(self.note())], "nano was here", "\x0f", "\r", "\x18")

    def sed(self) -> None:
        self.run("sed", "-i", "s/thing/other/", str(self.note()))

    def ed(self) -> None:
        if shutil.which("ed"):
            subprocess.run(["ed", "-s", str(self.note())], input=b"a\ned\n.\nw\nq\n", capture_output=True, check=False)

    def node(self) -> None:
        self.run("node", "-e", f"require('fs').writeFileSync({json.dumps(str(self.note()))}, 'node was here')")

    def git(self) -> None:
        if not self._git:
            return
        commands = (
            ["git", "add", "-A"],
            ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "x"],
        )
        if not (self.vault / ".git").exists():
            self.run("git", "init", "-q", "-b", "main")
            for command in commands:
                self.run(*command)
            return
        choice = self.random.random()
        if choice < 0.3:
            for command in commands:
                self.run(*command)
        elif choice < 0.5:
            self.run("git", "stash", "-q")
            self.run("git", "stash", "pop", "-q")
        elif choice < 0.8:
            self.run("git", "checkout", "-q", "-f", self.random.choice(("HEAD~1", "HEAD~2", "main")))
        else:
            self.run("git", "checkout", "-q", "--", ".")


def drift(folder: Path, operations: int, seed: int, *, editors: bool = True, pause_every: int = 60,
          options: Sequence[str] = (), surveys: bool = False) -> dict[str, Any]:  # fmt: skip
    """One run in the empty `folder`; `surveys`: as if the vault were a large one. Raises AssertionError where the index
    is wrong."""
    vault, outside, home = folder / "vault", folder / "outside", folder / "home"
    for made in (vault, outside, home):
        made.mkdir()
    # With links in the vault the daemon often says that it is not sure; without any it hardly ever does.
    mess = Mess(vault, outside, seed, editors=editors, links=seed % 2 == 0)
    for _ in range(60):
        mess.write()
    often = ("--rescan", "0.1") if surveys else ()
    daemon = RunningDaemon(vault, home, *options, *often, **(surveys_always(folder / "always") if surveys else {}))
    checks = fresh = 0
    slowest = 0.0
    started = time.monotonic()
    try:
        for number in range(1, operations + 1):
            mess.step()
            if number % pause_every == 0 or number == operations:
                checks += 1
                if daemon.is_fresh():
                    fresh += 1
                    found = daemon.differences()
                    assert not found, f"said to be fresh, but: {found[:8]}; {daemon.events[-6:]}; {mess.log}"
                slowest = max(slowest, converge(daemon, words=checks % 10 == 0))
        converge(daemon, words=True)
        status = daemon.status()
        code, seconds = daemon.stop()
    finally:
        if daemon.process.poll() is None:
            daemon.kill()
    assert code == 0, daemon.errors
    return {
        "seed": seed,
        "operations": operations,
        "notes": len(mess.notes()),
        "checks": checks,
        "fresh": fresh,
        "slowest_to_converge": round(slowest, 2),
        "seconds": round(time.monotonic() - started, 1),
        "scans": status["scans"],
        "batches": status["batches"],
        "errors": [event for event in daemon.events if event["event"] == "error"][:5],
        "stopped_in": round(seconds, 3),
        "done": dict(sorted(mess.done.items())),
    }


def converge(daemon: RunningDaemon, *, words: bool) -> float:
    """Wait until the index is right. Most of the vault gone at once is held on purpose, until the user says so."""
    try:
        return daemon.converges(20, words=words)
    except AssertionError:
        if not daemon.status()["holding"]:
            raise
        work = daemon.work()
        sync(work.vault, work.index, work.settings, full=True)
        work.close()
        return daemon.converges(20, words=words)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.drift", description=__doc__)
    parser.add_argument("--operations", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--no-editors", action="store_true")
    parser.add_argument("--surveys", action="store_true", help="as if the vault were a large one")
    options = parser.parse_args(arguments)
    for seed in range(options.seed, options.seed + options.runs):
        with new_folder() as folder:
            result = drift(folder, options.operations, seed, editors=not options.no_editors, surveys=options.surveys)
        print(json.dumps(result), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
