"""Commands that write something down: add, need, offer, met, gave, asked, got, heard, note."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from mdnet.cli.context import (
    dry_run_option,
    future_date,
    json_option,
    past_date,
    print_diff,
    synced,
    up_to_date,
    vault_option,
)
from mdnet.cli.matches import print_helpers, print_matches
from mdnet.cli.names import PERSON
from mdnet.cli.output import dim, print_json, safe
from mdnet.cli.place import today
from mdnet.cli.typed import FROM_INPUT, name_meant, text_meant
from mdnet.core import jsonform

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from mdnet.app.workspace import Workspace
    from mdnet.app.writing import Change
    from mdnet.core.model import Person, Verb

MOST_SHOWN = 5


def _written(change: Change, *, dry_run: bool) -> None:
    """Tell what was written and where, or show what would be."""
    if dry_run:
        print_diff(change.written.diff)
    elif change.written.id:
        click.echo(f"{safe(change.told)} {dim(f'({safe(change.path)}; mdnet undo takes it back)')}")
    else:
        click.echo(f"{safe(change.told)} {dim(f'({safe(change.path)}; nothing to write)')}")


@click.command("add")
@click.argument("name", nargs=-1, required=True, callback=name_meant)
@dry_run_option
@vault_option
@json_option
@click.pass_context
def add_command(ctx: click.Context, *, name: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Make a note for a new person.

    NAME becomes the note's name, in the folder of people; - is read from standard input.
    """
    from mdnet.app.capture import add_person

    with synced(ctx, quiet=as_json) as work:
        change = add_person(work, " ".join(name), dry_run=dry_run)
        _report(change, dry_run=dry_run, as_json=as_json)


def _report(change: Change, *, dry_run: bool, as_json: bool, **more: Any) -> None:
    if as_json:
        print_json(path=change.path, id=change.written.id, diff=change.written.diff, told=change.told, **more)
    else:
        _written(change, dry_run=dry_run)


def _record_command(verb: Verb, summary: str, details: str) -> click.Command:
    """One of the six commands that add a record; they differ in the verb alone."""

    def run(
        ctx: click.Context,
        *,
        person: str,
        text: tuple[str, ...],
        also: tuple[str, ...],
        on: date | None,
        due: date | None = None,
        private: bool,
        dry_run: bool,
        as_json: bool,
    ) -> None:
        from mdnet.app import capture

        with synced(ctx, quiet=True) as work:
            network = work.index.network()
            people = capture.find_people(network, person, also, me=verb in ("need", "offer"))
            words = capture.word_of_balance(network, people, today()) if verb == "asked" else []
            said = capture.Said(verb, " ".join(text), on or today(), due, private)
            change = capture.write_record(work, people, said, today(), dry_run=dry_run)
            more = {} if dry_run else _matches_of(work, people, said.text, verb)
            if as_json:
                _report(change, dry_run=dry_run, as_json=True, balance=words, **_more_json(more))
                return
            _written(change, dry_run=dry_run)
            for word in words:
                click.echo(safe(word))
            print_matches(more.get("matches", []), "Notes that may help")
            print_helpers(more.get("helpers", []), "People who may help", name_needs=False)

    run.__doc__ = f"{summary}\n\n    {details} {FROM_INPUT}"
    command: Callable[..., Any] = click.pass_context(run)
    for option in (
        json_option,
        vault_option,
        dry_run_option,
        click.option(
            "--private", is_flag=True, help="Mark the line #private: kept out of HTML, exports, served pages."
        ),
        click.option(
            "--on", metavar="DATE", callback=past_date, help="The day, as 2026-11-24 or yesterday; else today."
        ),
        click.option("--with", "also", multiple=True, type=PERSON, metavar="PERSON", help="Somebody else it concerns."),
        click.argument("text", nargs=-1, required=verb in ("need", "offer"), callback=text_meant),
        click.argument("person", type=PERSON),
    ):
        command = option(command)
    if verb in ("need", "asked"):
        due = click.option("--due", metavar="DATE", callback=future_date, help="Wanted by this day.")
        command = due(command)
    return click.command(verb)(command)


