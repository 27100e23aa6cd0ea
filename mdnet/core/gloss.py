"""A word of a text with its English."""

from __future__ import annotations

from mdnet.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """The characters [start, end) of a text, what they are in English, and whether the glossary knows that; where it
    does not, `english` is the text itself."""

    start: int
    end: int
    english: str
    known: bool
