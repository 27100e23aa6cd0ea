"""A file's bytes to a `Note`: properties, kind, date, records, links, tags and what is wrong with it.

Most notes hold no record, so the text is searched first for what could be one, with patterns that begin with a
literal; only where something is found, or where code or comments may hide it, are its lines scanned.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from unicodedata import is_normalized, normalize

from mdnet.core import frontmatter, inline, lines, mdlinks
from mdnet.core.blocks import Kind
from mdnet.core.body import Body
from mdnet.core.conflicts import MARKED
from mdnet.core.dates import (
    cadence_days,
    daily_date,
    day_in_figures,
    day_of,
    looks_like_date,
    no_date,
    parse_date,
    single,
)
from mdnet.core.model import DateSource, Link, Note, NoteKind, Problem, Record, Verb
from mdnet.core.overlooked import goes_on, plain_item, without_bullet
from mdnet.core.syntax import parse_item
from mdnet.core.verbs import grammar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from mdnet.core.frontmatter import FrontMatter
    from mdnet.core.settings import Settings

_PERSONAL: frozenset[NoteKind] = frozenset(("person", "me"))
_PERSON_WORDS = frozenset(("person", "contact"))
_NAME_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?!\d)", re.ASCII)
_NAME_OF_DAY = re.compile(r"\d{4}[-_.]?\d\d[-_.]?\d\d(?!\d)", re.ASCII)
_TRUE_WORDS = frozenset(("true", "yes", "on", "1"))
_PROPERTY_VERBS: tuple[tuple[str, Verb], ...] = (("needs", "need"), ("offers", "offer"))
_TAG_SPLIT = re.compile(r"[,\s]+")
_NO_HEADINGS: Mapping[str, Verb] = {}


def parse_note(
    path: str, data: bytes, settings: Settings, file_date: date | Callable[[], date], *, size: int | None = None
) -> Note:
    """Read one file. Never raises, whatever the bytes are.

    `path` is relative to the vault; `file_date` the day of its last change, or what tells it when it is needed;
    `size` its full size where `data` is only its beginning. Of a note larger than `settings.max_note_bytes` only the
    front matter is read.
    """
    problems: list[tuple[int, str]] = []
    large = max(size or 0, len(data)) > settings.max_note_bytes
    if large:
        data = data[: 4 * frontmatter.MAX_SIZE]
        limit = f"{settings.max_note_bytes / 1e6:g} MB"
        problems.append((1, f"The note is larger than {limit}; only its properties were read."))
    text, fault = lines.decode(data)
    if fault and not large:
        problems.append((lines.fault_line(data), f"The file {fault}."))
    front = frontmatter.read(text)
    if front.problems:
        problems += front.problems
    body = Body("" if large else text[front.body_offset :] if front.body_offset else text)
    properties = front.properties
    known = properties if "".join(properties).islower() else {key.lower(): properties[key] for key in properties}

    words = grammar(settings)
    inline_tags = body.tags() if "#" in body.text else []
    about = [tag for tag in inline_tags if not words.verb_of(tag) and tag.casefold() != "private"]
    tags = _tags(known, about) if about or "tags" in known or "tag" in known else ()
    name = path.rpartition("/")[2].removesuffix(".md")
    kind = _kind(path, name, known, tags, settings)
    note_date, source = _date(path, name, known, front, settings, file_date, problems)
    records: list[Record] = []
    if kind in _PERSONAL:
        _property_records(known, front, settings, records, problems, text)
        implied = settings.headings if _may_have(settings.headings, body.text) else _NO_HEADINGS
    else:
        implied = _NO_HEADINGS
    if implied or words.said_by(inline_tags) or words.has_word(body.text):
        _line_records(body, front.body_line, implied, settings, records, problems)
        lost = dict(goes_on(body.lines, body.blocks, records, front.body_line))
        lost.update(without_bullet(body.lines, body.blocks, words, own=kind in _PERSONAL))
        problems += [(number + front.body_line, message) for number, message in lost.items()]
    if kind == "person":
        _check_person(known, front, problems)
    if "<" in text and "<<<<<<< " in text:
        line = _conflict_line(text)
        if line and (line, MARKED) not in problems:
            problems.append((line, MARKED))
    return Note(
        path,
        name[1:] if name[:1] == "@" and len(name) > 1 else name,
        kind,
        note_date,
        source,
        properties,
        _texts(known, "aliases", "alias") if "aliases" in known or "alias" in known else (),
        tags,
        tuple(records),
        _links(body, front.body_line) if "[" in body.text else (),
        tuple([Problem(path, line, message) for line, message in problems]) if problems else (),
        is_true(known["private"]) if "private" in known else False,
        body.text,
        front.body_line,
    )


def is_true(value: Any) -> bool:
    """Whether a property says yes; `private: yes` is text to YAML 1.2 and must still keep the note private."""
    return value is True or (isinstance(value, (str, int)) and str(value).strip().lower() in _TRUE_WORDS)


def _texts(known: Mapping[str, Any], *keys: str) -> tuple[str, ...]:
    """The texts of a list property under any of its names; one string may hold several, parted by commas."""
    out: dict[str, None] = {}
    for key in keys:
        value = known.get(key)
        if value is None:
            continue
        items = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else [value]
        for item in items:
            if isinstance(item, (str, int, float)) and not isinstance(item, bool):
                text = str(item).strip()
                if text:
                    out[text] = None
    return tuple(out)


def _tags(known: Mapping[str, Any], inline_tags: list[str]) -> tuple[str, ...]:
    """All tags of a note without `#`, each once, front matter first; those that say what a line is are not about it."""
    out: dict[str, None] = {}
    for key in ("tags", "tag"):
        value = known.get(key)
        if value is None:
            continue
        for item in value if type(value) is list else (value,):
            if type(item) is str and item.isalnum():
                out[item] = None
            elif isinstance(item, (str, int, float)) and not isinstance(item, bool):
                out.update((tag, None) for text in _TAG_SPLIT.split(str(item)) if (tag := text.lstrip("#")))
    for tag in inline_tags:
        if not tag.isdigit():
            out[tag] = None
    return tuple(out)


def _kind(path: str, name: str, known: Mapping[str, Any], tags: tuple[str, ...], settings: Settings) -> NoteKind:
    if path == settings.me or (not path.isascii() and _same_form(path, settings.me) == settings.me):
        return "me"
    if "type" in known:
        types = _texts(known, "type")
        if "mdnet-review" in types:
            return "review"
        if any(kind.strip("[]").casefold() in _PERSON_WORDS for kind in types):
            return "person"
    people = settings.people.strip("/") + "/"
    if path.startswith(people) or (name[0:1] == "@" and len(name) > 1):
        return "person"
    if not path.isascii() and _same_form(path, people).startswith(people):
        return "person"
    if _says_person(tags) and (_says_person(_tags(known, [])) or not _is_of_a_day(path, name, settings)):
        return "person"
    return "note"


def _same_form(path: str, named: str) -> str:
    """`path` in the Unicode form of a name in the settings, for macOS may write `é` as two characters."""
    if path.isascii() or named.isascii():
        return path
    return normalize("NFC" if is_normalized("NFC", named) else "NFD", path)


def _says_person(tags: tuple[str, ...]) -> bool:
    for tag in tags:  # noqa: SIM110 -- quicker than `any`, and asked of every note
        if tag[0] in "pPcC" and tag.casefold() in _PERSON_WORDS:
            return True
    return False


def _is_of_a_day(path: str, name: str, settings: Settings) -> bool:
    """Whether a note is a day's or a meeting's: a `#person` in its text is about somebody in it."""
    return bool(_NAME_OF_DAY.match(name)) or daily_date(path, settings.daily) is not None


def _date(
    path: str,
    name: str,
    known: Mapping[str, Any],
    front: FrontMatter,
    settings: Settings,
    file_date: date | Callable[[], date],
    problems: list[tuple[int, str]],
) -> tuple[date, DateSource]:
    """The note's own date and where it was found."""
    for key in ("date", "created"):
        if key in known:
            value = known[key]
            text = value.strip("[] ") if isinstance(value, str) else ""
            day = day_in_figures(text)
            if day:
                return day, "property"
            if looks_like_date(text):
                problems.append((_line_of(front, key), no_date(text)))
    day = daily_date(path, settings.daily)
    if day is None and name[:2].isdigit():
        begins = _NAME_DATE.match(name)
        day = parse_date(begins[1]) if begins else None
    if day:
        return day, "name"
    return (file_date() if callable(file_date) else file_date), "file"


