"""Work that is not to be disturbed: by the collector of garbage, by whoever asks to stop."""

from __future__ import annotations

import functools
import gc
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
T = TypeVar("T")


def without_collector(function: Callable[P, T]) -> Callable[P, T]:
    """Have nothing search for cycles of garbage while so many values are made: a fifth of the time."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        was_on = gc.isenabled()
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            if was_on:
                gc.enable()

    return call


@contextmanager
def undisturbed(stop: Callable[[], None]) -> Iterator[None]:
    """Have Ctrl-C and SIGTERM only call `stop`, so that what is at hand is finished first.

    One that is ignored, or that ends the process at once, goes on to do so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def remember(_signal: int, _frame: object) -> None:
        stop()

    handlers = [(number, signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)]
    before = [(number, handler) for number, handler in handlers if callable(handler)]
    try:
        for number, _ in before:
            signal.signal(number, remember)
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
