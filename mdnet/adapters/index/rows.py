"""Values as they stand in the index, and back: short, for there are many of them."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from mdnet.core.model import Person, Record

if TYPE_CHECKING:
    from mdnet.core.model import DateSource, NoteKind

KINDS: tuple[NoteKind, ...] = ("note", "person", "me", "review")
SOURCES: tuple[DateSource, ...] = ("line", "property", "name", "file")

_DATES = frozenset(("date", "created", "done", "cancelled", "due", "not_before", "snooze", "met"))
_LISTS = frozenset(("people", "tags", "aliases", "email", "phone", "url"))
# Mostly set first, so that the tail of defaults can be cut off.
_RECORD = (
    "verb", "line", "raw", "text", "date", "people", "lead", "lead_text", "mark", "state", "created", "origin",
    "implied", "tags", "done", "cancelled", "due", "not_before", "priority", "private", "block_id", "mention",
)  # fmt: skip
_DEFAULTS = tuple({field.name: field.default for field in fields(Record)}[name] for name in _RECORD)
_values_of = attrgetter(*_RECORD)
_TEXTS = ("text", "lead_text")
_TEXT, _LEAD_TEXT, _RAW = (_RECORD.index(name) for name in (*_TEXTS, "raw"))

# Made once: `json.dumps` with these options makes one each time.
encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def pack_record(record: Record) -> str:
    """A record as a JSON list. A text that stands in the raw line as it is, is given by where it stands there."""
    values = _values_of(record)
    row = [
        None if value == default else value.toordinal() if type(value) is date else value
        for value, default in zip(values, _DEFAULTS, strict=True)
    ]
    raw = record.raw
    for place in (_TEXT, _LEAD_TEXT):
        text = values[place]
        start = raw.find(text)
        row[place] = text if start < 0 else [start, len(text)] if text else None
    while row[-1] is None:
        row.pop()
    return encode(row)


def unpack_record(data: str) -> Record:
    """The record that `pack_record` packed."""
    row = json.loads(data)
    raw = row[_RAW]
    values = {name: _unpacked(raw, name, value) for name, value in zip(_RECORD, row, strict=False) if value is not None}
    return Record(**{"text": "", **values})


def _unpacked(raw: str, name: str, value: Any) -> Any:
    if name in _DATES:
        return date.fromordinal(value)
    if type(value) is not list:
        return value
    return raw[value[0] : value[0] + value[1]] if name in _TEXTS else tuple(value)


def pack_person(person: Person) -> str:
    """What of a person is not empty, as a JSON object."""
    values: dict[str, Any] = {}
    for field in fields(Person):
        value = getattr(person, field.name)
        if field.default is MISSING or value != field.default:
            values[field.name] = value.toordinal() if field.name in _DATES else value
    return encode(values)


def unpack_person(data: str) -> Person:
    """The person that `pack_person` packed."""
    values = json.loads(data)
    for name, value in values.items():
        if name in _DATES:
            values[name] = date.fromordinal(value)
        elif name in _LISTS:
            values[name] = tuple(value)
    return Person(**values)


def day(ordinal: int | None) -> date | None:
    """A day from its number."""
    return None if ordinal is None else date.fromordinal(ordinal)
