"""`python -m tests.bench.daemon latency|idle|burst|kills|memory VAULT [options]`: how the daemon does, in figures.

VAULT is copied first. Prints one JSON object.

- latency: from the close of a changed note to a search in another process that finds it, beside the bare latency of
  the event, measured at the same writes.
- idle: CPU time, wake-ups and memory while nothing happens.
- burst: many changed notes at once, beside a cold index of the same notes.
- kills: kill -9 at random moments while it indexes and carries out ticks.
- memory: after many batches, beside after few.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdnet.adapters.index import Index
from mdnet.adapters.vault import Vault
from mdnet.app.sync import sync
from mdnet.app.workspace import index_path
from mdnet.core.settings import Settings
from tests.daemons import RunningDaemon
from tests.vaults import new_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mdnet.core.batching import Hint

LONG = 600.0


def notes_of(vault: Path) -> list[Path]:
    """All notes, in order."""
    return sorted(path for path in vault.rglob("*.md") if path.is_file())


class Bare:
    """A watch of its own on the same folder: when the kernel's event arrives."""

    def __init__(self, vault: Path, folder: Path) -> None:
        from mdnet.adapters.watch import open_watcher

        self._seen = threading.Event()
        self._wanted = ""
        self.at = 0.0
        self._watcher = open_watcher(os.path.realpath(vault), str(folder), lambda path: path[:1] != ".", self)

    def expect(self, path: str) -> None:
        """Wait for this path's event from now on."""
        self._wanted = path
        self._seen.clear()

    def changed(self, path: str, hint: Hint, *, folder: bool = False) -> None:
        """An event."""
        if path == self._wanted and hint.name == "SAVED":
            self.at = time.perf_counter()
            self._seen.set()

    def wait(self) -> float:
        """When the event came."""
        self._seen.wait(5)
        return self.at

    def lost(self, why: str) -> None:
        """Not expected."""

    def deaf(self, why: str) -> None:
        """Not expected."""

    def asked(self, cookie: str) -> None:
        """Not expected."""

    def stop(self) -> None:
        """Stop watching."""
        self._watcher.stop()


def quantiles(seconds: Sequence[float]) -> dict[str, float]:
    """In milliseconds."""
    found = sorted(seconds)
    return {
        "median": round(1000 * statistics.median(found), 2),
        "p99": round(1000 * found[min(len(found) - 1, int(0.99 * len(found)))], 2),
        "worst": round(1000 * found[-1], 2),
    }


def latency(vault: Path, home: Path, *, writes: int, seed: int, pages: bool = False) -> dict[str, Any]:
    """See above. Writes in place and by renaming, one after the other, with random pauses; `pages`: while the review is
    rendered and ticks are carried out."""
    random_ = random.Random(seed)
    notes = notes_of(vault)
    daemon = RunningDaemon(vault, home, *([] if pages else ["--no-apply", "--no-render"]), seconds=LONG)
    bare_folder = home / "bare"
    bare_folder.mkdir()
    bare = Bare(vault, bare_folder)
    work = daemon.work()
    took, events = [], []
    try:
        for number in range(writes):
            note = random_.choice(notes)
            word = f"zq{seed}x{number}q"
            data = note.read_bytes() + f"\n{word}\n".encode()
            bare.expect(note.relative_to(vault).as_posix())
            if number % 2:
                temporary = note.with_name(f"{note.name}.tmp")
                temporary.write_bytes(data)
                started = time.perf_counter()
                temporary.replace(note)
            else:
                with note.open("wb") as file:
                    file.write(data)
                    file.flush()
                    started = time.perf_counter()
            while not work.index.search(word, 1):
                time.sleep(0.0005)
                if time.perf_counter() - started > 30:
                    raise AssertionError(f"{note} was never found; {daemon.events[-5:]} {daemon.errors}")
            took.append(time.perf_counter() - started)
            events.append(bare.wait() - started)
            time.sleep(random_.choice((0.0, 0.05, 0.3)))
    finally:
        work.close()
        bare.stop()
        daemon.stop()
    spent = [event["seconds"] for event in daemon.events if event["event"] == "indexed"]
    return {
        "notes": len(notes),
        "writes": writes,
        "searchable_ms": quantiles(took),
        "event_ms": quantiles(events),
        "indexing_ms": quantiles(spent),
        "looks_at_everything": sum(event["event"] == "scanned" for event in daemon.events),
    }


