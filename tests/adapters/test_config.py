"""Finding the vault, reading `mdnet.toml` and what Obsidian was told."""

from __future__ import annotations

import errno
import json
import os
import sys
from datetime import date
from typing import TYPE_CHECKING
from unicodedata import normalize

import platformdirs
import pytest

from mdnet.adapters.config import find_vault, read_settings, user_folders, vault_key
from mdnet.core.parse import parse_note
from mdnet.core.settings import DailyNotes, Judge, Settings
from mdnet.errors import ConfigError, VaultNotFoundError
from tests.vaults import as_nobody

if TYPE_CHECKING:
    from pathlib import Path


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_an_empty_vault_has_the_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == (Settings(), ())


@pytest.mark.parametrize("mode", [0, 0o644])
def test_a_vault_that_cannot_be_entered(folder: Path, mode: int) -> None:
    (folder / "shut/inner").mkdir(parents=True)
    with as_nobody(folder):
        (folder / "shut").chmod(mode)
        shut = rf"{folder}/shut cannot be entered \(Permission denied\)"
        with pytest.raises(VaultNotFoundError, match=f"^the vault {shut}$"):
            read_settings(folder / "shut")
        with pytest.raises(VaultNotFoundError, match=f"^the folder {shut}: name the vault"):
            find_vault(None, {}, folder / "shut", folder)
        with pytest.raises(
            VaultNotFoundError, match=r"inner \(from --vault\) cannot be entered \(Permission denied\)$"
        ):
            find_vault(str(folder / "shut/inner"), {}, folder, folder)
        with pytest.raises(ConfigError, match=r"shut/config.toml:1: cannot be read: .*Permission denied"):
            find_vault(None, {}, folder, folder / "shut")


