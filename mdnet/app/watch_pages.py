"""What the daemon does once the index is current: carry out ticks, render the week's page anew, tell of matches."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdnet.app.apply import apply_ticks, read_pages
from mdnet.app.matches import SHOWN, decided
from mdnet.app.passages import Reader
from mdnet.app.review import page_path, write_review
from mdnet.app.watch_options import SHARE
from mdnet.app.writing import refresh
from mdnet.core.match import Surroundings, distinct, rank
from mdnet.core.match_rules import is_open
from mdnet.core.weeks import week_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Match, Problem

BACKGROUND_NOTES = 100
"""The latest notes, which say what is usual in this vault."""
MOST_NEW = 50
"""More notes than this at once are an import or a checkout, and nothing that somebody has just noted."""
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
            self._not_before = ended + SHARE * (ended - started)


class Pages:
    """The daemon's work on the pages of one vault. `tell` prints what was done, `problem` what was not."""

    def __init__(
        self,
        work: Callable[[], Workspace],
        today: Callable[[], date],
        tell: Callable[..., None],
        *,
        apply: bool,
        render: bool,
        notify: Callable[[str, str], None] | None,
    ) -> None:
        self._work, self._today, self._tell, self._notify = work, today, tell, notify
        self._apply = Job(0.3) if apply else None
        self._render = Job(1.0) if render else None
        self._match = Job(0.7)
        self._new: list[str] = []
        self._told: dict[str, None] = {}
        self._refused: frozenset[tuple[str, str]] = frozenset()

    def changed(self, read: Iterable[str], dropped: Iterable[str], *, everything: bool) -> None:
        """These notes were read or forgotten; `everything`: in a look at the whole vault."""
        now = time.monotonic()
        read, dropped = list(read), list(dropped)
        work = self._work()
        pages = self._folder()
        if self._apply and (everything or self._refused or any(path.startswith(pages) for path in read)):
            self._apply.want(now)
        if self._render and (read or dropped):
            self._render.want(now)
        if len(read) <= MOST_NEW:
            own = page_path(work, week_of(self._today()))
            self._new += [path for path in read if path != own and not path.startswith(pages)]
        if self._new:
            self._match.want(now)

    def first_look(self) -> None:
        """The daemon has just started, or it is another day: whatever was ticked meanwhile is carried out."""
        now = time.monotonic()
        for job in (self._apply, self._render):
            if job:
                job.want(now)

    def _folder(self) -> str:
        reviews = self._work().settings.reviews
        return f"{reviews}/" if reviews else ""

    def due(self) -> float | None:
        """When `run` has something to do."""
        return min((job.due for job in self._jobs() if job.due is not None), default=None)

    def _jobs(self) -> list[Job]:
        return [job for job in (self._apply, self._render, self._match) if job is not None]

    def run(self, now: float) -> None:
        """Do what it is time for, one thing at a time."""
        for job, do in ((self._apply, self._carry_out), (self._match, self._find), (self._render, self._write)):
            if job is not None:
                job.run(now, do)

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