def _line_of(front: FrontMatter, key: str) -> int:
    """The line of a property, whatever its case."""
    return next((line for name, line in front.key_lines.items() if name.lower() == key), 1)


def _links(body: Body, body_line: int) -> tuple[Link, ...]:
    text = body.text
    out: list[Link] = []
    if "](" in text:
        found = body.visible(mdlinks.links(text))
        out += [Link(mdlinks.target_of(match), number + body_line) for match, number in found]
    if "[[" not in text:
        return tuple(out)
    for match, number in body.visible(inline.links(text)) if body.may_hide() else _numbered(text):
        target = match[1].rstrip("\\").strip()
        if target:
            start = match.start()
            embed = start > 0 and text[start - 1] == "!"
            out.append(Link(target, number + body_line, embed))
    return tuple(out)


def _numbered(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """All links, each with its line from 0."""
    number = counted = 0
    for link in inline.LINK.finditer(text):
        place = link.start()
        number += text.count("\n", counted, place)
        counted = place
        yield link, number


def _may_have(headings: Mapping[str, Verb], text: str) -> bool:
    folded = text.casefold()
    return any(heading in folded for heading in headings)


def _line_records(
    body: Body,
    body_line: int,
    implied: Mapping[str, Verb],
    settings: Settings,
    records: list[Record],
    problems: list[tuple[int, str]],
) -> None:
    """Read the list items that say a verb or stand under a heading that implies one."""
    structure, words = body.blocks, grammar(settings)
    parents = set(structure.items.values())
    sections: list[tuple[int, Verb | None]] = []
    for number in sorted({*structure.items, *(structure.headings if implied else ())}):
        if number in structure.headings:
            level, title = structure.headings[number]
            while sections and sections[-1][0] >= level:
                sections.pop()
            title = title.strip("*_: ").casefold()
            outer = sections[-1][1] if sections and title not in settings.log_headings else None
            sections.append((level, implied.get(title, outer)))
            continue
        raw = body.lines[number]
        verb = sections[-1][1] if sections else None
        parent = structure.items[number]
        meant = verb if parent < 0 and number not in parents else None
        if verb and not _is_implied(raw, verb, nested=parent >= 0):
            verb = None
        if structure.kinds[number] is not Kind.ITEM:
            continue
        if not (verb or words.may_say(raw)):
            if meant and (message := plain_item(raw, meant)):
                problems.append((number + body_line, message))
            continue
        parsed = parse_item(raw, settings, verb, line=number + body_line)
        if parsed.record:
            records.append(parsed.record)
        problems += [(number + body_line, message) for message in parsed.problems]


_TASK = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+\[.\](?:\s|\Z)")


def _is_implied(raw: str, verb: Verb, *, nested: bool) -> bool:
    """Whether a heading speaks for this item: for tasks, and where it implies no need for plain items too.

    A plain item below another is a remark on it.
    """
    return bool(_TASK.match(raw)) or (verb != "need" and not nested)


def _property_records(
    known: Mapping[str, Any],
    front: FrontMatter,
    settings: Settings,
    records: list[Record],
    problems: list[tuple[int, str]],
    text: str,
) -> None:
    """Read `needs` and `offers`, each a text or a list of texts in the grammar of a line."""
    if known.keys().isdisjoint(("needs", "offers")):
        return
    file_lines = text[: front.body_offset].split("\n")
    for key, verb in _PROPERTY_VERBS:
        value = known.get(key)
        items = value if isinstance(value, list) else [] if value is None else [value]
        key_line = _line_of(front, key)
        item_lines = next((places for name, places in front.item_lines.items() if name.lower() == key), ())
        for index, item in enumerate(items):
            line = item_lines[index] if index < len(item_lines) else key_line
            said = _said(item)
            if said is None:
                if item is not None:
                    problems.append((line, f"An item of “{key}” is no text; put it in quotes."))
                continue
            parsed = parse_item(said, settings, verb, line=line, origin="property", raw_line=file_lines[line - 1])
            if parsed.record:
                records.append(parsed.record)
            problems += [(line, message) for message in parsed.problems]


def _said(item: Any) -> str | None:
    """What an item of a property says; `looking for: a job` without quotes is a mapping to YAML."""
    if isinstance(item, dict) and len(item) == 1:
        key, value = next(iter(item.items()))
        return f"{key}: {value}" if isinstance(value, (str, int, float)) else None
    return str(item) if isinstance(item, (str, int, float)) and not isinstance(item, bool) else None


def _check_person(known: Mapping[str, Any], front: FrontMatter, problems: list[tuple[int, str]]) -> None:
    """Report what a person's properties say that mdnet cannot use."""
    cadence = known.get("cadence")
    if cadence is not None and cadence_days(single(cadence)) is None:
        message = f"“{cadence}” is no cadence; write 30d, 6w, 3m, 1y, monthly, ... or never."
        problems.append((_line_of(front, "cadence"), message))
    snooze = known.get("snooze")
    if snooze is not None and day_of(snooze) is None:
        problems.append((_line_of(front, "snooze"), no_date(snooze)))
    met = single(known.get("met"))
    if looks_like_date(met) and day_of(met) is None:
        problems.append((_line_of(front, "met"), no_date(met)))


def _conflict_line(text: str) -> int:
    """The line of a merge's first marker if both its ends are there, else 0."""
    start = 0 if text.startswith("<<<<<<< ") else text.find("\n<<<<<<< ") + 1
    if (start or text.startswith("<<<<<<< ")) and "\n>>>>>>> " in text:
        return text.count("\n", 0, start) + 1
    return 0
