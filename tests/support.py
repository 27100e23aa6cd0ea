"""What tests in all folders share."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def require(condition: object, reason: str) -> None:
    """Go on only if `condition` holds: else skip on a user's machine, fail where CI must have run the test."""
    if condition:
        return
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(f"missing under CI: {reason}")
    pytest.skip(reason)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A disk at `folder` with room for so much (`64k`, `1m`), for as long as the block lasts."""
    require(os.geteuid() == 0, "root, to mount a small file system")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
    require(mounted.returncode == 0, "leave to mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)
