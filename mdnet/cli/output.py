"""What commands print: colour only on a terminal, JSON when asked, progress when it takes long."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mdnet.core.model import State

SCHEMA = "mdnet-1"
PROGRESS_AFTER_SECONDS = 1.0
NARROWEST = 10
"""Columns below which a text is not cut: nobody could read it."""
BOXES: dict[State, str] = {"open": "[ ]", "helping": "[/]", "helped": "[x]", "dropped": "[-]"}
"""A need's state as notes have it."""


_STYLES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}
"""As ECMA-48 numbers them ("select graphic rendition")."""


def styled(text: str, *styles: str) -> str:
    """`text` in colour where the output is a terminal that wants it (`NO_COLOR` says it does not)."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return f"\x1b[{';'.join(str(_STYLES[style]) for style in styles)}m{text}\x1b[0m"


def bold(text: str) -> str:
    """A heading or a name."""
    return styled(text, "bold")


def dim(text: str) -> str:
    """Where something stands; what one reads last."""
    return styled(text, "dim")


def safe(text: str) -> str:
    """`text` on one line, without what would move a terminal's cursor or fail to encode: shown as escapes."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode("ascii") for char in text
    )


def prints_all() -> bool:
    """Whether every sign can be printed: the output is in UTF-8."""
    return (getattr(sys.stdout, "encoding", None) or "").lower() in ("utf-8", "utf8")


def json_text(**content: Any) -> str:
    """One object with its `schema`, as it is printed."""
    import json

    document = {"schema": SCHEMA, **content}
    return json.dumps(_encodable(document), ensure_ascii=not prints_all(), indent=2) + "\n"


def print_json(**content: Any) -> None:
    """Print one object with its `schema`."""
    _echo(json_text(**content), nl=False)


def _encodable(value: Any) -> Any:
    """Lone surrogates (bytes of a file name that are no UTF-8) as `\\udcXX` text, which any encoder can print."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    return value


def print_table(rows: Sequence[Sequence[str]], header: Sequence[str], *, prose: Sequence[str] = ()) -> None:
    """Print columns as wide as their content. On a terminal that is too narrow, those called `prose` are cut, the
    longest first, and where that is not enough the ends of lines."""
    cells = [[safe(cell) for cell in row] for row in rows]
    widths = [max(display_width(row[i]) for row in [list(header), *cells]) for i in range(len(header))]
    room = _columns_there() if prose else None
    if room is not None:
        _narrow(widths, [header.index(name) for name in prose], room)
    for number, row in enumerate([list(header), *cells]):
        line = "  ".join(pad(fit(cell, width), width) for cell, width in zip(row, widths, strict=True)).rstrip()
        line = line if room is None else fit(line, room)
        _echo(bold(line) if number == 0 else line)


def _columns_there() -> int | None:
    """How many columns the terminal has; None where what is printed goes elsewhere."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def _narrow(widths: list[int], at: Sequence[int], room: int) -> None:
    """Make the columns `at` narrower, always the widest of them, until all have `room` or they are too narrow."""
    over = sum(widths) + 2 * (len(widths) - 1) - room
    while over > 0:
        widest = max(at, key=lambda i: widths[i])
        if widths[widest] <= NARROWEST:
            return
        widths[widest] -= 1
        over -= 1


def fit(text: str, width: int) -> str:
    """`text`, or as much of its beginning as fits into `width` columns, with an ellipsis."""
    if display_width(text) <= width:
        return text
    used, kept = 0, ""
    for char in text:
        used += display_width(char)
        if used > width - 1:
            break
        kept += char
    return kept.rstrip() + "…"


def display_width(text: str) -> int:
    """Columns that `text` takes: wide East Asian characters two, combining marks none."""
    import unicodedata

    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def pad(text: str, width: int) -> str:
    """`text` filled with blanks to `width` columns."""
    return text + " " * max(0, width - display_width(text))


def _echo(text: str, *, nl: bool = True) -> None:
    import click  # look-ups print without it, and sooner

    click.echo(text, nl=nl)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A `report(done, total)` that shows a bar on a terminal once the work has taken more than a second; another total
    is another piece of work, with a bar of its own. Even SIGTERM gives back the cursor that a bar hides."""
    started = time.monotonic()
    shown: list[Any] = []
    bars = ExitStack()

    def show(total: int) -> None:
        import click

        from mdnet.cli.stopping import stoppable

        bars.enter_context(stoppable())
        shown.append(bars.enter_context(click.progressbar(length=total, label=label, file=sys.stderr)))

    def report(done: int, total: int) -> None:
        if shown and shown[0].length != total:
            shown.clear()
            bars.close()
        if not shown and sys.stderr.isatty() and total and time.monotonic() - started > PROGRESS_AFTER_SECONDS:
            show(total)
        if shown:
            bar = shown[0]
            bar.update(max(0, min(done, total) - bar.pos))

    with bars:
        yield report


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 note`, `2 notes`, `3 people`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def problems_told(number: int) -> str:
    """One line on how many problems there are."""
    return f"mdnet: {count(number, 'problem')} in the notes; 'mdnet check' lists them."


def columns(mapping: Mapping[str, str]) -> None:
    """Print `key  value` lines, keys aligned."""
    width = max((display_width(key) for key in mapping), default=0)
    for key, value in mapping.items():
        _echo(f"{bold(pad(key, width))}  {safe(value)}")
