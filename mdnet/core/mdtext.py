"""Text of the user's, or of some web page's, as Markdown that shows just that text and does nothing else.

Written for one line within a list item, as CommonMark and Obsidian read it: no line break, tag, link,
block id, comment, callout, math, field or HTML comes out of a text that holds their signs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# What turns the direction of text round could make one line read as another; soft hyphens and marks hide words.
_HIDDEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ALWAYS = re.compile(r"[\\`*\[\]<^~$]")
_SIGNS = re.compile(
    r"(?<![^\W_])_|_(?![^\W_])"  # emphasis, but not in snake_case
    r"|(?<![^\W_])\#"  # a tag or a heading, but not in C#
    r"|(?<==)=|=(?==)"  # ==highlight==
    r"|(?<=:):|:(?=:)"  # a Dataview field
    r"|(?<=[%<])%|%(?=[%>])"  # a comment; a Templater command
    r"|&(?=\#?\w+;)"  # an entity
    r"|^[-+>](?=\s|$)|^[-+>=](?=[-+>=])|^>"  # a list item, quote, rule or underline at the very start
)
_SENSITIVE = "_#"  # plain within a word, but not beside a bold sign
_NUMBER = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_UNLINKABLE = re.compile(r"[\[\]|#^\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|%%|<%|\s\s|^\s|\s$|^$")


def one_line(text: str) -> str:
    """`text` on one line, without control signs and what can be neither seen nor encoded."""
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return _SPACE.sub(" ", _HIDDEN.sub("", plain)).strip()


def cut(text: str, limit: int) -> str:
    """`text` on one line of at most `limit` characters, ended by `…` between two words where it was longer."""
    line = one_line(text)
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:.-–—") + "…"


def md_text(text: str) -> str:
    """`text` with every sign that Markdown or Obsidian would act on made plain by a backslash."""
    line = one_line(text)
    return _escape(line, _risky(line))


def md_spans(spans: Sequence[tuple[str, bool]]) -> str:
    """Pieces of one text, those marked in bold; a mark that would not close as bold is left out."""
    text = "".join(piece for piece, _ in spans)
    if text != one_line(text):
        return md_text(text)
    spots = _risky(text)
    bold: dict[int, str] = {}
    at = 0
    for piece, marked in spans:
        end = at + len(piece)
        if marked and piece[:1].isalnum() and piece[-1:].isalnum():
            bold[at] = "" if at in bold else "**"  # two neighbours become one: `****` would be text
            bold[end] = "**"
            spots |= {i for i in (at - 1, end) if 0 <= i < len(text) and text[i] in _SENSITIVE}
        at = end
    return _escape(text, spots, bold)


def _risky(line: str) -> set[int]:
    spots = {m.start() for m in _ALWAYS.finditer(line)} | {m.start() for m in _SIGNS.finditer(line)}
    if number := _NUMBER.match(line):
        spots.add(number.start(2))
    return spots


def _escape(line: str, spots: set[int], insert: Mapping[int, str] | None = None) -> str:
    insert = insert or {}
    if not spots and not insert:
        return line
    parts: list[str] = []
    for at, sign in enumerate(line):
        parts.append(insert.get(at, ""))
        parts.append("\\" + sign if at in spots else sign)
    parts.append(insert.get(len(line), ""))
    return "".join(parts)


def linkable(target: str, display: str = "") -> bool:
    """Whether `[[target|display]]` can be written at all: wiki-links know no escapes."""
    return not _UNLINKABLE.search(target) and (not display or not _UNLINKABLE.search(display))


def md_link(target: str, display: str = "") -> str:
    """A wiki-link to the note `target`, shown as `display`; where that cannot be written, the plain name."""
    shown = display or target
    if not linkable(target, shown):
        return md_text(shown)
    return f"[[{target}]]" if shown == target else f"[[{target}|{shown}]]"


def mermaid_text(text: str) -> str:
    """`text` as it may stand between the double quotes of a Mermaid label: odd signs as `#NNN;`."""
    return "".join(sign if sign.isalnum() or sign in " .,'-" else f"#{ord(sign)};" for sign in one_line(text))


def marked_line(text: str, marks: Sequence[tuple[int, int]]) -> tuple[str, list[bool]]:
    """`one_line(text)`, and for each of its characters whether it lies in one of `marks`, [start, end) in `text`."""
    marked = [False] * len(text)
    for start, end in marks:
        for at in range(max(start, 0), min(end, len(text))):
            marked[at] = True
    signs: list[str] = []
    flags: list[bool] = []
    for sign, flag in zip(text.encode("utf-8", "replace").decode("utf-8"), marked, strict=True):
        if sign.isalnum():
            signs.append(sign)
            flags.append(flag)
        elif _HIDDEN.match(sign):
            continue
        elif not _SPACE.match(sign):
            signs.append(sign)
            flags.append(flag)
        elif signs and signs[-1] != " ":
            signs.append(" ")
            flags.append(flag)
        elif signs:
            flags[-1] = flags[-1] and flag
    if signs and signs[-1] == " ":
        signs.pop()
        flags.pop()
    return "".join(signs), flags
