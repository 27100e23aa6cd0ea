"""The command `review`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mdnet.cli.context import dry_run_option, json_option, past_date, print_diff, synced, vault_option
from mdnet.cli.html import check_page_options, tell_page
from mdnet.cli.output import count, dim, print_json, safe
from mdnet.cli.place import today
from mdnet.core.weeks import Week, parse_week

if TYPE_CHECKING:
    from datetime import date

    from mdnet.app.review import Page
    from mdnet.app.workspace import Workspace

    WeekParam = click.ParamType[Week]
else:  # older versions of click have no type parameter
    WeekParam = click.ParamType


class WeekType(WeekParam):
    """`2026-W47`, or a day in that week."""

    name = "week"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Week:
        """The week, or a usage error."""
        if isinstance(value, Week):
            return value
        try:
            return parse_week(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("review")
@click.option("--week", type=WeekType(), metavar="WEEK", help="The week, as 2026-W47 or a day in it; else this week.")
@click.option(
    "--since", metavar="DATE", callback=past_date, help="Notes from this day on are new; else since the last review."
)
@click.option("--stdout", "to_stdout", is_flag=True, help="Print the page instead of writing it.")
@click.option("--html", is_flag=True, help="Write it as one HTML file instead, without anything private.")
@click.option("--open", "open_it", is_flag=True, help="Open the HTML file in the browser.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where the HTML file goes.")
@click.option("--no-apply", is_flag=True, help="Do not carry out the ticks on the pages first.")
@dry_run_option
@vault_option
@json_option
@click.pass_context
def review_command(
    ctx: click.Context,
    *,
    week: Week | None,
    since: date | None,
    to_stdout: bool,
    html: bool,
    open_it: bool,
    out: Path | None,
    no_apply: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write this week's review page.

    Ticks on the pages are carried out first. Running it again keeps your ticks and your own text.
    """
    from mdnet.app import review

    as_html = html or open_it or out is not None
    check_page_options(as_html=as_html, as_json=as_json, open_it=open_it, out=out)
    if as_html and to_stdout:
        raise click.UsageError("--html and --stdout exclude each other")
    with synced(ctx, quiet=as_json) as work:
        if as_json or to_stdout:
            values = review.review_values(work, today(), week=week, since=since)
            if as_json:
                print_json(**{**values, "schema": "mdnet-1"})
            else:
                click.echo(review.render_page(work, values), nl=False)
            return
        if as_html:
            _write_html(work, review.review_values(work, today(), week=week, since=since, public=True), out, open_it)
            return
        page = review.write_review(work, today(), week=week, since=since, apply=not no_apply, dry_run=dry_run)
        if dry_run:
            for change in page.applied.changes:
                print_diff(change.written.diff)
            print_diff(page.diff)
            return
        _tell(page, Path(work.root))


def _write_html(work: Workspace, values: dict[str, Any], out: Path | None, open_it: bool) -> None:  # noqa: FBT001
    from mdnet.app.html import write_page

    tell_page(write_page(work, values, out=out), open_it=open_it)


def _tell(page: Page, root: Path) -> None:
    for change in page.applied.changes:
        if change.told:
            click.echo(f"carried out: {safe(change.told)}")
    for problem in page.applied.problems:
        click.echo(f"mdnet: {safe(problem.path)}:{problem.line}: {safe(problem.message)}", err=True)
    totals = page.values["totals"]
    told = [
        count(totals["new_matches"], "new match", "new matches"),
        count(totals["follow_ups"], "outcome") + " to ask for",
        count(totals["due"], "person", "people") + " to be in touch with",
    ]
    click.echo(f"Week {page.values['week']}: {', '.join(told)}.")
    state = "" if page.changed else dim(" (unchanged)")
    click.echo(f"The page is {safe(str(root / page.path))}{state}")
