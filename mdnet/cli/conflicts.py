"""The command `conflicts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mdnet.cli.context import json_option, print_diff, synced, vault_option
from mdnet.cli.output import bold, count, dim, print_json, safe
from mdnet.cli.place import today
from mdnet.errors import MdnetError, NotFoundError

if TYPE_CHECKING:
    from mdnet.app.conflicts import Pair
    from mdnet.app.workspace import Workspace


@click.command("conflicts")
@click.argument("copies", nargs=-1, metavar="[COPY]...")
@click.option("--merge", is_flag=True, help="Merge what is safe: where each of the two only has lines of its own.")
@click.option("--restore", is_flag=True, help="Put COPY back that was merged.")
@click.option("--no-diff", is_flag=True, help="Name the files, without their difference.")
@vault_option
@json_option
@click.pass_context
def conflicts_command(
    ctx: click.Context, *, copies: tuple[str, ...], merge: bool, restore: bool, no_diff: bool, as_json: bool
) -> None:
    """Compare the copies that sync tools made, and merge what is safe.

    COPY names one of them, as a path in the vault; else all. A merge writes into the original the lines that only the
    copy has, and takes the copy away. 'mdnet undo' takes back the former, and --restore the latter.
    The exit code is 1 where conflicts are left.
    """
    from mdnet.app import conflicts

    if restore and not copies:
        raise click.UsageError("--restore needs the name of a copy")
    with synced(ctx, quiet=True) as work:
        conflicts.bring_back(work)
        if restore:
            _restore(work, copies, as_json=as_json)
            return
        pairs = conflicts.find_pairs(work, today())
        for copy in copies:
            if all(pair.copy != copy for pair in pairs):
                raise NotFoundError(f"{copy} is no copy made by a sync tool; 'mdnet conflicts' lists them")
        pairs = [pair for pair in pairs if not copies or pair.copy in copies]
        done, refused = [], {}
        for at, pair in enumerate(pairs) if merge else ():
            # Merging another copy of the same note has changed it.
            pairs[at] = pair = conflicts.compare(work, pair.copy, pair.original, today())  # noqa: PLW2901
            try:
                done.append(conflicts.merge_pair(work, pair))
            except MdnetError as error:
                refused[pair.copy] = str(error)
        left = [pair for pair in pairs if all(one.copy != pair.copy for one in done)]
        marked = [] if copies else conflicts.marked_notes(work)
        if as_json:
            print_json(
                merged=[{"copy": one.copy, "original": one.original, "lines": one.added, "id": one.id} for one in done],
                conflicts=[_json(pair) for pair in left],
                marked=[{"path": problem.path, "line": problem.line} for problem in marked],
            )
        else:
            for one in done:
                how = f"; 'mdnet undo {one.id}' takes it back" if one.id else ""
                gained = f"gained {count(one.added, 'line')}" if one.added else "had it all"
                click.echo(f"{safe(one.original)} {gained}; {safe(one.copy)} is gone{how}")
            for pair in left:
                _show(pair, refused.get(pair.copy, ""), diff=not no_diff)
            for problem in marked:
                click.echo(f"{safe(problem.path)}:{problem.line}: {safe(problem.message)} Finish it in your editor.")
            if not (done or left or marked):
                click.echo("No conflicts.")
    if left or marked:
        ctx.exit(1)


def _restore(work: Workspace, copies: tuple[str, ...], *, as_json: bool) -> None:
    from mdnet.app.conflicts import restore

    restored = []
    for copy in copies:
        restored.append(restore(work, copy))
        if not as_json:
            click.echo(f"{safe(copy)} is back")
    if as_json:
        print_json(restored=restored)


def _json(pair: Pair) -> dict[str, object]:
    return {
        "copy": pair.copy,
        "original": pair.original,
        "original_there": pair.original_there,
        "safe": not pair.merged.refusal,
        "why_not": pair.merged.refusal,
        "diff": pair.diff,
    }


def _show(pair: Pair, refused: str, *, diff: bool) -> None:
    click.echo(f"{bold(safe(pair.copy))} {dim('is a copy of')} {bold(safe(pair.original))}")
    if diff and pair.diff:
        print_diff(pair.diff)
    if refused:
        click.echo(f"  {safe(refused)}")
    elif pair.merged.refusal:
        click.echo(f"  cannot be merged by itself: {safe(pair.merged.refusal)}")
    else:
        click.echo(f"  safe to merge ({count(pair.merged.added, 'line')} to gain): mdnet conflicts --merge")
