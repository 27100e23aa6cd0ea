"""Commands about people: people, show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mdnet.cli.context import json_option, synced, today, vault_option
from mdnet.cli.names import PERSON
from mdnet.cli.output import BOXES, bold, count, dim, print_json, print_table, safe
from mdnet.core import jsonform

if TYPE_CHECKING:
    from mdnet.app.people import Brief, Row


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
    from mdnet.app.people import brief

    with synced(ctx, quiet=as_json) as work:
        found = brief(work, person, today())
    if as_json:
        print_json(**_brief_json(found))
    else:
        _print_brief(found)


def _brief_json(found: Brief) -> dict[str, object]:
    return {
        "person": jsonform.person(found.person),
        "last_contact": jsonform.iso(found.last_contact),
        "due_on": jsonform.iso(found.due_on),
        "is_due": found.is_due,
        "balance": {"gave": found.gave, "asked": found.asked, "got": found.got, "warning": found.warning},
        "needs": [jsonform.need(need) for need in found.needs],
        "offers": [jsonform.offer(offer) for offer in found.offers],
        "log": [jsonform.exchange(exchange) for exchange in found.log],
        "mentioned_in": list(found.mentioned_in),
    }


def _print_brief(found: Brief) -> None:
    person = found.person
    click.echo(bold(safe(person.name)) + (dim(f"  also {safe(', '.join(person.aliases))}") if person.aliases else ""))
    facts = [", ".join(part for part in (person.role, person.company, person.location) if part), person.relation]
    facts += [*person.email, *person.phone, *person.url, f"birthday {person.birthday}" if person.birthday else ""]
    for fact in facts:
        if fact:
            click.echo(safe(fact))
    contact = f"last contact {found.last_contact}" if found.last_contact else "no contact noted yet"
    due = " · due now" if found.is_due else f" · due {found.due_on}" if found.due_on else ""
    click.echo(f"{contact}{due} · gave {found.gave}, asked {found.asked}, got {found.got}")
    if found.warning:
        click.echo(safe(found.warning))
    _section("Needs", [f"{BOXES[need.state]} {need.text}" for need in found.needs])
    _section("Offers", [offer.text for offer in found.offers])
    _section("Log", [f"{item.date} {item.verb}: {item.text}".rstrip(": ") for item in found.log])
    _section("Mentioned in", found.mentioned_in)
    click.echo(dim(safe(person.path)))


def _section(title: str, items: list[str] | tuple[str, ...]) -> None:
    if items:
        click.echo("\n" + bold(title))
        for item in items:
            click.echo(f"- {safe(item)}")