def usage(pid: int) -> dict[str, float]:
    """CPU seconds, switches of context that the process asked for, and memory in MB."""
    process = Path(f"/proc/{pid}")
    fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    ticks = os.sysconf("SC_CLK_TCK")
    wakes = 0
    for task in (process / "task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                wakes += int(line.split()[1])
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
    return {
        "cpu": (int(fields[11]) + int(fields[12])) / ticks,
        "wakes": wakes,
        "rss_mb": int(status["VmRSS"].split()[0]) / 1024,
        "peak_mb": int(status["VmHWM"].split()[0]) / 1024,
    }


def idle(vault: Path, home: Path, *, seconds: float, settle: float = 12.0) -> dict[str, Any]:
    """See above; nothing is counted in the first seconds, in which the page is rendered."""
    daemon = RunningDaemon(vault, home, seconds=LONG)
    try:
        time.sleep(settle)
        before = usage(daemon.process.pid)
        time.sleep(seconds)
        after = usage(daemon.process.pid)
        return {
            "notes": len(notes_of(vault)),
            "folders": daemon.status()["folders"],
            "seconds": seconds,
            "cpu_percent": round(100 * (after["cpu"] - before["cpu"]) / seconds, 4),
            "wakes_per_second": round((after["wakes"] - before["wakes"]) / seconds, 3),
            "rss_mb": round(after["rss_mb"], 1),
            "peak_mb": round(after["peak_mb"], 1),
        }
    finally:
        daemon.stop()


def cold(vault: Path, home: Path) -> float:
    """Seconds of CPU for a cold index of all notes in this process."""
    index = Index.open(home / "cold.sqlite", Settings())
    started = time.process_time()
    sync(Vault(vault), index, Settings())
    took = time.process_time() - started
    index.close()
    return took


def burst(vault: Path, home: Path, *, changed: int, seed: int) -> dict[str, Any]:
    """See above."""
    notes = notes_of(vault)
    whole = cold(vault, home)
    daemon = RunningDaemon(vault, home, "--no-apply", "--no-render", seconds=LONG)
    try:
        work = daemon.work()
        chosen = random.Random(seed).sample(notes, min(changed, len(notes)))
        before = usage(daemon.process.pid)
        started = time.monotonic()
        for number, note in enumerate(chosen):
            with note.open("a") as file:
                file.write(f"\nburst{seed} b{number}\n")
        written = time.monotonic() - started
        word = f"burst{seed}"
        while len(work.index.search(word, len(chosen))) < len(chosen):
            time.sleep(0.05)
            if time.monotonic() - started > LONG:
                raise AssertionError(f"not all were found; {daemon.events[-5:]}")
        took = time.monotonic() - started
        daemon.wait_for(lambda: daemon.is_fresh(), LONG)
        cpu = usage(daemon.process.pid)["cpu"] - before["cpu"]
        work.close()
        assert daemon.differences() == []
    finally:
        daemon.stop()
    share = whole * len(chosen) / len(notes)
    return {
        "notes": len(notes),
        "changed": len(chosen),
        "seconds": round(took, 2),
        "writing_took": round(written, 2),
        "cpu_seconds": round(cpu, 2),
        "share_of_a_cold_index_cpu": round(share, 2),
        "times_the_share": round(cpu / share, 2),
    }


def memory(vault: Path, home: Path, *, few: int, many: int) -> dict[str, Any]:
    """See above: one note after the other is saved as soon as the last one is in the index, and all the while
    everything is looked at once a minute, pages are rendered and the index is tidied up."""
    notes = notes_of(vault)[:50]
    before = {note: note.read_bytes() for note in notes}
    daemon = RunningDaemon(vault, home, "--rescan", "1", seconds=LONG)
    at: dict[int, dict[str, float]] = {}
    errors: list[Any] = []
    path = index_path(daemon.root, daemon.folders)
    started = time.monotonic()
    try:
        for number in range(1, many + 1):
            note = notes[number % len(notes)]
            name = note.relative_to(vault).as_posix()
            errors += [told for told in daemon.events if told["event"] == "error"]
            daemon.events.clear()
            note.write_bytes(before[note] + f"\nbatch {number}\n".encode())
            asked = time.monotonic()
            while not any(_has_read(told, name) for told in daemon.events[:]):
                time.sleep(0.001)
                assert time.monotonic() - asked < LONG, (number, daemon.events[-5:])
            if number == few or number % max(few, many // 20) == 0:
                found = usage(daemon.process.pid)
                at[number] = {
                    "rss_mb": found["rss_mb"],
                    "peak_mb": found["peak_mb"],
                    "index_mb": path.stat().st_size / 1e6,
                }
        took = time.monotonic() - started
        daemon.wait_for(daemon.is_fresh)
        assert daemon.differences(words=True) == []
        batches, scans = (daemon.status()[key] for key in ("batches", "scans"))
    finally:
        daemon.stop()
    return {
        "few": few,
        "many": many,
        **{
            name: {number: round(sizes[name], 1) for number, sizes in at.items()}
            for name in ("rss_mb", "peak_mb", "index_mb")
        },
        "ms_a_batch": round(1000 * took / many, 2),
        "batches": batches,
        "scans": scans,
        "errors": errors[:5],
    }


def _has_read(told: dict[str, Any], name: str) -> bool:
    return (told["event"] == "indexed" and name in told["read"]) or (told["event"] == "scanned" and told["read"] > 0)


def kills(vault: Path, home: Path, *, times: int, seed: int) -> dict[str, Any]:
    """See above. After each restart the index is compared with one made anew. What users wrote must be there to the
    last byte, in order, apart from the lines that a tick asks for, which stand in people's notes."""
    random_ = random.Random(seed)
    notes = [note for note in notes_of(vault) if "Reviews" not in note.parts]
    before = {note: note.read_bytes() for note in notes}
    wrote: dict[Path, list[bytes]] = {}
    daemon = RunningDaemon(vault, home, seconds=LONG)
    killed = ticks = 0
    slowest = 0.0
    try:
        daemon.wait_for(lambda: any((vault / "Reviews").glob("*.md")), LONG)  # a page to tick on
        for _ in range(times):
            for _ in range(random_.randint(1, 30)):
                note = random_.choice(notes)
                line = f"kept {random_.random()}\n".encode()
                with note.open("ab") as file:
                    file.write(line)
                wrote.setdefault(note, []).append(line)
                page = next(iter(sorted((vault / "Reviews").glob("*.md"))), None)
                if page is not None and random_.random() < 0.2:
                    ticks += tick(page, random_)
            time.sleep(random_.random() * 0.3)
            daemon.kill()
            killed += 1
            daemon.start()
            slowest = max(slowest, daemon.converges(60, words=True))
        harmed = [str(note) for note in notes if is_harmed(note, before[note], wrote.get(note, []))]
    finally:
        daemon.stop()
    left = [str(path) for path in vault.rglob(".mdnet-*")]
    assert not left, left
    assert not harmed, harmed
    return {
        "killed": killed,
        "compared": killed,
        "slowest_to_converge": round(slowest, 2),
        "written": sum(map(len, wrote.values())),
        "ticks": ticks,
        "harmed": len(harmed),
        "left_behind": len(left),
    }


def is_harmed(note: Path, before: bytes, wrote: Sequence[bytes]) -> bool:
    """Whether anything is missing that stood there before, or was appended to it since."""
    now = note.read_bytes()
    if note.parent.name != "People":
        return now != before + b"".join(wrote)
    at = 0
    for line in wrote:
        at = now.find(line, at)
        if at < 0:
            return True
        at += len(line)
    return False


def tick(page: Path, random_: random.Random) -> int:
    """Tick one open box of a review page, as an editor does; returns how many."""
    lines = page.read_text().split("\n")
    boxes = [number for number, line in enumerate(lines) if line.startswith("- [ ] ") and " ^" in line]
    if boxes:
        number = random_.choice(boxes)
        lines[number] = lines[number].replace("- [ ] ", "- [x] ", 1)
        page.write_text("\n".join(lines))
    return bool(boxes)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.daemon", description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("latency", "idle", "burst", "kills", "memory"))
    parser.add_argument("vault", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--writes", type=int, default=300, help="latency: so many notes are changed")
    parser.add_argument("--pages", action="store_true", help="latency: while the pages are worked on too")
    parser.add_argument("--seconds", type=float, default=600.0, help="idle: for so long")
    parser.add_argument("--settle", type=float, default=60.0, help="idle: after so long, in which the page is rendered")
    parser.add_argument("--changed", type=int, default=10_000, help="burst: so many notes")
    parser.add_argument("--times", type=int, default=200, help="kills: so often")
    parser.add_argument("--few", type=int, default=1_000, help="memory: after so many batches, and")
    parser.add_argument("--many", type=int, default=100_000, help="memory: after so many")
    options = parser.parse_args(arguments)
    run: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
        "latency": lambda vault, home: latency(
            vault, home, writes=options.writes, seed=options.seed, pages=options.pages
        ),
        "idle": lambda vault, home: idle(vault, home, seconds=options.seconds, settle=options.settle),
        "burst": lambda vault, home: burst(vault, home, changed=options.changed, seed=options.seed),
        "kills": lambda vault, home: kills(vault, home, times=options.times, seed=options.seed),
        "memory": lambda vault, home: memory(vault, home, few=options.few, many=options.many),
    }
    with new_folder() as folder:
        shutil.copytree(options.vault, folder / "vault", symlinks=True)
        (folder / "home").mkdir()
        print(json.dumps({"what": options.what, **run[options.what](folder / "vault", folder / "home")}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
