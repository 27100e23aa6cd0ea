"""Where a command finds its vault when the folder it was started in is gone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from mdnet.cli.main import main
from tests.support import require
from tests.town import TOWN, write_notes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder beside the vault, which was deleted while one was in it."""
    write_notes(tmp_path / "vault", TOWN)
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.delenv("MDNET_VAULT", raising=False)
    folder = tmp_path / "gone"
    folder.mkdir()
    before = os.getcwd()
    os.chdir(folder)
    try:
        folder.rmdir()
    except OSError:
        require(False, "a system on which the folder one is in can be deleted")
    yield folder
    os.chdir(before)


def run(*words: str, code: int) -> str:
    result = CliRunner().invoke(main, words, prog_name="mdnet")
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert result.exit_code == code, result.output
    return result.output


def test_a_vault_by_its_whole_path_is_all_that_is_needed(
    gone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = str(tmp_path / "vault")
    assert "Ana Ruiz" in run("--vault", vault, "people", code=0)
    assert vault in run("status", "--vault", vault, code=0)
    (tmp_path / "CONFIG/mdnet").mkdir(parents=True)
    (tmp_path / "CONFIG/mdnet/config.toml").write_text(f'vault = "{vault}"\n')
    assert "Ana Ruiz" in run("people", code=0)
    monkeypatch.setenv("MDNET_VAULT", vault)
    assert "Ana Ruiz" in run("people", code=0)


@pytest.mark.parametrize("words", [["status"], ["people"], ["watch"], ["serve"], ["service", "status"], ["index"]])
def test_without_one_there_is_no_vault_here(gone: Path, words: list[str]) -> None:
    assert "no vault here" in run(*words, code=4)
    for relative in (".", "../vault"):
        told = run("--vault", relative, *words, code=4)
        assert "the folder you are in is gone" in told or "is not there" in told


def test_a_home_that_nobody_has(gone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "mdnet: the vault ~nobody-at-all/notes (from --vault) is not there\n"
    assert run("--vault", "~nobody-at-all/notes", "people", code=4) == said
    monkeypatch.setenv("MDNET_VAULT", "~nobody-at-all/notes")
    assert "(from MDNET_VAULT) is not there" in run("people", code=4)


def test_what_is_no_text_is_nobodys_name(gone: Path, tmp_path: Path) -> None:
    vault = str(tmp_path / "vault")
    assert "nobody here is called 'Ana\\udcff'" in run("--vault", vault, "show", "Ana\udcff", code=5)
    assert run("--vault", vault, "search", "-n", str(2**63), "Ana", code=0)
