"""Where the `mdnet` command begins: a short one must not spend its time on looking for garbage.

Nothing of what is imported at the start is garbage, and at the end all of it goes anyway. Without these two lookings a
short command takes a sixth less time.
"""

# ruff: noqa: E402

from __future__ import annotations

import gc

gc.disable()

import atexit
import sys
from io import TextIOWrapper

from mdnet.cli.quick import answered


def main() -> None:
    """Run the command that the arguments name, and end the process."""
    atexit.register(gc.freeze)
    closed = sys.stdout is None  # as `mdnet people >&-` has it
    if closed or sys.stderr is None or sys.stdin is None:
        from mdnet.cli.outlet import stand_in

        stand_in()
    elif answered(sys.argv[1:]):
        return

    from mdnet.cli.main import main as command

    for stream in (sys.stdout, sys.stderr):  # what is not in their encoding is shown as escapes
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")
    try:
        command(prog_name="mdnet")
    except OSError as error:
        from mdnet.cli.outlet import came_of_printing, end_unheard

        if not came_of_printing(error):
            raise
        end_unheard(error.strerror or str(error))
    except SystemExit as end:
        if not closed or end.code:
            raise
        from mdnet.cli.outlet import end_unheard

        end_unheard("it is closed")
