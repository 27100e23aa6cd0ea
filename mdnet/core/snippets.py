"""The line of a note that says best what was searched for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdnet.core.lookup import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_SNIPPET = 160
_WORD = re.compile(r"\w+")
_STEM = 4
"""Letters that two forms of a word surely share; a longer common part counts more."""


def best_line(lines: Sequence[str], query: str) -> tuple[int, str]:
    """(index, snippet) of the line that holds most words of `query`, the first of equals; (0, "") where none does."""
    words = set(_WORD.findall(fold(query)))
    best, at = 0.0, -1
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        said = set(_WORD.findall(fold(line)))
        score = sum(max((_likeness(word, other) for other in said), default=0.0) for word in words)
        if score > best:
            best, at = score, number
    return (at, snippet(lines[at], words)) if at >= 0 else (0, "")


def snippet(line: str, words: set[str]) -> str:
    """The part of `line` around the first of `words`, at most `MAX_SNIPPET` characters."""
    text = " ".join(line.split())
    if len(text) <= MAX_SNIPPET:
        return text
    where = (found.start() for found in _WORD.finditer(text) if any(_likeness(w, fold(found[0])) for w in words))
    start = max(0, next(where, 0) - MAX_SNIPPET // 3)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = start + MAX_SNIPPET
    cut = text[start:end]
    if end < len(text):
        cut = cut.rpartition(" ")[0] + "…"
    return ("…" if start else "") + cut


def _likeness(word: str, other: str) -> float:
    """1 for the same word, less for one that begins alike, 0 for another."""
    if word == other:
        return 1.0
    if len(word) >= _STEM and len(other) >= _STEM:
        shared = 0
        for one, two in zip(word, other, strict=False):
            if one != two:
                break
            shared += 1
        if shared >= _STEM and shared >= max(len(word), len(other)) - 3:
            return 0.8
    return 0.0
