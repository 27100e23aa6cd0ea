"""What each line of a note is: a scanner for the block structure of CommonMark and Obsidian's additions.

It follows the algorithm of the CommonMark specification's appendix (containers first, then new blocks, then
lazy continuation), without building a tree: a fraction of a parser's time, and the tests hold it against
markdown-it-py. Obsidian adds `%%` comments and `$$` math; mdnet adds the generated parts of review pages.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING

from mdnet.core import inline
from mdnet.core.htmlblocks import HTML_BLOCKS
from mdnet.core.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Sequence


class Kind(IntEnum):
    """What a line is. A quote's lines are QUOTE, whatever stands in it but code."""

    BLANK = 0
    TEXT = 1
    ITEM = 2
    HEADING = 3
    QUOTE = 4
    CODE = 5
    MATH = 6
    COMMENT = 7
    HTML = 8
    RULE = 9
    GENERATED = 10


@dataclass(slots=True)
class Blocks:
    """The structure of a text. Lines count from 0.

    `items` maps the line of each list item to the line of the item that it stands in, or -1; `owner` holds for
    each line the item that it belongs to, or -1; `headings` maps a line to its level and text.
    """

    kinds: list[Kind]
    items: dict[int, int] = field(default_factory=dict)
    owner: list[int] = field(default_factory=list)
    headings: dict[int, tuple[int, str]] = field(default_factory=dict)


MAX_DEPTH = 100
"""What is nested more deeply in quotes and lists is read as text."""

_ATX = re.compile(r"(#{1,6})(?:[ ]+(.*?))??(?:[ ]+#+)?[ ]*\Z", re.DOTALL)
_FENCE = re.compile(r"(`{3,})[^`]*\Z|(~{3,})", re.DOTALL)
_SETEXT = re.compile(r"(?:=+|-+)[ ]*\Z")
_RULE = re.compile(r"(?:(?:\*[ ]*){3,}|(?:_[ ]*){3,}|(?:-[ ]*){3,})\Z")
_USUAL_ITEM = re.compile(r"[-*+] (?:\[.\] )?(?:[^\W\d]|\d{4}|\[\[|#[^\W\d])")
_MARKER = re.compile(r"(?:[-*+]|(\d{1,9})[.)])(?=[ ]|\Z)")
_BEGIN = re.compile(r"[ ]*%%\s*mdnet:begin\b[^%]*%%")
_END = re.compile(r"[ ]*%%\s*mdnet:end\b[^%]*%%")

_NONE, _PARAGRAPH, _FENCED, _INDENTED, _MARKUP, _FORMULA = range(6)
_QUOTE_MARK = -1


def scan(lines: Sequence[str]) -> Blocks:
    """Find out what each of `lines` (without line ends) is. Linear in their length."""
    return _Scanner(lines).run()


