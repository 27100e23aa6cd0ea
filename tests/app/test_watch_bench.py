"""The benches of the daemon in their short forms: `python -m tests.bench.daemon|syncthing` are the long ones."""

from __future__ import annotations

import platform
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from mdnet.adapters.heap import give_back
from tests.bench import daemon, syncthing
from tests.support import require
from tests.vaults import new_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder() -> Iterator[Path]:
    with new_folder() as made:
        (made / "vault/People").mkdir(parents=True)
        (made / "home").mkdir()
        for n in range(80):
            (made / f"vault/n{n}.md").write_text(f"note {n} with some words\n")
        (made / "vault/People/Ana Ruiz.md").write_text("## Needs\n- [ ] a warehouse lead in Ohio\n\n## Log\n")
        yield made


def test_what_is_saved_is_found(folder: Path) -> None:
    result = daemon.latency(folder / "vault", folder / "home", writes=6, seed=1)
    assert result["writes"] == 6
    assert result["looks_at_everything"] >= 1


def test_a_burst_converges(folder: Path) -> None:
    assert daemon.burst(folder / "vault", folder / "home", changed=70, seed=1)["changed"] == 70


def test_kills_harm_nothing(folder: Path) -> None:
    result = daemon.kills(folder / "vault", folder / "home", times=3, seed=1)
    assert (result["killed"], result["harmed"], result["left_behind"]) == (3, 0, 0)


def test_many_batches_take_no_more_memory_than_few(folder: Path) -> None:
    result = daemon.memory(folder / "vault", folder / "home", few=100, many=600)
    assert result["rss_mb"][600] <= result["rss_mb"][100] + 10


def test_memory_is_given_back() -> None:
    assert give_back() == (sys.platform == "linux" and platform.libc_ver()[0] == "glibc")


def test_an_idle_daemon_only_ticks(folder: Path) -> None:
    result = daemon.idle(folder / "vault", folder / "home", seconds=3, settle=3)
    assert result["wakes_per_second"] < 20
    assert result["folders"] in (2, 3), "the page may have been written"


def test_two_devices(tmp_path: Path) -> None:
    require(shutil.which("syncthing"), "syncthing")
    with new_folder() as made:
        result = syncthing.together(made, rounds=2, seed=2)
    assert (result["ticks"], result["errors"]) == (2, [[], []])
