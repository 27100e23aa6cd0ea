"""`mdnet log` and `undo` where the journal is not as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result


def test_a_damaged_line_is_told_and_not_believed(
    call: Callable[..., Result], own_folders: Path, town_vault: Path
) -> None:
    note = town_vault / "People/Ana Ruiz.md"
    before = note.read_bytes()
    call("met", "ana", "coffee")
    call("met", "ana", "lunch")
    (journal,) = (own_folders / "STATE").rglob("*.journal")
    good = journal.read_bytes()
    journal.write_bytes(good.replace(b"coffee", b"covfee", 1))
    said = call("log")
    assert said.stdout.count("met") == 1
    assert f"{journal}: damaged in line 1; what was written there cannot be taken back\n" in said.stderr
    assert "damaged in line 1;" in call("undo").stderr
    assert call("undo", code=5).stdout == ""
    assert b"coffee" in note.read_bytes()
    assert b"lunch" not in note.read_bytes()
    journal.write_bytes(good + journal.read_bytes()[len(good) :])
    assert "damaged" not in call("log").stderr
    call("undo")
    assert note.read_bytes() == before


def test_what_the_journal_was_not_told_of_is_found_out(call: Callable[..., Result], own_folders: Path) -> None:
    call("met", "ana", "coffee")
    (journal,) = (own_folders / "STATE").rglob("*.journal")
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    assert call("log").stdout.count("met") == 1
