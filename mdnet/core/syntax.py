"""One line: checkbox, verb, people, dates, fields, block id. The grammar is that of `docs/format.md`, "Records".

- [ ] 2026-11-03 #met [[Ana Ruiz]] and [[Joe Chen]]: coffee #work 📅 2026-12-01 ^id
    |     |       |      the people that lead        text   and, peeled from the end as the Obsidian
    mark  date    verb                                      Tasks plugin does it: fields, tags, block id
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from mdnet.core import inline, mdlinks
from mdnet.core.dates import FIGURES, ISO_DATE, day_in_figures, no_date, parse_date
from mdnet.core.model import Record, State, Verb
from mdnet.core.unread_days import day_at_start, day_before, field_without_day
from mdnet.core.values import dataclass
from mdnet.core.verbs import NO_FURTHER, Grammar, grammar

if TYPE_CHECKING:
    from datetime import date

    from mdnet.core.settings import Settings

MAX_LINE = 20_000
"""A longer line is no record."""

_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)(.*)", re.DOTALL)
_BOX = re.compile(r"\[(.)\](?:[ \t]+|$)")
_STATES: dict[str | None, State] = {
    None: "open", " ": "open", "/": "helping", "x": "helped", "X": "helped", "-": "dropped",
}  # fmt: skip

# Fields at the end of a line, in the Tasks plugin's emoji form and its Dataview form. U+FE0F asks for a coloured emoji.
_BLOCK_ID = re.compile(r"(?:^|(?<=\s))\^([A-Za-z0-9-]+)\s*\Z")
_DATE_SIGNS = {
    "➕": "created", "✅": "done", "❌": "cancelled", "📅": "due", "📆": "due", "🗓": "due", "⏳": "not_before",
    "⌛": "not_before", "🛫": "start",
}  # fmt: skip
_DATE_KEYS = {
    "created": "created", "completion": "done", "cancelled": "cancelled", "due": "due", "scheduled": "not_before",
    "start": "start",
}  # fmt: skip
_PRIORITY_SIGNS = {"🔺": 3, "⏫": 2, "🔼": 1, "🔽": -1, "⏬": -2}
_PRIORITY_WORDS = {"highest": 3, "high": 2, "medium": 1, "none": 0, "normal": 0, "low": -1, "lowest": -2}
_FIELD = re.compile(
    rf"(?:([{''.join(_DATE_SIGNS)}])\ufe0f?\s*({ISO_DATE})"
    rf"|([{''.join(_PRIORITY_SIGNS)}])\ufe0f?"
    r"|[\[(]\s*([A-Za-z]+)\s*::\s*([^\[\]()]*?)\s*[\])],?"
    r"|🔁\ufe0f?\s*[A-Za-z0-9, !]+|🆔\ufe0f?\s*[\w-]+|⛔\ufe0f?\s*[\w-]+(?:\s*,\s*[\w-]+)*|🏁\ufe0f?\s*[A-Za-z]+"
    r"|⏰\ufe0f?\s*[\d:T -]+"
    rf"|\[\[({ISO_DATE})(?:\|[^\[\]]*)?\]\]"
    rf"|(?:^|(?<=\s))#({inline.TAG_CHARS}))\s*\Z"
)
_FIELD_START = re.compile(f"[#[(🔁🆔⛔🏁⏰{''.join(_DATE_SIGNS)}{''.join(_PRIORITY_SIGNS)}]")
_OTHER_KEYS = frozenset(("repeat", "id", "dependson", "oncompletion"))
_WINDOW = 240
"""No field is longer than this many characters; what stands before need not be looked at."""

_TRIES = 3
"""How many signs back a field may begin: `[[2026-11-03]]` has two of them."""

_DATE_HERE = re.compile(
    rf"\s*(?:(?P<bold>\*\*|__|\*|_)|(?P<round>\())?"
    rf"(?:\[\[(?P<linked>{ISO_DATE})(?:\|[^\[\]]*)?\]\]|(?P<plain>{FIGURES})(?:[T ]\d\d:\d\d)?)"
    r"(?(bold)[,:;]?(?P=bold))(?(round)\))(?=[\s,:;]|\Z)(?:[,:;]|\s+[–—-](?=\s))?\s*"
)
"""A day, also bold or in parentheses."""
_DATE_FIRST = re.compile(r"\s*[\d\[*_(]")
_CLINGING = frozenset(",;:.!?")
_GENITIVE = re.compile(r"[\w'’]")
_JOINER = re.compile(
    r"(?:\s*[,;&+/]\s*(?:(?:and|und|y|e|et|och|en|og)\s+)?"
    r"|\s+(?:and|und|y|e|et|och|en|og|with|mit|con|avec|com|med|met)\s+)(?=\[\[)",
    re.IGNORECASE,
)
_WITH = re.compile(r"(?:with|mit|con|avec|com|med|met|bei)\s+(?=\[\[)", re.IGNORECASE)
_TO_FROM = re.compile(r"(?:to|from|till|från|von|zu|à|with|mit|con|avec|com|med|met|bei)\s+(?=\[\[)", re.IGNORECASE)
_ESCAPED = re.compile(r"`[^`]*`|\\([!-/:-@\[-`{-~])")
"""Code, in which a backslash is one, or a sign made plain by a backslash."""
_AFTER_LEAD = re.compile(r"\s*(?::+|[,;–—-]+(?=\s|\Z))\s*")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a line says: its record, if it is one, and what is wrong with it."""

    record: Record | None
    problems: tuple[str, ...] = ()


