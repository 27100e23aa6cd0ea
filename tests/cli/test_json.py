"""Every command that prints JSON is documented, and every key."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from mdnet.cli.main import main
from mdnet.cli.watch import _TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result

DOCUMENT = (Path(__file__).parents[2] / "mdnet/docs/json.md").read_text("utf-8")
TABLE, _, REST = DOCUMENT.partition("\n## ")
COMMANDS = {
    "people": [], "needs": [], "match": [], "match --replay": ["2026-09-01", "2026-11-24"], "search": ["office"],
    "check": [], "log": [], "status": [], "index": [], "brief": ["ana"], "draft": ["help", "ana"], "stats": [],
    "conflicts": ["--merge"], "templates list": [], "service status": [], "show": ["joe"], "apply": [],
    "need": ["zoe", "a lamp"], "asked": ["joe", "for help"], "heard": ["rain"], "done": ["piano"], "add": ["Kim"],
}  # fmt: skip
# What is told in the row of another command, or depends on what goes on.
NOT_BELOW = {
    "status": {"daemon"}, "match --replay": {"shown"}, "show": {"person", "needs"}, "need": {"matches", "helpers"},
    "heard": {"matches"},
}  # fmt: skip


def documented(text: str) -> dict[str, str]:
    """What the tables say by command or event; a row may be about several."""
    rows = re.findall(r"^\| (`[^|]+`) \| (.+) \|$", text, re.MULTILINE)
    return {name.removeprefix("mdnet "): row for names, row in rows for name in re.findall("`([^`]+)`", names)}


def test_the_parts_of_the_page_are_documented(call: Callable[..., Result]) -> None:
    printed = json.loads(call("review", "--json").stdout)
    assert set(printed) - {"schema"} <= set(re.findall(r"\w+", documented(TABLE)["review"]))


@pytest.mark.parametrize("name", COMMANDS)
def test_its_keys_are_documented(name: str, call: Callable[..., Result]) -> None:
    printed = json.loads(call(*name.split(), *COMMANDS[name], "--json").stdout)
    assert printed.pop("schema") == "mdnet-1"
    known = set(re.findall(r"\w+", documented(TABLE)[name]))
    assert set(keys_of(printed, NOT_BELOW.get(name, set()))) <= known


def with_json(group: click.Group, before: str = "") -> Iterator[str]:
    """The commands of a group that print JSON, those of groups in it too."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from with_json(command, f"{before}{name} ")
        elif any("--json" in param.opts for param in command.params):
            yield before + name


def test_every_command_that_prints_json_is_documented() -> None:
    assert set(with_json(main)) == set(documented(TABLE)) - {"match --replay"}


def test_every_event_of_the_daemon_is_documented() -> None:
    assert set(documented(REST)) == set(_TEXTS)


def test_what_goes_wrong_is_no_json(call: Callable[..., Result]) -> None:
    failed = call("show", "nobody", "--json", code=5)
    assert (failed.stdout, failed.stderr.startswith("mdnet: nobody here")) == ("", True)
    assert "standard output stays empty" in DOCUMENT


def test_a_copy_that_is_put_back_is_told_as_json(call: Callable[..., Result], town_vault: Path) -> None:
    note = town_vault / "Daily/2026-11-20.md"
    copy = "Daily/2026-11-20.sync-conflict-20261121-101010-ABCDEFG.md"
    (town_vault / copy).write_text(note.read_text("utf-8") + "- and one line more\n", "utf-8")
    assert [one["copy"] for one in json.loads(call("conflicts", "--merge", "--json").stdout)["merged"]] == [copy]
    assert json.loads(call("conflicts", copy, "--restore", "--json").stdout)["restored"] == [copy]


def keys_of(value: Any, elsewhere: set[str]) -> Iterator[str]:
    """Its keys, and those below, unless they are told `elsewhere`."""
    if isinstance(value, dict):
        yield from value
        for key, item in value.items():
            if key not in elsewhere:
                yield from keys_of(item, elsewhere)
    elif isinstance(value, list):
        for item in value:
            yield from keys_of(item, elsewhere)
