"""SIGINT and SIGTERM, which ask the daemon to stop."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

T = TypeVar("T")


class Interruption:
    """An index under way, and a page, may be left at any moment; a file that is being written may not: `ask_to_stop`
    says whether there is none, and has it end with KeyboardInterrupt once it is written."""

    def __init__(self, ask_to_stop: Callable[[], bool]) -> None:
        self._ask_to_stop = ask_to_stop
        self._possible = False
        self.to_stop = False
        """Whether the daemon was asked to stop."""

    def on_signal(self) -> None:
        """Stop."""
        self.to_stop = True
        if self._ask_to_stop() and self._possible:
            raise KeyboardInterrupt

    def interruptibly(self, do: Callable[[], T]) -> T:
        """Do it. Raises KeyboardInterrupt where the daemon is to stop."""
        self._possible = True
        try:
            if self.to_stop:
                raise KeyboardInterrupt
            return do()
        finally:
            self._possible = False


@contextmanager
def stop_signals(wakeup_fd: int, stop: Callable[[], None]) -> Iterator[None]:
    """Within this block both signals call `stop` in the main thread, and write to `wakeup_fd`, so that a wait ends.

    SIGTERM is passed on as SIGINT, since a sync has its own way with that.
    """

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        stop()

    def on_terminate(_number: int, _frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGINT)

    before = (signal.signal(signal.SIGTERM, on_terminate), signal.signal(signal.SIGINT, on_interrupt))
    wakeup = signal.set_wakeup_fd(wakeup_fd, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
