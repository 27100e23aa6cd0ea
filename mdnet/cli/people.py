"""Commands about people: people, show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mdnet.cli.context import json_option, synced, vault_option
from mdnet.cli.lookups import person_shown
from mdnet.cli.names import PERSON
from mdnet.cli.output import count, dim, print_json, print_table
from mdnet.cli.place import today
from mdnet.core import jsonform

if TYPE_CHECKING:
    from mdnet.app.people import Row


@click.command("people")
@click.argument("filter_text", metavar="[TEXT]", required=False)
@click.option("--due", "only_due", is_flag=True, help="Only those who are due.")
@click.option("--tag", help="Only those with this tag or one below it.")
@click.option("--relation", help="Only those whose relation says this.")
@click.option("--no-need", is_flag=True, help="Only those of whom no open need is known.")
@click.option("--with-need", is_flag=True, help="Only those with an open need.")
@click.option("--sort", type=click.Choice(["due", "name", "contact"]), default="due", help="The order; due first.")
@vault_option
@json_option
@click.pass_context
def people_command(
    ctx: click.Context,
    *,
    filter_text: str | None,
    only_due: bool,
    tag: str | None,
    relation: str | None,
    no_need: bool,
    with_need: bool,
    sort: str,
    as_json: bool,
) -> None:
    """List people, those due first.

    TEXT is looked for in name, aliases, company, role, place, relation and tags.
    """
    from mdnet.app.people import Filter, list_people

    wanted = Filter(filter_text or "", only_due, tag or "", relation or "", no_need, with_need)
    with synced(ctx, quiet=as_json) as work:
        rows = list_people(work.index.network(), work.settings, today(), wanted, sort)
    if as_json:
        print_json(people=[_as_json(row) for row in rows])
        return
    if rows:
        header = ("Name", "Who", "Last contact", "Due", "Needs")
        print_table([_columns(row) for row in rows], header, prose=("Who", "Name"))
    click.echo(dim(count(len(rows), "person", "people")))


def _as_json(row: Row) -> dict[str, object]:
    return {
        **jsonform.person(row.person),
        "last_contact": jsonform.iso(row.last_contact),
        "due_on": jsonform.iso(row.due_on),
        "is_due": row.is_due,
        "open_needs": row.open_needs,
    }


def _columns(row: Row) -> tuple[str, ...]:
    about = ", ".join(part for part in (row.person.role, row.person.company) if part)
    due = "now" if row.is_due else row.due_on.isoformat() if row.due_on else ""
    last = row.last_contact.isoformat() if row.last_contact else "never" if row.is_due else ""
    return row.person.name, about, last, due, str(row.open_needs or "")


@click.command("show")
@click.argument("person", type=PERSON)
@vault_option
@json_option
@click.pass_context
def show_command(ctx: click.Context, *, person: str, as_json: bool) -> None:
    """Show one person: who they are, needs, balance, log.

    A part of the name is enough, where it means only one person.
    """
    with synced(ctx, quiet=as_json) as work:
        text = person_shown(work, person, today(), as_json=as_json)
    click.echo(text, nl=False)
