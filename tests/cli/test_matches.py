"""How matches and helpers are printed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from mdnet.app import needs
from mdnet.cli import context
from mdnet.cli.main import main
from mdnet.cli.matches import print_helpers, print_matches
from mdnet.core.model import Helper, Match
from tests.samples import ANA, JOE, MEI, OLU, need, passage
from tests.town import TOWN, write_notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

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


def test_what_is_printed_is_in_order_of_the_score_that_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    write_notes(tmp_path / "vault", TOWN)
    scores = {"a": 0.4, "b": 1.5, "c": 0.9, "d": 1.5}
    found = [Match(LAMP, passage(text, "a.md"), score) for text, score in scores.items()]
    monkeypatch.setattr(needs, "matches_for", lambda *_, **__: needs.Found(found, []))
    words = ["--vault", str(tmp_path / "vault"), "match", "--all", "-n", "3"]
    printed = CliRunner().invoke(main, words, prog_name="mdnet").stdout.splitlines()
    assert [line.strip() for line in printed[1:-1:3]] == ["b", "d", "c"]


def test_that_no_note_fits_is_said_before_the_people_who_may_help(
    call: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = needs.Found([], [Helper(LAMP, JOE, 0.9, ("lamp",))])
    monkeypatch.setattr(needs, "matches_for", lambda *_, **__: found)
    said = call("match", "ana").stdout
    assert said.startswith("No note fits. 'mdnet match --all' shows what comes near.\n\nPeople who may help\n")
    monkeypatch.setattr(needs, "matches_for", lambda *_, **__: needs.Found([], []))
    assert call("match", "ana", "--all").stdout == "Nothing fits.\n"


@pytest.mark.parametrize("words", [("match",), ("match", "ana"), ("match", "a plumber is free"), ("heard", "rain")])
def test_a_model_that_is_not_there_is_told_once(
    call: Callable[..., Result], town_vault: Path, words: tuple[str, ...]
) -> None:
    context._notice.cache_clear()  # of what was said in this process, which usually is one command
    settings = town_vault / "mdnet.toml"
    settings.write_text(f'matching = "/nope"\n{settings.read_text("utf-8")}', "utf-8")
    said = call(*words).stderr
    assert said.count("mdnet: ") == said.count("\n") == 1
    assert "/nope has no model.onnx with tokenizer.json" in said or "for the model in /nope install" in said


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
