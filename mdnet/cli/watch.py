"""The command `watch`."""

from __future__ import annotations

import errno
import json
import time
from typing import TYPE_CHECKING, Any

import click

from mdnet.cli.context import json_option, vault_option
from mdnet.cli.output import count, safe
from mdnet.cli.place import today, vault_meant

if TYPE_CHECKING:
    from collections.abc import Callable

_SHOWN = 3
"""So many notes are named on a line; of more, only their number is told."""


@click.command("watch")
@click.option("--no-apply", is_flag=True, help="Do not carry out ticks.")
@click.option("--no-render", is_flag=True, help="Do not write this week's page anew.")
@click.option("--notify", is_flag=True, help="Tell of matches on the desktop too.")
@click.option(
    "--poll",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Look every so many seconds instead of waiting for events: for network drives.",
)
@click.option(
    "--rescan",
    type=click.FloatRange(min=0.1),
    metavar="MINUTES",
    default=30.0,
    show_default=True,
    help="Look at everything this often, whatever the events say; 30 or more: less often where that takes long.",
)
@vault_option
@json_option
@click.pass_context
def watch_command(
    ctx: click.Context,
    *,
    no_apply: bool,
    no_render: bool,
    notify: bool,
    poll: float | None,
    rescan: float,
    as_json: bool,
) -> None:
    """Keep the index and this week's page current, until stopped.

    A moment after you save a note, every command knows. Ticks are carried out when the page is saved, on this device
    or another. Press Ctrl-C to stop. 'mdnet service install' has it started whenever you log in.
    """
    from mdnet.app.watch import Daemon
    from mdnet.app.watch_options import Options

    root, folders = vault_meant(ctx.obj)
    options = Options(apply=not no_apply, render=not no_render, notify=notify, poll=poll, rescan=60 * rescan)
    printed = _Printed(_json_line if as_json else _line)
    daemon = Daemon(root, folders, options, today=today, tell=printed.tell)
    printed.stop = daemon.stop
    daemon.run()
    printed.end()


class _Printed:
    """The log. A disk that is full is no reason to stop: what cannot be printed is left out. Nobody who reads it any
    more is one."""

    def __init__(self, show: Callable[..., None]) -> None:
        self._show = show
        self._failure: OSError | None = None
        self.stop: Callable[[], None] = lambda: None

    def tell(self, event: str, **details: Any) -> None:
        """Print a line."""
        if self._failure is not None and self._failure.errno == errno.EPIPE:
            return
        try:
            self._show(event, **details)
        except OSError as error:
            self._failure = error
            if error.errno == errno.EPIPE:
                self.stop()
        else:
            self._failure = None

    def end(self) -> None:
        """End the process with an exit code of its own where the last line could not be printed."""
        if self._failure is not None:
            from mdnet.cli.outlet import end_unheard

            end_unheard(self._failure.strerror or str(self._failure))


def _json_line(event: str, **details: Any) -> None:
    line = {"event": event, "time": round(time.time(), 3), **details}
    click.echo(json.dumps(line, ensure_ascii=True))


def _line(event: str, **details: Any) -> None:
    text = _TEXTS[event](details)
    click.echo(f"{time.strftime('%H:%M:%S')}  {safe(text)}")


def _indexed(told: dict[str, Any]) -> str:
    parts = []
    for key, verb in (("read", "read"), ("dropped", "forgot")):
        paths = told[key]
        if paths:
            parts.append(f"{verb} {', '.join(paths) if len(paths) <= _SHOWN else count(len(paths), 'note')}")
    return f"{' and '.join(parts)} ({told['seconds'] * 1000:.0f} ms)"


def _scanned(told: dict[str, Any]) -> str:
    return (
        f"looked at everything ({told['why']}): {count(told['read'], 'note')} read, {told['dropped']} forgotten, "
        f"in {told['seconds']:.2f} s"
    )


_TEXTS: dict[str, Any] = {
    "watching": lambda told: f"watching {told['vault']}; Ctrl-C stops",
    "stale": lambda told: f"the last watcher (process {told['pid']} on {told['host']}) ended without a word",
    "scanned": _scanned,
    "indexed": _indexed,
    "applied": lambda told: f"{told['path']}: {told['what']}",
    "refused": lambda told: f"{told['path']}:{told['line']}: {told['what']}",
    "rendered": lambda told: f"{told['path']}: written anew",
    "match": lambda told: f"{told['path']}:{told['line']}: may help {told['who']}: {told['what']}",
    "holding": lambda told: (
        f"{count(told['notes'], 'note')} gone at once: nothing was forgotten. Is the disk there? "
        "If you deleted them, run 'mdnet index --rebuild'."
    ),
    "gone": lambda _: "the vault is not there: nothing is forgotten, waiting until it is back",
    "back": lambda _: "the vault is back",
    "moved": lambda told: f"the vault's path leads to {told['where']} now: stopping",
    "polling": lambda told: f"not everything can be watched ({told['why']}): looking every {told['seconds']:g} s too",
    "error": lambda told: told["what"],
    "stopped": lambda _: "stopped",
}
