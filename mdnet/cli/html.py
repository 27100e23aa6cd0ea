"""What commands that make a page or a file share: where it goes, and opening it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mdnet.cli.output import safe

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

html_option: Decorator = click.option(
    "--html", "as_html", is_flag=True, help="Write a page for the browser, without anything private."
)
open_option: Decorator = click.option("--open", "open_it", is_flag=True, help="Open it.")
out_option: Decorator = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where the page goes; else your own state folder, never the vault.",
)


def check_page_options(*, as_html: bool, as_json: bool, open_it: bool, out: Path | None) -> None:
    """Refuse what does not go together. Raises UsageError."""
    if as_html and as_json:
        raise click.UsageError("--html and --json exclude each other")
    if (open_it or out) and not as_html:
        raise click.UsageError("--open and --out go with --html")


def tell_page(path: Path, *, open_it: bool) -> None:
    """Say where the page is, and open it in the browser if asked for."""
    click.echo(f"The page is {safe(str(path))}")
    if open_it and not open_file(path):
        click.echo("mdnet: no browser was found to open it; open the file yourself", err=True)


def open_file(path: Path) -> bool:
    """Open a file with the program for it; whether one was found. No shell reads the name."""
    return click.launch(str(path.absolute())) == 0
