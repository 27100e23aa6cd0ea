"""What stands inside a line: wiki-links, tags, and the parts that are no text (code, math, comments)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LINK = re.compile(r"\[\[([^\[\]|#\n]*)(#[^\[\]|\n]*)?(?:\|([^\[\]\n]*))?\]\]")
"""`[[target#heading|display]]`; whether a `!` before it makes it an embed is for the caller to see."""

TAG_CHARS = r"[^\s#!\"$%&'()*+,.:;<=>?@\[\\\]^`{|}~\u2000-\u206f\u3000-\u303f]+"
TAG = re.compile(rf"#(?<!\S#)({TAG_CHARS})")
"""A tag, as Obsidian sees it: after white space or at the start, up to punctuation. The caller refuses
tags of digits only."""


def tags(text: str, place: int = 0) -> Iterator[re.Match[str]]:
    """The matches of `TAG` from `place` on, but for those inside a wiki-link: `[[a #b]]` names a heading."""
    seen = link_end = 0
    for tag in TAG.finditer(text, place):
        start = tag.start()
        if start < link_end:
            continue
        opened = text.rfind("[[", seen, start)  # a link that began before the last tag would have held that too
        seen = start
        link = LINK.match(text, opened) if opened >= 0 else None
        if link and link.end() > start:
            link_end = link.end()
        else:
            yield tag


def links(text: str) -> Iterator[re.Match[str]]:
    """All matches of `LINK`."""
    place = text.find("[[")
    while place >= 0:
        link = LINK.match(text, place)
        if link:
            yield link
        place = text.find("[[", link.end() if link else place + 1)


_SPECIAL = re.compile(r"\\.|`+|%%|<!--|\$\$?")
_RUN = re.compile("`+")
HIDDEN = "\ufffc"
"""Stands for each hidden character: it is neither space, letter nor mark."""


def target_of(link: re.Match[str]) -> str:
    """The note that a match of `LINK` names, "" for the note's own headings; `\\|` in tables is seen through."""
    return link[1].rstrip("\\").strip()


def display_of(link: re.Match[str]) -> str:
    """How a match of `LINK` reads: its display text, else the target's own name without folders."""
    if link[3] and link[3].strip():
        return link[3].strip()
    return target_of(link).rpartition("/")[2] or (link[2] or "").lstrip("#^ ").strip()


def spans(text: str) -> list[tuple[int, int, str]]:
    """Where inline code, math and comments stand: (start, end, "code" | "math" | "comment"), in linear time."""
    tokens = [(token.start(), token[0]) for token in _SPECIAL.finditer(text)]
    closers = _closers(text, tokens)
    out, done = [], 0
    for start, mark in tokens:
        if start < done or mark[0] == "\\" or (mark == "$" and text[start + 1 : start + 2].isspace()):
            continue
        end = _next(closers[_CLOSER.get(mark, mark)], start + len(mark) - 1)
        if end > 0:
            done = end + len(_CLOSER.get(mark, mark))
            out.append((start, done, _NAMES.get(mark, "code")))
    return out


_CLOSER = {"<!--": "-->"}
_NAMES = {"<!--": "comment", "%%": "comment", "$": "math", "$$": "math"}


def _closers(text: str, tokens: list[tuple[int, str]]) -> defaultdict[str, list[int]]:
    """Where each mark may end what one like it began, ascending."""
    out: defaultdict[str, list[int]] = defaultdict(list)
    for start, mark in tokens:
        if mark != "$" or not (text[start - 1 : start].isspace() or text[start + 1 : start + 2].isdigit()):
            out[mark].append(start)
    if "\\`" in text:  # what a backslash keeps from beginning code may still end it
        for mark in [mark for mark in out if mark[0] == "`"]:
            out[mark].clear()
        for run in _RUN.finditer(text):
            out[run[0]].append(run.start())
    if "<!--" in text:
        out["-->"] = [found.start() for found in re.finditer("-->", text)]
    return out


def _next(positions: list[int], after: int) -> int:
    """The first of the ascending `positions` beyond `after`, else -1."""
    index = bisect_left(positions, after + 1)
    return positions[index] if index < len(positions) else -1


def without_comments(text: str) -> str:
    """`text` without its inline `%%` and HTML comments."""
    if "%%" not in text and "<!--" not in text:
        return text
    out, position = [], 0
    for start, end, kind in spans(text):
        if kind == "comment":
            out.append(text[position:start])
            position = end
    return "".join(out) + text[position:]


def hide(text: str) -> str:
    """`text`, as long as it was, with `HIDDEN` for every character of inline code, math and comments."""
    if "`" not in text and "$" not in text and "%%" not in text and "<!--" not in text:
        return text
    out, position = [], 0
    for start, end, _ in spans(text):
        out.append(text[position:start] + HIDDEN * (end - start))
        position = end
    return "".join(out) + text[position:]


def show_links(text: str, hidden: str | None = None) -> str:
    """`text` with its wiki-links as they read. Links in `hidden` parts (see `hide`) stay as they are written."""
    if "[[" not in text:
        return text
    out, position = [], 0
    for link in LINK.finditer(hidden if hidden is not None else hide(text)):
        embed = text[link.start() - 1 : link.start()] == "!"
        out.append(text[position : link.start() - embed] + display_of(link))
        position = link.end()
    return "".join(out) + text[position:]