def _matches_of(work: Workspace, people: list[Person], text: str, verb: Verb) -> dict[str, list[Any]]:
    """For a new need: the older notes that match it and the people who might help."""
    if verb != "need":
        return {}
    from mdnet.app import matches
    from mdnet.app.capture import new_need

    with up_to_date(work) as (current, _):
        network = current.index.network()
        need = new_need(network, people[0], text)
        if need is None:
            return {}
        return {
            "matches": matches.of_needs(current, network, [need], (), since=None, today=today())[:MOST_SHOWN],
            "helpers": matches.helpers(current, network, today=today(), needs=[need])[:MOST_SHOWN],
        }


def _more_json(more: dict[str, list[Any]]) -> dict[str, Any]:
    if not more:
        return {}
    return {
        "matches": [jsonform.match(match) for match in more["matches"]],
        "helpers": [jsonform.helper(helper) for helper in more["helpers"]],
    }


_SEVERAL = "PERSON may be several, as in 'Ana, Joe'; a part of each name is enough."
_ME = "'me' is you."
need_command = _record_command(
    "need", "Write down what somebody needs.", f"Prints at once which older notes and which people may help. {_ME}"
)
offer_command = _record_command("offer", "Write down what somebody can help with.", f"{_SEVERAL} {_ME}")
met_command = _record_command("met", "Write down that you were in touch.", _SEVERAL)
gave_command = _record_command("gave", "Write down that you helped somebody.", _SEVERAL)
asked_command = _record_command(
    "asked", "Write down that you asked somebody for help.", "Says so, kindly, where you have taken more than you gave."
)
got_command = _record_command("got", "Write down that somebody helped you.", _SEVERAL)


@click.command("heard")
@click.argument("text", nargs=-1, required=True, callback=text_meant)
@dry_run_option
@vault_option
@json_option
@click.pass_context
def heard_command(ctx: click.Context, *, text: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Write down something you heard; tells whose needs it matches.

    It goes to the end of today's daily note, which is made from your own template where it is not there yet. Where no
    folder for daily notes is set, it lies with the others. TEXT - is read from standard input, its lines joined to one.
    """
    from mdnet.app import matches
    from mdnet.app.capture import write_heard

    said = " ".join(text)
    with synced(ctx, quiet=True) as work:
        change = write_heard(work, said, today(), dry_run=dry_run)
        # What was not written cannot be read, but may stand there already.
        with nullcontext((work, None)) if dry_run else up_to_date(work) as (current, _):
            network = current.index.network()
            found = matches.of_note(current, network, change.path, said, today=today())[:MOST_SHOWN]
        if as_json:
            _report(change, dry_run=dry_run, as_json=True, matches=[jsonform.match(match) for match in found])
            return
        _written(change, dry_run=dry_run)
        print_matches(found, "It may help")


@click.command("note")
@click.argument("person", type=PERSON)
@click.option("--no-edit", is_flag=True, help="Do not open it in $EDITOR.")
@dry_run_option
@vault_option
@json_option
@click.pass_context
def note_command(ctx: click.Context, *, person: str, no_edit: bool, dry_run: bool, as_json: bool) -> None:
    """Begin a meeting note with somebody and open it in $EDITOR.

    It is made from Meeting.md in your templates folder, where there is one.
    """
    from mdnet.adapters.editor import open_in_editor
    from mdnet.app.capture import meeting_note
    from mdnet.app.people import find

    with synced(ctx, quiet=as_json) as work:
        change = meeting_note(work, find(work, person), today(), dry_run=dry_run)
        _report(change, dry_run=dry_run, as_json=as_json)
        if not (dry_run or no_edit or as_json):
            open_in_editor(work.root / change.path)
