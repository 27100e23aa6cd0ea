"""Commands that change what stands in the notes: done, drop, start, reopen, snooze, due, dismiss."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mdnet.cli.context import dry_run_option, future_date, json_option, print_diff, synced, vault_option
from mdnet.cli.names import NEED, PERSON
from mdnet.cli.output import dim, print_json, safe
from mdnet.cli.place import today
from mdnet.core.model import LIVE
from mdnet.errors import AmbiguousError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from mdnet.app.writing import Change
    from mdnet.core.model import Need, Network, State


def _tell(change: Change, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json(path=change.path, id=change.written.id, diff=change.written.diff, told=change.told)
    elif dry_run:
        print_diff(change.written.diff)
    else:
        end = "mdnet undo takes it back" if change.written.id else "it is so already"
        click.echo(f"{safe(change.told)} {dim(f'({safe(change.path)}; {end})')}")


def choose_need(network: Network, query: str, states: Iterable[State], goal: State | None = None) -> Need:
    """The need that was meant; on a terminal several may be chosen from.

    `states` are those that it may be in, `goal` the one that it is to get, in which it may be already. Raises
    NotFoundError, AmbiguousError.
    """
    from mdnet.core.lookup import find_need

    wanted = set(states)
    needs = [need for need in network.needs if need.state in wanted]
    try:
        return find_need(needs, query)
    except NotFoundError:
        found = find_need(network.needs, query)
        if found.state != goal:
            raise NotFoundError(
                f"{found.person}: {found.text} is {found.state} already; 'mdnet reopen' opens it again"
            ) from None
        return found
    except AmbiguousError as error:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise
        for number, candidate in enumerate(error.candidates, 1):
            click.echo(f"{number:>3}  {safe(candidate)}")
        number = click.prompt("Which one?", type=click.IntRange(1, len(error.candidates)))
        need_id = error.candidates[number - 1].rpartition("(")[2].rstrip(")")
        return find_need(network.needs, need_id)


def _state_command(name: str, state: State, summary: str, before: tuple[State, ...]) -> click.Command:
    def run(ctx: click.Context, *, need: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
        from mdnet.app.states import set_state

        with synced(ctx, quiet=as_json) as work:
            network = work.index.network()
            chosen = choose_need(network, " ".join(need), before, state)
            change = set_state(work, network, chosen, state, today(), dry_run=dry_run)
        _tell(change, dry_run=dry_run, as_json=as_json)

    run.__doc__ = (
        f"{summary}\n\n    NEED is a part of its text, its id, or its block id; where several fit, you are asked."
    )
    command = click.pass_context(run)
    for option in (
        json_option,
        vault_option,
        dry_run_option,
        click.argument("need", nargs=-1, required=True, type=NEED),
    ):
        command = option(command)
    return click.command(name)(command)


done_command = _state_command("done", "helped", "Mark a need as helped.", LIVE)
drop_command = _state_command("drop", "dropped", "Mark a need as dropped.", LIVE)
start_command = _state_command("start", "helping", "Mark a need as being helped with.", ("open",))
reopen_command = _state_command("reopen", "open", "Make a need open again.", ("helped", "dropped", "helping"))


@click.command("snooze")
@click.argument("need", nargs=-1, required=True, type=NEED)
@click.option(
    "--until", required=True, metavar="DATE", callback=future_date, help="The day, as 2027-01-10 or 'in 3 weeks'."
)
@dry_run_option
@vault_option
@json_option
@click.pass_context
def snooze_command(ctx: click.Context, *, need: tuple[str, ...], until: date, dry_run: bool, as_json: bool) -> None:
    """Have a need rest until a day.

    NEED is a part of its text, its id, or its block id.
    """
    from mdnet.app.states import snooze_need

    with synced(ctx, quiet=as_json) as work:
        network = work.index.network()
        chosen = choose_need(network, " ".join(need), LIVE)
        change = snooze_need(work, network, chosen, until, today(), dry_run=dry_run)
    _tell(change, dry_run=dry_run, as_json=as_json)


@click.command("due")
@click.argument("person", type=PERSON)
@click.option("--snooze", required=True, metavar="DATE", callback=future_date, help="Not due before this day.")
@dry_run_option
@vault_option
@json_option
@click.pass_context
def due_command(ctx: click.Context, *, person: str, snooze: date, dry_run: bool, as_json: bool) -> None:
    """Have a person not be due before a day.

    Writes the property 'snooze' of their note.
    """
    from mdnet.app.people import find
    from mdnet.app.states import snooze_person

    with synced(ctx, quiet=as_json) as work:
        change = snooze_person(work, find(work, person), snooze, dry_run=dry_run)
    _tell(change, dry_run=dry_run, as_json=as_json)


@click.command("dismiss")
@click.argument("match")
@dry_run_option
@vault_option
@json_option
@click.pass_context
def dismiss_command(ctx: click.Context, *, match: str, dry_run: bool, as_json: bool) -> None:
    """Say that a match is of no use; it never comes back.

    MATCH is its id (m-...), as on the page and in 'mdnet match --json', or a part of the passage on a page. It is
    remembered as [-] on a review page.
    """
    from mdnet.app.dismiss import dismiss

    with synced(ctx, quiet=as_json) as work:
        change = dismiss(work, match, today(), dry_run=dry_run)
    _tell(change, dry_run=dry_run, as_json=as_json)
