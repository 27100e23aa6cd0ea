"""How fast mdnet is, beside what the machine can do at best, in the same run.

    python -m tests.bench.speed --size S --size M [--json] [--runs 5] [--vaults FOLDER] [--only MEASURE ...]

Every command is a process of its own, as the installed script starts it; all take turns, and medians are shown.
Limits: reading all bytes, `find` printing every file's stat, inserting the same text into SQLite's FTS5 (with a large
hash table), and starting Python with what no command can do without. The text is inserted in two ways: as our index
has it, which is the least that can be, and as FTS5 has it by itself, with its own copy of the text and its own
tokenizer. The first review and the first match make vectors of what they look at and are shown apart; `match` is for
one person's needs. `show` and `search` are measured both without a daemon, when they look at the folder first, and
beside one; what a daemon needs to see a change is measured by `tests.bench.daemon`.
Vaults are made by `tests.bench.make_vault`, and kept where `--vaults` says so.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tests.bench.make_vault import SIZES, TODAY, make

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

CHANGED = 10_000
PROJECT = Path(__file__).resolve().parents[2]

READ_ALL = """
import os, sys
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        with open(f"{folder}/{name}", "rb") as file:
            file.read()
"""
# Prints what the insertion alone takes, without reading the notes.
INSERT_ALL = """
import json, os, sqlite3, sys, time
texts = []
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        if name.endswith(".md"):
            with open(f"{folder}/{name}", encoding="utf-8") as file:
                text = file.read()
            if text.startswith("---\\n"):  # of properties the values are searched, not the names
                front, _, text = text[4:].partition("\\n---\\n")
                text = "\\n".join([*(line.partition(":")[2] or line for line in front.split("\\n")), text])
            texts.append((name[:-3], text))
