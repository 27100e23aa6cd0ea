"""The command `templates`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mdnet.cli.context import json_option, opened, vault_option
from mdnet.cli.output import bold, dim, print_json, print_table, safe
from mdnet.errors import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from mdnet.app.workspace import Workspace


@click.group("templates")
def templates_command() -> None:
    """Make mdnet's pages and mails your own."""


@templates_command.command("list")
@click.argument("name", required=False)
@vault_option
@json_option
@click.pass_context
def list_command(ctx: click.Context, *, name: str | None, as_json: bool) -> None:
    """List the templates, or the variables of one with an example each.

    A template of yours in the vault's first templates folder wins over mdnet's of the same name.
    """
    from mdnet.adapters.template_files import own_names, own_source, purpose, variables
    from mdnet.app.templates import renderer

    if name:
        own_source(name)
        found = variables(name)
        if as_json:
            print_json(
                template=name,
                variables=[{"name": v.name, "meaning": v.meaning, "example": v.example} for v in found],
            )
            return
        for variable in found:
            click.echo(f"{bold(variable.name)}  {variable.meaning}\n    {dim(variable.example)}")
        if not found:
            click.echo("It has no variables of its own: it is a part of pages, or their style.")
        return
    with opened(ctx) as work:
        users = set(renderer(work).users_names())
    rows = [(item, "yours" if item in users else "", purpose(item)) for item in own_names()]
    if as_json:
        print_json(templates=[{"name": a, "yours": bool(b), "purpose": c} for a, b, c in rows])
    else:
        print_table(rows, ("Template", "", "What it makes"), prose=("What it makes",))


@templates_command.command("eject")
@click.argument("names", nargs=-1, required=True)
@vault_option
@click.pass_context
def eject_command(ctx: click.Context, *, names: tuple[str, ...]) -> None:
    """Copy templates into your vault, to change them there.

    A file that is there already is left as it is. Delete your copy to have mdnet's own back.
    """
    from mdnet.adapters.outfile import write_file
    from mdnet.adapters.template_files import own_source

    sources = {name: own_source(name) for name in names}
    with opened(ctx) as work:
        folder = _folder(work)
        for name, source in sources.items():
            write_file(folder / name, source, replace=False, private=False)
            click.echo(safe(str(folder / name)))


def _folder(work: Workspace) -> Path:
    folders = work.settings.templates
    if not folders or not folders[0]:
        raise NotFoundError('this vault has no templates folder: name one in mdnet.toml, templates = ["Templates"]')
    return work.root / folders[0]
