"""What a model that reads English is given of a text in another language."""

from __future__ import annotations

from functools import lru_cache

from mdnet.core.glossary import ENOUGH, glossary
from mdnet.core.languages import guess_language
from mdnet.core.letters import composed

MOST_RENDERED = 4000
"""Characters; the models read less of a passage."""


def in_english(text: str) -> str:
    """`text` word by word in English where it is in a language there is a glossary for, and that knows enough of its
    words; else as it is."""
    return _rendered(text[:MOST_RENDERED]) or text


def is_rendered(text: str) -> bool:
    """Whether `in_english` finds English words for it."""
    return _rendered(text[:MOST_RENDERED]) is not None


@lru_cache(maxsize=16384)
def _rendered(text: str) -> str | None:
    text = composed(text)
    known = glossary(guess_language(text))
    if known is None:
        return None
    words = known.words(text)
    if not words or sum(word.known for word in words) < ENOUGH * len(words):
        return None
    parts, done = [], 0
    for word in words:
        between = text[done : word.start]
        parts += [between or " ", word.english]  # an article that was elided stands by itself now
        done = word.end
    return "".join([*parts, text[done:]]).lstrip()
