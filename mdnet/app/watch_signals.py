"""SIGINT and SIGTERM, which ask the daemon to stop."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


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
