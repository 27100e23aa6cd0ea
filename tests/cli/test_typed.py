"""`-` in the place of a text means standard input."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest
from click.shell_completion import ShellComplete

from mdnet.cli.main import main
from mdnet.cli.typed import MOST_SIGNS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

DAILY = "Daily/2026-11-24.md"


def test_what_was_heard_is_read_as_one_line(call: Callable[..., Result], town_vault: Path) -> None:
    call("heard", "-", stdin="\ufeffthe mill\r\n\n  closes   \n")
    assert (town_vault / DAILY).read_text("utf-8") == "- the mill closes\n"


@pytest.mark.parametrize("verb", ["need", "offer", "met", "gave", "asked", "got"])
def test_so_is_every_record(call: Callable[..., Result], town_vault: Path, verb: str) -> None:
    call(verb, "zoe", "-", stdin="a new\nbow\n")
    assert "a new bow" in (town_vault / "People/Zoë Ångström.md").read_text("utf-8")


def test_what_is_looked_for_or_sent_may_come_from_there_too(call: Callable[..., Result]) -> None:
    assert "the old mill" in call("search", "-", stdin="old\nmill").stdout
    assert "> A van\n" in call("draft", "pass-on", "ana", "--text", "-", stdin="A van\n").stdout


def test_a_text_is_matched(call: Callable[..., Result]) -> None:
    typed = call("match", "five night-shift warehouse supervisors are looking for work").stdout
    assert "a night-shift warehouse supervisor" in typed
    assert call("match", "-", stdin="five night-shift warehouse\nsupervisors are looking for work\n").stdout == typed


def test_a_name_is_one_line(call: Callable[..., Result], town_vault: Path) -> None:
    call("add", "-", stdin="Kim Lo\n")
    assert (town_vault / "People/Kim Lo.md").exists()
    assert "several lines" in call("add", "-", stdin="Kim Lo\nLo Kim\n", code=11).stderr


@pytest.mark.parametrize("words", [("heard", "-"), ("met", "ana", "-"), ("match", "-"), ("add", "-")])
def test_nothing_is_no_text(call: Callable[..., Result], town_vault: Path, words: tuple[str, ...]) -> None:
    assert "standard input is empty" in call(*words, stdin=" \n\n", code=11).stderr
    assert not (town_vault / DAILY).exists()


def test_a_file_meant_for_something_else_is_refused(call: Callable[..., Result], town_vault: Path) -> None:
    assert "more than 100,000 signs" in call("heard", "-", stdin="a word " * MOST_SIGNS, code=11).stderr
    assert "is not text" in call("heard", "-", stdin=b"\xff\xfe\x00", code=11).stderr
    assert not (town_vault / DAILY).exists()


def test_a_hyphen_among_words_is_one(call: Callable[..., Result], town_vault: Path) -> None:
    call("heard", "hot", "-", "cold", stdin="not read")
    assert (town_vault / DAILY).read_text("utf-8") == "- hot - cold\n"


def test_completion_waits_for_nobody(monkeypatch: pytest.MonkeyPatch, town_vault: Path) -> None:
    stdin = io.StringIO("never read\n")
    monkeypatch.setattr(sys, "stdin", stdin)
    offers = ShellComplete(main, {}, "mdnet", "_MDNET_COMPLETE").get_completions(["heard", "-"], "--d")
    assert [offer.value for offer in offers] == ["--dry-run"]
    assert stdin.tell() == 0
