"""A note cut into passages: a piece about one subject each, plain, with what is needed to understand it.

List items and paragraphs are passages; a long paragraph is cut between sentences, so that the best part of a
clipping can be found. What was quoted was seen, so it counts; code, comments, math and generated parts do not.
The function is deterministic, for a passage is known by its text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from mdnet.core import blocks, inline, mdlinks
from mdnet.core.backwards import points_back
from mdnet.core.blocks import Kind
from mdnet.core.dates import parse_date
from mdnet.core.model import Note, Passage, Record, Verb
from mdnet.core.plaintext import is_plain, plain
from mdnet.core.syntax import without_fields
from mdnet.core.values import dataclass, field

if TYPE_CHECKING:
    from datetime import date

_Kind = Literal["item", "paragraph", "record", "heading"]

MAX_WORDS = 80
"""Words of one passage; a longer paragraph is cut into parts of about equal size."""
MAX_CONTEXT = 240
"""Characters of context."""
HEADING_WORDS = 3
"""A heading of fewer words (`Notes`, `Log`) says nothing by itself."""

_ITEM = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)])(?:\s+|$))+(?:\[.\](?:\s+|$))?")
_QUOTE = re.compile(r"\s*(?:>\s?)+")
_CALLOUT = re.compile(r"\[![\w-]+(?:\|[^\]]*)?\][+-]?\s*")
_DATE = re.compile(r"\s*(?:\[\[)?(\d{4}-\d\d-\d\d)(?:\|[^\]]*)?(?:\]\])?[,:;]?(?:\s+[–—-](?=\s))?(?:\s+|$)", re.ASCII)
_TABLE_RULE = re.compile(r"[\s|:-]+\Z")
_PRIVATE = re.compile(r"#(?<!\S#)private\b", re.IGNORECASE)
_WORD = re.compile(r"\w")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s+|[。！？]\s*")
_ABBREVIATION = re.compile(
    r"\b(?:[A-Z]|mrs?|ms|dr|prof|st|vs|etc|e\.g|i\.e|cf|no|inc|ltd|co|jr|sra?|z\.b|d\.h|bzw|ca|nr|str|[pt]\.ex)\.\s+\Z",
    re.IGNORECASE,
)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(slots=True)
class _Unit:
    """The lines of one passage to be: their numbers (from 0) and what they say."""

    kind: Literal["item", "paragraph", "heading"]
    item: int
    numbers: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Item:
    """What later lines need of a list item."""

    text: str
    people: tuple[str, ...]
    private: bool
    date: date | None
    story: Verb | None = None
    """The verb of the need or gift that it is part of, or hangs under."""


def passages(note: Note) -> list[Passage]:
    """The passages of `note`, in order. None for a review page."""
    if note.kind == "review" or not note.body:
        return []
    return _Cutter(note).run()


class _Cutter:
    """One walk through a note's lines."""

    def __init__(self, note: Note) -> None:
        self.note = note
        self.lines = note.body.split("\n")
        self.structure = blocks.scan(self.lines)
        self.records = {record.line - note.body_line: record for record in note.records if record.origin == "line"}
        self.items: dict[int, _Item] = {}
        self.headings: list[tuple[int, str, date | None]] = []
        self.heading = ""
        self.day = note.date
        """The day of the section: that of the innermost heading that has one, else the note's."""
        self.intro = ""
        """A paragraph that ends in a colon and what follows it belongs to."""
        self.last = _NOTHING
        """The item or paragraph that came last in this section."""
        self.out: list[Passage] = []
        source = note.properties.get("source")
        self.source = source if isinstance(source, str) else ""
        self.owner = note.path if note.kind in ("person", "me") else ""

    def run(self) -> list[Passage]:
        unit: _Unit | None = None
        for number, kind in enumerate(self.structure.kinds):
            if kind is Kind.TEXT or kind is Kind.HTML:
                item = self.structure.owner[number]
                line = self.lines[number]
                is_row = "|" in line and line.lstrip().startswith("|")
                if unit is None or (is_row and unit.texts) or (unit.kind == "paragraph" and unit.item != item):
                    self.finish(unit)
                    unit = _Unit("paragraph", item)
                if not (is_row and _TABLE_RULE.match(line)):
                    unit.numbers.append(number)
                    unit.texts.append(line.replace("|", " ") if is_row and "[[" not in line else line)
                continue
            if kind is Kind.QUOTE:
                unit = self.quote_line(unit, number)
                continue
            self.finish(unit)
            unit = None
            if kind is Kind.ITEM or (kind is Kind.HEADING and number in self.structure.items):
                unit = _Unit("item", number, [number], [_ITEM.sub("", self.lines[number], count=1)])
            elif kind is Kind.HEADING:
                self.head(number)
        self.finish(unit)
        return self.out

    def quote_line(self, unit: _Unit | None, number: int) -> _Unit | None:
        """A quote's text is read line by line; an empty line or a list item in it begins a new passage."""
        text = _QUOTE.sub("", self.lines[number], count=1)
        text = _CALLOUT.sub("", text, count=1) if text.startswith("[!") else text
        marker = _ITEM.match(text)
        text = text[marker.end() :] if marker else text.lstrip("# ")
        if not text.strip() or marker or unit is None:
            self.finish(unit)
            unit = None
        if not text.strip():
            return None
        unit = unit or _Unit("item" if marker else "paragraph", self.structure.owner[number])
        unit.numbers.append(number)
        unit.texts.append(text)
        return unit

    def head(self, number: int) -> None:
        """Note a heading; one of several words is a passage too."""
        if number not in self.structure.headings:
            return
        level, text = self.structure.headings[number]
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        shown = plain(text)
        day = _DATE.match(text)
        self.headings.append((level, shown, parse_date(day[1]) if day else None))
        self.day = self.headings[-1][2] or self.day
        if len(shown.split()) >= HEADING_WORDS and shown.casefold() not in self.note.title.casefold():
            self.emit(number, shown, "heading", _Item("", _people(text), False, None), "")
        self.heading = " › ".join(title for _, title, _ in self.headings if title and title != self.note.title)
        self.day = next((day for _, _, day in reversed(self.headings) if day), self.note.date)
        self.intro, self.last = "", _NOTHING

    def finish(self, unit: _Unit | None) -> None:
        """Make passages of the collected lines."""
        if unit is None or not unit.texts:
            return
        first = unit.numbers[0]
        is_item = first in self.structure.items and unit.item == first
        parent = self.items.get(self.structure.items[first] if is_item else unit.item, _NOTHING)
        record = self.records.get(first) if is_item else None
        raw = " ".join(unit.texts) if len(unit.texts) > 1 else unit.texts[0]
        raw = " ".join(raw.split())
        if record is None and raw.isascii() and not raw[:1].isdigit() and is_plain(raw):
            pieces, own = unit.texts, _Item(raw, parent.people, parent.private, parent.date, parent.story)
        else:
            pieces, own = _read(unit.texts, raw, record, parent)
        if is_item:
            self.items[first] = own
        text = own.text
        if not _WORD.search(text):
            return
        kind: _Kind = "record" if record else unit.kind
        context = parent.text or (self.intro if is_item else "")
        if not (kind == "item" or record):
            self.intro = text if text.endswith(":") else ""
        last, self.last = self.last, own
        told = last.text and not record and (own.private or not last.private) and points_back(text)
        before = (_shorten(last.text), *last.people) if told else ()
        if _size(text) <= MAX_WORDS:
            self.emit(first, text, kind, own, context, record, before)
            return
        starts, end = [], 0
        for piece in pieces:
            starts.append(end)
            words = piece.split()
            end += sum(map(len, words)) + len(words)
        for start, part, said in _parts(text):
            number = unit.numbers[bisect_right(starts, start) - 1]
            self.emit(number, part, kind, own, said or context, record, () if start else before)

    def emit(
        self,
        number: int,
        text: str,
        kind: _Kind,
        own: _Item,
        context: str,
        record: Record | None = None,
        before: tuple[str, ...] = (),
    ) -> None:
        """Add one passage."""
        note = self.note
        self.out.append(
            Passage(
                note.path,
                number + note.body_line,
                text,
                own.date or self.day,
                note.title,
                self.heading,
                _shorten(context),
                own.people,
                self.owner,
                note.private or own.private,
                self.source,
                kind,
                record.verb if record else own.story,
                before,
            )
        )


