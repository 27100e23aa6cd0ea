"""The line of a note that says best what was searched for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdnet.core.fulltext import signs, stands_anywhere
from mdnet.core.lookup import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_SNIPPET = 160
PIECE = 4_000
"""So many characters of a line are looked at at once."""
_WORD = re.compile(r"\w+")
_NOISE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]+|\ufffd{2,}")
"""What no text has: control characters, and what stands for NULs and broken bytes in a row."""
_STEM = 4
"""Letters that two forms of a word surely share; a longer common part counts more."""


def best_line(lines: Sequence[str], query: str) -> tuple[int, str]:
    """(index, snippet) of the line that holds most words of `query`, the first of equals; (0, "") where none does."""
    words = {*_WORD.findall(fold(query)), *map(fold, signs(query))}
    best, at = 0.0, -1
    for number, line in enumerate(lines):
        score = _score(line, words)
        if score > best:
            best, at = score, number
    return (at, snippet(lines[at], words)) if at >= 0 else (0, "")


def snippet(line: str, words: set[str]) -> str:
    """The part of `line` around the first of `words`, at most `MAX_SNIPPET` characters."""
    begin = next((at for at, piece in _pieces(line) if _alike(piece, words)), 0) if len(line) > PIECE else 0
    before = max(0, begin - MAX_SNIPPET)
    text = " ".join(_NOISE.sub(" ", line[before : begin + PIECE + MAX_SNIPPET]).split())
    if len(text) <= MAX_SNIPPET:
        return text
    where = _place(text, words)
    start = max(0, where - MAX_SNIPPET // 3)
    blank = text.rfind(" ", 0, start) + 1 if start else 0
    start = blank if where - blank < MAX_SNIPPET else start
    end = start + MAX_SNIPPET
    cut = text[start:end]
    if end < len(text):
        cut = (cut.rpartition(" ")[0] or cut) + "…"
    return ("…" if start or before else "") + cut


def _place(text: str, words: set[str]) -> int:
    """Where the first of `words` stands in `text`; 0 where that is not known."""
    exact = [at for word in words if stands_anywhere(word) and (at := text.find(word)) >= 0]
    return min(exact) if exact else next((at.start() for at in _WORD.finditer(text) if _alike(at[0], words)), 0)


def _score(line: str, words: set[str]) -> float:
    """How much of `words` the line says."""
    said: set[str] = set()
    for _, piece in _pieces(line):
        said |= _alike(piece, words)
        if said >= words:
            break
    return sum(max((_likeness(word, other) for other in said), default=0.0) for word in words) if said else 0.0


def _pieces(line: str) -> Iterator[tuple[int, str]]:
    """The line, where it begins and its text, in pieces of at most `PIECE` characters that end between words, so that
    a line of many megabytes takes no more memory than a short one."""
    at = 0
    while at < len(line):
        end = at + PIECE
        if end < len(line):
            end = line.rfind(" ", at, end) + 1 or end
        yield at, line[at:end]
        at = end


def _alike(text: str, words: set[str]) -> set[str]:
    """The words in `text` that may be forms of `words`."""
    heads = {word[:_STEM] for word in words}
    plain = text if text.isascii() else _NOISE.sub(" ", text)  # to fold 4 MB of what stands for NULs takes long
    folded = fold(plain)
    near = {word for word in _WORD.findall(folded) if word[:_STEM] in heads}
    within = {word for word in words if stands_anywhere(word) and word in folded}
    return within | {word for word in near if any(_likeness(asked, word) for asked in words)}


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
