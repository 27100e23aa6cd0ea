"""What is written for each service manager is what it reads back; installing does what it says."""

from __future__ import annotations

import plistlib
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.adapters import notify, service_notify
from mdnet.adapters.config import UserFolders
from mdnet.adapters.service import ServiceError, Spec, install, is_running, service, uninstall
from mdnet.app.services import vault_service
from tests.support import require

NASTY = "a b%c $HOME \"q\" \\ 'x' ü\n\t;"
SPEC = Spec("vault-1", Path("/v") / NASTY, ("/usr/bin/python3", "-m", "mdnet", "--vault", f"/v/{NASTY}", "watch"))


def unquoted(word: str) -> str:
    """A word of a command line as systemd.syntax(7) reads it."""
    assert word[0] == word[-1] == '"'
    out, at = [], 1
    while at < len(word) - 1:
        if word[at] == "\\":
            out.append({"n": "\n", "t": "\t"}.get(word[at + 1], word[at + 1]))
            at += 2
        elif word[at] in "%$":
            assert word[at + 1] == word[at]
            out.append(word[at])
            at += 2
        else:
            assert word[at] != '"'
            out.append(word[at])
            at += 1
    return "".join(out)


def words_of(line: str) -> list[str]:
    out, at = [], 0
    while at < len(line):
        end = at + 1
        while line[end] != '"':
            end += 2 if line[end] == "\\" else 1
        out.append(unquoted(line[at : end + 1]))
        at = end + 2
    return out


