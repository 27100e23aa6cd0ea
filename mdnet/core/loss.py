"""Whether what was written into a note was lost to a save from another program, or only written otherwise by it.

An editor that read the note before the write saves it without what was added: that is lost, and may be written
again. A formatter that runs on each save reads the note after the write and gives the line another form: whoever
takes that for a loss writes it twice.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher

_WORD = re.compile(r"\w+")
_TAG_OR_DATE = re.compile(r"#[^\s#]+|\d{4}-\d{2}-\d{2}|\^[A-Za-z0-9-]+")
_COMPARED = 500
"""Characters of a line."""
_LIKE = 0.6
"""The share of the shorter line's words that two lines have in common where one is a form of the other ..."""
_PART = 1 / 3
"""... and of the words that were written, so that a line which was broken in two is known by each half."""


def is_lost(old: bytes, new: bytes, current: bytes) -> bool:
    """Whether `current` shows nothing of the change from `old` to `new`: no line that it added, and none like it."""
    before, after, now = (Counter(_lines(data)) for data in (old, new, current))
    added, taken, fresh = after - before, before - after, now - before
    telling = [line for line in added if _words(line)] or list(added)
    if not telling:  # lines were only taken away: are they there again?
        return bool(taken) and not taken - now
    ours = [(line, _words(line)) for line in telling]
    return not any(_is_form_of(line, _words(line), ours, taken) for line in fresh)


def _lines(data: bytes) -> list[str]:
    return [line for part in data.decode("utf-8", "replace").split("\n") if (line := part.strip())]


def _words(line: str) -> Counter[str]:
    """The words that tell one line from another: most lines of a log have a date and a tag."""
    own = _WORD.findall(_TAG_OR_DATE.sub(" ", line).casefold())
    return Counter(own or _WORD.findall(line.casefold()))


def _is_form_of(line: str, words: Counter[str], ours: list[tuple[str, Counter[str]]], taken: Counter[str]) -> bool:
    for written, own in ours:
        if line == written:
            return True
        common = (own & words).total()
        if common and common >= _LIKE * min(own.total(), words.total()) and common >= _PART * own.total():
            # Where a line was changed, an edit of what it said before is none of what was written.
            likeness = _likeness(line, written)
            if all(likeness >= _likeness(line, replaced) for replaced in taken):
                return True
    return False


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:_COMPARED], other[:_COMPARED], autojunk=False).ratio()
