"""What asks a process to stop waits until the work at hand is done."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from mdnet.app.undisturbed import undisturbed

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
BOTH = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def handling(handlers: dict[signal.Signals, Any]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.parametrize("number", BOTH)
def test_both_wait(number: signal.Signals) -> None:
    seen: list[str] = []

    def own(_number: int, _frame: object) -> None:
        seen.append("own")

    with handling(dict.fromkeys(BOTH, own)):
        with undisturbed(lambda: seen.append("held")):
            signal.raise_signal(number)
            seen.append("done")
        assert seen == ["held", "done"]
        assert [signal.getsignal(each) for each in BOTH] == [own, own]
        signal.raise_signal(number)
        assert seen == ["held", "done", "own"]


def test_one_that_becomes_the_other_waits_too() -> None:
    """As in the daemon."""
    seen: list[str] = []
    with handling({
        signal.SIGTERM: lambda *_: signal.raise_signal(signal.SIGINT),
        signal.SIGINT: lambda *_: seen.append("own"),
    }):  # fmt: skip
        with undisturbed(lambda: seen.append("held")):
            signal.raise_signal(signal.SIGTERM)
        assert seen == ["held"]
        signal.raise_signal(signal.SIGTERM)
        assert seen == ["held", "own"]


@pytest.mark.parametrize("meaning", [signal.SIG_IGN, signal.SIG_DFL])
def test_what_python_does_not_hear_of_stays_as_it_is(meaning: Any) -> None:
    seen: list[str] = []
    with handling({signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: meaning}):
        with undisturbed(lambda: seen.append("held")):
            assert [signal.getsignal(number) for number in BOTH] == [signal.SIG_IGN, meaning]
            signal.raise_signal(signal.SIGINT)
        assert [signal.getsignal(number) for number in BOTH] == [signal.SIG_IGN, meaning]
    assert seen == []


def test_they_are_as_before_whatever_happens() -> None:
    before = [signal.getsignal(number) for number in BOTH]
    with pytest.raises(ValueError, match="no"), undisturbed(lambda: None):
        raise ValueError("no")
    assert [signal.getsignal(number) for number in BOTH] == before


def test_another_thread_hears_of_none() -> None:
    seen: list[Any] = []

    def work() -> None:
        with undisturbed(lambda: None):
            seen.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