class TestSystemd:
    def test_the_command_is_read_back(self) -> None:
        made = service(SPEC, Path("/home/me"), "linux")
        (line,) = (line for line in made.text.split("\n") if line.startswith("ExecStart="))
        assert words_of(line.removeprefix("ExecStart=")) == list(SPEC.command)

    @given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
    def test_any_path_is_read_back(self, text: str) -> None:
        made = service(Spec("k", Path("/v"), ("/p", text.replace("\r", ""))), Path("/home/me"), "linux")
        (line,) = (line for line in made.text.split("\n") if line.startswith("ExecStart="))
        assert words_of(line.removeprefix("ExecStart=")) == ["/p", text.replace("\r", "")]

    def test_systemd_itself_finds_nothing_wrong(self, tmp_path: Path) -> None:
        require(shutil.which("systemd-analyze"), "systemd-analyze (Debian package systemd)")
        spec = Spec("k", tmp_path, (sys.executable, "-m", "mdnet", "--vault", str(tmp_path / "a%b c$d"), "watch"))
        made = service(spec, tmp_path, "linux")
        path = tmp_path / made.name
        path.write_bytes(made.content)
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True)
        assert (made.name in done.stderr, done.returncode) == (False, 0), done.stderr

    def test_it_is_told_and_asked(self, tmp_path: Path, commands: list[list[str]]) -> None:
        made = service(SPEC, tmp_path, "linux")
        assert not uninstall(made)
        install(made)
        assert made.path.read_bytes() == made.content
        assert is_running(made)
        assert uninstall(made)
        assert not made.path.exists()
        name = made.name
        assert commands == [
            ["systemctl", "--user", "daemon-reload"],
            ["systemctl", "--user", "enable", "--now", name],
            ["systemctl", "--user", "--quiet", "is-active", name],
            ["systemctl", "--user", "disable", "--now", name],
            ["systemctl", "--user", "daemon-reload"],
        ]

    def test_a_failure_says_what_failed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made = service(SPEC, tmp_path, "linux")
        (tmp_path / "bin").mkdir()
        program = tmp_path / "bin/systemctl"
        program.write_text("#!/bin/sh\necho Failed to connect to bus >&2\nexit 1\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
        with pytest.raises(ServiceError, match="was written, but 'systemctl --user daemon-reload' failed: Failed to"):
            install(made)
        assert made.path.exists()
        assert not is_running(made)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert uninstall(made)
        (tmp_path / "file").write_text("")
        with pytest.raises(ServiceError, match="cannot be written"):
            install(service(SPEC, tmp_path / "file", "darwin"))


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A `systemctl` that does nothing but remember."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/systemctl"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "systemctl $*" >> {tmp_path}/commands\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return _Lines(tmp_path / "commands")


class _Lines(list[list[str]]):
    """The lines of a file, read when they are compared."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def __eq__(self, other: object) -> bool:
        return [shlex.split(line) for line in self._path.read_text().splitlines()] == other

    __hash__ = None  # type: ignore[assignment]


def test_launchd(tmp_path: Path) -> None:
    spec = Spec("k-1", SPEC.vault, SPEC.command, {"XDG_STATE_HOME": "/s"}, tmp_path / "k.err")
    made = service(spec, tmp_path, "darwin")
    read = plistlib.loads(made.content)
    assert made.path == tmp_path / "Library/LaunchAgents/mdnet.k-1.plist"
    assert read["Label"] == "mdnet.k-1"
    assert read["ProgramArguments"] == list(SPEC.command)
    assert read["EnvironmentVariables"] == {"XDG_STATE_HOME": "/s"}
    assert read["KeepAlive"] == {"SuccessfulExit": False}
    assert read["RunAtLoad"] is True
    assert made.start[0][:2] == ("launchctl", "bootstrap")
    assert made.stop[0][:2] == ("launchctl", "bootout")


def test_windows(tmp_path: Path) -> None:
    command = (r"C:\Py\pythonw.exe", "-m", "mdnet", "--vault", r'C:\My "notes" & more', "watch")
    made = service(Spec("k-1", Path("my\x01<notes>"), command), tmp_path, "win32")
    assert made.content[:2] in (b"\xff\xfe", b"\xfe\xff"), "schtasks wants UTF-16"
    root = ET.fromstring(made.content)
    names = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert root.findtext("t:Actions/t:Exec/t:Command", namespaces=names) == command[0]
    arguments = root.findtext("t:Actions/t:Exec/t:Arguments", namespaces=names)
    assert arguments == r'-m mdnet --vault "C:\My \"notes\" & more" watch'
    assert root.findtext("t:Settings/t:ExecutionTimeLimit", namespaces=names) == "PT0S"
    assert root.find("t:Triggers/t:LogonTrigger", names) is not None
    order = [child.tag.split("}")[1] for child in root]
    assert order == ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]
    assert "<notes>" in (root.findtext("t:RegistrationInfo/t:Description", namespaces=names) or "")
    assert made.text.startswith("<?xml")


def test_the_service_of_a_vault(tmp_path: Path) -> None:
    folders = UserFolders(tmp_path / "c", tmp_path / "k", tmp_path / "s")
    environ = {"XDG_CACHE_HOME": "/cache", "HOME": "/home/me", "SECRET": "x"}
    made = vault_service(tmp_path, folders, ("--notify",), environ=environ, home=tmp_path, platform="linux")
    assert 'Environment="XDG_CACHE_HOME=/cache"' in made.text
    assert "SECRET" not in made.text
    assert made.text.count('"watch" "--notify"') == 1
    other = vault_service(tmp_path / "c", folders, environ=environ, home=tmp_path, platform="linux")
    assert other.name != made.name


class TestSystemdIsTold:
    @pytest.mark.parametrize("abstract", [False, True])
    def test_a_datagram(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
            address = f"@mdnet-test-{tmp_path.name}" if abstract else str(tmp_path / "n")
            listening.bind(address.replace("@", "\0", 1) if abstract else address)
            monkeypatch.setenv("NOTIFY_SOCKET", address)
            assert service_notify.notify("READY=1")
            assert listening.recv(100) == b"READY=1"

    def test_nobody_listens(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
        assert not service_notify.notify("READY=1")
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
        assert not service_notify.notify("READY=1")
        monkeypatch.setenv("NOTIFY_SOCKET", "tcp:1")
        assert not service_notify.notify("READY=1")


class TestDesktop:
    def test_nothing_of_the_text_is_code(self) -> None:
        title, text = '-n "; rm -rf ~', "<b>$(x)</b> `y` & \x1b[31m\n" + "z" * 999
        argv, environment = notify.command(title, text, "linux")
        assert argv[:4] == ["notify-send", "--app-name=mdnet", "--", title]
        assert argv[4].startswith("&lt;b&gt;$(x)&lt;/b&gt; `y` &amp;  [31m ")
        assert argv[4].endswith("z…")
        assert environment == {}
        argv, environment = notify.command(title, "t", "win32")
        assert all(title not in word for word in argv)
        assert environment == {"MDNET_TITLE": title, "MDNET_TEXT": "t"}
        argv, _ = notify.command(title, "t", "darwin")
        assert argv[-3:] == ["--", title, "t"]

    def test_it_is_shown(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        program = tmp_path / "notify-send"
        program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" > {tmp_path}/said\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        assert notify.notify("Ana: a van", "Joe sells his van") == ""
        assert (tmp_path / "said").read_text() == "--app-name=mdnet|--|Ana: a van|Joe sells his van|"
        program.write_text("#!/bin/sh\necho no bus >&2\nexit 1\n")
        assert notify.notify("a", "b") == "notify-send failed: no bus"
        monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
        assert "not installed" in notify.notify("a", "b")
