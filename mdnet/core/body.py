"""The text of a note after its front matter: its lines, its blocks, and what in it is no text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.core import blocks, inline
from mdnet.core.blocks import Kind

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

_NO_TEXT = frozenset((Kind.CODE, Kind.COMMENT, Kind.MATH, Kind.GENERATED))
_COVERS = ("```", "~~~", "%%", "<!--", "$$")


class Body:
    """The text after the front matter, its structure found out when it is first asked for."""

    __slots__ = ("_blocks", "_lines", "_may_hide", "covered", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.covered: bool | None = None
        """Whether there may be blocks of code, comments or math; None: nobody has looked."""
        self._may_hide: bool | None = None
        self._lines: list[str] | None = None
        self._blocks: blocks.Blocks | None = None

    @property
    def lines(self) -> list[str]:
        """The text's lines without their ends."""
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines

    @property
    def blocks(self) -> blocks.Blocks:
        """What each line is."""
        if self._blocks is None:
            self._blocks = blocks.scan(self.lines)
        return self._blocks

    def tags(self) -> list[str]:
        """The tags in the text, without `#`."""
        first = inline.TAG.search(self.text)
        if not first:
            return []
        found = list(inline.tags(self.text, first.start()))
        if found and self.may_hide():
            return [tag[1] for tag, _ in self.visible(found)]
        return [tag[1] for tag in found]

    def may_hide(self) -> bool:
        """Whether anything in the text may be no text."""
        if self._may_hide is None:
            text = self.text
            self._may_hide = (
                "`" in text or "%" in text or "<" in text or "$" in text or "~" in text or "\t" in text
                # From the end, for then Python looks for the line's end, of which there are fewer than spaces.
                or text.rfind("\n    ") >= 0 or text.startswith("    ")
            )  # fmt: skip
        return self._may_hide

    def visible(self, matches: Iterable[re.Match[str]]) -> Iterator[tuple[re.Match[str], int]]:
        """Those of the matches, in order, that are no code, comment or math, each with its line from 0."""
        text, number, counted, end = self.text, 0, 0, -1
        shown, start = True, 0
        if self.covered is None:
            self.covered = any(mark[0] in text and mark in text for mark in _COVERS)
        hidden: str | None = None
        for match in matches:
            place = match.start()
            if place > end:
                start = text.rfind("\n", counted, place) + 1 or counted
                number += text.count("\n", counted, place)
                counted = place
                end = text.find("\n", place)
                if end < 0:
                    end = len(text)
                shown = (
                    not (self.covered or text.startswith(("\t", "    "), start))
                    or self.blocks.kinds[number] not in _NO_TEXT
                )
                line = text[start:end]
                hidden = inline.hide(line) if "`" in line or "$" in line or self.covered else None
            if shown and (hidden is None or hidden[place - start] != inline.HIDDEN):
                yield match, number
