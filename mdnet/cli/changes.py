"""Commands about what was written: apply, undo, log."""

from __future__ import annotations

from contextlib import suppress

import click

from mdnet.cli.context import dry_run_option, json_option, opened, print_diff, synced, vault_option
from mdnet.cli.output import count, dim, print_json, print_table, safe
from mdnet.cli.place import today
from mdnet.core import jsonform
from mdnet.errors import WriteRefusedError


@click.command("apply")
@dry_run_option
@vault_option
@json_option
@click.pass_context
def apply_command(ctx: click.Context, *, dry_run: bool, as_json: bool) -> None:
    """Carry out the ticks on the review pages.

    Each is carried out once, however often this is run. The exit code is 1 where some could not be.
    """
    from mdnet.app.apply import apply_ticks

    with synced(ctx, quiet=as_json) as work:
        applied = apply_ticks(work, today(), dry_run=dry_run)
    if as_json:
        changes = [
            {"path": change.path, "told": change.told, "diff": change.written.diff} for change in applied.changes
        ]
        print_json(changes=changes, problems=[jsonform.problem(problem) for problem in applied.problems])
    else:
        told = [change for change in applied.changes if change.told]
        for change in applied.changes:
            if dry_run:
                print_diff(change.written.diff)
            elif change.told:
                click.echo(f"{safe(change.told)} {dim(f'({safe(change.path)})')}")
        for problem in applied.problems:
            click.echo(f"{safe(problem.path)}:{problem.line}: {safe(problem.message)}", err=True)
        if not told:
            click.echo("No new ticks.")
    if applied.problems:
        ctx.exit(1)


@click.command("undo")
@click.argument("item", metavar="[ID]", required=False)
@dry_run_option
@vault_option
@json_option
@click.pass_context
def undo_command(ctx: click.Context, *, item: str | None, dry_run: bool, as_json: bool) -> None:
    """Take back your last write, or that of an ID from 'mdnet log'.

    Takes back exactly what was written, also when other lines were edited since; refuses where it cannot. Review pages
    are passed over, since mdnet writes them anew at any time: name the ID to take one back.
    """
    from mdnet.app.undo import undo
    from mdnet.app.writing import damage

    with synced(ctx, quiet=as_json) as work:
        _tell(damage(work))
        taken = undo(work, item, dry_run=dry_run)
    if as_json:
        print_json(undone=[{"path": written.path, "id": written.id, "diff": written.diff} for written in taken])
        return
    for written in taken:
        if dry_run:
            print_diff(written.diff)
        else:
            click.echo(f"taken back in {safe(written.path)}")
            print_diff(written.diff)


@click.command("log")
@click.option(
    "-n", "--number", type=click.IntRange(1), default=20, show_default=True, help="How many, the newest first."
)
@vault_option
@json_option
@click.pass_context
def log_command(ctx: click.Context, *, number: int, as_json: bool) -> None:
    """List what mdnet wrote, the newest first."""
    from mdnet.app.writing import damage, writer

    with opened(ctx) as work:
        pen = writer(work)
        with suppress(WriteRefusedError):  # a list can be shown all the same
            pen.recover()
        items, wrong = pen.log(number), damage(work)
    _tell(wrong)
    if as_json:
        print_json(
            log=[
                {
                    "id": item.id,
                    "time": item.time.isoformat(),
                    "command": item.command,
                    "paths": list(item.paths),
                    "state": item.state,
                }
                for item in items
            ]
        )
        return
    if not items:
        click.echo("Nothing has been written yet.")
        return
    rows = [
        (
            item.id,
            item.time.astimezone().strftime("%Y-%m-%d %H:%M"),
            item.command + (" (undone)" if item.state == "undone" else ""),
            ", ".join(item.paths[:3])
            + (f" and {count(len(item.paths) - 3, 'more', 'more')}" if len(item.paths) > 3 else ""),
        )
        for item in items
    ]
    print_table(rows, ("Id", "When", "Command", "Notes"), prose=("Notes",))


def _tell(wrong: str) -> None:
    if wrong:
        click.echo(f"mdnet: {safe(wrong)}", err=True)
