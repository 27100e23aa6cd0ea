"""Sessions at the command line, as a user sees them: each `$` line is run, and what follows must be printed.

With `MDNET_UPDATE_TRANSCRIPTS=1` the files are written anew; read the difference before you keep it.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from mdnet.cli.main import main
from tests.town import TODAY, TOWN, write_notes

FOLDER = Path(__file__).parent / "transcripts"
UPDATE = bool(os.environ.get("MDNET_UPDATE_TRANSCRIPTS"))
# What differs from run to run: folders, ids of writes, times.
VARIES = (
    (re.compile(r"\b[0-9a-f]{8}\b(?=  \d{4}-)"), "WRITE-ID"),
    (re.compile(r"(?<=mdnet undo )[0-9a-f]{8}\b"), "WRITE-ID"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d\b"), "DATE AND TIME"),
    (re.compile(r"\b\d+\.\d\d s\b"), "0.00 s"),
    (re.compile(r'("(?:seconds|last_sync_seconds|score)": )[\d.]+'), r"\g<1>0"),
    (re.compile(r'("id": )"[0-9a-f]{8}"'), r'\g<1>"WRITE-ID"'),
    (re.compile(r"vault-[0-9a-f]{12}\b"), "vault-HASH"),
    (re.compile(r"\d+\.\d MB|\"index_bytes\": \d+"), "SIZE"),
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str | None]:
    """A user's environment of its own, on an invented day."""
    return {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "HOME": str(tmp_path / "home"),
        "MDNET_TODAY": TODAY.isoformat(),
        "MDNET_VAULT": str(tmp_path / "vault"),
        "NO_COLOR": "1",
        "COLUMNS": "80",
    }


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_transcript(path: Path, tmp_path: Path, environment: dict[str, str | None]) -> None:
    write_notes(tmp_path / "vault", TOWN)
    expected = path.read_text("utf-8")
    runner = CliRunner()
    printed: list[str] = []
    for line in expected.split("\n"):
        if line.startswith("# ") and len(printed) < 1:  # what the session is about
            printed.append(line)
        if not line.startswith("$ "):
            continue
        words = shlex.split(line[2:])
        assert words[0] in ("mdnet", "tick", "cat"), line
        printed.append(line)
        if words[0] == "tick":
            printed += tick(tmp_path / "vault", *words[1:])
            continue
        if words[0] == "cat":
            printed += (tmp_path / "vault" / words[1]).read_text("utf-8").rstrip("\n").split("\n")
            continue
        result = runner.invoke(main, words[1:], env=environment, prog_name="mdnet")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        output = result.output.replace(str(tmp_path / "vault"), "VAULT").replace(str(tmp_path), "TMP")
        for pattern, stands_for in VARIES:
            output = pattern.sub(stands_for, output)
        printed += [text.rstrip() for text in output.rstrip("\n").split("\n") if output.strip()]
        if result.exit_code:
            printed.append(f"[exit code {result.exit_code}]")
    actual = "\n".join(printed) + "\n"
    if UPDATE:
        path.write_text(actual, "utf-8")
    assert actual == expected


def tick(vault: Path, page: str, words: str, sign: str = "x") -> list[str]:
    """Do what a user does in an editor: put a sign into the box of the line that says `words`."""
    path = vault / page
    lines = path.read_text("utf-8").split("\n")
    (at,) = [number for number, line in enumerate(lines) if words in line and "[ ]" in line and " ^" in line]
    lines[at] = lines[at].replace("[ ]", f"[{sign}]", 1)
    path.write_text("\n".join(lines), "utf-8")
    return []