wall, cpu = time.perf_counter(), time.process_time()
db = sqlite3.connect(sys.argv[2], isolation_level=None)
db.execute("pragma journal_mode = wal")
db.execute("pragma synchronous = off")
db.execute("create virtual table text using fts5 (title, body" + sys.argv[3] + ")")
db.execute("insert into text (text, rank) values ('hashsize', 67108864)")
db.execute("begin")
db.executemany("insert into text (title, body) values (?, ?)", texts)
db.execute("commit")
print(json.dumps({"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}))
"""
OURS = ", content='', tokenize='porter unicode61 remove_diacritics 2'"

# What is measured, the limit beside it, and by which figure the two are compared.
BESIDE = {
    "cold index": ("insert text, as our index has it", "cpu"),
    "unchanged": ("find", "seconds"),
    "one note changed": ("find", "seconds"),
    "many notes changed": ("their share of a cold index", "cpu"),
    "review": ("start python, click, jinja2, sqlite3", "seconds"),
    "match": ("start python, click, jinja2, sqlite3", "seconds"),
    "search": ("start python, click", "seconds"),
    "show": ("start python, click", "seconds"),
    "search, daemon running": ("start python, click", "seconds"),
    "show, daemon running": ("start python, click", "seconds"),
    "version": ("start python, click", "seconds"),
    "help": ("start python, click", "seconds"),
}
MEASURES = (*BESIDE, "read all bytes", "find")
_ON_AN_INDEX = tuple(name for name in BESIDE if name not in ("cold index", "version", "help"))
ALSO_BESIDE = {"cold index": "insert text, as stored by FTS5"}
START = "from mdnet.cli.start import main; main()"


@dataclass(frozen=True)
class Run:
    """One process: seconds by the clock, seconds of CPU, the most memory in MB."""

    seconds: float
    cpu: float
    memory: float
    output: str = ""


def run(command: Sequence[str], env: dict[str, str]) -> Run:
    """Start a process and wait for it; one that fails ends the measurement."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=err, env=env, cwd=PROJECT)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed:\n{err.read().decode(errors='replace')}")
        text = out.read().decode(errors="replace")
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6, text)


class Bench:
    """All measurements of one vault."""

    def __init__(self, vault: Path, work: Path, only: Collection[str] = ()) -> None:
        self.vault = vault
        self.only = only
        self.work = work
        self.cache = work / "cache"
        # A program that is installed has its bytecode; so have we, after the first run.
        given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.env = {
            **given, "XDG_CACHE_HOME": str(self.cache), "XDG_STATE_HOME": str(work / "state"),
            "XDG_CONFIG_HOME": str(work / "config"), "PYTHONPATH": str(PROJECT), "MDNET_TODAY": TODAY.isoformat(),
            "NO_COLOR": "1",
        }  # fmt: skip
        self.notes = sorted(vault.rglob("*.md"))
        self.bytes = sum(note.stat().st_size for note in self.notes)
        people = [note for note in self.notes if note.parent.name == "People"]
        self.person = max(people, key=lambda note: note.read_text("utf-8").count("need")).stem
        self.results: dict[str, list[Run]] = defaultdict(list)
        self.index_bytes: list[int] = []
        self.many = self.notes[:: max(1, len(self.notes) // CHANGED)][: min(CHANGED, len(self.notes) // 2)]

    # ---- limits ----

    def wants(self, *names: str) -> bool:
        """Whether any of these measures is asked for, or is the limit of one that is."""
        limits = {BESIDE[name][0] for name in self.only if name in BESIDE} | {
            ALSO_BESIDE.get(name) for name in self.only
        }
        return not self.only or any(name in self.only or name in limits for name in names)

    def limits(self, *, starts_only: bool) -> None:
        python = sys.executable
        self._add("start python", run([python, "-c", "pass"], self.env))
        self._add("start python, click", run([python, "-c", "import click"], self.env))
        modules = "import click, jinja2, sqlite3"
        self._add("start python, click, jinja2, sqlite3", run([python, "-c", modules], self.env))
        if starts_only:
            return
        if self.wants("read all bytes"):
            self._add("read all bytes", run([python, "-c", READ_ALL, str(self.vault)], self.env))
        if shutil.which("find") and self.wants("find"):
            printed = ["find", str(self.vault), "-printf", "%p %s %T@ %C@ %i\n"]
            self._add("find", run(printed, self.env))
        for name, options in (("insert text, as stored by FTS5", ""), ("insert text, as our index has it", OURS)):
            if not self.wants(name):
                continue
            with tempfile.TemporaryDirectory(dir=self.work) as folder:
                done = run([python, "-c", INSERT_ALL, str(self.vault), f"{folder}/text.db", options], self.env)
            inside = json.loads(done.output)
            self._add(name, Run(inside["seconds"], inside["cpu"], done.memory))

    # ---- mdnet ----

    def indexing(self) -> None:
        """What changes the index; it comes before all look-ups, for a changed note loses what a model found in it."""
        if self.wants("cold index", "many notes changed"):
            with tempfile.TemporaryDirectory(dir=self.work) as cold:
                self._add("cold index", self._mdnet("index", XDG_CACHE_HOME=cold))
                self.index_bytes.append(sum(path.stat().st_size for path in Path(cold).rglob("*") if path.is_file()))
        if self.wants(*_ON_AN_INDEX):
            self._mdnet("index")
            self._mdnet("index")  # reads again what was written just before it was read
        if self.wants("unchanged"):
            self._add("unchanged", self._mdnet("index"))
        if self.wants("one note changed"):
            with changed(self.notes[-1:]):
                self._add("one note changed", self._mdnet("index"))
            self._mdnet("index")
        if self.wants("many notes changed"):
            with changed(self.many):
                self._add("many notes changed", self._mdnet("index"))
            self._mdnet("index")
            self._mdnet("index")

    def look_ups(self) -> None:
        """What reads the index."""
        look_ups = {"search": ("search", "water knows"), "show": ("show", self.person)}
        for name, words in {"review": ("review", "--stdout"), "match": ("match", self.person), **look_ups}.items():
            if not self.wants(name):
                continue
            if f"first {name}" not in self.results and name in ("review", "match"):
                self._add(f"first {name}", self._mdnet(*words))
            self._add(name, self._mdnet(*words))
        if self.wants(*(f"{name}, daemon running" for name in look_ups)):
            with self._daemon():
                for name, words in look_ups.items():
                    self._add(f"{name}, daemon running", self._mdnet(*words))
        for name in ("version", "help"):
            if self.wants(name):
                self._add(name, self._mdnet(f"--{name}"))

    @contextmanager
    def _daemon(self) -> Iterator[None]:
        """A daemon that watches the vault, and answers for the index."""
        command = [
            sys.executable,
            "-c",
            START,
            "--vault",
            str(self.vault),
            "watch",
            "--json",
            "--no-apply",
            "--no-render",
        ]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.env, cwd=PROJECT, text=True
        ) as daemon:
            try:
                for line in daemon.stdout or ():  # at first it looks at everything, and commands do so themselves
                    if json.loads(line)["event"] == "scanned":
                        break
                else:
                    raise SystemExit("the daemon did not start")
                self._mdnet("search", "water knows")  # waits for its first answer
                yield
            finally:
                daemon.terminate()
                daemon.communicate()

    def _mdnet(self, *words: str, **env: str) -> Run:
        at = () if words[0].startswith("-") else ("--vault", str(self.vault))
        return run([sys.executable, "-c", START, *at, *words], {**self.env, **env})

    def _add(self, name: str, result: Run) -> None:
        self.results[name].append(result)

    # ---- results ----

    def report(self) -> dict[str, Any]:
        rows: dict[str, Any] = {}
        for name, runs in self.results.items():
            rows[name] = {
                "seconds": round(median(one.seconds for one in runs), 4),
                "cpu": round(median(one.cpu for one in runs), 4),
                "memory_mb": round(max(one.memory for one in runs), 1),
                "spread": round(max(one.seconds for one in runs) / min(one.seconds for one in runs), 2),
            }
        if cold := rows.get("cold index"):
            share = len(self.many) / len(self.notes)
            rows["their share of a cold index"] = {
                "seconds": round(cold["seconds"] * share, 4), "cpu": round(cold["cpu"] * share, 4),
                "memory_mb": cold["memory_mb"], "spread": cold["spread"],
            }  # fmt: skip
        for name, (limit, figure) in BESIDE.items():
            if name in rows and limit in rows:
                times = {kind: round(rows[name][kind] / rows[limit][kind], 2) for kind in ("seconds", "cpu")}
                rows[name].update(limit=limit, figure=figure, times=times[figure], times_cpu=times["cpu"])
        for name, limit in ALSO_BESIDE.items():
            if name in rows and limit in rows:
                times = rows[name][BESIDE[name][1]] / rows[limit][BESIDE[name][1]]
                rows[name].update(also=limit, times_also=round(times, 2))
        index_bytes = median(self.index_bytes) if self.index_bytes else 0
        return {
            "notes": len(self.notes),
            "text_mb": round(self.bytes / 1e6, 2),
            "index_mb": round(index_bytes / 1e6, 2),
            "index_share": round(index_bytes / self.bytes, 3),
            "changed": len(self.many),
            "runs": max(map(len, self.results.values()), default=0),
            "measured": rows,
        }


class changed:  # noqa: N801 -- reads as what it does
    """Within the block, these notes have one line more."""

    def __init__(self, notes: Sequence[Path]) -> None:
        self._notes = notes
        self._before: list[tuple[bytes, os.stat_result]] = []

    def __enter__(self) -> None:
        self._before = [(note.read_bytes(), note.stat()) for note in self._notes]
        for note, (data, _) in zip(self._notes, self._before, strict=True):
            note.write_bytes(data + b"\nOne line more.\n")

    def __exit__(self, *_: object) -> None:
        for note, (data, stat) in zip(self._notes, self._before, strict=True):
            note.write_bytes(data)
            os.utime(note, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # or it would be a new note


def show(size: str, report: dict[str, Any]) -> None:
    print(
        f"\n{size}: {report['notes']:,} notes, {report['text_mb']} MB; index {report['index_mb']} MB, "
        f"{report['index_share']} of the text; medians of {report['runs']} runs"
    )
    print(f"{'':38}{'seconds':>9}{'CPU':>9}{'MB':>8}{'spread':>8}   beside its limit")
    for name, row in report["measured"].items():
        beside = f"{row['times']:>6} times {row['limit']} ({row['figure']})" if "times" in row else ""
        beside += f", {row['times_cpu']} by CPU" if row.get("figure") == "seconds" else ""
        beside += f"; {row['times_also']} times {row['also']}" if "times_also" in row else ""
        print(f"{name:38}{row['seconds']:9.3f}{row['cpu']:9.3f}{row['memory_mb']:8.0f}{row['spread']:8.2f}   {beside}")


def show_growth(reports: dict[str, dict[str, Any]]) -> None:
    """How the figures of a note grow from one size to the next: 1 is linear."""
    sizes = list(reports)
    for smaller, larger in pairwise(sizes):
        ratio = reports[larger]["notes"] / reports[smaller]["notes"]
        print(f"\nFrom {smaller} to {larger}, {ratio:.1f} times the notes; CPU grows by this, 1 being in proportion:")
        for name in ("cold index", "unchanged", "review", "match", "insert text, as our index has it"):
            if not all(name in reports[size]["measured"] for size in (smaller, larger)):
                continue
            before, after = (reports[size]["measured"][name]["cpu"] for size in (smaller, larger))
            print(f"{name:38}{after / before / ratio:9.2f}")


def vaults(sizes: Sequence[str], folder: Path) -> Iterator[tuple[str, Path]]:
    """The vaults of these sizes below `folder`, made where they are missing."""
    for size in sizes:
        vault = folder / f"vault-{size}"
        if not vault.exists():
            half = folder / f"vault-{size}.half"
            shutil.rmtree(half, ignore_errors=True)
            make(half, *SIZES[size])
            half.rename(vault)
        yield size, vault


def measure(
    size: str, vault: Path, work: Path, runs: int, only: Collection[str], say: Callable[[str], object]
) -> dict[str, Any]:
    bench = Bench(vault, work, only)
    for name, part in (("indexing", bench.indexing), ("looking up", bench.look_ups)):
        for number in range(runs):
            say(f"{size}: {name}, run {number + 1} of {runs}")
            bench.limits(starts_only=name == "looking up")
            part()
    return bench.report()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how fast mdnet is.")
    parser.add_argument("--size", choices=SIZES, action="append", help="may be given more than once; S if not at all")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--vaults", type=Path, help="where to keep the vaults for the next time")
    parser.add_argument("--only", choices=MEASURES, nargs="+", default=(), help="just these, each with its limit")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    reports = {}
    with tempfile.TemporaryDirectory(prefix="mdnet-speed-") as temporary:
        for size, vault in vaults(given.size or ["S"], (given.vaults or Path(temporary)).absolute()):
            work = Path(temporary) / size
            work.mkdir()
            reports[size] = measure(
                size, vault, work, given.runs, given.only, lambda text: print(text, file=sys.stderr)
            )
            if not given.json:
                show(size, reports[size])
    if given.json:
        print(json.dumps({"machine": {"cpus": os.cpu_count(), "python": sys.version.split()[0]}, "sizes": reports}))
    else:
        show_growth(reports)


if __name__ == "__main__":
    main()
