"""Having the daemon started whenever the user logs in: a systemd user unit, a launchd agent, a Windows task.

Formats: systemd.service(5) and systemd.syntax(7), "Quoting"; launchd.plist(5); Task Scheduler schema 1.2 at
https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema.
"""

from __future__ import annotations

import contextlib
import os
import plistlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from mdnet.core.values import dataclass, field
from mdnet.errors import MdnetError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WATCHDOG_SECONDS = 300
"""systemd starts the daemon again when it has not been heard of for so long; it says something every few seconds."""
_SECONDS = 30.0
_NOTHING_TO_MEND = "3 10"
"""Exit codes after which starting again is of no use: wrong settings, another daemon runs."""
_TASK = "http://schemas.microsoft.com/windows/2004/02/mit/task"


class ServiceError(MdnetError):
    """The service could not be installed, removed or asked; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What is to be started. `key` tells the services of several vaults apart."""

    key: str
    vault: Path
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    errors: Path = Path("mdnet.err")
    """Where launchd puts error messages."""


@dataclass(frozen=True, slots=True)
class Service:
    """One file that the platform's service manager reads, and the commands that tell it so."""

    name: str
    path: Path
    content: bytes
    start: tuple[tuple[str, ...], ...]
    stop: tuple[tuple[str, ...], ...]
    query: tuple[str, ...]
    after_removal: tuple[tuple[str, ...], ...] = ()

    @property
    def text(self) -> str:
        """The file's content, to read."""
        return self.content.decode("utf-16" if self.content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")


def service(spec: Spec, home: Path, platform: str = sys.platform) -> Service:
    """The service for this platform; `home` is the user's folder."""
    if platform == "darwin":
        return _launchd(spec, home)
    if platform == "win32":
        return _windows(spec, home)
    return _systemd(spec, home)


def install(made: Service) -> None:
    """Write the file and start the service. Raises ServiceError; the file then stays, since starting can be mended."""
    try:
        made.path.parent.mkdir(parents=True, exist_ok=True)
        new = made.path.with_name(f".{made.path.name}.new")
        new.write_bytes(made.content)
        new.replace(made.path)
    except OSError as error:
        raise ServiceError(f"{made.path}: cannot be written: {error.strerror}") from error
    for command in made.start:
        _run(command, f"{made.path} was written, but")


def uninstall(made: Service) -> bool:
    """Stop the service and remove its file; returns whether there was one."""
    if not made.path.exists():
        return False
    for command in made.stop:
        with contextlib.suppress(ServiceError):  # it may not be running
            _run(command, "")
    made.path.unlink(missing_ok=True)
    for command in made.after_removal:
        with contextlib.suppress(ServiceError):
            _run(command, "")
    return True


def is_running(made: Service) -> bool:
    """Whether the service manager says so."""
    try:
        _run(made.query, "")
    except ServiceError:
        return False
    return True


def _run(command: Sequence[str], before: str) -> None:
    shown = " ".join(command)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        why = error.strerror if isinstance(error, OSError) else "no answer"
        raise ServiceError(f"{before} '{shown}' failed: {why}".strip()) from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise ServiceError(f"{before} '{shown}' failed: {said}".strip())


def _systemd(spec: Spec, home: Path) -> Service:
    name = f"mdnet-{spec.key}.service"
    lines = [
        "[Unit]",
        f"Description=mdnet keeps {_printable(spec.vault.name).replace('%', '%%')} current",
        "",
        "[Service]",
        "Type=notify",
        f"ExecStart={' '.join(_quoted(word, command=True) for word in spec.command)}",
        *(f"Environment={_quoted(f'{key}={value}')}" for key, value in sorted(spec.environment.items())),
        "# The first look at a large vault takes its time.",
        "TimeoutStartSec=infinity",
        "TimeoutStopSec=10",
        f"WatchdogSec={WATCHDOG_SECONDS}",
        "Restart=on-failure",
        "RestartSec=10",
        f"RestartPreventExitStatus={_NOTHING_TO_MEND}",
        "Nice=5",
        "",
        "[Install]",
        "WantedBy=default.target",
        "",
    ]
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    control = ("systemctl", "--user")
    return Service(
        name,
        config / "systemd/user" / name,
        "\n".join(lines).encode(),
        start=((*control, "daemon-reload"), (*control, "enable", "--now", name)),
        stop=((*control, "disable", "--now", name),),
        query=(*control, "--quiet", "is-active", name),
        after_removal=((*control, "daemon-reload"),),
    )


def _quoted(word: str, *, command: bool = False) -> str:
    """A word as systemd reads it back; in a command line `$` would be a variable."""
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"), ("%", "%%")):
        word = word.replace(plain, escaped)
    return f'"{word.replace("$", "$$") if command else word}"'


def _launchd(spec: Spec, home: Path) -> Service:
    name = f"mdnet.{spec.key}"
    content = {
        "Label": name,
        "ProgramArguments": list(spec.command),
        "EnvironmentVariables": dict(spec.environment),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,
        "ProcessType": "Background",
        # What it does is told by 'mdnet status'; a log would grow for ever.
        "StandardOutPath": "/dev/null",
        "StandardErrorPath": str(spec.errors),
    }
    path = home / "Library/LaunchAgents" / f"{name}.plist"
    domain = f"gui/{os.getuid() if hasattr(os, 'getuid') else 0}"
    return Service(
        name,
        path,
        plistlib.dumps(content),
        start=(("launchctl", "bootstrap", domain, str(path)),),
        stop=(("launchctl", "bootout", f"{domain}/{name}"),),
        query=("launchctl", "print", f"{domain}/{name}"),
    )


def _windows(spec: Spec, home: Path) -> Service:
    name = f"mdnet {spec.key}"
    task = ET.Element("Task", {"version": "1.2", "xmlns": _TASK})

    def add(parent: ET.Element, *tags: str, text: str = "") -> ET.Element:
        for tag in tags:
            parent = ET.SubElement(parent, tag)
        parent.text = text or None
        return parent

    add(task, "RegistrationInfo", "Description", text=f"mdnet keeps {_printable(spec.vault.name)} current")
    add(task, "Triggers", "LogonTrigger", "Enabled", text="true")
    principal = add(task, "Principals", "Principal")
    principal.set("id", "Author")
    add(principal, "LogonType", text="InteractiveToken")
    add(principal, "RunLevel", text="LeastPrivilege")
    settings = add(task, "Settings")
    add(settings, "MultipleInstancesPolicy", text="IgnoreNew")
    add(settings, "DisallowStartIfOnBatteries", text="false")
    add(settings, "StopIfGoingOnBatteries", text="false")
    restart = add(settings, "RestartOnFailure")
    add(restart, "Interval", text="PT1M")
    add(restart, "Count", text="100")
    add(settings, "ExecutionTimeLimit", text="PT0S")
    add(settings, "Priority", text="7")
    actions = add(task, "Actions")
    actions.set("Context", "Author")
    run = add(actions, "Exec")
    program, *arguments = spec.command
    add(run, "Command", text=program)
    add(run, "Arguments", text=subprocess.list2cmdline(arguments))
    path = home / "AppData/Local/mdnet" / f"{spec.key}.xml"
    return Service(
        name,
        path,
        ET.tostring(task, encoding="utf-16"),
        start=(("schtasks", "/create", "/f", "/tn", name, "/xml", str(path)), ("schtasks", "/run", "/tn", name)),
        stop=(("schtasks", "/end", "/tn", name), ("schtasks", "/delete", "/f", "/tn", name)),
        query=("schtasks", "/query", "/tn", name),
    )


def _printable(text: str) -> str:
    """On one line; XML has no place for control characters either."""
    return "".join(char if char.isprintable() else " " for char in text)
