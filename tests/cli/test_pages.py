"""Commands that make pages and messages, with what they put where."""

from __future__ import annotations

import email
import json
import stat
from email.policy import default
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner, Result

from mdnet.cli.main import main
from tests.town import TODAY, TOWN, write_notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command in the town."""
    notes = {
        **TOWN,
        "People/Kim Lo.md": "---\ntype: person\nlanguage: de\nemail: [kim@x.example]\n---\n- #need ein Rad\n",
    }
    write_notes(tmp_path / "vault", notes)
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.setenv("MDNET_TODAY", TODAY.isoformat())
    monkeypatch.setenv("MDNET_VAULT", str(tmp_path / "vault"))
    monkeypatch.setenv("NO_COLOR", "1")

    def call(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, words, prog_name="mdnet")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return call


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been opened by the desktop."""
    found: list[str] = []

    def launch(url: str, **_: Any) -> int:
        found.append(url)
        return 0

    monkeypatch.setattr(click, "launch", launch)
    return found


def test_a_brief_is_markdown_in_the_terminal(run: Callable[..., Result]) -> None:
    said = run("brief", "ana").stdout
    assert said.startswith("# Ana Ruiz\n\noperations, FreightCo · Ohio\n\nLast contact 2 Nov 2026, every 42 days.\n")
    for part in ("## To ask\n\n- Did it help with a used forklift?", "## What they need\n\n- **", "## Between you\n"):
        assert part in said
    assert "- 2 Nov 2026 · gave: the article about forklifts\n" in said
    assert "\n\n\n" not in said


def test_a_brief_as_json_holds_what_the_template_gets(run: Callable[..., Result]) -> None:
    data = json.loads(run("brief", "joe", "--json").stdout)
    assert data["schema"] == "mdnet-1"
    assert data["person"] == "Joe Chen"
    assert data["waiting"][0]["text"] == "for a loan of the van"
    assert [need["text"] for need in data["needs"]] == [
        "an old piano to take apart",
        "somebody to look after the dog in January",
    ]


@pytest.mark.parametrize("words", [("brief", "ana"), ("stats",)])
def test_a_page_is_private_and_outside_the_vault(
    run: Callable[..., Result], opened: list[str], tmp_path: Path, words: tuple[str, ...]
) -> None:
    run(*words, "--html", "--open")
    (path,) = opened
    page = tmp_path.joinpath(path)
    assert page.is_relative_to(tmp_path / "STATE")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    out = tmp_path / "x.html"
    assert str(out) in run(*words, "--html", "--out", str(out)).stdout
    assert out.read_bytes() == page.read_bytes()
    assert len(opened) == 1


@pytest.mark.parametrize("words", [("--html",), ("--open",), ("--out", "x.html")])
@pytest.mark.parametrize("other", ["--json", "--stdout"])
def test_a_review_without_what_is_private_is_not_printed_with_it(
    run: Callable[..., Result], words: tuple[str, ...], other: str
) -> None:
    said = run("review", *words, other, code=2)
    assert f"--html and {other} exclude each other" in said.output
    assert "{" not in said.stdout


def test_drafts_become_mails_in_the_persons_language(
    run: Callable[..., Result], opened: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "mails"
    run("draft", "help", "kim", "--eml", str(folder), "--open")
    run("draft", "help", "kim", "--eml", str(folder))
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["2026-11-24-help-kim-lo-2.eml", "2026-11-24-help-kim-lo.eml"]
    assert opened == [str(folder / "2026-11-24-help-kim-lo.eml")]
    path = folder / names[0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    mail = email.message_from_bytes(path.read_bytes(), policy=default)
    assert str(mail["To"]) == "Kim Lo <kim@x.example>"
    assert mail["Subject"] == "Wobei kann ich helfen?"
    assert mail.get_content().startswith("Hallo Kim,")


def test_an_introduction_is_three_mails(run: Callable[..., Result], tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    files = json.loads(run("draft", "intro", "kim", "joe", "--eml", str(folder), "--json").stdout)["files"]
    assert [name.rpartition("/")[2] for name in files] == [
        "2026-11-24-intro-ask-kim-lo.eml",
        "2026-11-24-intro-offer-joe-chen.eml",
        "2026-11-24-intro-joint-kim-lo-joe-chen.eml",
    ]


def test_a_template_of_ones_own_is_used_and_its_errors_have_a_line(run: Callable[..., Result], tmp_path: Path) -> None:
    run("templates", "eject", "draft.en.md.j2")
    mine = tmp_path / "vault/Templates/draft.en.md.j2"
    assert "yours" in run("templates", "list").stdout
    mine.write_text("Subject: Ahoy {{ name }}\n\nMine.\n")
    assert "Subject: Ahoy Ana\n\nMine.\n" in run("draft", "help", "ana").stdout
    mine.write_text("Subject: x\n\n{{ nam }}\n")
    assert "draft.en.md.j2:3: 'nam' is undefined" in run("draft", "help", "ana", code=9).stderr
    mine.write_text("Dear {{ name }}\n")
    assert "must be 'Subject: ...'" in run("draft", "help", "ana", code=9).stderr


def test_a_language_of_ones_own_is_known(run: Callable[..., Result], tmp_path: Path) -> None:
    folder = tmp_path / "vault/Templates"
    folder.mkdir()
    (folder / "draft.it.md.j2").write_text("Subject: Ciao\n\nCiao {{ name }}!\n")
    assert "Ciao Ana!" in run("draft", "help", "ana", "--lang", "it").stdout
    (tmp_path / "vault/People/Ana Ruiz.md").write_text("---\ntype: person\nlanguage: it\n---\n")
    assert "Ciao Ana!" in run("draft", "help", "ana").stdout


def test_the_best_match_is_passed_on(run: Callable[..., Result]) -> None:
    said = run("draft", "pass-on", "ana", "--text", "A plumber is free on Sunday", "--need", "plumber").stdout
    assert "You told me what you are looking for: a plumber who works on Sundays." in said
    assert "> A plumber is free on Sunday\n" in said
    assert "nothing was found" in run("draft", "pass-on", "ana", "--match", "m-00000000-00000000", code=5).stderr


def test_serve_says_what_to_install(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert "pip install 'mdnet-vault[serve]'" in run("serve", code=1).stderr