class _Scanner:
    """The open containers and the open leaf block, line after line."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.out = Blocks([Kind.BLANK] * len(lines), owner=[-1] * len(lines))
        self.containers: list[tuple[int, int]] = []
        """(_QUOTE_MARK, -1) or (columns to the content, line of the item)."""
        self.leaf = _NONE
        self.begun = 0
        """The line on which the open paragraph began."""
        self.fence = ("", 0)
        self.end: re.Pattern[str] | None = None
        self.markup = Kind.HTML
        self.empty_item = -1
        """The innermost container, where it is an item that has no content yet: it ends at a blank line."""
        self.last: dict[str, int] = {}

    def run(self) -> Blocks:
        kinds = self.out.kinds
        until: re.Pattern[str] | None = None
        filling = Kind.COMMENT
        for number, raw in enumerate(self.lines):
            if until:
                kinds[number] = filling
                if until.search(raw):
                    until = None
                continue
            kind = self.usual_line(number, raw)
            if kind is None:
                kind = self.line(number, raw.expandtabs(4) if "\t" in raw else raw)
            kinds[number] = kind
            if "%" in raw and "%%" in raw and kind in _WITH_COMMENTS:
                if _BEGIN.match(raw):
                    kinds[number] = filling = Kind.GENERATED
                    until = _END
                elif number < self.last_with("%%") and _opens_comment(raw):
                    filling, until = Kind.COMMENT, _PERCENT
                    if raw.lstrip().startswith("%%"):
                        kinds[number] = Kind.COMMENT
                if until:
                    self.leaf = _NONE
        return self.out

    def last_with(self, mark: str) -> int:
        """The last line that holds `mark`: one that is never closed opens nothing."""
        if mark not in self.last:
            self.last[mark] = next(n for n in range(len(self.lines) - 1, -1, -1) if mark in self.lines[n])
        return self.last[mark]

    def usual_line(self, number: int, raw: str) -> Kind | None:
        """The kind of a line of the commonest sorts, found without the full algorithm; None for any other."""
        if self.leaf > _PARAGRAPH:
            return None
        if not raw:
            if not self.containers:
                self.leaf = _NONE
                return Kind.BLANK
            return None
        first = raw[0]
        if first.isalpha():
            if not self.containers or self.leaf == _NONE:  # nothing that begins with a letter is a container
                self.containers.clear()
                self.empty_item = -1
                if self.leaf == _NONE:
                    self.leaf, self.begun = _PARAGRAPH, number
                return Kind.TEXT
        elif first in "-*+" and _USUAL_ITEM.match(raw):  # not indented, so all lists above are closed
            self.containers[:] = [(2, number)]
            self.out.items[number] = -1
            self.out.owner[number] = number
            self.leaf, self.begun, self.empty_item = _PARAGRAPH, number, -1
            return Kind.ITEM
        return None

    def line(self, number: int, line: str) -> Kind:
        """The kind of one line (tabs as spaces), and what it opens and closes."""
        position, matched, quoted = self.match_containers(line)
        everything = matched == len(self.containers)
        if everything and self.leaf > _PARAGRAPH:
            kind = self.continue_leaf(line, position)
            if kind is not None:
                return self.settle(number, kind)
        return self.open_blocks(number, line, position, matched, quoted=quoted)

    def match_containers(self, line: str) -> tuple[int, int, bool]:
        """How far `line` goes on in the open containers: position, how many of them, whether in a quote."""
        position, matched, quoted = 0, 0, False
        for width, _ in self.containers:
            rest = line[position:]
            content = rest.lstrip(" ")
            indent = len(rest) - len(content)
            if width == _QUOTE_MARK:
                if indent > 3 or content[:1] != ">":
                    break
                position += indent + 1
                if line[position : position + 1] == " ":
                    position += 1
                quoted = True
            elif not content.strip():
                if self.empty_item == matched:
                    break
                position = len(line)
            elif indent >= width:
                position += width
            else:
                break
            matched += 1
        return position, matched, quoted

    def continue_leaf(self, line: str, position: int) -> Kind | None:
        """The kind of a line that goes on with the open code, markup or math; None if it does not."""
        rest = line[position:]
        content = rest.lstrip(" ")
        indent = len(rest) - len(content)
        if self.leaf == _FENCED:
            sign, length = self.fence
            bare = content.rstrip()
            if indent < 4 and len(bare) >= length and bare == sign * len(bare):
                self.leaf = _NONE
            return Kind.CODE
        if self.leaf == _INDENTED:
            if indent >= 4:
                return Kind.CODE
            if not content.strip():
                return Kind.BLANK
            self.leaf = _NONE
            return None
        if self.leaf == _FORMULA:
            if "$$" in content:
                self.leaf = _NONE
            return Kind.MATH
        if self.end is None and not content.strip():
            self.leaf = _NONE
            return Kind.BLANK
        if self.end and self.end.search(content):
            self.leaf = _NONE
        return self.markup

    def settle(self, number: int, kind: Kind) -> Kind:
        """Note which item the line belongs to."""
        for _, item in reversed(self.containers):
            if item >= 0:
                self.out.owner[number] = item
                break
        return kind

    def close_to(self, matched: int) -> None:
        """Close the containers beyond `matched`, and with them what is open inside."""
        if matched < len(self.containers):
            del self.containers[matched:]
        self.leaf = _NONE

    def open_blocks(self, number: int, line: str, position: int, matched: int, *, quoted: bool) -> Kind:
        """Open what begins on this line, else go on with the paragraph or begin one."""
        everything = matched == len(self.containers)
        kind = Kind.QUOTE if quoted else Kind.TEXT
        opened = False
        while True:
            rest = line[position:]
            content = rest.lstrip(" ")
            indent = len(rest) - len(content)
            if not content.strip() or matched >= MAX_DEPTH:
                break
            paragraph = self.leaf == _PARAGRAPH and not opened
            if indent >= 4:
                if paragraph:
                    break
                self.close_to(matched)
                self.leaf = _INDENTED
                self.empty_item = -1
                return self.settle(number, Kind.CODE)
            first = content[0]
            if first == ">":
                self.close_to(matched)
                self.containers.append((_QUOTE_MARK, -1))
                matched += 1
                position += indent + 1
                if line[position : position + 1] == " ":
                    position += 1
                quoted = opened = True
                kind = Kind.QUOTE
                continue
            leaf_kind = None
            if first in "#`~<=-$*_":
                leaf_kind = self.open_leaf(number, content, matched, paragraph=paragraph, everything=everything)
            if leaf_kind is not None:
                self.empty_item = -1
                inside = quoted and leaf_kind not in (Kind.CODE, Kind.MATH, Kind.COMMENT)
                return self.settle(number, Kind.QUOTE if inside else leaf_kind)
            width = _item_width(content, indent, paragraph=paragraph and everything)
            if not width:
                break
            self.close_to(matched)
            parent = next((item for _, item in reversed(self.containers) if item >= 0), -1)
            self.containers.append((width, number))
            if number not in self.out.items:
                self.out.items[number] = parent
            matched += 1
            position += width
            opened = True
            self.empty_item = -1
            if kind is not Kind.QUOTE:
                kind = Kind.ITEM
            if not line[position:].strip():
                self.empty_item = len(self.containers) - 1
        return self.end_line(number, content, matched, kind, opened=opened, everything=everything)

    def end_line(self, number: int, content: str, matched: int, kind: Kind, *, opened: bool, everything: bool) -> Kind:
        """A blank line, a paragraph's line, or the line of an empty item."""
        if not content.strip():
            if opened:
                self.leaf = _NONE
                return self.settle(number, kind)
            self.close_to(matched)
            self.empty_item = -1
            return self.settle(number, Kind.BLANK)
        self.empty_item = -1
        if self.leaf == _PARAGRAPH and not opened and not everything:  # lazy continuation
            if any(width == _QUOTE_MARK for width, _ in self.containers):
                kind = Kind.QUOTE
            return self.settle(number, kind)
        if not everything and not opened:
            self.close_to(matched)
        if self.leaf != _PARAGRAPH:
            self.leaf, self.begun = _PARAGRAPH, number
        return self.settle(number, kind)

    def open_leaf(self, number: int, content: str, matched: int, *, paragraph: bool, everything: bool) -> Kind | None:
        """Open the heading, fence, markup, rule or formula that `content` begins; None if it begins none."""
        first = content[0]
        if first == "#":
            found = _ATX.match(content)
            if not found:
                return None
            self.close_to(matched)
            if not self.containers:
                self.out.headings[number] = (len(found[1]), (found[2] or "").strip())
            return Kind.HEADING
        if first in "`~":
            fence = _FENCE.match(content)
            if not fence:
                return None
            self.close_to(matched)
            marks = fence[1] or fence[2]
            self.leaf, self.fence = _FENCED, (marks[0], len(marks))
            return Kind.CODE
        if first == "<":
            return self.open_markup(content, matched, paragraph=paragraph)
        if first == "$":
            if not content.startswith("$$") or "$$" in content[2:] or number >= self.last_with("$$"):
                return None
            self.close_to(matched)
            self.leaf = _FORMULA
            return Kind.MATH
        if first in "=-" and paragraph and everything and _SETEXT.match(content):
            self.underline(number, 1 if first == "=" else 2)
            return Kind.RULE
        if first != "=" and _RULE.match(content):
            self.close_to(matched)
            return Kind.RULE
        return None

    def underline(self, number: int, level: int) -> None:
        """Make the open paragraph a heading."""
        self.leaf = _NONE
        if self.containers:
            return
        text = " ".join(line.strip() for line in self.lines[self.begun : number])
        self.out.headings[self.begun] = (level, text)
        self.out.kinds[self.begun] = Kind.HEADING
        self.out.kinds[self.begun + 1 : number] = [Kind.RULE] * (number - self.begun - 1)

    def open_markup(self, content: str, matched: int, *, paragraph: bool) -> Kind | None:
        for start, end, is_comment in HTML_BLOCKS:
            if not start.match(content):
                continue
            if start is HTML_BLOCKS[-1][0] and paragraph:
                return None
            self.close_to(matched)
            self.markup = Kind.COMMENT if is_comment else Kind.HTML
            if end is None or not end.search(content, 2):
                self.leaf, self.end = _MARKUP, end
            return self.markup
        return None


_WITH_COMMENTS = frozenset((Kind.TEXT, Kind.ITEM, Kind.HEADING, Kind.QUOTE))
_PERCENT = re.compile("%%")


def _opens_comment(line: str) -> bool:
    """Whether `line` leaves a `%%` open."""
    if line.count("%%") == 1 and "`" not in line:
        return True
    rest, position = [], 0
    for start, end, _ in inline.spans(line):
        rest.append(line[position:start])
        position = end
    return "%%" in "".join([*rest, line[position:]])


def _item_width(content: str, indent: int, *, paragraph: bool) -> int:
    """Columns from the container's content to the item's content, 0 if `content` begins no item here."""
    marker = _MARKER.match(content)
    if not marker:
        return 0
    rest = content[marker.end() :]
    text = rest.lstrip(" ")
    if paragraph and (not text.strip() or marker[1] not in (None, "1")):
        return 0
    spaces = len(rest) - len(text)
    if not text.strip() or spaces > 4:
        spaces = 1
    return indent + marker.end() + spaces
