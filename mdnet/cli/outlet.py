"""Where a command prints to, when that is closed or full. Imported only then."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from typing import NoReturn

EXIT_CODE = 12


def stand_in() -> None:
    """Put a place where nothing is kept where standard input, output or error is closed.

    Its number is taken then, too: else the next file that is opened would get it, and whatever is printed.
    """
    for name in ("stdin", "stdout", "stderr"):  # in the order of their numbers: each takes the lowest that is free
        if getattr(sys, name) is None:
            nowhere = open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8")  # noqa: SIM115 (until the end)
            os.set_inheritable(nowhere.fileno(), True)
            setattr(sys, name, nowhere)


def came_of_printing(error: OSError) -> bool:
    """Whether it arose where something was printed, and not where a file was written."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return False
    frame = trace.tb_frame
    return frame.f_globals.get("__name__") == click.echo.__module__ and frame.f_code is click.echo.__code__


def end_unheard(reason: str) -> NoReturn:
    """Say what cannot be printed, where that can be said, and end the process."""
    drop_the_rest(sys.stdout)
    try:
        click.echo(f"mdnet: the output cannot be written: {reason}", err=True)
    except OSError:
        drop_the_rest(sys.stderr)
    sys.exit(EXIT_CODE)


def drop_the_rest(stream: object) -> None:
    """What is still kept for `stream` would be tried again at the end of the process, and fail with a traceback."""
    try:
        number = stream.fileno()  # type: ignore[attr-defined]  # a file's, or a test's
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), number)
    except (AttributeError, OSError):
        pass
