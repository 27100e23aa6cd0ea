"""Look-ups for which a running daemon vouches, answered without click: loading that takes longer than all the rest.

What is not plainly such a look-up, or does not come out well, is left to the commands, which say all there is to say.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from mdnet.core.values import dataclass, field
from mdnet.errors import MdnetError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHOW, SEARCH = "show", "search"
_LONGEST_NUMBER = 18
"""Digits; what is longer may be more than SQLite knows."""


@dataclass(slots=True)
class Asked:
    """What the arguments of a command ask for."""

    command: str = ""
    words: list[str] = field(default_factory=list)
    vault: str | None = None
    number: int = 0
    """0 where none is given."""
    as_json: bool = False


def answered(arguments: Sequence[str]) -> bool:
    """Whether the arguments were a look-up and it was answered, on standard output. If not, nothing was printed."""
    try:
        asked = understood(arguments)
        if asked is None or "_MDNET_COMPLETE" in os.environ:
            return False
        try:
            told = _look_up(asked)
        except MdnetError:
            return False
        if told is None:
            return False
        _print(*told)
    except KeyboardInterrupt:
        sys.exit("\nAborted!")  # as click says it, with exit code 1
    return True


def understood(arguments: Iterable[str]) -> Asked | None:
    """What the arguments ask for; None where it is no look-up, or not for us to understand."""
    asked, rest = Asked(), iter(arguments)
    for word in rest:
        option, equals, value = word.partition("=")
        if option == "--vault":
            asked.vault = value if equals else next(rest, "")
            if not asked.vault:
                return None
        elif asked.command == SEARCH and (word == "-n" or option == "--number"):
            asked.number = _number(value if equals else next(rest, ""))
            if not asked.number:
                return None
        elif word == "--json" and asked.command:
            asked.as_json = True
        elif word.startswith("-") or not word.strip():
            return None
        elif asked.command:
            asked.words.append(word)
        elif word in (SHOW, SEARCH):
            asked.command = word
        else:
            return None
    one = asked.command == SHOW
    return asked if asked.words and not (one and len(asked.words) > 1) else None


def _number(word: str) -> int:
    """The number that `word` is, written as anybody would; 0 where it is none."""
    plain = word.isascii() and word.isdecimal() and word[0] != "0" and len(word) <= _LONGEST_NUMBER
    return int(word) if plain else 0


def _look_up(asked: Asked) -> tuple[str, str] | None:
    """What goes to standard output, and to standard error; None where no daemon vouches for the index, or the output is
    one that click knows better how to print to."""
    from mdnet.adapters.lock import is_held
    from mdnet.app.daemon_files import daemon_files
    from mdnet.app.freshness import daemon_is_fresh
    from mdnet.app.workspace import open_workspace
    from mdnet.cli import lookups
    from mdnet.cli.output import prints_all, problems_told
    from mdnet.cli.place import today, vault_meant

    if sys.platform == "win32" or not prints_all():
        return None
    root, folders = vault_meant(asked.vault)
    if not is_held(str(daemon_files(root, folders).lock)):  # asked again below; but then the index is open
        return None
    work = open_workspace(root, folders)
    try:
        if not daemon_is_fresh(work):
            return None
        problems = 0 if asked.as_json else work.index.problem_count()
        if asked.command == SHOW:
            text = lookups.person_shown(work, asked.words[0], today(), as_json=asked.as_json)
        else:
            number = asked.number or lookups.USUAL_NUMBER
            text = lookups.notes_found(work, " ".join(asked.words), number, as_json=asked.as_json)
    finally:
        work.close()
    return text, f"{problems_told(problems)}\n" if problems else ""


def _print(text: str, problems: str) -> None:
    """Print, and end the process where that is not possible."""
    try:
        if problems:  # even to write nothing fails where nothing can be written
            sys.stderr.write(problems)
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        from mdnet.cli import outlet

        if isinstance(error, BrokenPipeError):  # nobody reads on: no news to anybody
            outlet.drop_the_rest(sys.stdout)
            sys.exit(outlet.EXIT_CODE)
        outlet.end_unheard(error.strerror or str(error))
