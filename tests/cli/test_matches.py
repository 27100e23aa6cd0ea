"""How matches and helpers are printed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mdnet.cli.matches import print_matches
from mdnet.core.model import Match
from tests.samples import ANA, need, passage

LAMP = need(ANA, "a lamp")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def test_of_what_was_typed_only_that_is_printed_which_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    typed, noted = passage("a red lamp", "", line=0), passage("a red lamp", "a.md")
    print_matches([Match(LAMP, typed, 1.0, ("lamp",)), Match(LAMP, typed, 1.0)])
    print_matches([Match(replace(LAMP, person="", person_path=""), noted, 1.0, ("lamp",))])
    assert capsys.readouterr().out.splitlines() == [
        "- Ana Ruiz: a lamp",
        "    a red lamp",
        "    lamp",
        "- Ana Ruiz: a lamp",
        "    a red lamp",
        "- a lamp",
        "    a red lamp",
        "    a.md:3 · lamp",
    ]
