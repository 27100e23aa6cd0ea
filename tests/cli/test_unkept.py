"""Commands where the index cannot be written: right answers all the same, and a word about it."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from mdnet.adapters.index.errors import said
from mdnet.adapters.vault import writing
from mdnet.cli import context
from mdnet.cli.main import main
from tests.support import require, small_disk
from tests.town import TODAY, TOWN, write_notes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FULL = "mdnet: the index cannot be used: database or disk is full"
BUSY = "mdnet: the index is being written by another mdnet"
INSTEAD = "; every note was read instead, which takes longer\n"
LOOKS = [["people", "--json"], ["needs", "--json"], ["search", "--json", "office"], ["show", "ana", "--json"]]


@pytest.fixture(autouse=True)
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The town's, as the one that commands are about."""
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.setenv("MDNET_TODAY", TODAY.isoformat())
    monkeypatch.setenv("MDNET_VAULT", str(tmp_path / "vault"))
    (tmp_path / "CACHE").mkdir()
    write_notes(tmp_path / "vault", TOWN)
    return tmp_path / "vault"


def run(*words: str, code: int = 0) -> Result:
    context._notice.cache_clear()  # a process of its own has said nothing yet
    result = CliRunner().invoke(main, words, prog_name="mdnet")
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert result.exit_code == code, result.output
    return result


def fill(folder: Path, left: int) -> None:
    """Leave so many bytes on the disk that `folder` is on."""
    with (folder / "filler").open("ab", buffering=0) as filler:
        with suppress(OSError):
            while True:
                filler.write(bytes(4096))
        filler.truncate(filler.tell() - left)


@contextmanager
def another_at_it(cache: Path) -> Iterator[None]:
    """Another process writes to the index, and goes on with it."""
    (index,) = (cache / "mdnet").glob("*.sqlite")
    with closing(sqlite3.connect(index, isolation_level=None)) as other:
        other.execute("begin immediate")
        yield


def answers() -> list[str]:
    return [run(*words).stdout for words in LOOKS]


def test_a_full_disk_costs_time_but_no_answers(vault: Path, tmp_path: Path) -> None:
    expected = answers()
    with small_disk(tmp_path / "CACHE", "1m"):
        run("status")  # makes the index
        fill(tmp_path / "CACHE", 100_000)  # enough to look at it
        (vault / "large.md").write_text("\n".join(f"word{number}" for number in range(60_000)))
        for words, usual in zip(LOOKS, expected, strict=True):
            result = run(*words)
            assert result.stdout == usual
            assert result.stderr.startswith(FULL + INSTEAD)
        assert run("check").stderr == FULL + INSTEAD
        assert run("index", code=8).output == FULL + "\n"
        assert run("index", "--json", code=8).stdout == ""
        assert "Ana Ruiz" in run("review", "--dry-run").stdout


def test_what_was_just_written_is_matched_on_a_full_disk(vault: Path, tmp_path: Path) -> None:
    words = ("need", "joe", "a night-shift warehouse supervisor")
    usual = [match["path"] for match in json.loads(run(*words, "--json").stdout)["matches"]]
    run("undo")
    with small_disk(tmp_path / "CACHE", "1m"):
        run("index")
        fill(tmp_path / "CACHE", 40_000)  # enough to look at it, and not to write
        result = run(*words, "--json")
        assert FULL + INSTEAD in result.stderr
        assert [match["path"] for match in json.loads(result.stdout)["matches"]] == usual


def test_an_index_that_another_process_is_still_making_is_not_waited_for(tmp_path: Path) -> None:
    expected = answers()
    (index,) = (tmp_path / "CACHE/mdnet").glob("*.sqlite")
    index.unlink()
    run("status")
    with another_at_it(tmp_path / "CACHE"):
        result = run("people", "--json")
        assert result.stdout == expected[0]
        assert result.stderr == BUSY + INSTEAD
        assert run("index", code=8).output == BUSY + "; try again in a moment\n"


def test_an_index_that_another_process_changes_is_taken_as_it_is(vault: Path, tmp_path: Path) -> None:
    before = run("people", "--json").stdout
    (vault / "People/New One.md").write_text("---\ntype: person\n---\n")
    with another_at_it(tmp_path / "CACHE"):
        result = run("people", "--json")
        assert result.stdout == before
        assert result.stderr.startswith(BUSY)
        assert "what follows may be older than the notes" in result.stderr
    assert "New One" in run("people", "--json").stdout


def test_a_busy_index_is_known_by_its_words() -> None:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    assert f"mdnet: {said(error)}".startswith(BUSY)


def test_who_only_reads_does_not_fail_because_another_mdnet_is_stopped_while_it_writes(
    vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require(os.name == "posix", "locks")
    shown = run("people").stdout
    left = vault / "People/.mdnet-0011aabb"
    left.write_text("half", "utf-8")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3600)
    monkeypatch.setattr(writing, "_LOCK_WAIT", 0.05)
    with writing.alone(str(vault)):
        found = run("people")
    assert found.stdout == shown
    assert "another mdnet has been writing in this vault for a while; what it has not" in found.stderr
    assert left.exists()
    assert run("people").stderr == run("people").stderr
    assert not left.exists()
