"""Text that was typed, or that another program gives: `-` in its place means standard input."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from mdnet.errors import UnsafeTextError

if TYPE_CHECKING:
    import click

MOST_SIGNS = 100_000
"""More than this is a file that was meant for something else, and no text for one line."""
FROM_INPUT = "TEXT - is read from standard input, its lines joined to one."


def text_meant(ctx: click.Context, _param: click.Parameter, value: Any) -> Any:
    """The words of an argument, or the text of an option; what stands in standard input where they are `-`."""
    if ctx.resilient_parsing:  # the shell completes; nobody has typed all of it
        return value
    if value == "-":
        return " ".join(_lines())
    return (" ".join(_lines()),) if value == ("-",) else value


def name_meant(ctx: click.Context, _param: click.Parameter, value: Any) -> Any:
    """The words of a name, which is one line."""
    if value != ("-",) or ctx.resilient_parsing:
        return value
    found = _lines()
    if len(found) > 1:
        raise UnsafeTextError("standard input has several lines: a name is one")
    return (found[0],)


def _lines() -> list[str]:
    """The lines of standard input that are not empty. Raises UnsafeTextError where there are none."""
    try:
        text = sys.stdin.read(MOST_SIGNS + 1)
        text.encode()  # a plain locale lets through what is no text, as surrogates
    except UnicodeError as error:
        raise UnsafeTextError(f"standard input is not text: {error}") from error
    if len(text) > MOST_SIGNS:
        raise UnsafeTextError(f"standard input has more than {MOST_SIGNS:,} signs: that is no text for one line")
    found = [line.strip() for line in text.removeprefix("\ufeff").splitlines() if line.strip()]
    if not found:
        raise UnsafeTextError("standard input is empty: there is no text")
    return found
