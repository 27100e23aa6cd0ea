"""Programs that want a terminal, such as nano."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SETTLED = 0.1  # seconds without output


def type_into(command: Sequence[str], *keys: str, seconds: float = 10.0) -> int:
    """Run a program on a terminal of its own and type, each time once it has drawn its screen. Returns its exit code;
    it is killed when it takes longer than `seconds`."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env={**os.environ, "TERM": "xterm"}
    )
    os.close(theirs)
    end = time.monotonic() + seconds
    try:
        for text in keys:
            _drain(ours, end)
            os.write(ours, text.encode())
        while process.poll() is None and time.monotonic() < end:
            _drain(ours, time.monotonic() + _SETTLED)
    finally:
        if process.poll() is None:
            process.kill()
        os.close(ours)
    return process.wait()


def _drain(ours: int, end: float) -> None:
    """Read what it draws until it rests."""
    seen = False
    while time.monotonic() < end:
        ready, _, _ = select.select([ours], [], [], _SETTLED if seen else 0.02)
        if ready:
            seen = True
            try:
                if not os.read(ours, 65536):
                    return
            except OSError:  # it has ended
                return
        elif seen:
            return
