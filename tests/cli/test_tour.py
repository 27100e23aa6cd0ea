"""What the README has a new user type works, in its order."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.testing import CliRunner

from mdnet.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from click.testing import Result

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
UNTIL_STOPPED = ("serve", "watch", "service")


def test_the_tour(own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(own_folders))
    monkeypatch.delenv("MDNET_VAULT", raising=False)
    monkeypatch.chdir(own_folders)
    monkeypatch.setattr(click, "launch", lambda *_, **__: 0)
    calls = re.findall(r"^\$ (.+)$", README, re.MULTILINE)
    assert "mdnet init ~/Notes" in calls
    said = {}
    for line in calls:
        program, *words = [os.path.expanduser(word) for word in shlex.split(line)]
        if program == "cd":
            monkeypatch.chdir(words[0])
        elif words[0] not in UNTIL_STOPPED:
            result = CliRunner().invoke(main, words, prog_name="mdnet")
            assert result.exit_code == 0, f"{line}: {result.output}"
            said[line] = result.output
    assert (
        "Ana Ruiz: a warehouse operations lead in Ohio"
        in said['mdnet heard "Ridgeway closes its distribution center in Groveport"']
    )


def test_whoever_is_not_there_can_be_added(call: Callable[..., Result]) -> None:
    for words in (("need", "kim", "a lamp"), ("met", "kim, lo", "tea"), ("show", "kim")):
        assert "nobody here is called 'kim'; 'mdnet add' makes a note for somebody new" in call(*words, code=5).stderr


def test_what_serve_needs_can_be_had_by_pipx_and_by_pip(
    call: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    said = call("serve", code=1).stderr
    assert "pipx inject mdnet-vault starlette uvicorn" in said
    assert "pip install 'mdnet-vault[serve]'" in said
    assert "pipx install 'mdnet-vault[serve]'" in README
