"""Every key that `--json` prints is documented."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from mdnet.cli.main import main
from tests.town import TODAY, TOWN, write_notes

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = (Path(__file__).parents[2] / "mdnet/docs/json.md").read_text("utf-8")
COMMANDS = {
    "people": [], "needs": [], "match": [], "match --replay": ["2026-09-01", "2026-11-24"], "search": ["office"],
    "check": [], "log": [], "status": [], "index": [],
}  # fmt: skip
# Where the values are those of another command, or the keys depend on what goes on.
NOT_BELOW = {"daemon", "shown"}


@pytest.mark.parametrize("name", COMMANDS)
def test_its_keys_are_documented(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{folder}_HOME", str(tmp_path / folder))
    monkeypatch.setenv("MDNET_TODAY", TODAY.isoformat())
    write_notes(tmp_path / "vault", TOWN)
    words = ["--vault", str(tmp_path / "vault"), *name.split(), *COMMANDS[name], "--json"]
    printed = json.loads(CliRunner().invoke(main, words, prog_name="mdnet").stdout)
    assert printed.pop("schema") == "mdnet-1"
    (row,) = re.findall(rf"^\| `mdnet {name}` \| (.+) \|$", DOCUMENT, re.MULTILINE)
    documented = set(re.findall(r"\w+", row))
    assert set(keys_of(printed)) <= documented


def keys_of(value: Any) -> Iterator[str]:
    """Its keys, and those below."""
    if isinstance(value, dict):
        yield from value
        for key, item in value.items():
            if key not in NOT_BELOW:
                yield from keys_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from keys_of(item)
