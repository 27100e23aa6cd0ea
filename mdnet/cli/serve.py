"""The command `serve`."""

from __future__ import annotations

import click

from mdnet.cli.context import vault_option
from mdnet.cli.output import safe
from mdnet.cli.place import today, vault_meant


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), help="The port; else 8457, or any that is free.")
@click.option("--open", "open_it", is_flag=True, help="Open the page in the browser.")
@vault_option
@click.pass_context
def serve_command(ctx: click.Context, *, port: int | None, open_it: bool) -> None:
    """Show this week live in your browser, with buttons.

    On this computer only, and for one browser at a time: each address that is shown lets one in. The page follows
    your notes; what its buttons do is written as 'mdnet apply' would, and can be undone. Press Ctrl-C to stop.
    """
    from mdnet.app.serve_run import serve
    from mdnet.cli.stopping import stoppable

    root, folders = vault_meant(ctx.obj)
    shown: list[str] = []

    def ready(address: str) -> None:
        if not shown:
            click.echo(f"This week is at\n\n    {address}\n\nPress Ctrl-C to stop.")
            if open_it:
                click.launch(address)
        else:
            click.echo(f"A browser came in. For another one: {address}")
        shown.append(address)

    with stoppable():
        serve(
            root,
            folders,
            port=port,
            today=today,
            ready=ready,
            tell=lambda line: click.echo(f"mdnet: {safe(line)}", err=True),
        )
