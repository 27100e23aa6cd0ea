"""Which paths are left out of reading: folders and patterns from `ignore`, Obsidian's filters, template folders."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NOTE_ENDS = frozenset({".md", ".MD", ".Md", ".mD"})
"""How a note's name ends; Obsidian does not mind the case."""


def matcher(patterns: Iterable[str]) -> Callable[[str], bool] | None:
    """A test of a path relative to the vault, given once for each folder on the way and once for the file itself;
    None where nothing is left out.

    - `Archive`, `Work/Old/`: that folder or file, from the vault's root, and all below it;
    - with `*`, `?` or `[...]`: a glob; without a slash it is tried on the name alone at any depth, with one
      on the whole path; `**` crosses folders;
    - `/.../`: a regular expression found anywhere in the path, as Obsidian's excluded files write it.

    Raises `re.error` for a regular expression that is none.
    """
    patterns = [p for p in patterns if p.strip("/ ")]
    plain = frozenset(p.strip("/") for p in patterns if not _is_pattern(p))
    alternatives = [_expression(p) for p in patterns if _is_pattern(p)]
    if not alternatives:
        return plain.__contains__ if plain else None
    search = re.compile("|".join(f"(?:{a})" for a in alternatives)).search
    return lambda path: path in plain or search(path) is not None


def left_out(path: str, test: Callable[[str], bool] | None) -> bool:
    """Whether `path` is no note by its name alone: wrong ending, below a dot-folder, or left out by `test`.

    Says the same of one path as a scan does that walks down to it.
    """
    parts = path.split("/")
    if path[-3:] not in NOTE_ENDS or any(part[:1] == "." for part in parts):
        return True
    return test is not None and any(test("/".join(parts[: n + 1])) for n in range(len(parts)))


def _is_pattern(pattern: str) -> bool:
    return any(c in pattern for c in "*?[") or _is_regular(pattern)


def _is_regular(pattern: str) -> bool:
    return len(pattern) > len("//") and pattern[0] == pattern[-1] == "/"


def _expression(pattern: str) -> str:
    if _is_regular(pattern):
        re.compile(pattern[1:-1])  # by itself, so that the error names this pattern
        return pattern[1:-1]
    pattern = pattern.strip("/")
    return (r"^" if "/" in pattern else r"(?:^|/)") + _glob(pattern) + r"(?:/|$)"


def _glob(pattern: str) -> str:
    out = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out.append(r"(?:[^/]+/)*")
            at += 3
        elif pattern.startswith("**", at):
            out.append(r".*")
            at += 2
        elif pattern[at] == "*":
            out.append(r"[^/]*")
            at += 1
        elif pattern[at] == "?":
            out.append(r"[^/]")
            at += 1
        elif pattern[at] == "[" and (end := pattern.find("]", at + 2)) > 0:
            inside = pattern[at + 1 : end].replace("\\", r"\\").replace("[", r"\[")
            negated = inside[0] in "!^"
            out.append(f"[{'^/' if negated else ''}{inside[negated:]}]")
            at = end + 1
        else:
            out.append(re.escape(pattern[at]))
            at += 1
    return "".join(out)
