"""What stands inside a line: wiki-links, tags, and the parts that are no text (code, math, comments)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict

LINK = re.compile(r"\[\[([^\[\]|#\n]*)(#[^\[\]|\n]*)?(?:\|([^\[\]\n]*))?\]\]")
"""`[[target#heading|display]]`; whether a `!` before it makes it an embed is for the caller to see."""

TAG_CHARS = r"[^\s#!\"$%&'()*+,.:;<=>?@\[\\\]^`{|}~\u2000-\u206f\u3000-\u303f]+"
TAG = re.compile(rf"#(?<!\S#)({TAG_CHARS})")
"""A tag, as Obsidian sees it: after white space or at the start, up to punctuation. The caller refuses
tags of digits only."""

_SPECIAL = re.compile(r"\\.|`+|%%|<!--|\$\$?")
_HAS_SPECIAL = re.compile(r"[`$]|%%|<!--")
HIDDEN = "\ufffc"
"""Stands for each hidden character: it is neither space, letter nor mark."""


def target_of(link: re.Match[str]) -> str:
    """The note that a match of `LINK` names; `\\|` in tables and stray spaces aside; "" for this note's own headings."""
    return link[1].rstrip("\\").strip()


def display_of(link: re.Match[str]) -> str:
    """How a match of `LINK` reads: its display text, else the target's own name without folders."""
    if link[3] and link[3].strip():
        return link[3].strip()
    return target_of(link).rpartition("/")[2] or (link[2] or "").lstrip("#^ ").strip()


def spans(text: str) -> list[tuple[int, int, str]]:
    """Where inline code, math and comments stand: (start, end, "code" | "math" | "comment"), in linear time."""
    tokens = list(_SPECIAL.finditer(text))
    runs: defaultdict[int, list[int]] = defaultdict(list)
    dollars, doubles, percents = [], [], []
    for token in tokens:
        kind = token[0]
        if kind[0] == "`":
            runs[len(kind)].append(token.start())
        elif kind == "$":
            if (
                not text[token.start() - 1 : token.start()].isspace()
                and not text[token.end() : token.end() + 1].isdigit()
            ):
                dollars.append(token.start())
        elif kind == "$$":
            doubles.append(token.start())
        elif kind == "%%":
            percents.append(token.start())
    # A backslash does not escape inside code, so a run that looks escaped can still end it.
    for match in re.finditer(r"\\(?=`)", text):
        run = re.compile("`+").match(text, match.end())
        if run:
            runs[len(run[0])].append(match.end())
            runs[len(run[0])].sort()
    comment_end = text.rfind("-->")
    out, done = [], 0
    for token in tokens:
        start, kind = token.start(), token[0]
        if start < done or kind[0] == "\\":
            continue
        end = -1
        if kind[0] == "`":
            end, name = _next(runs[len(kind)], start), "code"
            width = len(kind)
        elif kind == "<!--":
            end, name, width = (text.find("-->", start + 4) if comment_end > start else -1), "comment", 3
        elif kind == "%%":
            end, name, width = _next(percents, start + 1), "comment", 2
        elif kind == "$$":
            end, name, width = _next(doubles, start + 1), "math", 2
        elif not text[token.end() : token.end() + 1].isspace():
            end, name, width = _next(dollars, start + 1), "math", 1
        if end > 0:
            done = end + width
            out.append((start, done, name))
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
    if not _HAS_SPECIAL.search(text):
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