def parse_item(
    raw: str,
    settings: Settings,
    implied: Verb | None = None,
    *,
    line: int = 0,
    origin: Literal["line", "property"] = "line",
    raw_line: str | None = None,
) -> Parsed:
    """Read one list item (its first line, as it stands), or one item of a property (`origin`), a bare text.

    `implied` is the verb that its heading or property implies; without it an item that says no verb is no
    record. `raw_line` is what the record is to hold as its line where that is not `raw`. Never raises.
    """
    item = _ITEM.match(raw)
    if item is None and origin == "line":
        return Parsed(None)
    rest = item[1] if item else raw.strip()
    if len(rest) > MAX_LINE:
        return Parsed(None)
    box = _BOX.match(rest)
    mark = box[1] if box else None
    text = mdlinks.as_wiki(inline.without_comments(rest[box.end() :] if box else rest).strip())
    reader = _Reader(text, grammar(settings))
    reader.read()
    verb = reader.verb or implied
    if not verb:
        return Parsed(None)
    problem = reader.unread_day(verb)
    if problem:
        reader.problems.append(problem)
    if mark not in _STATES and verb == "need":
        reader.problems.append(f"The checkbox sign [{mark}] is unknown; the need counts as open.")
    if not reader.text and verb in ("need", "offer"):
        return Parsed(None, (f"This #{verb} says nothing.",) if reader.verb else ())
    record = Record(
        verb=verb, line=line, raw=raw if raw_line is None else raw_line, text=reader.text,
        people=tuple(reader.lead + reader.others), lead=len(reader.lead),
        lead_text=reader.lead_text, mark=mark, state=_STATES.get(mark, "open"), date=reader.date,
        created=reader.fields.get("created"), done=reader.fields.get("done"), cancelled=reader.fields.get("cancelled"),
        due=reader.fields.get("due"), not_before=reader.fields.get("not_before"), priority=reader.priority,
        private=reader.private, block_id=reader.block_id, origin=origin,
    )  # fmt: skip
    return Parsed(record, tuple(reader.problems))


def without_fields(text: str) -> str:
    """The text of an item that is no record, without the block id and the fields at its end, and `#private`."""
    if not _FIELD_START.search(text, max(0, len(text) - _WINDOW)) and "^" not in text:
        return text
    reader = _Reader(text.rstrip(), NO_FURTHER)
    reader.peel()
    reader.take_tags(only_private=True)
    return reader.text


