"""What the daemon does once the index is current: carry out ticks, render the week's page anew, tell of matches."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdnet.app.apply import apply_ticks, read_pages
from mdnet.app.matches import SHOWN, decided
from mdnet.app.passages import Reader
from mdnet.app.review import write_review
from mdnet.app.watch_index import WatchedVault
from mdnet.app.watch_options import SHARE, TIDY
from mdnet.app.writing import refresh
from mdnet.core.match import Surroundings, distinct, rank
from mdnet.core.match_rules import is_open
from mdnet.core.weeks import week_of
from mdnet.errors import MdnetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Match, Problem
    from mdnet.core.settings import Settings

BACKGROUND_NOTES = 100
"""The latest notes, which say what is usual in this vault."""
MOST_NEW = 50
"""More notes than this at once are an import or a checkout, and nothing that somebody has just noted."""
LONGEST_REST = 60.0
"""Seconds; after so long a job that took very long is done again all the same."""
STOP_COMPUTING, STOP_WRITING = 0.5, 5.0
"""Seconds that stopping waits for a job: one that computes is left alone, one that writes is waited for."""
_TOLD = 2000


@dataclass(slots=True)
class Job:
    """Something to do once it has been quiet for `quiet` seconds (or has been wanted for ten times as long), and taking
    a twentieth of the time at most."""

    quiet: float
    due: float | None = None
    _not_before: float = 0.0
    _since: float = 0.0

    def want(self, now: float) -> None:
        """It is to be done, a moment after `now`."""
        if self.due is None:
            self._since = now
        self.due = max(min(now + self.quiet, self._since + 10 * self.quiet), self._not_before)

    def run(self, now: float, do: Callable[[], None]) -> None:
        """Do it, if it is time."""
        if self.due is None or self.due > now:
            return
        self.due = None
        started = time.monotonic()
        try:
            do()
        finally:
            ended = time.monotonic()
            self._not_before = ended + min(SHARE * (ended - started), LONGEST_REST)
            if self.due is not None:  # wanted again meanwhile
                self.due = max(self.due, self._not_before)


class Pages:
    """The daemon's work on the pages of one vault, in a thread of its own: a review may take long, and what is saved
    meanwhile is to be found at once. `settings` are the present ones, `beside` opens the vault once more, `tell`
    prints what was done and `fail` what was not."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        beside: Callable[[], Workspace],
        today: Callable[[], date],
        tell: Callable[..., None],
        fail: Callable[[str], None],
        *,
        apply: bool,
        render: bool,
        notify: Callable[[str, str], None] | None,
    ) -> None:
        self._settings, self._beside, self._today = settings, beside, today
        self._tell, self._fail, self._notify = tell, fail, notify
        self._opened: Workspace | None = None
        self._thread: threading.Thread | None = None
        self._busy = False
        self._apply = Job(0.3) if apply else None
        self._render = Job(1.0) if render else None
        self._match = Job(0.7)
        self._tidy = Job(TIDY)
        self._new: list[str] = []
        self._told: dict[str, None] = {}
        self._refused: frozenset[tuple[str, str]] = frozenset()

    def changed(self, read: Iterable[str], dropped: Iterable[str], *, everything: bool) -> None:
        """These notes were read or forgotten; `everything`: in a look at the whole vault."""
        now = time.monotonic()
        read, dropped = list(read), list(dropped)
        pages = self._folder()
        if self._apply and (everything or self._refused or any(path.startswith(pages) for path in read)):
            self._apply.want(now)
        self._tidy.want(now)
        if self._render and (read or dropped):
            self._render.want(now)
        if len(read) <= MOST_NEW:
            own = f"{pages}{week_of(self._today())}.md"
            self._new += [path for path in read if path != own and not (pages and path.startswith(pages))]
        if self._new:
            self._match.want(now)

    def first_look(self) -> None:
        """The daemon has just started, or it is another day: whatever was ticked meanwhile is carried out."""
        now = time.monotonic()
        for job in (self._apply, self._render):
            if job:
                job.want(now)

    def _folder(self) -> str:
        reviews = self._settings().reviews
        return f"{reviews}/" if reviews else ""

    def due(self) -> float | None:
        """When to `start`; None while a job is under way."""
        if self._busy:
            return None
        return min((job.due for job in self._jobs() if job.due is not None), default=None)

    def _jobs(self) -> list[Job]:
        return [job for job in (self._apply, self._render, self._match, self._tidy) if job is not None]

    def start(self, now: float, done: Callable[[], None]) -> None:
        """Begin with what it is time for; `done` is called at the end, in that thread."""
        due = self.due()
        if due is not None and due <= now:
            self._busy = True
            self._thread = threading.Thread(target=self._run, args=(now, done), daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Have a job under way end: at once where it writes next, and after a moment in any case."""
        thread, work = self._thread, self._opened
        if thread is None:
            return
        if work is not None and isinstance(work.vault, WatchedVault):
            work.vault.stop_asked = True
            if work.vault.writing:
                thread.join(STOP_WRITING)
        thread.join(STOP_COMPUTING)

    def _run(self, now: float, done: Callable[[], None]) -> None:
        jobs = (
            (self._apply, self._carry_out),
            (self._tidy, self._tidy_up),
            (self._match, self._find),
            (self._render, self._write),
        )
        try:
            self._opened = self._beside()
            try:
                for job, do in jobs:
                    if job is not None:
                        job.run(now, do)
            finally:
                self._opened.close()
        except KeyboardInterrupt:
            pass
        except Exception as error:  # noqa: BLE001 -- the daemon goes on
            self._fail(str(error) if isinstance(error, MdnetError) else f"{type(error).__name__}: {error}")
        finally:
            self._busy = False
            done()

    def _work(self) -> Workspace:
        assert self._opened is not None  # noqa: S101 -- within `_run`
        return self._opened

    def _tidy_up(self) -> None:
        """Here, since it waits for the disk."""
        self._work().index.tidy()

    def _carry_out(self) -> None:
        applied = apply_ticks(self._work(), self._today())
        for change in applied.changes:
            if change.told:
                self._tell("applied", path=change.path, what=change.told)
        refused = frozenset((problem.path, problem.message) for problem in applied.problems)
        for problem in applied.problems:
            if (problem.path, problem.message) not in self._refused:
                self._tell_problem(problem)
        self._refused = refused
        if applied.changes and self._render:
            self._render.want(time.monotonic())

    def _tell_problem(self, problem: Problem) -> None:
        self._tell("refused", path=problem.path, line=problem.line, what=problem.message)

    def _write(self) -> None:
        work = self._work()
        page = write_review(work, self._today(), apply=False)
        if page.changed:
            refresh(work, self._today(), page.path)
            self._tell("rendered", path=page.path)

    def _find(self) -> None:
        paths, self._new = list(dict.fromkeys(self._new)), []
        for match in self._matches(paths):
            if match.id in self._told:
                continue
            self._told[match.id] = None
            if len(self._told) > _TOLD:
                del self._told[next(iter(self._told))]
            who, what = match.need.person or "you", match.need.text
            self._tell("match", path=match.passage.path, line=match.passage.line, who=who, what=what)
            if self._notify:
                self._notify(f"{who}: {what}", match.passage.text)

    def _matches(self, paths: list[str]) -> list[Match]:
        """The matches of the notes at `paths` with open needs that are worth showing and not yet decided."""
        work, today = self._work(), self._today()
        network = work.index.network()
        needs = [need for need in network.needs if is_open(need, today)]
        if not needs:
            return []
        reader = Reader(work.index, work.vault, work.settings, network.people)
        notes = list(reader.read_all(paths))
        pool = [passage for note in notes for passage in note.passages]
        if not pool:
            return []
        rows = sorted(work.index.notes(), key=lambda row: (row.date.toordinal() if row.date else 0, row.path))
        usual = [row.path for row in rows[-BACKGROUND_NOTES:] if row.path not in set(paths)]
        found = rank(
            needs,
            pool,
            today=today,
            background=[passage for note in reader.read_all(usual) for passage in note.passages],
            answers=decided(page for _, page in read_pages(work)),
            around=Surroundings(network.people, {note.path: note.present for note in notes}),
            floor=SHOWN,
        )
        return distinct([match for match in found if match.score >= SHOWN])
