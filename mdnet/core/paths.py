"""Paths of notes: relative to the vault, with `/`, and for new ones names that every device can hold."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from mdnet.errors import UnsafeTextError

if TYPE_CHECKING:
    from collections.abc import Iterable

# Compiled when a note is made: most commands make none.
_UNSAFE = r'[\x00-\x1f\x7f<>:"\\|?*#^\[\]\ud800-\udfff]'
_RESERVED = r"(?i:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?"

MAX_NAME_BYTES = 255
"""The longest name that common file systems hold."""


def is_inside(path: str) -> bool:
    """Whether `path` is a plain relative one: not absolute, no `..`, `.` or empty part, no NUL."""
    if not path or "\0" in path or path[0] == "/":
        return False
    return all(part not in ("", ".", "..") for part in path.split("/"))


def is_text(path: str) -> bool:
    """Whether `path` can be encoded: bytes of a name that are not UTF-8, as lone surrogates, cannot."""
    return path.isascii() or path == path.encode("utf-8", "replace").decode()


def is_below(path: str, folders: Iterable[str]) -> bool:
    """Whether `path` is one of `folders` or lies below one; "" is the vault itself."""
    return any(not folder or path == folder or path.startswith(f"{folder}/") for folder in folders)


def folded(name: str) -> str:
    """What file systems that mind neither case nor Unicode form make of a name."""
    return unicodedata.normalize("NFC", name).casefold()


def check_new(path: str, existing: int = 0) -> None:
    """Raise `UnsafeTextError` unless a note may be made at `path`.

    Each part must be a name that Obsidian, Windows, macOS and Linux can all hold and that a link can name. The first
    `existing` parts are folders that are there already, under whatever name.
    """
    if not is_inside(path):
        raise UnsafeTextError(f"{path!r} is not a path inside the vault")
    if not path.endswith(".md"):
        raise UnsafeTextError(f"{path!r} does not end in .md")
    for part in path.split("/")[existing:]:
        reason = _unsafe(part)
        if reason:
            raise UnsafeTextError(f"{part!r} cannot be the name of a note or folder: {reason}")


def _unsafe(part: str) -> str:
    """Why `part` cannot be a file's name; "" where it can."""
    bad = re.search(_UNSAFE, part)
    if bad:
        return f"it contains {bad[0]!r}, which a file or link cannot hold"
    if part[0] == ".":
        return "it starts with a dot, which hides it"
    stem = part.removesuffix(".md")
    if not stem.strip() or stem != stem.strip() or stem.endswith("."):
        return "it is blank, or starts or ends with a blank or a dot"
    if re.fullmatch(_RESERVED, part):
        return "Windows keeps that name to itself"
    if len(part.encode()) > MAX_NAME_BYTES:
        return f"it is longer than {MAX_NAME_BYTES} bytes"
    if any(unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in _TURNING for c in part):
        return "it contains an invisible control character"
    return ""


_TURNING = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that change the direction in which a name is shown."""
