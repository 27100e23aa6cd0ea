"""How matches and helpers are printed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mdnet.cli.matches import print_helpers, print_matches
from mdnet.core.model import Helper, Match
from tests.samples import ANA, JOE, MEI, OLU, need, passage

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


def test_what_stands_before_a_passage_is_printed_in_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    noted = passage("They sell lamps", "a.md", before=("A new shop on Mill Street.", "Joe Chen"))
    print_matches([Match(LAMP, noted, 1.0, marks=((10, 15),))])
    assert "    (A new shop on Mill Street.) They sell lamps\n" in capsys.readouterr().out


def test_helpers_stand_below_the_need_that_they_may_help_with(capsys: pytest.CaptureFixture[str]) -> None:
    fact = passage("repairs  lamps\nand " + "other things " * 20, "People/Mei Tanaka.md")
    oven = need(ANA, "an oven")
    helpers = [
        Helper(LAMP, JOE, 0.9, ("lamp",), fact),
        Helper(oven, MEI, 0.8),
        Helper(LAMP, MEI, 0.7, (), fact),
        Helper(oven, OLU, 0.6, (), passage("bakes", "a.md")),
    ]
    print_helpers(helpers, "People who may help")
    shown = capsys.readouterr().out.splitlines()
    assert shown[4].endswith(" other things…")
    assert len(shown[4]) < 130
    assert [line.partition(" and ")[0] for line in shown] == [
        "",
        "People who may help",
        "- Ana Ruiz: a lamp",
        "    Joe Chen · lamp",
        "    Mei Tanaka · repairs lamps",
        "- Ana Ruiz: an oven",
        "    Mei Tanaka",
        "    Olu Adeyemi · bakes",
    ]
    print_helpers(helpers[1:2], name_needs=False)
    assert capsys.readouterr().out == "- Mei Tanaka\n"
