"""The daemon: told by the watcher where to look, it keeps the index current, carries out ticks and renders the page.

Events are hints, the scan is the truth: everything is looked at when the daemon starts, when events were lost, after
a sleep, when the folder or the index was replaced, after notes came or went, and now and then.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from mdnet.adapters import notify as desktop
from mdnet.adapters import service_notify
from mdnet.adapters.lock import DaemonLock
from mdnet.adapters.watch import cookies
from mdnet.app.daemon_files import daemon_files
from mdnet.app.watch_ears import Ears
from mdnet.app.watch_inbox import Batch, Inbox
from mdnet.app.watch_index import SETTINGS, Indexer, Outcome
from mdnet.app.watch_options import (
    CLOCK_JUMP,
    FAILED,
    NOW_AND_THEN,
    POLL,
    RETRY,
    SETTLE,
    SETTLE_LONGEST,
    SHARE,
    TICK,
    TICK_GONE,
    TO_BE_SURE,
    Options,
)
from mdnet.app.watch_order import Order
from mdnet.app.watch_pages import Pages
from mdnet.app.watch_signals import stop_signals
from mdnet.app.watch_status import DaemonState, StateFile
from mdnet.errors import AlreadyRunningError, ConfigError, IndexUnavailableError, MdnetError, VaultNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from mdnet.adapters.config import UserFolders


T = TypeVar("T")


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
        self._say = tell
        self._files = daemon_files(root, folders)
        self._lock = DaemonLock(self._files.lock)
        self._root, self._folders = root, folders
        self._state = DaemonState()
        self._state_file = StateFile(self._files.status)
        self._look_at: float | None = None
        self._look_why = ""
        self._doubted: float | None = None
        self._next_tick = self._next_rescan = 0.0
        self._clock = 0.0
        self._day: date | None = None
        self._doubt = True
        self._elsewhere = ""
        self._stopping = False
        self._interruptible = False

    # ---- from start to end ----

    def run(self) -> None:
        """Watch until told to stop. Raises AlreadyRunningError, and VaultNotFoundError where the vault's path comes
        to lead elsewhere."""
        before = self._lock.acquire()
        try:
            self._files.cookies.mkdir(mode=0o700, parents=True, exist_ok=True)
            cookies.set_ready(self._cookies, None)
            cookies.sweep(self._cookies)
            self._indexer = Indexer(self._root, self._folders, self._today, self._progress)
            self._inbox = Inbox(self._cookies, self._indexer.of_interest)
            self._ears = Ears(self._inbox, self._indexer, self._cookies, self._options, self._tell)
            self._pages = self._make_pages()
            try:
                with stop_signals(self._inbox.wakeup_fd, self._on_signal), suppress(KeyboardInterrupt):
                    self._say("watching", vault=str(self._root))
                    if before is not None:
                        self._say("stale", pid=before.pid, host=before.host)
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
        self._stopping = True
        self._inbox.wake()

    def _run(self) -> None:
        self._clock = time.time() - time.monotonic()
        self._day = self._today()
        self._open_ears()
        self._look("start")
        service_notify.notify("READY=1")
        self._pages.first_look()
        while not self._stopping:
            self._inbox.wait(self._until() - time.monotonic())
            if not self._stopping:
                self._step()
        if self._elsewhere:
            raise VaultNotFoundError(f"the vault's path leads to {self._elsewhere} now; start again to watch that")

    def _make_pages(self) -> Pages:
        options, indexer = self._options, self._indexer
        return Pages(
            self._order,
            lambda: indexer.work.settings,
            indexer.beside,
            self._today,
            self._tell,
            self._on_error,
            lambda: self._inbox.lost("the index was replaced"),
            apply=options.apply,
            render=options.render,
            notify=self._notify if options.notify else None,
        )

    def _order(self, jobs: frozenset[str], notes: tuple[str, ...]) -> Order:
        work, inode = self._indexer.work, self._indexer.inode()
        if inode is None:
            raise IndexUnavailableError("the index is not complete, so no page is written")
        return Order(work.root, work.folders, work.settings, work.problems, self._today(), inode, jobs, notes)

    def _stop(self) -> None:
        service_notify.notify("STOPPING=1")
        cookies.set_ready(self._cookies, None)
        self._ears.close()
        self._pages.stop()
        self._indexer.close()
        self._inbox.close()
        self._state.trouble = ""
        self._state_file.write(self._state)
        self._say("stopped")

    def _on_signal(self) -> None:
        self._stopping = True
        if self._indexer.ask_to_stop() and self._interruptible:
            raise KeyboardInterrupt

    # ---- the loop ----

    def _until(self) -> float:
        """When there is something to do next."""
        times = (
            self._inbox.due(), self._pages.due(), self._state_file.due(), self._look_at, self._next_tick,
            self._next_rescan,
        )  # fmt: skip
        return min(when for when in times if when is not None)

    def _step(self) -> None:
        """Do what it is time for. Whatever goes wrong is told, and the daemon goes on."""
        try:
            if self._ears.listen():
                self._on_deaf()
            now = time.monotonic()
            if now >= self._next_tick:
                self._tick()
            batch = self._inbox.take()
            if batch is not None:
                self._on_batch(batch)
            if self._look_at is not None and now >= self._look_at:
                self._look(self._look_why)
            elif now >= self._next_rescan:
                self._look(NOW_AND_THEN)
            if not self._state.trouble:
                self._pages.start(time.monotonic(), self._inbox.wake)
            if (due := self._state_file.due()) is not None and now >= due:
                self._state_file.write(self._state)
        except VaultNotFoundError:
            self._on_gone()
        except AlreadyRunningError:
            raise
        except MdnetError as error:
            self._on_error(str(error))
        except Exception as error:  # noqa: BLE001 -- one fault must not end the watch over all other notes
            self._on_error(f"{type(error).__name__}: {error}")

    def _on_batch(self, batch: Batch) -> None:
        outcome: Outcome | None = None
        try:
            hinted = any(path in SETTINGS for path in batch.paths)
            if hinted and self._indexer.settings_touched() and self._reload():
                outcome = self._looked("the settings have changed", batch)
            elif batch.lost:
                outcome = self._looked(batch.lost, batch)
            else:
                outcome = self._interruptibly(lambda: self._indexer.look(batch.paths))
                if outcome.everything:
                    self._note_look(outcome, "the folder or the index was replaced")
                self._note_outcome(outcome)
        finally:
            self._finish(batch, outcome)
        notes = len(outcome.read) + len(outcome.dropped)
        if notes:
            self._state.batches += 1
            self._state.last_batch, self._state.last_batch_notes = time.time(), notes
            self._state.lag_seconds = round(time.monotonic() - batch.since, 3)
            self._state_file.changed()

    def _finish(self, batch: Batch, outcome: Outcome | None) -> None:
        if outcome is None:
            self._doubt = True
        else:
            doubt = bool(outcome.warning or outcome.held or outcome.unsure)
            self._doubt = doubt if outcome.everything else self._doubt or doubt
        self._inbox.done(batch, outcome.again if outcome else (), current=not self._doubt)
        if outcome is None or outcome.warning:
            self._look_later(FAILED, RETRY)
        self._set_ready(ready=outcome is not None and not outcome.held)

    def _look(self, why: str) -> None:
        """Look at everything."""
        batch = self._inbox.take() or Batch(since=time.monotonic())
        outcome = None
        try:
            outcome = self._looked(why, batch)
        finally:
            self._finish(batch, outcome)

    def _looked(self, why: str, batch: Batch) -> Outcome:
        self._look_at = None
        if self._indexer.settings_touched():
            self._reload()
        outcome = self._interruptibly(lambda: self._indexer.look_at_everything(batch.paths))
        self._note_look(outcome, why)
        self._note_outcome(outcome)
        if self._options.apply:
            self._indexer.clean_up()
        return outcome

    def _interruptibly(self, do: Callable[[], T]) -> T:
        """An index under way, and a page, may be left at any moment; a file that is being written may not."""
        self._interruptible = True
        try:
            if self._stopping:
                raise KeyboardInterrupt
            return do()
        finally:
            self._interruptible = False

    def _progress(self, _done: int, _total: int) -> None:
        """systemd is not to think that a long look is the end."""
        if time.monotonic() >= self._next_tick:
            self._next_tick = time.monotonic() + TICK
            service_notify.notify("WATCHDOG=1")

    def _note_look(self, outcome: Outcome, why: str) -> None:
        state = self._state
        state.scans += 1
        state.last_scan, state.last_scan_reason = time.time(), why
        now = time.monotonic()
        self._next_rescan = now + max(self._ears.period, SHARE * outcome.seconds)
        self._state_file.changed()
        if why not in (NOW_AND_THEN, TO_BE_SURE) or outcome.read or outcome.dropped:
            self._tell("scanned", why=why, read=len(outcome.read), dropped=len(outcome.dropped),
                       seconds=round(outcome.seconds, 3))  # fmt: skip

    def _note_outcome(self, outcome: Outcome) -> None:
        state = self._state
        if outcome.warning:
            self._on_error(outcome.warning)
        if len(outcome.held) != state.holding:
            state.holding = len(outcome.held)
            if outcome.held:
                self._tell("holding", notes=len(outcome.held))
        if state.trouble:
            state.trouble = ""
            self._tell("back")
        if not outcome.everything and (outcome.read or outcome.dropped):
            self._tell("indexed", read=list(outcome.read), dropped=list(outcome.dropped),
                       seconds=round(outcome.seconds, 3))  # fmt: skip
        if outcome.read or outcome.dropped:
            self._pages.changed(outcome.read, outcome.dropped, everything=outcome.everything)
        if outcome.everything:
            self._doubted = None
        elif outcome.doubtful:
            now = time.monotonic()
            self._doubted = now if self._doubted is None else self._doubted
            quiet = max(SETTLE, min(SHARE * self._indexer.full_seconds, SETTLE_LONGEST))
            self._look_later(TO_BE_SURE, max(0.0, min(quiet, self._doubted + 2 * SETTLE_LONGEST - now)))

    def _look_later(self, why: str, seconds: float) -> None:
        """A look that is due after a failure is not put off by others."""
        if self._look_at is None or self._look_why != FAILED:
            self._look_at, self._look_why = time.monotonic() + seconds, why

    def _reload(self) -> bool:
        """Whether the settings are others now. Wrong ones are told, and the old ones stay."""
        try:
            changed = self._indexer.reload()
        except ConfigError as error:
            self._on_error(f"the settings stay as they were: {error}")
            return False
        if changed:
            self._inbox.of_interest = self._indexer.of_interest
            self._open_ears()
        return changed

    # ---- whether everything still works ----

    def _open_ears(self) -> None:
        self._ears.open()
        self._note_mode()
        self._next_tick = time.monotonic() + TICK

    def _note_mode(self) -> None:
        mode, folders = self._ears.mode, self._ears.folders
        if (mode, folders) != (self._state.mode, self._state.folders):
            self._state.mode, self._state.folders = mode, folders
            self._state_file.changed()

    def _set_ready(self, *, ready: bool) -> None:
        ready = ready and self._ears.answers and not self._state.trouble
        cookies.set_ready(self._cookies, self._indexer.inode() if ready else None)

    def _on_deaf(self) -> None:
        now = time.monotonic()
        if self._ears.uprooted:
            self._next_tick = min(self._next_tick, now + TICK_GONE)
        if self._ears.deaf:
            self._next_rescan = min(self._next_rescan, now + POLL)
        self._set_ready(ready=False)
        self._note_mode()

    def _tick(self) -> None:
        now = time.monotonic()
        self._next_tick = now + (TICK_GONE if self._state.trouble else TICK)
        service_notify.notify("WATCHDOG=1")
        if elsewhere := self._indexer.moved():
            self._stopping = True
            self._elsewhere = elsewhere
            self._say("moved", where=elsewhere)
        elif self._indexer.replaced():
            if not self._indexer.is_there():
                raise VaultNotFoundError(str(self._root))
            self._open_ears()
            self._look("the folder was replaced")
        elif self._ears.uprooted or self._ears.is_dead():
            self._on_error("the watcher had died, and was started again")
            self._open_ears()
            self._look("the watcher had died")
        elif self._lock.is_lost():
            self._take_lock_again()
            self._look("the daemon's own folder was deleted")
        elif self._indexer.index_replaced():
            self._look("the index was replaced")
        clock = time.time() - now
        if abs(clock - self._clock) > CLOCK_JUMP:
            self._clock = clock
            self._look("the computer slept, or its clock was set")
        self._ears.tidy()
        self._note_mode()
        if self._today() != self._day:
            self._day = self._today()
            self._pages.first_look()

    def _take_lock_again(self) -> None:
        """Somebody has deleted the folder of the lock. Raises AlreadyRunningError where another daemon has it now."""
        self._lock.release()
        self._lock.acquire()
        self._files.cookies.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._open_ears()

    def _on_gone(self) -> None:
        self._set_ready(ready=False)
        if not self._state.trouble:
            self._state.trouble = "the vault is not there; nothing was forgotten"
            self._tell("gone")
        self._next_tick = time.monotonic() + TICK_GONE
        self._look_at = None
        self._next_rescan = time.monotonic() + self._ears.period

    def _on_error(self, message: str) -> None:
        self._state.errors += 1
        if message != self._state.last_error:
            self._tell("error", what=message)
        self._state.last_error = message
        self._state_file.changed()

    def _notify(self, title: str, text: str) -> None:
        if failure := desktop.notify(title, text):
            self._on_error(failure)

    def _tell(self, event: str, **details: Any) -> None:
        self._say(event, **details)
        self._state_file.changed()
