"""What is kept of mdnet's own templates only saves time."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from mdnet.adapters.render import Renderer
from tests.support import small_disk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk without any room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk, "64k"):
        (disk / "cache").mkdir(mode=0o700)
        with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(4096))
        yield disk


def test_pages_are_rendered_on_a_full_disk(full_disk: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    expected = _rendered(kept)
    assert os.listdir(kept)
    assert _rendered(full_disk / "cache") == expected
    assert os.listdir(full_disk / "cache") == []


def test_what_is_kept_and_cannot_be_read_is_made_again(tmp_path: Path) -> None:
    expected = _rendered(tmp_path)
    for file in tmp_path.iterdir():
        file.unlink()
        file.mkdir()
    assert _rendered(tmp_path) == expected


def _rendered(cache: Path) -> str:
    return Renderer(cache=cache).render("page.css.j2", {})
