"""Where the `mdnet` command begins: a short one must not spend its time on looking for garbage.

Nothing of what is imported at the start is garbage, and at the end all of it goes anyway. Without these two lookings a
short command takes a sixth less time.
"""

# ruff: noqa: E402

from __future__ import annotations

import gc

gc.disable()

import atexit

from mdnet.cli.main import main as command


def main() -> None:
    """Run the command that the arguments name, and end the process."""
    atexit.register(gc.freeze)
    command(prog_name="mdnet")
