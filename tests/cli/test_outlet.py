"""Output that is closed, full, or read no further."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mdnet.cli.main import EPILOG, main
from mdnet.cli.outlet import EXIT_CODE
from tests.support import require
from tests.town import TOWN, write_notes

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
COMMANDS = [["--version"], ["--help"], ["people"], ["people", "--json"], ["show", "ana"], ["review", "--stdout"]]


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    write_notes(tmp_path / "vault", TOWN)
    return tmp_path / "vault"


def shell(vault: Path, words: list[str], rest: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a command, with what the shell says about where they go."""
    require(os.path.exists("/dev/full"), "/dev/full")
    call = f"exec '{sys.executable}' -m mdnet --vault '{vault}' {' '.join(words)} {rest}"
    done = subprocess.run(["sh", "-c", call], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_output_that_is_full_is_one_line(vault: Path, words: list[str]) -> None:
    said = "mdnet: the output cannot be written: No space left on device\n"
    assert shell(vault, words, ">/dev/full") == (EXIT_CODE, "", said)
    assert shell(vault, words, ">/dev/full 2>/dev/full") == (EXIT_CODE, "", "")
    assert shell(vault, words, ">/dev/full 2>&-") == (EXIT_CODE, "", "")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_output_that_is_closed_is_one_line(vault: Path, words: list[str]) -> None:
    assert shell(vault, words, ">&-") == (EXIT_CODE, "", "mdnet: the output cannot be written: it is closed\n")
    assert shell(vault, words, "<&- >&- 2>&-") == (EXIT_CODE, "", "")


def test_a_command_that_cannot_be_heard_still_does_its_work(vault: Path) -> None:
    assert shell(vault, ["met", "ana", "coffee"], "<&- >&-")[0] == EXIT_CODE
    assert "coffee" in (vault / "People/Ana Ruiz.md").read_text()


def test_other_exit_codes_go_before(vault: Path) -> None:
    assert shell(vault, ["show", "nobody"], ">&-")[0] == 5
    assert shell(vault, ["show", "--nonsense"], ">&-")[0] == 2


def test_closed_errors_are_nobodys_business(vault: Path) -> None:
    code, out, _ = shell(vault, ["people"], "2>&-")
    assert (code, "Ana Ruiz" in out) == (0, True)


def test_a_closed_pipe_stays_silent(vault: Path) -> None:
    assert shell(vault, ["people"], "| true")[2] == ""


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_whoever_reads_no_further_is_told_by_the_exit_code_alone(vault: Path, words: list[str]) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    call = [sys.executable, "-m", "mdnet", "--vault", str(vault), *words]
    done = subprocess.run(call, stdout=theirs, stderr=subprocess.PIPE, text=True, check=False)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (EXIT_CODE, "")


def test_a_pipe_that_breaks_elsewhere_is_no_closed_output(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise BrokenPipeError("elsewhere")

    monkeypatch.setattr("mdnet.cli.context.vault_meant", broken)
    assert CliRunner().invoke(main, ["people"], prog_name="mdnet").exit_code == 1


def test_the_exit_code_is_documented() -> None:
    assert re.search(rf"(?<!\d){EXIT_CODE} [a-z]", EPILOG)
    assert re.search(rf"^\| {EXIT_CODE} \|", README, re.MULTILINE)


def test_signs_that_the_output_has_not_are_shown_as_escapes(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (vault / "Cake.md").write_text("a zeppelin 🎂\n", "utf-8")
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    assert "    a zeppelin \\U0001f382\n" in shell(vault, ["search", "zeppelin"], "")[1]
    told = json.loads(shell(vault, ["search", "zeppelin", "--json"], "")[1])
    assert told["hits"][0]["text"] == "a zeppelin 🎂"
