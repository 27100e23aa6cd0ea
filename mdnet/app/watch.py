"""The daemon: told by the watcher where to look, it keeps the index current, carries out ticks and renders the page.

Events are hints, the scan is the truth: everything is looked at when the daemon starts, when events were lost, after
a sleep, when the folder or the index was replaced, after notes came or went, and now and then.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from mdnet.adapters import service_notify
from mdnet.adapters.lock import DaemonLock
from mdnet.adapters.watch import cookies
from mdnet.app.daemon_files import daemon_files
from mdnet.app.watch_doubt import Doubt
from mdnet.app.watch_ears import Ears
from mdnet.app.watch_inbox import Batch, Inbox
from mdnet.app.watch_index import SETTINGS, Indexer, Outcome
from mdnet.app.watch_log import Log
from mdnet.app.watch_looks import Looks
from mdnet.app.watch_options import CLOCK_JUMP, FAILED, NOW_AND_THEN, SLICE, TICK, TICK_GONE, TO_BE_SURE, Options
from mdnet.app.watch_pages import Pages
from mdnet.app.watch_schedule import Schedule
from mdnet.app.watch_signals import Interruption, stop_signals
from mdnet.core.batching import EVERYTHING
from mdnet.errors import AlreadyRunningError, ConfigError, MdnetError, VaultNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from mdnet.adapters.config import UserFolders
    from mdnet.app.watch_survey import Survey


class Daemon:
    """One vault's daemon. `tell(event, **details)` prints a line of the log."""

    def __init__(
        self,
        root: Path,
        folders: UserFolders,
        options: Options,
        *,
        today: Callable[[], date],
        tell: Callable[..., None],
    ) -> None:
        self._options = options
        self._today = today
        self._files = daemon_files(root, folders)
        self._lock = DaemonLock(self._files.lock)
        self._root, self._folders = root, folders
        self._log = Log(self._files.status, tell)
        self._schedule = Schedule()
        self._next_tick = 0.0
        self._clock = 0.0
        self._day: date | None = None
        self._doubt = Doubt()
        self._elsewhere = ""

    # ---- from start to end ----

    def run(self) -> None:
        """Watch until told to stop. Raises AlreadyRunningError, WriteRefusedError where the user's folder for such
        things cannot be written to, and VaultNotFoundError where the vault's path comes to lead elsewhere."""
        before = self._lock.acquire()
        try:
            self._files.make_folders()
            cookies.set_ready(self._cookies, None)
            cookies.sweep(self._cookies)
            self._indexer = Indexer(self._root, self._folders, self._today, self._progress)
            self._asked = Interruption(self._indexer.ask_to_stop)
            self._inbox = Inbox(self._cookies, self._indexer.of_interest)
            self._ears = Ears(self._inbox, self._indexer, self._cookies, self._options, self._log.tell)
            self._pages = self._make_pages()
            self._looks = Looks(self._inbox.wake)
            try:
                with stop_signals(self._inbox.wakeup_fd, self._asked.on_signal), suppress(KeyboardInterrupt):
                    self._log.say("watching", vault=str(self._root))
                    if before is not None:
                        self._log.say("stale", pid=before.pid, host=before.host)
                    self._run()
            finally:
                self._stop()
        finally:
            self._lock.release()

    @property
    def _cookies(self) -> str:
        return str(self._files.cookies)

    def stop(self) -> None:
        """Have `run` end soon. Safe from any thread."""
        self._asked.to_stop = True
        self._inbox.wake()

    def _run(self) -> None:
        self._clock = time.time() - time.monotonic()
        self._day = self._today()
        self._whatever_happens(self._begin)
        service_notify.notify("READY=1")
        self._pages.first_look()
        while not self._asked.to_stop:
            self._inbox.wait(self._until() - time.monotonic())
            if not self._asked.to_stop:
                self._step()
        if self._elsewhere:
            raise VaultNotFoundError(f"the vault's path leads to {self._elsewhere} now; start again to watch that")

    def _begin(self) -> None:
        self._open_ears()
        self._look("start")

    def _make_pages(self) -> Pages:
        options = self._options
        return Pages(
            self._indexer,
            self._log,
            self._today,
            lambda: self._inbox.lost("the index was replaced"),
            apply=options.apply,
            render=options.render,
            notify=self._log.notify if options.notify else None,
        )

    def _stop(self) -> None:
        service_notify.notify("STOPPING=1")
        cookies.set_ready(self._cookies, None)
        self._ears.close()
        self._looks.cancel()
        self._pages.stop()
        self._indexer.close()
        self._inbox.close()
        self._log.state.trouble = ""
        self._log.write()
        self._log.say("stopped")

    # ---- the loop ----

    def _until(self) -> float:
        """When there is something to do next."""
        pages = None if self._log.state.trouble else self._pages.due()
        times = (self._inbox.due(), self._looks.due(), pages, self._log.due())
        return min(self._next_tick, self._schedule.due(), *(when for when in times if when is not None))

    def _step(self) -> None:
        """Do what it is time for."""
        self._whatever_happens(self._do_what_is_due)

    def _whatever_happens(self, do: Callable[[], None]) -> None:
        """Do it. Whatever goes wrong is told, and the daemon goes on."""
        try:
            do()
        except VaultNotFoundError:
            self._on_gone()
        except AlreadyRunningError:
            raise
        except MdnetError as error:
            self._on_failure(str(error))
        except Exception as error:  # noqa: BLE001 -- one fault must not end the watch over all other notes
            self._on_failure(f"{type(error).__name__}: {error}")

    def _do_what_is_due(self) -> None:
        if self._ears.listen():
            self._on_deaf()
        now = time.monotonic()
        if now >= self._next_tick:
            self._tick()
            if self._asked.to_stop:
                return
        batch = self._inbox.take()
        if batch is not None:
            self._on_batch(batch)
        if why := self._schedule.why(now):
            self._look(why)
        if (found := self._looks.found()) is not None:
            self._on_survey(found)
        elif self._looks:
            self._look_on()
        if not (self._looks or self._log.state.trouble):
            self._asked.interruptibly(lambda: self._pages.start(time.monotonic(), self._inbox.wake))
        if (due := self._log.due()) is not None and now >= due:
            self._log.write()

    def _on_failure(self, what: str) -> None:
        """Whatever was not looked at for that reason is found when everything is."""
        self._log.error(what)
        self._schedule.failed(time.monotonic())

    def _on_batch(self, batch: Batch) -> None:
        outcome: Outcome | None = None
        paths = tuple(path for path in batch.paths if path != EVERYTHING)
        try:
            hinted = any(path in SETTINGS for path in paths)
            if hinted and self._indexer.settings_touched() and self._reload():
                outcome = self._looked("the settings have changed", batch)
            elif batch.lost and not self._survey(batch.lost):
                outcome = self._looked(batch.lost, batch)
            elif len(spread := self._indexer.spread(paths)) > SLICE:
                self._looks.add(spread, batch.since)
                outcome = Outcome()
            else:
                outcome = self._look_at_these(paths)
        finally:
            self._finish(batch, outcome)
        self._log.batch(outcome, batch.since)

    def _look_on(self) -> None:
        """Look at a few of the paths that wait."""
        batch = Batch(self._looks.take(), since=self._looks.since)
        outcome: Outcome | None = None
        try:
            outcome = self._look_at_these(batch.paths)
        finally:
            self._finish(batch, outcome)
        self._looks.came_of_it(outcome)
        self._log.batch(outcome, batch.since)
        if not self._looks:
            self._indexer.let_go()
            if self._looks.are_all:
                self._end_survey()

    def _look_at_these(self, paths: tuple[str, ...]) -> Outcome:
        self._asked.interruptibly(self._pages.disturb)
        outcome = self._asked.interruptibly(lambda: self._indexer.look(paths))
        if outcome.everything:
            self._looks.cancel()
            self._note_look("the folder or the index was replaced", outcome)
        self._note_outcome(outcome)
        return outcome

    def _finish(self, batch: Batch, outcome: Outcome | None) -> None:
        self._doubt.after(outcome)
        self._inbox.done(batch, outcome.again if outcome else (), current=not (self._doubt or self._looks))
        if outcome is not None and outcome.warning:
            self._schedule.failed(time.monotonic())
        elif outcome is not None and outcome.everything:
            self._schedule.went_well()
        self._set_ready(ready=outcome is not None and not outcome.held)

    # ---- looking at everything ----

    def _look(self, why: str) -> None:
        """Look at everything, or have it looked at."""
        if why != FAILED and self._survey(why):
            return
        self._look_in_one_go(why)

    def _look_in_one_go(self, why: str) -> None:
        batch = self._inbox.take() or Batch(since=time.monotonic())
        outcome = None
        try:
            outcome = self._looked(why, batch)
        finally:
            self._finish(batch, outcome)

    def _looked(self, why: str, batch: Batch) -> Outcome:
        self._schedule.begun(time.monotonic(), self._ears.period)
        waiting = self._looks.cancel()
        if self._indexer.settings_touched():
            self._reload()
        self._asked.interruptibly(self._pages.disturb)
        outcome = self._asked.interruptibly(lambda: self._indexer.look_at_everything((*batch.paths, *waiting)))
        self._note_look(why, outcome)
        self._note_outcome(outcome)
        if self._options.apply:
            self._indexer.clean_up()
        return outcome

    def _survey(self, why: str) -> bool:
        """Have another process look at everything; returns whether that is enough."""
        if (self._indexer.settings_touched() and self._reload()) or self._log.state.trouble:
            return False
        if not self._indexer.may_be_surveyed():
            return False
        if why not in (NOW_AND_THEN, TO_BE_SURE):
            self._doubt.arise()
            self._inbox.doubt()
        if not self._looks.why:
            self._doubt.look_begins()
            self._indexer.begin_survey()
        self._looks.begin(why, self._indexer.order())
        self._schedule.begun(time.monotonic(), self._ears.period, elsewhere=True)
        return True

    def _on_survey(self, found: Survey) -> None:
        if not (found.whole and self._indexer.may_be_surveyed()):
            self._look_in_one_go(self._looks.why)
            return
        self._indexer.surveyed(found)
        if found.differ:
            self._inbox.doubt()
            self._looks.add(found.differ, time.monotonic())
        if self._looks.are_all:
            self._end_survey()

    def _end_survey(self) -> None:
        """All that was found is in the index, and all that was waiting."""
        looks = self._looks
        why, again = looks.end()
        self._note_look(why, looks.outcome())
        self._log.held(looks.survey.held)
        if self._options.apply:
            self._indexer.clean_up()
        self._doubt.look_ended(held=bool(looks.survey.held))
        self._schedule.went_well()
        self._inbox.done(Batch(), current=not self._doubt)
        self._set_ready(ready=not looks.survey.held)
        if again:
            self._look(again)

    def _progress(self, _done: int, _total: int) -> None:
        """systemd is not to think that a long look is the end."""
        if time.monotonic() >= self._next_tick:
            self._next_tick = time.monotonic() + TICK
            service_notify.notify("WATCHDOG=1")

    def _note_look(self, why: str, outcome: Outcome) -> None:
        self._schedule.looked(time.monotonic(), self._ears.period, self._indexer.full_seconds, poor=self._ears.is_poor)
        self._log.looked(why, outcome)
        self._pages.worn()

    def _note_outcome(self, outcome: Outcome) -> None:
        self._log.outcome(outcome)
        if outcome.read or outcome.dropped or outcome.told:
            self._pages.changed(outcome.read, outcome.dropped, outcome.told, everything=outcome.everything)
        if not outcome.everything:
            self._schedule.after(outcome, time.monotonic())

    def _reload(self) -> bool:
        """Whether the settings are others now. Wrong ones are told, and the old ones stay."""
        try:
            changed = self._indexer.reload()
        except ConfigError as error:
            self._log.error(f"the settings stay as they were: {error}")
            return False
        if changed:
            self._inbox.of_interest = self._indexer.of_interest
            self._open_ears()
        return changed

    # ---- whether everything still works ----

    def _open_ears(self) -> None:
        self._ears.open()
        self._log.mode(self._ears)
        self._next_tick = time.monotonic() + (TICK_GONE if self._ears.uprooted else TICK)

    def _set_ready(self, *, ready: bool) -> None:
        ready = ready and self._ears.answers and not self._log.state.trouble
        cookies.set_ready(self._cookies, self._indexer.inode() if ready else None)

    def _on_deaf(self) -> None:
        now = time.monotonic()
        if self._ears.uprooted:
            self._next_tick = min(self._next_tick, now + TICK_GONE)
        if self._ears.deaf:
            self._schedule.deaf(now)
        self._set_ready(ready=False)
        self._log.mode(self._ears)

    def _tick(self) -> None:
        now = time.monotonic()
        self._next_tick = now + (TICK_GONE if self._log.state.trouble else TICK)
        service_notify.notify("WATCHDOG=1")
        if elsewhere := self._indexer.moved():
            self._asked.to_stop = True
            self._elsewhere = elsewhere
            self._log.say("moved", where=elsewhere)
        elif self._indexer.replaced():
            if not self._indexer.is_there():
                raise VaultNotFoundError(str(self._root))
            self._open_ears()
            self._look("the folder was replaced")
        elif self._ears.uprooted or self._ears.is_dead():
            self._log.error("the watcher had died, and was started again")
            self._open_ears()
            self._look("the watcher had died")
        elif self._ears.disks_changed():
            self._open_ears()
            self._look("a disk in the vault came or went")
        elif self._lock.is_lost():
            self._take_lock_again()
            self._look("the daemon's own folder was deleted")
        elif self._indexer.index_replaced():
            self._look("the index was replaced")
        elif self._log.state.trouble:
            self._look("the vault was not there")
        clock = time.time() - now
        if abs(clock - self._clock) > CLOCK_JUMP:
            self._clock = clock
            self._look("the computer slept, or its clock was set")
        self._ears.tidy()
        self._log.mode(self._ears)
        if self._today() != self._day:
            self._day = self._today()
            self._pages.first_look()

    def _take_lock_again(self) -> None:
        """Somebody has deleted the folder of the lock. Raises AlreadyRunningError where another daemon has it now."""
        self._lock.release()
        self._lock.acquire()
        self._files.make_folders()
        self._open_ears()

    def _on_gone(self) -> None:
        self._set_ready(ready=False)
        self._log.gone()
        self._next_tick = time.monotonic() + TICK_GONE
        self._schedule.begun(time.monotonic(), self._ears.period)
        self._looks.cancel()
