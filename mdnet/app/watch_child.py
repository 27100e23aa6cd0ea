"""The daemon's other processes: an `Order` goes in on standard input, what was done comes out as lines of JSON.

Standard input stays open as long as the daemon wants them: when it ends, because the daemon stops or is dead, so does
the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mdnet

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdnet.app.watch_order import Order

_NICE = 5


# ---- in the daemon ----


def begin(module: str) -> subprocess.Popen[bytes]:
    """Start `module` as a process of its own."""
    root = str(Path(mdnet.__file__).parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
    )


def give(process: subprocess.Popen[bytes], order: Order) -> None:
    """Tell the process what to do."""
    assert process.stdin is not None  # noqa: S101 -- a pipe
    with contextlib.suppress(OSError, ValueError):  # it is dead, or was told to stop
        process.stdin.write(pickle.dumps(order))
        process.stdin.flush()


def end(process: subprocess.Popen[bytes]) -> int:
    """Have the process end, and wait for it."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    return process.wait()


def finish(process: subprocess.Popen[bytes]) -> int:
    """Wait until the process has done what it was told."""
    process.wait()
    return end(process)


# ---- in the process ----


def receive(leave: Callable[[], None]) -> Order | None:
    """The order; None: there is none any more. `leave` is called, in another thread, when the daemon is gone, and the
    process ends after it."""
    for number in (signal.SIGINT, signal.SIGTERM):  # sent to a whole group; the daemon says when to stop
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_NICE)
    try:
        order: Order = pickle.load(sys.stdin.buffer)  # noqa: S301 -- from the daemon that started this process
    except EOFError:
        return None
    threading.Thread(target=_wait_for_the_end, args=(leave,), daemon=True).start()
    return order


def _wait_for_the_end(leave: Callable[[], None]) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    leave()
    os._exit(0)


def tell(event: str, **details: Any) -> None:
    """Say what was done."""
    try:
        sys.stdout.write(json.dumps({"event": event, **details}) + "\n")
        sys.stdout.flush()
    except OSError:  # nobody listens any more
        os._exit(0)