def _read(texts: list[str], raw: str, record: Record | None, parent: _Item) -> tuple[list[str], _Item]:
    """The lines of a unit in plain words, and what they say together."""
    if record:
        day = record.date or record.created
        first = f"{record.lead_text}: {record.text}" if record.lead and record.text else record.text
    else:
        day, first = _dated(without_fields(texts[0]))
    pieces = [plain(first), *map(plain, texts[1:])]
    people = tuple(dict.fromkeys((*_people(raw), *parent.people)))
    private = parent.private or bool(record and record.private) or bool(_PRIVATE.search(raw))
    story = parent.story
    if record:
        story = record.verb if record.verb in _STORIES else None
    return pieces, _Item(" ".join(piece for piece in pieces if piece), people, private, day or parent.date, story)


_STORIES = ("need", "gave")
"""What hangs under such a line tells of that need or that gift, unless it is a record of its own."""
_NOTHING = _Item("", (), False, None)


def _people(text: str) -> tuple[str, ...]:
    if "[[" not in text and "](" not in text:
        return ()
    links = inline.LINK.finditer(mdlinks.as_wiki(text))
    return tuple(target for link in links if (target := inline.target_of(link)))


def _dated(text: str) -> tuple[date | None, str]:
    """The day that `text` begins with, and the rest."""
    found = _DATE.match(text)
    day = parse_date(found[1]) if found else None
    return (day, text[found.end() :]) if found and day else (None, text)


