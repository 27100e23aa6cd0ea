"""When the daemon works on the pages: carries out ticks, renders the week's page anew, tells of matches.

The work itself is done by another process, see `watch_jobs`.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from typing import TYPE_CHECKING, Any

from mdnet.app import watch_child
from mdnet.app.watch_options import SHARE, TIDY
from mdnet.app.watch_order import APPLY, MATCH, RENDER
from mdnet.app.watch_rewrite import Rewriting
from mdnet.core.values import dataclass
from mdnet.core.weeks import week_of
from mdnet.errors import MdnetError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable
    from datetime import date

    from mdnet.app.watch_index import Indexer
    from mdnet.app.watch_log import Log
    from mdnet.app.watch_order import Order

MOST_NEW = 50
"""More notes than this at once are an import or a checkout, and nothing that somebody has just noted."""
LONGEST_REST = 60.0
"""Seconds; after so long a job that took very long is done again all the same."""
RETRY, RETRY_LONGEST = 5.0, 1800.0
"""Seconds after which a job that failed is done again, even if nothing changes; twice as many each time."""
TOGETHER = 0.5
"""Seconds; a job that is due so soon is done together with one that is due now."""
STOP_SECONDS = 5.0
"""For so long stopping waits for a file that is being written."""
_TOLD = 2000
_TIDY_SECONDS = 0.2
"""For so long the text index is merged in one go; after each step, anybody may write to it."""
_WEAR_EVERY, _WEAR_BYTES = 500, 4_000_000
"""Notes read, or bytes of them that died, after which it is asked how much of the text index is dead."""


@dataclass(slots=True)
class Job:
    """Something to do once it has been quiet for `quiet` seconds (or has been wanted for ten times as long), and taking
    a twentieth of the time at most."""

    quiet: float
    due: float | None = None
    _not_before: float = 0.0
    _since: float = 0.0
    _wait: float = RETRY

    def want(self, now: float) -> None:
        """It is to be done, a moment after `now`."""
        if self.due is None:
            self._since = now
        self.due = max(min(now + self.quiet, self._since + 10 * self.quiet), self._not_before)

    def begin(self, now: float) -> bool:
        """Whether it is to be done now; then it is wanted no more."""
        if self.due is None or self.due > now:
            return False
        self.due = None
        return True

    def ended(self, now: float, seconds: float) -> None:
        """It was done, in so many seconds."""
        self._rest(now, seconds)
        self._wait = RETRY

    def failed(self, now: float, seconds: float) -> None:
        """It was not done, which took so many seconds."""
        self._rest(now, seconds)
        if self.due is None:
            self.due = self._since = max(now + self._wait, self._not_before)
        self._wait = min(2 * self._wait, RETRY_LONGEST)

    def _rest(self, now: float, seconds: float) -> None:
        self._not_before = now + min(SHARE * seconds, LONGEST_REST)
        if self.due is not None:  # wanted again meanwhile
            self.due = max(self.due, self._not_before)


class Pages:
    """The daemon's work on the pages of one vault. `outdated` is called where the index is not the one that was ordered
    to be used."""

    def __init__(
        self,
        indexer: Indexer,
        log: Log,
        today: Callable[[], date],
        outdated: Callable[[], None],
        *,
        apply: bool,
        render: bool,
        notify: Callable[[str, str], None] | None,
    ) -> None:
        self._indexer, self._today = indexer, today
        self._tell, self._fail, self._outdated, self._notify = log.tell, log.error, outdated, notify
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._stopped = False
        self._busy = False
        self._rewriting = Rewriting()
        self._read = self._dead = 0
        self._jobs = {MATCH: Job(0.7)}
        if apply:
            self._jobs[APPLY] = Job(0.3)
        if render:
            self._jobs[RENDER] = Job(1.0)
        self._tidy = Job(TIDY)
        self._new: list[str] = []
        self._told: dict[str, None] = {}
        self._written: set[str] = set()  # by a job, and not yet looked at
        self._refused: frozenset[tuple[str, str]] = frozenset()

    def changed(self, read: Iterable[str], dropped: Iterable[str], told: Iterable[str], *, everything: bool) -> None:
        """These notes were read or forgotten, or (`told`) may have been by a command, which puts what it wrote into the
        index itself. `everything`: in a look at the whole vault."""
        now = time.monotonic()
        read, dropped = list(read), list(dropped)
        others = [path for path in told if path not in self._written]
        self._written.difference_update(read, told)
        self._read += len(read)
        if self._read >= _WEAR_EVERY or abs(self._dead_bytes() - self._dead) >= _WEAR_BYTES:  # less: written anew
            self.worn()
        pages = self._folder()
        if everything or self._refused or any(map(self._may_be_page, (*read, *others))):
            self._want(APPLY, now)
        self._tidy.want(now)
        if read or dropped or others:
            self._want(RENDER, now)
        read += [path for path in others if path and not path.endswith("/")]
        if len(read) <= MOST_NEW:
            own = f"{pages}{week_of(self._today())}.md"
            self._new += [path for path in read if path != own and not (pages and path.startswith(pages))]
        if self._new:
            self._want(MATCH, now)

    def _want(self, name: str, now: float) -> None:
        if job := self._jobs.get(name):
            job.want(now)

    def first_look(self) -> None:
        """The daemon has just started, or it is another day: whatever was ticked meanwhile is carried out."""
        now = time.monotonic()
        self._want(APPLY, now)
        self._want(RENDER, now)

    def _folder(self) -> str:
        reviews = self._indexer.work.settings.reviews
        return f"{reviews}/" if reviews else ""

    def _may_be_page(self, path: str) -> bool:
        """Whether it is a page, a folder of pages, or everything. A page may lie anywhere in the vault."""
        if not path or path.startswith(self._folder()):
            return True
        with contextlib.suppress(MdnetError):
            note = self._indexer.work.index.note(path)
            return note is not None and note.kind == "review"
        return True

    def due(self) -> float | None:
        """When to `start`; None while a job is under way."""
        if self._busy:
            return None
        times = (*(job.due for job in (*self._jobs.values(), self._tidy)), self._rewriting.due())
        return min((due for due in times if due is not None), default=None)

    def start(self, now: float, done: Callable[[], None]) -> None:
        """Begin with what it is time for; `done` is called at the end, in another thread."""
        due = self.due()
        if due is None or due > now or self._stopped:
            return
        rewrite = self._rewriting.due()
        if rewrite is not None and rewrite <= now:
            self._rewriting.start(self._indexer.order)
            return
        self._rewriting.disturb(now)
        tidy = self._tidy.begin(now)
        jobs: frozenset[str] = frozenset()
        if any(job.due is not None and job.due <= now for job in self._jobs.values()):
            jobs = frozenset([name for name, job in self._jobs.items() if job.begin(now + TOGETHER)])
        notes: tuple[str, ...] = ()
        if MATCH in jobs:
            notes, self._new = tuple(dict.fromkeys(self._new)), []
        self._busy = True
        self._thread = threading.Thread(target=self._run, args=(tidy, jobs, notes, done), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Have a job under way end, at once unless it is writing a file."""
        with self._lock:
            self._stopped = True
            process = self._process
            if process is not None:
                if not self._started:
                    process.kill()
                elif process.stdin is not None:
                    with contextlib.suppress(OSError):
                        process.stdin.close()
        self._rewriting.stop()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def worn(self) -> None:
        """See whether so much of the text index is dead that it is to be written anew."""
        self._read, self._dead = 0, self._dead_bytes()
        self._rewriting.consider(self._indexer.wear(), time.monotonic())

    def _dead_bytes(self) -> int:
        with contextlib.suppress(MdnetError):
            return self._indexer.work.index.dead_bytes()
        return self._dead  # nothing is known of any more

    def disturb(self) -> None:
        """The index is about to be written to."""
        self._rewriting.disturb(time.monotonic())

    def _run(self, tidy: bool, jobs: frozenset[str], notes: tuple[str, ...], done: Callable[[], None]) -> None:  # noqa: FBT001
        try:
            if tidy:
                self._try(self._tidy_up)
            if jobs:
                self._try(lambda: self._work(jobs, notes))
        finally:
            self._busy = False
            done()

    def _try(self, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as error:  # noqa: BLE001 -- the daemon goes on
            self._fail(str(error) if isinstance(error, MdnetError) else f"{type(error).__name__}: {error}")

    def _tidy_up(self) -> None:
        """Here, since it waits for the disk."""
        started = time.monotonic()
        try:
            index = self._indexer.beside()
            try:
                going_on = True
                while going_on and time.monotonic() - started < _TIDY_SECONDS and not self._stopped:
                    going_on = index.merge_text()
                index.tidy()
            finally:
                index.close()
            if going_on:
                self._tidy.want(time.monotonic())
        finally:
            self._tidy.ended(now := time.monotonic(), now - started)

    def _work(self, jobs: frozenset[str], notes: tuple[str, ...]) -> None:
        """Have the jobs done, and see to what was not."""
        took: dict[str, float] = {}
        left = set(jobs)
        try:
            self._order(jobs, notes, took, left)
        finally:
            now = time.monotonic()
            for name in jobs:  # no tick has to wait because the process took its time to start
                job, seconds = self._jobs[name], took.get(name, 0.0) + (0.0 if name == APPLY else took.get("", 0.0))
                if name in left:
                    job.failed(now, seconds)
                else:
                    job.ended(now, seconds)
            if MATCH in left:
                self._new += notes

    def _order(self, jobs: frozenset[str], notes: tuple[str, ...], took: dict[str, float], left: set[str]) -> None:
        """Have the jobs done by another process, and pass on what that says. `took` are seconds of the processor by
        job, and those of the start by ""; what was done is taken out of `left`."""
        process = self._begin(self._indexer.order(jobs, notes))
        if process is None:
            return
        outdated = False
        try:
            assert process.stdout is not None  # noqa: S101 -- a pipe
            for line in process.stdout:
                said: dict[str, Any] = json.loads(line)
                event = said.pop("event")
                if event == "took":
                    took[said["job"]] = said["seconds"]
                    if said["done"]:
                        left.discard(said["job"])
                elif event == "started":
                    self._started = True
                    took[""] = said["seconds"]
                elif event == "outdated":
                    outdated = True
                else:
                    self._on(event, said)
        finally:
            code = self._end(process)
        if outdated:
            for name in jobs:
                self._want(name, time.monotonic())
            self._outdated()
        elif code and not self._stopped:
            self._fail(f"the work on the pages ended with {code}")

    def _begin(self, order: Order) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopped:
                return None
            self._started = False
            process = self._process = watch_child.begin("mdnet.app.watch_jobs")
        watch_child.give(process, order)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> int:
        with self._lock:
            self._process = None
        return watch_child.end(process)

    def _on(self, event: str, said: dict[str, Any]) -> None:
        if event == "ticks":
            self._on_ticks(said)
        elif event == "match":
            self._on_match(said)
        elif event == "error":
            self._fail(said["what"])
        else:
            if event == "rendered":
                self._written.add(said["path"])
            self._tell(event, **said)

    def _on_ticks(self, said: dict[str, Any]) -> None:
        refused = frozenset((path, message) for path, _, message in said["refused"])
        for path, line, message in said["refused"]:
            if (path, message) not in self._refused:
                self._tell("refused", path=path, line=line, what=message)
        self._refused = refused
        self._written.update(said["written"])
        if said["written"]:
            self._want(RENDER, time.monotonic())

    def _on_match(self, said: dict[str, Any]) -> None:
        match_id, text = said.pop("id"), said.pop("text")
        if match_id in self._told:
            return
        self._told[match_id] = None
        if len(self._told) > _TOLD:
            del self._told[next(iter(self._told))]
        self._tell("match", **said)
        if self._notify:
            self._notify(f"{said['who']}: {said['what']}", text)
