"""Needs and passages in other languages than the model's: what it says of them is worth less."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mdnet.core.in_english import is_rendered
from mdnet.core.languages import OTHER_LETTERS, guess_language
from mdnet.core.match_score import Read

if TYPE_CHECKING:
    from collections.abc import Sequence

MODEL_LANGUAGE = "english"
"""What the models are trained on, and read."""
SAME_LANGUAGE = 2.2
"""Log-odds where both are in the same other language: nearness is measured among such texts only, and nobody judges."""
NOTHING_SHARED = -3.0
"""Log-odds for a passage that shares no word with the need: in these languages the words are the better witness."""


def languages_of(texts: Sequence[str]) -> tuple[list[str], str]:
    """The language in which the model reads each text, and the usual one of the texts, in which all are taken to be
    that do not tell theirs."""
    spoken = [(guess_language(text), is_rendered(text)) for text in texts]
    counts = Counter(language for language, _ in spoken)
    usual = max(sorted(counts), key=lambda language: counts[language], default=MODEL_LANGUAGE)
    if usual != MODEL_LANGUAGE:
        spoken = [(guess_language(text, usual), english) for text, (_, english) in zip(texts, spoken, strict=True)]
    return [MODEL_LANGUAGE if english else language for language, english in spoken], usual


def read_in(text: str, usual: str) -> str:
    """The language in which the model reads `text`: its own where it is given English words for others, see
    `in_english`."""
    return MODEL_LANGUAGE if is_rendered(text) else guess_language(text, usual)


def read_by_model(need: str, passage: str) -> Read:
    """How well a model reads a need and a passage in these languages."""
    if need == passage == MODEL_LANGUAGE:
        return Read.WELL
    return Read.NOT if {need, passage} & OTHER_LETTERS else Read.FAINTLY


def foreign(read: Read, *, same: bool, shared: bool) -> float:
    """Log-odds to add for a pair that the model reads so; `same` language, and whether they have a word `shared`."""
    if read is not Read.FAINTLY:
        return 0.0
    return (SAME_LANGUAGE if same else 0.0) + (0.0 if shared else NOTHING_SHARED)