class _Reader:
    """One reading of one line: first its end is peeled, then its head is taken, then the rest is looked through."""

    def __init__(self, text: str, words: Grammar) -> None:
        self.text = text
        self.hidden = inline.hide(text)
        self.grammar = words
        self.verb: Verb | None = None
        self.date: date | None = None
        self.lead: list[str] = []
        self.lead_text = ""
        self.others: list[str] = []
        self.private = False
        self.block_id: str | None = None
        self.priority = 0
        self.fields: dict[str, date] = {}
        self.problems: list[str] = []
        self.before_verb = ""
        """What stands before a verb that does not begin the line."""

    def read(self) -> None:
        """Fill in all of the above."""
        self.peel()
        before: list[str] = []
        position = self.take_date(0, before)
        position = self.take_verb(position, before)
        position = self.take_people(position, before)
        if not self.verb:
            position = self.take_verb(position, before, tag_only=True)
        if not self.verb:
            self.find_verb(position, before)
        after = _AFTER_LEAD.match(self.hidden, position)
        position = after.end() if after else position
        self.text, self.hidden = self.text[position:], self.hidden[position:]
        self.take_tags()
        if "[[" in self.hidden:
            links = inline.links(self.hidden)
            self.others += [inline.target_of(link) for link in links if self.is_person(link)]
            self.text = inline.show_links(self.text, self.hidden)
        if "\\" in self.text:
            self.text = _ESCAPED.sub(lambda found: found[1] or found[0], self.text)
        self.text = " ".join([*before, *self.text.split()])

    def unread_day(self, verb: Verb) -> str:
        """What to tell of a day that is meant and not read; ""."""
        if self.problems:
            return ""
        field = field_without_day(self.text, whatever=verb in ("need", "asked"))
        if field:
            return f"“{field}” is not read: behind such a sign stands a day like 2026-11-03."
        if self.date or self.fields.get("created") or verb in ("need", "offer"):
            return ""
        day = day_before(self.before_verb) or day_at_start(self.text)
        return f"“{day}” is not read as a day; write it like 2026-11-03." if day else ""

    def cut(self, start: int, end: int) -> None:
        """Take the characters from `start` to `end` out of the line."""
        self.text = self.text[:start] + self.text[end:]
        self.hidden = self.hidden[:start] + self.hidden[end:]

    def peel(self) -> None:
        """Take block id and fields off the end; tags between them stay where they are."""
        end = len(self.hidden)
        block = _BLOCK_ID.search(self.hidden, self.hidden.rfind("^")) if "^" in self.hidden else None
        if block:
            self.block_id = block[1]
            self.cut(block.start(), end)
            end = block.start()
        while True:
            found = self.last_field(end)
            if not found:
                return
            if found[7]:
                if found[7].isdigit():
                    return
            elif self.take_field(found):
                self.cut(found.start(), found.end())
            elif found[4]:
                return
            end = found.start()

    def last_field(self, end: int) -> re.Match[str] | None:
        """The field or tag that ends at `end` (white space aside)."""
        hidden = self.hidden
        if "#" not in hidden and "[" not in hidden and "(" not in hidden and hidden.isascii():
            return None
        starts = [match.start() for match in _FIELD_START.finditer(self.hidden, max(0, end - _WINDOW), end)]
        for start in starts[: -_TRIES - 1 : -1]:
            found = _FIELD.match(self.hidden, start, end)
            if found:
                return found
        return None

    def take_field(self, found: re.Match[str]) -> bool:
        """Note what a field says. False if it is none after all, or holds an impossible date: then it is text."""
        sign, day, priority, key, value, linked_day = found.group(1, 2, 3, 4, 5, 6)
        if priority:
            self.priority = self.priority or _PRIORITY_SIGNS[priority]
        elif linked_day:
            return self.set_date(linked_day)
        elif sign:
            return self.set_field(_DATE_SIGNS[sign], day)
        elif key:
            name = key.casefold()
            if name in _DATE_KEYS:
                return self.set_field(_DATE_KEYS[name], value)
            if name == "priority" and value.casefold() in _PRIORITY_WORDS:
                self.priority = self.priority or _PRIORITY_WORDS[value.casefold()]
                return True
            return name in _OTHER_KEYS
        return True

    def set_field(self, name: str, text: str) -> bool:
        day = parse_date(text)
        if day:
            self.fields.setdefault(name, day)
            return True
        self.problems.append(no_date(text))
        return False

    def set_date(self, text: str) -> bool:
        day = day_in_figures(text)
        if day is None:
            self.problems.append(no_date(text))
            return False
        self.date = self.date or day
        return True

    def take_date(self, position: int, before: list[str]) -> int:
        """Pass a date at `position`, if there is one and none was found; an impossible one goes `before` the text."""
        if self.date is not None or not _DATE_FIRST.match(self.hidden, position):
            return position
        found = _DATE_HERE.match(self.hidden, position)
        if not found:
            return position
        if not self.set_date(found["linked"] or found["plain"]):
            before.append(found[0].strip())
        return found.end()

    def take_verb(self, position: int, before: list[str], *, tag_only: bool = False) -> int:
        """Pass the verb at `position` and a date after it."""
        found = self.grammar.start.match(self.hidden, position)
        if not found or (tag_only and not found[1]):
            return position
        self.verb = self.grammar.words.get((found[1] or found[2]).casefold())
        if self.verb is None:  # a letter that the pattern takes for another, such as ı for i
            return position
        return self.take_date(found.end(), before)

    def take_people(self, position: int, before: list[str]) -> int:
        """Pass the links at `position` that are joined by commas, `and` and the like, and a date after them."""
        if "[[" not in self.hidden:
            return position
        preposition = (_WITH if self.verb in (None, "need", "offer") else _TO_FROM).match(self.hidden, position)
        begin = place = preposition.end() if preposition else position
        end = -1
        while True:
            link = inline.LINK.match(self.hidden, place)
            if not link or not self.is_person(link) or _GENITIVE.match(self.hidden, link.end()):
                break
            self.lead.append(inline.target_of(link))
            end = link.end()
            joiner = _JOINER.match(self.hidden, end)
            if not joiner:
                break
            place = joiner.end()
        if end < 0:
            return position
        self.lead_text = inline.show_links(self.text[begin:end], self.hidden[begin:end])
        end = self.take_date(end, before)
        while self.hidden[end : end + 1].isspace():
            end += 1
        return end

    def find_verb(self, position: int, before: list[str]) -> None:
        """Find the first verb tag beyond `position` and cut it out, with the people that stand right after it."""
        for tag in inline.tags(self.hidden, position):
            verb = self.grammar.verb_of(tag[1])
            if verb:
                self.verb = verb
                end = tag.end()
                if not self.lead:
                    start = end + len(self.hidden[end:]) - len(self.hidden[end:].lstrip())
                    people_end = self.take_people(start, before)
                    end = people_end if self.lead else end
                start = tag.start()
                self.before_verb = self.text[:start]
                if self.hidden[end : end + 1] in _CLINGING:
                    start = len(self.hidden[:start].rstrip())
                self.cut(start, end)
                return

    def take_tags(self, *, only_private: bool = False) -> None:
        """Cut out `#private` and the verb said again."""
        if "#" not in self.hidden:
            return
        for tag in reversed(list(inline.tags(self.hidden))):
            name = tag[1]
            verb = self.grammar.verb_of(name)
            if name.partition("/")[0].casefold() == "private":
                self.private = True
                self.cut(tag.start(), tag.end())
            elif only_private:
                continue
            elif verb and verb == self.verb:
                self.cut(tag.start(), tag.end())
            elif verb:
                self.problems.append(f"This line has two verbs; it is read as #{self.verb}, not #{verb}.")

    @staticmethod
    def is_person(link: re.Match[str]) -> bool:
        """Whether a link may be somebody: no embed, no day, not only a heading."""
        target = inline.target_of(link)
        embed = link.start() > 0 and link.string[link.start() - 1] == "!"
        return bool(target) and not embed and not parse_date(target)
