"""The commands `service install`, `service status` and `service uninstall`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mdnet.cli.context import json_option, vault_option
from mdnet.cli.output import print_json, safe
from mdnet.cli.place import vault_meant

if TYPE_CHECKING:
    from mdnet.adapters.service import Service


@click.group("service")
def service_command() -> None:
    """Have 'mdnet watch' started whenever you log in."""


def _service(ctx: click.Context, options: tuple[str, ...] = ()) -> Service:
    from mdnet.app.services import vault_service

    return vault_service(*vault_meant(ctx.obj), options)


@service_command.command("install")
@click.option("--print", "only_print", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--no-apply", is_flag=True, help="Do not carry out ticks.")
@click.option("--no-render", is_flag=True, help="Do not write this week's page anew.")
@click.option("--notify", is_flag=True, help="Tell of matches on the desktop.")
@click.option("--poll", type=click.FloatRange(min=0.1), metavar="SECONDS", help="Look every so many seconds instead.")
@vault_option
@click.pass_context
def install_command(
    ctx: click.Context, *, only_print: bool, no_apply: bool, no_render: bool, notify: bool, poll: float | None
) -> None:
    """Install the service and start it."""
    from mdnet.adapters.service import install

    given = (("--no-apply", no_apply), ("--no-render", no_render), ("--notify", notify))
    options = [name for name, on in given if on]
    if poll is not None:
        options += ["--poll", f"{poll:g}"]
    made = _service(ctx, tuple(options))
    if only_print:
        click.echo(f"# {safe(str(made.path))}")
        click.echo("\n".join(safe(line) for line in made.text.splitlines()))
        return
    install(made)
    click.echo(f"installed and started: {safe(str(made.path))}")
    click.echo("'mdnet status' tells how it goes; 'mdnet service uninstall' removes it.")


@service_command.command("status")
@vault_option
@json_option
@click.pass_context
def status_command(ctx: click.Context, *, as_json: bool) -> None:
    """Tell whether the service is installed and runs."""
    from mdnet.adapters.service import is_running

    made = _service(ctx)
    installed = made.path.exists()
    running = installed and is_running(made)
    if as_json:
        print_json(name=made.name, path=str(made.path), installed=installed, running=running)
        return
    state = "installed and running" if running else "installed, but not running" if installed else "not installed"
    click.echo(f"{made.name}: {state}" + (f" ({safe(str(made.path))})" if installed else ""))


@service_command.command("uninstall")
@vault_option
@click.pass_context
def uninstall_command(ctx: click.Context) -> None:
    """Stop the service and remove it."""
    from mdnet.adapters.service import uninstall

    made = _service(ctx)
    removed = uninstall(made)
    click.echo(f"removed: {safe(str(made.path))}" if removed else "there was no service for this vault")
