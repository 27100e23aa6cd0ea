"""What a user types into a search, and what is searched, in the form that SQLite's FTS5 takes."""

from __future__ import annotations

import functools
import re
import unicodedata

# Scripts written without spaces between words: each sign is searched as a word of its own.
_UNSPACED_SIGNS = (
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff])"
)
OPEN_ENDED = 4
"""A word of fewer letters begins too many others."""
_PART = r'"([^"]*)(?:"(\*?)|\Z)|([^\s"]+)'


@functools.cache
def _unspaced() -> re.Pattern[str]:
    """Compiled when the first text comes that is not plain ASCII, for that takes long."""
    return re.compile(_UNSPACED_SIGNS)


def searchable(text: str) -> str:
    """`text` as it is put into the index: composed, and with spaces in scripts that have none."""
    if text.isascii():
        return text
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _unspaced().sub(r" \1 ", text) if _unspaced().search(text) else text


def query(text: str) -> str:
    """An FTS5 query for notes that hold every word of `text`; "" where it has no word.

    `"several words"` must stand together, and `star*` finds what begins so. Nothing else has a meaning.
    """
    parts = []
    for phrase, star, word in re.findall(_PART, text.encode("utf-8", "replace").decode()):
        prefix = bool(star) or (word.endswith("*") and len(word) > 1)
        wanted = searchable(phrase or word.rstrip("*")).replace("\0", " ")
        if any(_in_a_word(char) for char in wanted):
            parts.append(f'"{wanted}"' + ("*" if prefix else ""))
    return " ".join(parts)


def open_ended(text: str) -> str:
    """`text` with a `*` after each of its words that has none and is not too short: *Nähmaschine*, of which the index
    holds but the plural."""

    def opened(part: re.Match[str]) -> str:
        word = part[3]
        return f"{word}*" if word and len(word) >= OPEN_ENDED and not word.endswith("*") else part[0]

    return re.sub(_PART, opened, text)


def signs(text: str) -> frozenset[str]:
    """The pictures in `text` (🎂, ☎), which are part of no word: what is searched knows nothing of them."""
    return frozenset() if text.isascii() else frozenset(char for char in text if unicodedata.category(char) == "So")


@functools.cache
def stands_anywhere(word: str) -> bool:
    """Whether a folded word may stand within what looks like another one: it is a sign, or of a script that has no
    spaces between words."""
    return not word.isascii() and bool(signs(word) or _unspaced().search(unicodedata.normalize("NFC", word)))


def _in_a_word(char: str) -> bool:
    """What FTS5's unicode61 takes for part of a word."""
    category = unicodedata.category(char)
    return category[0] in "LN" or category == "Co"
