"""Commands run in the town, as from a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from mdnet.cli.main import main
from tests.town import TODAY, TOWN, write_notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's own folders, and a day; the folder that holds them."""
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.setenv("MDNET_TODAY", TODAY.isoformat())
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


@pytest.fixture
def town_vault(own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The town, which is the vault that commands mean."""
    vault = own_folders / "vault"
    write_notes(vault, TOWN)
    monkeypatch.setenv("MDNET_VAULT", str(vault))
    return vault


@pytest.fixture
def call(town_vault: Path) -> Callable[..., Result]:
    """Calls a command, which must end with `code`."""

    def run(*words: str, stdin: str | bytes | None = None, code: int = 0) -> Result:
        result = CliRunner().invoke(main, words, input=stdin, prog_name="mdnet")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run