def test_a_vault_whose_server_has_died(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: object, *_rest: object, **_more: object) -> None:
        raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN), path)

    monkeypatch.setattr(os, "stat", fail)
    monkeypatch.setattr(os, "lstat", fail)
    with pytest.raises(VaultNotFoundError, match=rf"cannot be entered \({os.strerror(errno.ENOTCONN)}\)$"):
        find_vault(str(tmp_path), {}, tmp_path, tmp_path)
    with pytest.raises(VaultNotFoundError, match=rf"cannot be entered \({os.strerror(errno.ENOTCONN)}\)$"):
        read_settings(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs")
def test_what_is_no_file_is_told_and_not_waited_for(tmp_path: Path) -> None:
    vault, config = tmp_path / "vault", tmp_path / "config"
    (vault / ".obsidian").mkdir(parents=True)
    config.mkdir()
    os.mkfifo(vault / ".obsidian/app.json")
    settings, problems = read_settings(vault)
    assert settings == Settings()
    assert [(problem.path, problem.message) for problem in problems] == [
        (".obsidian/app.json", "cannot be read as JSON, so its settings are not used: not a regular file")
    ]
    os.mkfifo(vault / "mdnet.toml")
    with pytest.raises(ConfigError, match=r"^mdnet\.toml:1: cannot be read: not a regular file$"):
        read_settings(vault)
    os.mkfifo(config / "config.toml")
    with pytest.raises(ConfigError, match=r"config\.toml:1: cannot be read: not a regular file$"):
        find_vault(None, {}, tmp_path, config)


def test_every_key(tmp_path: Path) -> None:
    write(
        tmp_path,
        "mdnet.toml",
        """
people = "Contacts/"
me = "About/Me.md"
reviews = "Weeks"
templates = ["Vorlagen", "Muster"]
ignore = ["Archive", "*.excalidraw.md"]
mentions-count = true
matching = "none"
cadence = "6w"
max-note-bytes = 1000
log-headings = ["Log", "Verlauf"]
[verbs]
need = ["braucht", "#sucht"]
met = "getroffen"
[headings]
need = "Bedarf"
[daily]
folder = "journals"
format = "YYYY_MM_DD"
[judge]
url = "http://nas.example:8080/v1"
model = "tiny"
hosts = ["nas.example"]
""",
    )
    settings, problems = read_settings(tmp_path)
    assert problems == ()
    assert settings == Settings(
        people="Contacts",
        me="About/Me.md",
        reviews="Weeks",
        templates=("Vorlagen", "Muster"),
        ignore=("Archive", "*.excalidraw.md"),
        verbs={"braucht": "need", "sucht": "need", "getroffen": "met"},
        headings={"needs": "need", "offers": "offer", "bedarf": "need"},
        log_headings=("log", "verlauf"),
        daily=(DailyNotes("journals", "YYYY_MM_DD"),),
        mentions_count=True,
        matching="none",
        judge=Judge("http://nas.example:8080/v1", "tiny", ("nas.example",)),
        cadence_days=42,
        max_note_bytes=1000,
    )


@pytest.mark.parametrize(
    ("me", "path"),
    [("Me", "Me.md"), ("About/Zoë", "About/Zoë.md"), ("J. Doe/", "J. Doe.md"), ("Me.MD", "Me.MD"), ("", "")],
)
def test_the_own_note_with_and_without_its_ending(tmp_path: Path, me: str, path: str) -> None:
    write(tmp_path, "mdnet.toml", f'me = "{me}"\n')
    settings = read_settings(tmp_path)[0]
    assert settings.me == path
    for form in ("NFC", "NFD"):
        assert not path or parse_note(normalize(form, path), b"", settings, date(2026, 11, 24)).kind == "me"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('people = "P"\n\npoeple = "P"\n', "mdnet.toml:3: unknown key 'poeple'"),
        ("[verbs]\nneed = 'x'\nlend = 'y'\n", "mdnet.toml:3: unknown key 'lend'"),
        ("\n[oddly]\nx = 1\n", "mdnet.toml:2: unknown key 'oddly'"),
        ("people = 3\n", "mdnet.toml:1: 'people' must be a folder"),
        ("me = 3\n", "mdnet.toml:1: 'me' must be a note in the vault, in quotes"),
        ("people = '../elsewhere'\n", "mdnet.toml:1: 'people' must lie in the vault"),
        ("people = 'a/../../b'\n", "mdnet.toml:1: 'people' must lie in the vault"),
        ("\nreviews = '/abs'\n", "mdnet.toml:2: 'reviews' must lie in the vault"),
        ("reviews = 'C:\\Notes\\Reviews'\n", "mdnet.toml:1: 'reviews' must lie in the vault"),
        ("me = '~/Me.md'\n", "mdnet.toml:1: 'me' must lie in the vault"),
        ("templates = ['Templates', '/etc']\n", "mdnet.toml:1: 'templates' must lie in the vault"),
        ("[daily]\nfolder = '/Daily'\n", "mdnet.toml:2: 'folder' must lie in the vault"),
        ("[daily]\ntemplate = '/Day.md'\n", "mdnet.toml:2: 'template' must lie in the vault"),
        ("ignore = [1]\n", "mdnet.toml:1: 'ignore' must be text or a list"),
        ("mentions-count = 'yes'\n", "mdnet.toml:1: 'mentions-count' must be true or false"),
        ("max-note-bytes = true\n", "mdnet.toml:1: 'max-note-bytes' must be a number"),
        ("max-note-bytes = -1\n", "mdnet.toml:1: 'max-note-bytes' must be a number"),
        (
            "matching = 'magic'\n",
            "mdnet.toml:1: 'matching' must be one of: auto, small, none, or the folder of a model",
        ),
        ("cadence = 'sometimes'\n", "mdnet.toml:1: 'cadence' must be like"),
        ("[judge]\nurl = 'http://nas.example/v1'\n", "mdnet.toml:2: nas.example is another computer"),
        ("[judge]\nmodel = 'x'\nurl = 'nas'\n", "mdnet.toml:3: 'nas' is no address"),
        ("[judge]\nkey = 'x'\n", "mdnet.toml:2: unknown key 'key'"),
        ("judge = 'x'\n", "mdnet.toml:1: 'judge' must be a table"),
        ("daily = 'Daily'\n", "mdnet.toml:1: 'daily' must be a table"),
        ("people = 'a'\npeople = 'b'\n", "mdnet.toml:2: "),
        ("x = = 1", "mdnet.toml:1: "),
    ],
)
def test_a_wrong_file_is_a_clear_error_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path, "mdnet.toml", text)
    with pytest.raises(ConfigError) as caught:
        read_settings(tmp_path)
    assert str(caught.value).startswith(message)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "mdnet.toml").write_bytes(b"people = '\xff'")
    with pytest.raises(ConfigError, match=r"mdnet\.toml:1: cannot be read"):
        read_settings(tmp_path)


