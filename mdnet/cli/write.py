"""Commands that write something to read or to send: brief, draft."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from mdnet.cli.context import json_option, synced, vault_option
from mdnet.cli.html import check_page_options, html_option, open_file, open_option, out_option, tell_page
from mdnet.cli.names import PERSON
from mdnet.cli.output import bold, print_json, safe
from mdnet.cli.place import today
from mdnet.cli.typed import text_meant
from mdnet.core.draft import KINDS

if TYPE_CHECKING:
    from mdnet.core.draft import Kind, Message


@click.command("brief")
@click.argument("person", type=PERSON)
@html_option
@open_option
@out_option
@vault_option
@json_option
@click.pass_context
def brief_command(
    ctx: click.Context, *, person: str, as_html: bool, open_it: bool, out: Path | None, as_json: bool
) -> None:
    """Know before you meet somebody: what to ask, what would help.

    Who they are, their needs with what was seen since, what lies between you, and the last contacts, as Markdown.
    """
    from mdnet.app import brief

    check_page_options(as_html=as_html, as_json=as_json, open_it=open_it, out=out)
    with synced(ctx, quiet=as_json) as work:
        if as_html:
            tell_page(brief.write_page(work, person, today(), out=out), open_it=open_it)
            return
        data = brief.gather(work, person, today(), public=False)
        if as_json:
            print_json(**{**data, "schema": "mdnet-1"})
            return
        click.echo(_safe_lines(brief.as_markdown(work, data)), nl=False)


@click.command("draft")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("person", type=PERSON)
@click.argument("other", type=PERSON, required=False)
@click.option("--need", metavar="TEXT", help="Which of their needs it is about; words of it, or its id.")
@click.option("--match", metavar="ID", help="The match to pass on, as 'mdnet match' shows it; else the best.")
@click.option(
    "--text",
    metavar="TEXT",
    callback=text_meant,
    help="What to pass on, what you gave, or what you thank for; - reads standard input.",
)
@click.option("--lang", metavar="CODE", help="The language (en, de, es, fr, pt, sv); else the one in their note.")
@click.option(
    "--eml",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write mails into this folder, for your mail program.",
)
@click.option("--open", "open_it", is_flag=True, help="Open the mails in your mail program.")
@vault_option
@json_option
@click.pass_context
def draft_command(
    ctx: click.Context,
    *,
    kind: str,
    person: str,
    other: str | None,
    need: str | None,
    match: str | None,
    text: str | None,
    lang: str | None,
    eml: Path | None,
    open_it: bool,
    as_json: bool,
) -> None:
    """Write a message: pass-on, intro, help, thanks or follow-up.

    An introduction asks PERSON (who needs something) and OTHER (who may help) first, and has a third message to
    both. With thanks, OTHER is whom PERSON introduced you to. Nothing is sent, and nothing private is used.
    """
    from mdnet.app import draft
    from mdnet.app.page_file import pages_folder

    wish = draft.Wish(
        cast("Kind", kind), person, other or "", need or "", match or "", text or "", (lang or "").casefold()
    )
    with synced(ctx, quiet=True) as work:
        messages = draft.write(work, wish, today())
        folder = eml or (pages_folder(work) if open_it else None)
        files = draft.save(work, messages, folder, today()) if folder else []
    if as_json:
        print_json(messages=[_as_json(message) for message in messages], files=[str(path) for path in files])
    elif files:
        for path in files:
            click.echo(safe(str(path)))
    else:
        click.echo("\n---\n\n".join(_as_markdown(message) for message in messages), nl=False)
    for path in files if open_it else ():
        if not open_file(path):
            click.echo(f"mdnet: no mail program was found for {safe(str(path))}", err=True)


def _safe_lines(text: str) -> str:
    return "\n".join(map(safe, text.split("\n")))


def _as_json(message: Message) -> dict[str, object]:
    return {
        "part": message.part,
        "to": [{"name": name, "email": address} for name, address in zip(message.to, message.addresses, strict=True)],
        "language": message.language,
        "subject": message.subject,
        "body": message.body,
    }


def _as_markdown(message: Message) -> str:
    to = ", ".join(
        f"{name} <{address}>" if address else name for name, address in zip(message.to, message.addresses, strict=True)
    )
    return f"{bold('To:')} {safe(to)}\n{bold('Subject:')} {safe(message.subject)}\n\n{_safe_lines(message.body)}"
