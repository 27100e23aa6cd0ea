"""Tables fit the terminal, and are whole where they go elsewhere."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mdnet.cli import output
from mdnet.cli.output import display_width, fit, print_table
from tests.town import write_notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

HEADER = ("Id", "Person", "Need", "Since")
ROW = ("bt8vp3k3", "Ana Ruiz", "somebody to look after the dog in January", "2026-11-19")


@pytest.mark.parametrize(
    ("room", "line"),
    [
        (None, "bt8vp3k3  Ana Ruiz  somebody to look after the dog in January  2026-11-19"),
        (73, "bt8vp3k3  Ana Ruiz  somebody to look after the dog in January  2026-11-19"),
        (72, "bt8vp3k3  Ana Ruiz  somebody to look after the dog in Janua…  2026-11-19"),
        (50, "bt8vp3k3  Ana Ruiz  somebody to look…   2026-11-19"),
        (40, "bt8vp3k3  Ana Ruiz  somebody…   2026-11…"),
        (12, "bt8vp3k3  A…"),
    ],
)
def test_the_longest_column_is_cut_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, room: int | None, line: str
) -> None:
    monkeypatch.setattr(output, "_columns_there", lambda: room)
    print_table([ROW], HEADER, prose=("Need", "Person"))
    said = capsys.readouterr().out.splitlines()
    assert said[1] == line
    assert room is None or all(display_width(text) <= room for text in said)


def test_a_cut_text_takes_no_more_columns_than_it_has() -> None:
    assert [fit("京都の桜", width) for width in (8, 7, 4, 1)] == ["京都の桜", "京都の…", "京…", "…"]
    assert fit("e\u0301e\u0301e\u0301", 3) == "e\u0301e\u0301e\u0301"


def test_needs_are_cut_on_a_terminal_alone(call: Callable[..., Result], town_vault: Path) -> None:
    long = "somebody who knows how to mend a very old and very large barometer from Denmark"
    write_notes(town_vault, {"People/Kim.md": f"- #need {long} ➕ 2026-11-02\n"})
    assert long in call("needs").stdout
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "mdnet", "needs"],
        stdout=theirs, stderr=subprocess.PIPE, check=False, env={**os.environ, "COLUMNS": "60"},
    )  # fmt: skip
    os.close(theirs)
    said = os.read(ours, 10_000).decode().splitlines()
    os.close(ours)
    assert done.returncode == 0, done.stderr
    assert long[:10] in "\n".join(said)
    assert max(display_width(line) for line in said) <= 60
