"""Commands that look things up: needs, match, search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mdnet.cli.context import json_option, past_date, past_dates, synced, vault_option
from mdnet.cli.lookups import USUAL_NUMBER, notes_found
from mdnet.cli.matches import print_helpers, print_matches
from mdnet.cli.names import PERSON
from mdnet.cli.output import BOXES, bold, count, dim, print_json, print_table
from mdnet.cli.place import today
from mdnet.cli.typed import text_meant
from mdnet.core import jsonform

if TYPE_CHECKING:
    from datetime import date

    from mdnet.app.replay import Replay
    from mdnet.core.model import Need


@click.command("needs")
@click.argument("filter_text", metavar="[TEXT]", required=False)
@click.option("--person", type=PERSON, help="Only this person's.")
@click.option(
    "--state", type=click.Choice([*BOXES, "all"]), help="Only in this state; else those open or being helped with."
)
@click.option("--due", "only_due", is_flag=True, help="Only those wanted by a day.")
@click.option("--mine", is_flag=True, help="Only your own.")
@vault_option
@json_option
@click.pass_context
def needs_command(
    ctx: click.Context,
    *,
    filter_text: str | None,
    person: str | None,
    state: str | None,
    only_due: bool,
    mine: bool,
    as_json: bool,
) -> None:
    """List needs.

    The oldest first, those wanted by a day before all others. TEXT is looked for in text and person.
    """
    from mdnet.app.needs import NeedFilter, list_needs
    from mdnet.app.people import find

    with synced(ctx, quiet=as_json) as work:
        path = find(work, person).path if person else ""
        wanted = NeedFilter(filter_text or "", path, state or "", only_due, mine)
        needs = list_needs(work.index.network(), wanted)
    if as_json:
        print_json(needs=[jsonform.need(need) for need in needs])
        return
    if needs:
        rows = [_columns(need) for need in needs]
        print_table(rows, ("Id", "Person", "", "Need", "Since", "By"), prose=("Need", "Person"))
    click.echo(dim(count(len(needs), "need")))


def _columns(need: Need) -> tuple[str, ...]:
    since = need.created.isoformat() if need.created else ""
    return need.id, need.person, BOXES[need.state], need.text, since, need.due.isoformat() if need.due else ""


@click.command("match")
@click.argument("what", metavar="[PERSON|TEXT]", nargs=-1, type=PERSON, callback=text_meant)
@click.option("--since", metavar="DATE", callback=past_date, help="Only notes, or needs, from this day on.")
@click.option(
    "--replay",
    nargs=2,
    metavar="FROM TO",
    callback=past_dates,
    help="Tell what the pages of these past weeks (2026-W45, or a day in it) would have shown, and how much of it was "
    "passed on.",
)
@click.option("--all", "show_all", is_flag=True, help="The uncertain ones too, with their scores.")
@click.option("-n", "--number", type=click.IntRange(1), default=20, show_default=True, help="At most so many.")
@vault_option
@json_option
@click.pass_context
def match_command(
    ctx: click.Context,
    *,
    what: tuple[str, ...],
    since: date | None,
    replay: tuple[date, date] | None,
    show_all: bool,
    number: int,
    as_json: bool,
) -> None:
    """Match needs to what was seen and heard.

    With a PERSON, their needs; with a TEXT, the needs that it may help and the notes that say such things; without,
    all open needs. TEXT - is read from standard input.
    """
    from mdnet.app.needs import matches_for, replayed_weeks

    if replay:
        with synced(ctx, quiet=as_json) as work:
            _tell_replay(replayed_weeks(work, *replay, today=today()), number, as_json=as_json)
        return
    with synced(ctx, quiet=as_json) as work:
        found = matches_for(work, " ".join(what), since=since, show_all=show_all, today=today())
    matches = sorted(found.matches, key=lambda match: -match.score)[:number]  # as what is printed says
    helpers = found.helpers[:number]
    if as_json:
        print_json(
            matches=[jsonform.match(match) for match in matches],
            helpers=[jsonform.helper(helper) for helper in helpers],
        )
        return
    print_matches(matches, scores=show_all)
    if not matches:
        what_not = "No note fits." if helpers else "Nothing fits."
        click.echo(what_not + ("" if show_all else " 'mdnet match --all' shows what comes near."))
    elif len(found.matches) > number:
        click.echo(dim(f"{len(found.matches) - number} more: -n {len(found.matches)} shows them"))
    print_helpers(helpers, "People who may help")


def _tell_replay(found: Replay, number: int, *, as_json: bool) -> None:
    if as_json:
        weeks = [
            {
                "week": str(week.week),
                "shown": [jsonform.match(match) for match in week.shown],
                "passed_on": [match.id for match in week.passed_on],
                "dismissed": [match.id for match in week.dismissed],
            }
            for week in found.weeks
        ]
        print_json(weeks=weeks, shown=found.shown, precision=found.precision)
        return
    for week in found.weeks:
        answered = f", {len(week.passed_on)} passed on, {len(week.dismissed)} of no use" if week.shown else ""
        click.echo(bold(f"{week.week}: {count(len(week.shown), 'match', 'matches')}{answered}"))
        print_matches(week.shown[:number], scores=True)
    share = (
        "none of it was answered" if found.precision is None else f"{found.precision:.0%} of the answered was passed on"
    )
    click.echo(f"{count(found.shown, 'match', 'matches')} would have been shown; {share}.")


@click.command("search")
@click.argument("text", nargs=-1, required=True, callback=text_meant)
@click.option(
    "-n", "--number", type=click.IntRange(1), default=USUAL_NUMBER, show_default=True, help="At most so many."
)
@vault_option
@json_option
@click.pass_context
def search_command(ctx: click.Context, *, text: tuple[str, ...], number: int, as_json: bool) -> None:
    """Search all notes.

    All words must be in the note. "Quotes" hold words together, a * at the end of a word stands for any ending. Where
    nothing is found, each longer word may have any ending.
    """
    with synced(ctx, quiet=as_json) as work:
        found = notes_found(work, " ".join(text), number, as_json=as_json)
    click.echo(found, nl=False)
