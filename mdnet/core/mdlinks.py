"""Markdown links to notes, as Obsidian writes them with wiki-links off: `[Ana](../People/Ana%20Ruiz.md)`.

They are read as wiki-links. What these cannot say, a path that is first looked for from the note's own folder, is told
by how the target begins; `core.links` knows it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mdnet.core import inline
from mdnet.core.dates import parse_date
from mdnet.core.links import FROM_HERE, PERHAPS

if TYPE_CHECKING:
    from collections.abc import Iterator

LINK = re.compile(
    r"(?<![!\\])\[([^\[\]\n]*)\]\((?![A-Za-z][A-Za-z0-9+.-]*:|//|<[A-Za-z][A-Za-z0-9+.-]*:|[#)])"
    r"(?:<([^<>\n]*)>|((?:[^\s()]|\([^\s()]*\))+))(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?\)"
)
"""`[text](path)`, `[text](<path>)`, with a title or without; no embed, and nothing that begins like `https:`."""
_NOT_IN_A_TARGET = re.compile(r"[\[\]|#\n\x00-\x1f]")

_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def target_of(link: re.Match[str]) -> str:
    """The target of the wiki-link that a match of `LINK` stands for; "" where there is none."""
    path = (link[2] or link[3] or "").partition("#")[0].partition("?")[0].strip()
    path = _ENCODED.sub(_decoded, path)
    is_note = path[-3:].lower() == ".md"
    path = path[:-3] if is_note else path
    name = path.rpartition("/")[2]
    if not name or _NOT_IN_A_TARGET.search(path):
        return ""
    if parse_date(name):
        return name
    if path.startswith("/") and is_note:
        return path
    return (FROM_HERE if is_note else PERHAPS) + path.lstrip("/")


def _decoded(found: re.Match[str]) -> str:
    try:
        return bytes.fromhex(found[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return found[0]


def as_wiki(text: str) -> str:
    """`text`, a line, with such links as wiki-links; code, comments and all else as they are."""
    if "](" not in text:
        return text
    out: list[str] = []
    position = 0
    for link in LINK.finditer(inline.hide(text)):
        target = target_of(link)
        if target:
            shown = text[link.start(1) : link.end(1)].strip()
            out += (text[position : link.start()], f"[[{target}|{shown}]]" if shown else f"[[{target}]]")
            position = link.end()
    return "".join(out) + text[position:]


def links(text: str) -> Iterator[re.Match[str]]:
    """All matches of `LINK` that stand for a wiki-link."""
    return (link for link in LINK.finditer(text) if target_of(link)) if "](" in text else iter(())
