"""Values as they stand in the index, and back: short, for there are many of them."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from datetime import date
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
_DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(Record)}
_TEXTS = ("text", "lead_text")


def pack_record(record: Record) -> str:
    """A record as a JSON list. A text that stands in the raw line as it is, is given by where it stands there."""
    row = [_packed(record, name) for name in _RECORD]
    while row[-1] is None:
        row.pop()
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def unpack_record(data: str) -> Record:
    """The record that `pack_record` packed."""
    row = json.loads(data)
    raw = row[2]
    values = {name: _unpacked(raw, name, value) for name, value in zip(_RECORD, row, strict=False) if value is not None}
    return Record(**{"text": "", **values})


def _packed(record: Record, name: str) -> Any:
    value = getattr(record, name)
    if name in _TEXTS:
        start = record.raw.find(value)
        return value if start < 0 else [start, len(value)] if value else None
    if value == _DEFAULTS[name]:
        return None
    return value.toordinal() if name in _DATES else value


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
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


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
