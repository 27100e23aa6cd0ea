"""Where on a review page the generated parts, the front matter and fenced code lie: line by line, for any text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGIN = re.compile(r"^[ \t>]*%%[ \t]*mdnet:begin[ \t]+([A-Za-z][\w-]*)[^%]*%%[ \t\r]*$")
_END = re.compile(r"^[ \t>]*%%[ \t]*mdnet:end\b[^%]*%%[ \t\r]*$")
_SUMS = re.compile(r"^[ \t>]*%%[ \t]*mdnet:sums\b([0-9a-z \t]*)%%[ \t\r]*$")
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})")


def begins(line: str) -> str | None:
    """The name of the generated part that begins at this line, or None."""
    found = _BEGIN.match(line)
    return found[1] if found else None


def ends(line: str) -> bool:
    """Whether a generated part ends at this line."""
    return _END.match(line) is not None


def sums(line: str) -> str | None:
    """The sums of the generated lines, where this is the line that holds them, or None."""
    found = _SUMS.match(line)
    return found[1] if found else None


def front_matter_end(lines: list[str]) -> int:
    """How many lines the front matter takes with its fences; 0 where there is none. A line with sums that got before it
    goes to the end when the page is written anew, and hides nothing."""
    first = next((at for at, line in enumerate(lines) if sums(line) is None), len(lines))
    if first == len(lines) or lines[first].lstrip("\ufeff").rstrip() != "---":
        return 0
    for at, line in enumerate(lines[first + 1 :], first + 1):
        if line.rstrip() == "---":
            return at + 1
    return 0


def fenced(lines: list[str]) -> Iterator[bool]:
    """For each line whether it belongs to fenced code. A marker of ours ends a fence left open by mistake."""
    fence = ""
    for line in lines:
        before, fence = fence, _fence_after(fence, line)
        yield bool(before or fence)


def may_ask(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines of a page, with their places from 0, that may hold a question: not those of the front matter, nor those
    of the user's own code."""
    body = front_matter_end(lines)
    inside = False
    for at, (line, code) in enumerate(zip(lines[body:], fenced(lines[body:]), strict=True), body):
        if begins(line):
            inside = True
        elif ends(line):
            inside = False
        elif inside or not code:
            yield at, line


def left_open(lines: list[str]) -> str:
    """The sign of the fence that `lines` open and do not close, or ""."""
    fence = ""
    for line in lines:
        fence = _fence_after(fence, line)
    return fence


def _fence_after(fence: str, line: str) -> str:
    if begins(line) or ends(line):
        return ""
    found = _FENCE.match(line)
    sign = found[1] if found else ""
    if not fence:
        return sign
    return "" if sign.startswith(fence) and line.strip(" \t>\r") == sign else fence
