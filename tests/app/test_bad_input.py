"""Whatever lies in the folder: a clear message with file and line, and everything else goes on."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from mdnet.cli.main import main
from tests.support import require
from tests.town import TODAY
from tests.vaults import as_nobody, new_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOOD = "---\ntype: person\n---\n## Needs\n- [ ] a plumber\n"


@pytest.fixture
def vault() -> Iterator[Path]:
    """A vault with one good person in it, in a folder that editors and other users can reach."""
    with new_folder() as folder:
        root = folder / "vault"
        (root / "People").mkdir(parents=True)
        (root / "People/Ana Ruiz.md").write_text(GOOD, "utf-8")
        yield root


def run(vault: Path, *words: str) -> tuple[int, str]:
    """The exit code and what was printed on standard output."""
    environment = {f"XDG_{name}_HOME": str(vault.parent / name) for name in ("CACHE", "STATE", "CONFIG")}
    environment |= {"MDNET_TODAY": TODAY.isoformat(), "MDNET_VAULT": str(vault), "HOME": str(vault.parent)}
    result = CliRunner().invoke(main, words, env=environment, prog_name="mdnet")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def check(vault: Path) -> list[dict[str, Any]]:
    """All problems; and every other command goes on with the good person."""
    code, text = run(vault, "check", "--json")
    problems: list[dict[str, Any]] = json.loads(text)["problems"]
    assert code == bool(problems)
    code, text = run(vault, "needs", "--json")
    assert code == 0
    assert "a plumber" in {need["text"] for need in json.loads(text)["needs"]}
    assert run(vault, "review", "--stdout")[0] == 0
    assert run(vault, "people")[0] == 0
    assert run(vault, "match", "--all")[0] == 0
    assert run(vault, "search", "plumber")[0] == 0
    return problems


def said(problems: list[dict[str, Any]]) -> list[str]:
    return [f"{problem['path']}:{problem['line']}: {problem['message']}" for problem in problems]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"---\n- a\n- b\n---\ntext\n", "Odd.md:1: "),
        (b"---\njust text\n---\n", "Odd.md:1: "),
        (b"---\na: [1\nb: 2\n---\n", "Odd.md:"),
        (b"---\na: 1\na: 2\n---\n", "Odd.md:3: "),
        (b"---\na: 1\n", "Odd.md:1: "),
        (b"a\0b\n", "Odd.md:1: "),
        (b"caf\xe9\n", "Odd.md:1: "),
        ("né\n".encode("utf-16"), "Odd.md:1: "),
        (b"---\na: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n---\n", "Odd.md:"),
        (b"---\nx: " + b"[" * 50_000 + b"\n---\n", "Odd.md:"),
        (b"- #met [[Ana Ruiz]] \xf0\x9f\x93\x85 2026-02-31\n", "Odd.md:1: "),
        (b"- #met [[Nobody Here]] tea\n", "Odd.md:1: no note or alias is called [[Nobody Here]]"),
        (b"text\n\n- #gave a book\n", "Odd.md:3: no person in this line"),
        (b"- [?] #need [[Ana Ruiz]] a car\n", "Odd.md:1: "),
    ],
)
def test_a_note_that_is_wrong_is_named_with_its_line(vault: Path, data: bytes, expected: str) -> None:
    (vault / "Odd.md").write_bytes(data)
    problems = said(check(vault))
    assert [text for text in problems if text.startswith(expected)], problems


@pytest.mark.parametrize(
    "data",
    [
        b"+++\ntitle = 'x'\n+++\ntext\n",
        b'{"title": "x"}\ntext\n',
        b"\xef\xbb\xbf---\r\ntype: note\r\n---\r\ntext\r\n",
        b"---\n\ttabs:\n---\n",
        b"\t- a\n\t\t- b\n",
        b"a\rb\rc\r",
        b"\n---\na: 1\n---\n",
        b"---\n---\n",
        b"---\n# only a comment\n---\n",
        b"",
        b"\n" * 10_000,
        b"x" * 1_000_000,
        b">" * 10_000 + b"\n",
        b"[[Ana Ruiz]] " * 50_000,
        b"- " * 5_000 + b"x\n",
    ],
)
def test_a_note_that_is_merely_unusual_stops_nothing(vault: Path, data: bytes) -> None:
    (vault / "Odd.md").write_bytes(data)
    check(vault)


def test_a_note_of_200_megabytes(vault: Path) -> None:
    with (vault / "Huge.md").open("wb") as file:
        file.write(b"---\ntype: person\n---\n- #need a lot\n")
        file.truncate(200_000_000)
    problems = said(check(vault))
    assert any(text.startswith("Huge.md:1: ") and "larger than" in text for text in problems)


def test_links_that_loop_or_leave_the_vault(vault: Path) -> None:
    outside = vault.parent / "outside"
    outside.mkdir()
    (outside / "Secret.md").write_text("---\ntype: person\n---\n- #need a secret\n", "utf-8")
    (vault / "loop").symlink_to(vault)
    (vault / "up").symlink_to(vault.parent)
    (vault / "out").symlink_to(outside)
    (vault / "Out.md").symlink_to(outside / "Secret.md")
    (vault / "Zero.md").symlink_to("/dev/zero")
    (vault / "Gone.md").symlink_to(vault / "nothing.md")
    check(vault)
    assert "secret" not in run(vault, "needs")[1]
    assert run(vault, "search", "secret")[1] == "Nothing found.\n"


def test_what_is_no_regular_file(vault: Path) -> None:
    os.mkfifo(vault / "Pipe.md")
    (vault / "Folder.md").mkdir()
    (vault / "Folder.md/Note.md").write_text("a cello in a folder with an odd name\n", "utf-8")
    check(vault)
    assert "Folder.md/Note.md" in run(vault, "search", "cello")[1]


def test_folders_and_notes_that_may_not_be_read(vault: Path) -> None:
    require(os.name == "posix", "file modes")
    (vault / "Locked").mkdir()
    (vault / "Locked/x.md").write_text("x\n", "utf-8")
    (vault / "Shut.md").write_text("x\n", "utf-8")
    (vault / "Locked").chmod(0)
    (vault / "Shut.md").chmod(0)
    with as_nobody(vault.parent):
        problems = said(check(vault))
    assert any(text.startswith("Locked:1: ") for text in problems), problems
    assert any(text.startswith("Shut.md:1: ") for text in problems), problems


def test_an_empty_vault(vault: Path) -> None:
    (vault / "People/Ana Ruiz.md").unlink()
    for words in (
        ("check",),
        ("people",),
        ("needs",),
        ("match",),
        ("search", "x"),
        ("review", "--stdout"),
        ("status",),
    ):
        assert run(vault, *words)[0] == 0, words


def test_a_missing_vault(vault: Path) -> None:
    assert run(vault / "nowhere", "people")[0] == 4


def test_two_people_of_one_name(vault: Path) -> None:
    (vault / "Club").mkdir()
    (vault / "Club/Ana Ruiz.md").write_text(GOOD.replace("plumber", "roofer"), "utf-8")
    (vault / "Note.md").write_text("- #met [[Ana Ruiz]]\n", "utf-8")
    problems = said(check(vault))
    assert any("Ana Ruiz" in text and text.startswith(("Club/Ana Ruiz.md", "People/Ana Ruiz.md")) for text in problems)
    assert any(text.startswith("Note.md:1: [[Ana Ruiz]] may be ") for text in problems), problems
    assert len(json.loads(run(vault, "people", "--json")[1])["people"]) == 2


def test_a_copy_made_by_a_sync_tool_is_no_second_person(vault: Path) -> None:
    copy = vault / "People/Ana Ruiz.sync-conflict-20261120-101112-ABCDEFG.md"
    copy.write_text(GOOD + "- [ ] more\n", "utf-8")
    problems = said(check(vault))
    assert any("sync-conflict" in text for text in problems)
    assert len(json.loads(run(vault, "people", "--json")[1])["people"]) == 1


def test_one_line_tells_how_many_problems_there_are(vault: Path) -> None:
    (vault / "Odd.md").write_text("- #gave a book\n", "utf-8")
    environment = {f"XDG_{name}_HOME": str(vault.parent / name) for name in ("CACHE", "STATE", "CONFIG")}
    result = CliRunner().invoke(main, ["--vault", str(vault), "people"], env=environment)
    assert result.stderr == "mdnet: 1 problem in the notes; 'mdnet check' lists them.\n"


@pytest.mark.parametrize("seconds", [-(1 << 40), 1 << 40])
def test_a_file_whose_time_is_nonsense(vault: Path, seconds: int) -> None:
    (vault / "clipping.md").write_text("A plumber has time.\n", "utf-8")
    os.utime(vault / "clipping.md", (seconds, seconds))
    assert check(vault) == []


def test_file_names_that_are_odd(vault: Path) -> None:
    for name in (
        "new\nline.md",
        "quo\"te's.md",
        "$(touch x).md",
        "-rf.md",
        "ümläut.md",
        "🎈.md",
        " blank .md",
        "a|b#c^d.md",
    ):
        (vault / name).write_text("a violin\n", "utf-8")
    with open(os.fsencode(vault) + b"/caf\xe9.md", "wb") as file:
        file.write(b"a violin\n")
    problems = said(check(vault))
    assert any("not valid UTF-8" in text for text in problems), problems
    hits = json.loads(run(vault, "search", "violin", "--json")[1])["hits"]
    assert len(hits) == 8
    assert run(vault, "search", "violin")[1].count("\n") == 16
