"""The command `stats`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mdnet.cli.context import json_option, synced, vault_option
from mdnet.cli.html import check_page_options, html_option, open_option, out_option, tell_page
from mdnet.cli.output import bold, columns, count, dim, print_json, print_table, safe
from mdnet.cli.place import today

if TYPE_CHECKING:
    from pathlib import Path

    from mdnet.core.stats import Stats

_BLOCKS = "▁▂▃▄▅▆▇█"
_QUIET = 10


@click.command("stats")
@html_option
@open_option
@out_option
@vault_option
@json_option
@click.pass_context
def stats_command(ctx: click.Context, *, as_html: bool, open_it: bool, out: Path | None, as_json: bool) -> None:
    """Show the network over time: needs, help, contacts, quiet ties.

    Needs are those of others. A page for the browser is made without anything private, and so may count less.
    """
    from mdnet.app import stats

    check_page_options(as_html=as_html, as_json=as_json, open_it=open_it, out=out)
    with synced(ctx, quiet=as_json) as work:
        if as_html:
            tell_page(stats.write_page(work, today(), out=out), open_it=open_it)
            return
        figures = stats.gather(work, today())
    if as_json:
        print_json(**stats.as_json(figures))
    else:
        _show(figures)


def _show(figures: Stats) -> None:
    days = figures.median_days_to_help
    columns(
        {
            "People": str(figures.people),
            "Needs": f"{figures.open} open, {figures.helping} being helped with, "
            f"{figures.helped} helped, {figures.dropped} dropped",
            "Days to help": f"{days:g} in the middle" if days is not None else "not known yet",
            "Open or helping": f"{_spark([week.open for week in figures.weeks])}  {count(len(figures.weeks), 'week')}",
            "Helped": _spark([week.helped for week in figures.weeks]),
        }
    )
    click.echo()
    rows = [
        tuple(str(n or "") if i else str(n) for i, n in enumerate(row))
        for row in ((m.month, m.opened, m.helped, m.met, m.gave, m.asked, m.got, m.contacts) for m in figures.months)
    ]
    print_table(rows, ("Month", "New", "Helped", "Met", "Gave", "Asked", "Got", "Contacts"))
    click.echo("\n" + bold("Balance") + dim("  given less taken in twelve months: how many people stand where"))
    print_table(
        [tuple(str(number) for _, number in figures.balance)],
        tuple({"-3": "-3 or less", "3": "3 or more"}.get(tilt, tilt) for tilt, _ in figures.balance),
    )
    if figures.neglected:
        click.echo("\n" + bold("Ties gone quiet"))
        for item in figures.neglected[:_QUIET]:
            why = "wanted" if item.by_cadence else "usual"
            click.echo(
                f"  {safe(item.person)}  " + dim(f"{item.days} days since {item.last_contact}, {why}: {item.usual}")
            )
        if len(figures.neglected) > _QUIET:
            click.echo(dim(f"  and {len(figures.neglected) - _QUIET} more"))


def _spark(values: list[int]) -> str:
    """The values as a row of small bars, from 0 to the highest."""
    top = max([*values, 1])
    return "".join(_BLOCKS[value * (len(_BLOCKS) - 1) // top] for value in values)