def _shorten(text: str) -> str:
    if len(text) <= MAX_CONTEXT:
        return text
    space = text.rfind(" ", 0, MAX_CONTEXT)
    return text[: space if space > 0 else MAX_CONTEXT] + "…"


def _size(text: str) -> int:
    """Words; two signs of Chinese, Japanese or Korean count as one."""
    words = text.count(" ") + 1
    return words if text.isascii() else words + len(_CJK.findall(text)) // 2


def _sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences of `text` stand; one longer than a passage is cut between words."""
    out, start = [], 0
    for end_mark in _SENTENCE_END.finditer(text):
        end = end_mark.end()
        if text[end : end + 1].islower() or _ABBREVIATION.search(text, max(start, end - 12), end):
            continue
        out.append((start, end))
        start = end
    if start < len(text):
        out.append((start, len(text)))
    return [part for begin, end in out for part in _cut_words(text, begin, end)]


def _cut_words(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    """A sentence, in pieces of no more than `MAX_WORDS` words."""
    size = _size(text[begin:end])
    if size <= MAX_WORDS:
        return [(begin, end)]
    step = (end - begin) // -(-size // MAX_WORDS) + 1
    out = []
    while end - begin > step:
        cut = text.rfind(" ", begin + step // 2, begin + step) + 1 or begin + step
        out.append((begin, cut))
        begin = cut
    return [*out, (begin, end)]


def _parts(text: str) -> list[tuple[int, str, str]]:
    """A long text in parts of whole sentences and about equal size: start, part, and the sentence before it."""
    sentences = _sentences(text)
    sizes = [_size(text[begin:end]) for begin, end in sentences]
    goal = sum(sizes) / -(-sum(sizes) // MAX_WORDS)
    out, first, size = [], 0, 0
    for index, (begin, _) in enumerate(sentences):
        if size and size + sizes[index] / 2 > goal:
            out.append((first, begin))
            first, size = begin, 0
        size += sizes[index]
    out.append((first, len(text)))
    before = {begin: text[last:begin].strip() for (last, _), (begin, _) in pairwise(sentences)}
    return [(begin, text[begin:end].strip(), before.get(begin, "")) for begin, end in out]
