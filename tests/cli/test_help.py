"""The table of commands, each command's own help, and the README say the same."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from mdnet import errors
from mdnet.cli.main import COMMANDS, EPILOG, main

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def command_of(name: str) -> click.Command:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return command


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    command = command_of(name)
    assert command.name == name
    assert command.get_short_help_str(200) == COMMANDS[name][1]
    assert len(COMMANDS[name][1]) < 68, "does not fit on a line of 80"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name: str) -> None:
    command = command_of(name)
    subcommands = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    for sub in subcommands:
        for param in sub.params:
            if isinstance(param, click.Option):
                assert param.help, f"{name} {param.opts}"
                assert param.help.endswith((".", ")")), f"{name} {param.opts}"


def test_the_readme_lists_every_command_with_its_help() -> None:
    rows = dict(re.findall(r"^\| `mdnet ([\w-]+)` \| (.+?) \|$", README, re.MULTILINE))
    assert rows == {name: text.replace("|", r"\|") for name, (_, text) in COMMANDS.items()}


def test_every_command_and_option_in_the_readme_exists() -> None:
    code = "\n".join(re.findall(r"^```(?:sh|console)\n(.*?)^```", README, re.MULTILINE | re.DOTALL))
    code += "\n" + "\n".join(re.findall(r"`(mdnet [^`\n]+)`", README))
    calls = re.findall(r"(?:^|[\s/])mdnet ([^\n#|>]*)", code)
    assert calls
    for call in calls:
        words = [word for word in call.split() if word]
        while words and words[0].startswith("--"):
            assert words[0] in ("--vault", "--version", "--help"), call
            words = words[2:] if words[0] == "--vault" else words[1:]
        if not words:
            continue
        assert words[0] in COMMANDS, call
        command = command_of(words[0])
        if isinstance(command, click.Group) and len(words) > 1 and words[1] in command.commands:
            command = command.commands[words[1]]
        known = {opt for param in command.params for opt in (*param.opts, *param.secondary_opts)} | {"--help"}
        for word in words[1:]:
            if re.match(r"--[a-z]", word):
                assert word.partition("=")[0] in known, call


def test_the_exit_codes_are_documented() -> None:
    codes = {cls.exit_code for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, Exception)}
    for code in codes:
        assert re.search(rf"(?<!\d){code} [a-z]", EPILOG), code
        assert re.search(rf"^\| {code} \|", README, re.MULTILINE), code


def test_the_two_commands_of_the_readme() -> None:
    ci = (ROOT / ".ci/run").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)\n```", README, re.MULTILINE | re.DOTALL)
    assert "\n" not in blocks[0]
    assert "\n" not in blocks[1]
    assert blocks[0] == "python3 .ci/install.py && .venv/bin/mdnet --vault example-vault review --week 2026-W47"
    assert blocks[1] == "python3 .ci/install.py dev && .venv/bin/pytest"
    assert blocks[1] in ci.split("\n")


def test_the_distribution_has_its_own_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == "mdnet-vault"
    assert project["scripts"] == {"mdnet": "mdnet.cli.start:main"}
    assert "pipx install mdnet-vault" in README


def test_garbage_is_looked_for_in_a_command_but_not_while_it_starts(tmp_path: Path) -> None:
    (tmp_path / ".obsidian").mkdir()
    code = (
        "import atexit, gc, sys; from mdnet.cli import start; print(gc.isenabled()); "
        "atexit.register(lambda: print(gc.isenabled())); start.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--vault", str(tmp_path), "needs", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[0] == "False"
    assert done.stdout.splitlines()[-1] == "True"
