"""A short message on the user's desktop, by the program that each platform has for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_SECONDS = 5.0
_LONGEST = 300
# The texts come in the environment: nothing of them is ever read as code.
_TOAST = """
$ErrorActionPreference = 'Stop'
[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent(1)
$texts = $xml.GetElementsByTagName('text')
[void]$texts.Item(0).AppendChild($xml.CreateTextNode($env:MDNET_TITLE))
[void]$texts.Item(1).AppendChild($xml.CreateTextNode($env:MDNET_TEXT))
$toast = [Windows.UI.Notifications.ToastNotification]::new($xml)
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier('mdnet').Show($toast)
"""
_SCRIPT = ("on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run")


def command(title: str, text: str, platform: str = sys.platform) -> tuple[list[str], dict[str, str]]:
    """The program to run with its arguments, and what to add to its environment."""
    title, text = _plain(title), _plain(text)
    if platform == "darwin":
        lines = [part for line in _SCRIPT for part in ("-e", line)]
        return ["osascript", *lines, "--", title, text], {}
    if platform == "win32":
        powershell = ["powershell", "-NoProfile", "-NonInteractive", "-Command", _TOAST]
        return powershell, {"MDNET_TITLE": title, "MDNET_TEXT": text}
    # The body of a notification is a kind of HTML there; the title is not.
    body = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return ["notify-send", "--app-name=mdnet", "--", title, body], {}


def notify(title: str, text: str) -> str:
    """Show a message. Returns why that was not possible; "" where it was."""
    argv, environment = command(title, text)
    if shutil.which(argv[0]) is None:
        return f"{argv[0]} is not installed, so there are no messages on the desktop"
    try:
        done = subprocess.run(
            argv,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{argv[0]} failed: {error}"
    return "" if done.returncode == 0 else f"{argv[0]} failed: {done.stderr.decode('utf-8', 'replace').strip()}"


def _plain(text: str) -> str:
    """On one line, without control characters, and short."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"
