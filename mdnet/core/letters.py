"""Words as people type them: composed or not, with whatever apostrophe, in letters of half or double width."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

APOSTROPHES = "'’ʼ"
WORD = re.compile(rf"[^\W_]+(?:[{APOSTROPHES}][^\W_]+)*")
"""A word, in text that is `composed`; with apostrophes within it."""
# A sign with its accents and marks; the parts of Korean syllables; half-width kana with their marks.
_CLUSTER = re.compile(
    "[^\u0300-\u036f\u3099\u309a\u1100-\u11ff][\u0300-\u036f\u3099\u309a\uff9e\uff9f]*|[\u1100-\u11ff]+|.", re.DOTALL
)
_WIDTHS = re.compile("[\uff01-\uffee]")
_STRAIGHT = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))


def composed(text: str) -> str:
    """`text` in Unicode form NFC, and with letters of half or double width as plain ones."""
    if text.isascii() or _is_composed(text):
        return text
    return "".join(_one(cluster[0]) for cluster in _CLUSTER.finditer(text))


def composed_with_places(text: str) -> tuple[str, Sequence[tuple[int, int]] | None]:
    """The same, with the characters [start, end) of `text` that each of its characters comes from; None where that is
    the one at the same place."""
    if text.isascii() or _is_composed(text):
        return text, None
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    for cluster in _CLUSTER.finditer(text):
        one = _one(cluster[0])
        parts.append(one)
        places += [cluster.span()] * len(one)
    return "".join(parts), places


def plain(word: str) -> str:
    """`word` without accents, so that `Göteborg` and `Goteborg` meet."""
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def straight(word: str) -> str:
    """`word`, composed, without case and with plain apostrophes."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFKC", word).casefold().translate(_STRAIGHT)


def _is_composed(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text) and not _WIDTHS.search(text)


def _one(cluster: str) -> str:
    return unicodedata.normalize("NFKC" if _WIDTHS.search(cluster) else "NFC", cluster)
