"""A change as a unified diff, for `--dry-run` and for conflict copies."""

from __future__ import annotations

from difflib import unified_diff

_CONTEXT = 2
"""Lines around what differs."""
_NO_NEWLINE = "\n\\ No newline at end of file\n"


def unified(path: str, old: bytes, new: bytes, *, new_path: str | None = None) -> str:
    """The lines that differ between two versions, as `diff -u` writes them; "" where none does.

    Bytes that are no UTF-8 show as U+FFFD. Control characters are in it as they are: escape before printing.
    """
    return "".join(
        line if line.endswith("\n") else line + _NO_NEWLINE
        for line in unified_diff(_text(old), _text(new), f"a/{path}", f"b/{new_path or path}", n=_CONTEXT)
    )


def _text(data: bytes) -> list[str]:
    parts = data.decode("utf-8", "replace").split("\n")
    last = parts.pop()
    return [part + "\n" for part in parts] + ([last] if last else [])