def test_obsidians_own_settings_are_used(tmp_path: Path) -> None:
    write(tmp_path, ".obsidian/app.json", json.dumps({"userIgnoreFilters": ["Archive/", "/draft/"]}))
    write(tmp_path, ".obsidian/daily-notes.json", json.dumps({"folder": "Daily/", "template": "Templates/Daily"}))
    periodic = {"daily": {"enabled": True, "format": "YYYY/MM/YYYY-MM-DD", "folder": "Log"}}
    write(tmp_path, ".obsidian/plugins/periodic-notes/data.json", json.dumps(periodic))
    write(tmp_path, ".obsidian/templates.json", json.dumps({"folder": "Vorlagen"}))
    settings, problems = read_settings(tmp_path)
    assert problems == ()
    assert settings.ignore == ("Archive/", "/draft/")
    assert settings.templates == ("Vorlagen",)
    assert settings.daily == (
        DailyNotes("Log", "YYYY/MM/YYYY-MM-DD"),
        DailyNotes("Daily", "YYYY-MM-DD", "Templates/Daily"),
    )


def test_a_switched_off_periodic_notes_plugin_is_not_asked(tmp_path: Path) -> None:
    periodic = {"daily": {"enabled": False, "format": "DD"}}
    write(tmp_path, ".obsidian/plugins/periodic-notes/data.json", json.dumps(periodic))
    assert read_settings(tmp_path)[0].daily == (DailyNotes(),)


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"userIgnoreFilters": 3}', "[" * 100_000])
def test_obsidians_broken_files_stop_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path, ".obsidian/app.json", text)
    settings, problems = read_settings(tmp_path)
    assert settings.ignore == ()
    assert all(problem.path == ".obsidian/app.json" for problem in problems)
    assert len(problems) == ((text.startswith("{") and len(text) == 1) or len(text) > 1000)


def test_the_vault_is_found_in_the_documented_order(tmp_path: Path) -> None:
    config = tmp_path / "config"
    named, by_environment, parent, default = (tmp_path / name for name in ("named", "env", "parent", "default"))
    for folder in (named, by_environment, parent / "a" / "b", parent / ".obsidian", default, config):
        folder.mkdir(parents=True)
    write(config, "config.toml", f"vault = '{default}'\n")
    environ = {"MDNET_VAULT": str(by_environment)}
    assert find_vault(str(named), environ, parent, config) == named
    assert find_vault(None, environ, parent, config) == by_environment
    assert find_vault(None, {}, parent / "a" / "b", config) == parent
    assert find_vault(None, {}, tmp_path, config) == default
    with pytest.raises(VaultNotFoundError, match="mdnet init"):
        find_vault(None, {}, tmp_path, tmp_path / "nowhere")


def test_a_vault_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(VaultNotFoundError, match=r"from --vault\) is not there"):
        find_vault(str(tmp_path / "x"), {}, tmp_path, tmp_path)
    write(tmp_path, "file", "")
    with pytest.raises(VaultNotFoundError, match=r"from MDNET_VAULT\) is not a folder"):
        find_vault(None, {"MDNET_VAULT": str(tmp_path / "file")}, tmp_path, tmp_path)


def test_a_wrong_user_config(tmp_path: Path) -> None:
    write(tmp_path, "config.toml", "vault = 'x'\nvalt = 'y'\n")
    with pytest.raises(ConfigError, match=r"config\.toml:2: unknown key 'valt'"):
        find_vault(None, {}, tmp_path / "nowhere", tmp_path)


def test_the_key_of_a_vault_is_the_same_through_a_symlink_and_safe_as_a_name(tmp_path: Path) -> None:
    real = tmp_path / "My nötes $(rm)"
    real.mkdir()
    link = tmp_path / "My nötes $(rm) 2"
    link.symlink_to(real)
    assert vault_key(real).rsplit("-", 1)[1] == vault_key(link).rsplit("-", 1)[1]
    assert vault_key(real).replace("-", "").replace("_", "").isalnum()


@pytest.mark.skipif(sys.platform != "linux", reason="XDG is a convention of Linux")
@pytest.mark.parametrize("given", ["", " ", "/somewhere else", "relative", "~/x"])
def test_the_users_folders_are_those_of_platformdirs(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", given)
    monkeypatch.setenv("HOME", "/home/ana")
    found = user_folders()
    assert str(found.config) == platformdirs.user_config_dir("mdnet", appauthor=False)
    assert str(found.cache) == platformdirs.user_cache_dir("mdnet", appauthor=False)
    assert str(found.state) == platformdirs.user_state_dir("mdnet", appauthor=False)
