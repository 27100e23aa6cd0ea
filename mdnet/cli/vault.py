"""Commands about the vault as a whole: init, check, index, status."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mdnet.cli.context import (
    json_option,
    opened,
    sync_with_progress,
    tell_problems,
    up_to_date,
    vault_option,
    why_not_kept,
)
from mdnet.cli.output import bold, columns, count, print_json, safe
from mdnet.cli.place import today
from mdnet.core import jsonform
from mdnet.errors import IndexUnavailableError

if TYPE_CHECKING:
    from mdnet.adapters.index.answers import Status
    from mdnet.app.workspace import Workspace


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--demo", is_flag=True, help="Copy the example vault instead, to look around in.")
@json_option
def init_command(folder: Path, *, demo: bool, as_json: bool) -> None:
    """Make a new vault, or a copy of the example.

    FOLDER may hold notes already (the one you are in is the default): only what is missing is added.
    """
    from mdnet.app.vaults import copy_example, init_vault

    if demo:
        notes = copy_example(folder)
        if as_json:
            print_json(vault=str(folder), notes=notes)
            return
        click.echo(f"The example vault is in {safe(str(folder))}: {count(notes, 'note')} by invented people. Now try")
        click.echo(bold(f"  mdnet --vault {safe(str(folder))} review --week 2026-W47"))
        return
    made = [path.as_posix() for path in init_vault(folder)]
    if as_json:
        print_json(vault=str(folder), made=made)
        return
    click.echo("\n".join(f"made {safe(name)}" for name in made) or "this is a vault already; nothing was changed")
    click.echo("Write down what people need, and run 'mdnet review'.")


@click.command("check")
@vault_option
@json_option
@click.pass_context
def check_command(ctx: click.Context, *, as_json: bool) -> None:
    """List everything in the notes that needs mending.

    Each is one line, path:line: message. The exit code is 1 where there are any.
    """
    from mdnet.core.overlooked import far_ahead

    with opened(ctx) as opened_work, up_to_date(opened_work) as (work, _):
        ahead = far_ahead(work.index.network().exchanges, today())
        problems = sorted({*work.problems, *work.index.problems(), *ahead})
        if as_json:
            print_json(problems=[jsonform.problem(problem) for problem in problems])
        else:
            for problem in problems:
                click.echo(f"{safe(problem.path)}:{problem.line}: {safe(problem.message)}")
            if not problems:
                click.echo(f"No problems in {count(work.index.status().notes, 'note')}.")
    if problems:
        ctx.exit(1)


@click.command("index")
@click.option("--rebuild", is_flag=True, help="Make the index anew; also forgets notes that are gone.")
@click.option("--verify", is_flag=True, help="Read every note and compare it, not just its size and times.")
@vault_option
@json_option
@click.pass_context
def index_command(ctx: click.Context, *, rebuild: bool, verify: bool, as_json: bool) -> None:
    """Bring the index up to date.

    Every command does this by itself. The index is a cache: it can be deleted at any moment. The exit code is 8 where
    it could not be written.
    """
    with opened(ctx) as work:
        report = sync_with_progress(work, full=rebuild, verify=verify)
        if report.warning:
            raise IndexUnavailableError(why_not_kept(report))
        if as_json:
            print_json(
                read=len(report.read),
                dropped=len(report.dropped),
                held=list(report.held),
                notes=report.notes,
                problems=report.problems,
                seconds=round(report.seconds, 3),
            )
            return
        click.echo(
            f"{count(report.notes, 'note')} indexed: {len(report.read)} read, {len(report.dropped)} dropped, "
            f"in {report.seconds:.2f} s."
        )
        tell_problems(len(report.held), report.problems)


@click.command("status")
@vault_option
@json_option
@click.pass_context
def status_command(ctx: click.Context, *, as_json: bool) -> None:
    """Tell what is indexed, how old it is and how it went.

    Looks at the index as it is, without bringing it up to date.
    """
    with opened(ctx) as work:
        status = work.index.status()
        if as_json:
            print_json(**_status(work, status))
        else:
            told = _status(work, status)
            daemon = told.pop("daemon")
            columns({key.replace("_", " "): _shown(key, value) for key, value in told.items()})
            _tell_daemon(daemon)


def _status(work: Workspace, status: Status) -> dict[str, Any]:
    from mdnet.app.judging import described
    from mdnet.app.matches import matcher_message
    from mdnet.app.watch_status import daemon_status

    age = None if status.synced is None else max(0, round(time.time() - status.synced))
    return {
        "vault": str(work.root),
        "index": str(work.index.path or ""),
        "notes": status.notes,
        "people": status.people,
        "records": status.records,
        "problems": status.problems + len(work.problems),
        "index_bytes": status.bytes,
        "age_seconds": age,
        "matching": matcher_message(work),
        "judge": described(work.settings.judge),
        "last_sync_seconds": None if status.seconds is None else round(status.seconds, 3),
        "daemon": daemon_status(work),
    }


def _tell_daemon(daemon: dict[str, Any]) -> None:
    """What the watcher is doing, one fact a line."""
    if not daemon.pop("running"):
        click.echo("no daemon watches this vault: 'mdnet watch' starts one")
        return
    click.echo(bold("daemon"))
    columns({f"  {key.replace('_', ' ')}": str(value) for key, value in daemon.items() if value not in (None, "")})


def _shown(key: str, value: object) -> str:
    if value is None:
        return "never" if key == "age_seconds" else "-"
    if key == "age_seconds":
        return _age(int(str(value)))
    if key == "index_bytes":
        return f"{int(str(value)) / 1e6:.1f} MB"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _age(seconds: int) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{count(seconds // size, name)} ago"
    return "just now"
