"""Values as they stand in the index, and back: short, for there are many of them."""

from __future__ import annotations

import functools
import json
from collections import namedtuple
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

from mdnet.core.model import Person, Record, Stamp
from mdnet.core.values import MISSING, defaults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mdnet.core.model import DateSource, NoteKind

KINDS: tuple[NoteKind, ...] = ("note", "person", "me", "review")
SOURCES: tuple[DateSource, ...] = ("line", "property", "name", "file")

_DATES = frozenset(("date", "created", "done", "cancelled", "due", "not_before", "snooze", "met"))
_LISTS = frozenset(("people", "tags", "aliases", "email", "phone", "url"))
_RECORD = tuple(defaults(Record))
_DEFAULTS: tuple[Any, ...] = tuple("" if default is MISSING else default for default in defaults(Record).values())
_RecordRow = namedtuple("_RecordRow", _RECORD)  # type: ignore[misc]  # noqa: PYI024 -- its names are Record's
_values_of = attrgetter(*_RECORD)
_PERSON = tuple(defaults(Person))
_PERSON_DEFAULTS = tuple(defaults(Person).values())
_values_of_person = attrgetter(*_PERSON)
_RAW, _TEXT, _LEAD_TEXT = (_RECORD.index(name) for name in ("raw", "text", "lead_text"))
_DATE_PLACES = tuple(place for place, name in enumerate(_RECORD) if name in _DATES)
_LIST_PLACES = tuple(place for place, name in enumerate(_RECORD) if name in _LISTS)


def _encoder() -> Callable[[Any], str]:
    """`json.dumps` in its shortest form, with what the standard library makes for each call made once."""
    plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
    make = getattr(json.encoder, "c_make_encoder", None)
    quote = getattr(json.encoder, "c_encode_basestring", None)
    if make is None or quote is None:
        return plain.encode
    pieces = make(None, plain.default, quote, None, ":", ",", False, False, True)
    return lambda value: "".join(pieces(value, 0))


encode = _encoder()
_new = object.__new__
_set_size, _set_mtime, _set_ctime, _set_inode = (Stamp.__dict__[name].__set__ for name in defaults(Stamp))
_day = functools.lru_cache(maxsize=4096)(date.fromordinal)


def pack_record(record: Record) -> str:
    """A record as a JSON list of its fields, 0 for a default, without the defaults at its end.

    A text that stands in the raw line as it is, is given by where it stands there.
    """
    values = _values_of(record)
    row = [
        0 if value == default else value.toordinal() if type(value) is date else value
        for value, default in zip(values, _DEFAULTS, strict=True)
    ]
    raw = record.raw
    for place in (_TEXT, _LEAD_TEXT):
        text = values[place]
        start = raw.find(text)
        row[place] = text if start < 0 else [start, len(text)] if text else 0
    while row[-1] == 0:
        row.pop()
    return encode(row)


def unpack_records(data: Sequence[str]) -> Iterator[Record]:
    """The records that `pack_record` packed, as tuples with the fields of a Record: there are many, and making a
    frozen dataclass takes ten times as long. For the same reason all are decoded in one go."""
    make = _RecordRow._make
    for row in json.loads(f"[{','.join(data)}]"):
        given = len(row)
        values = [default if value == 0 else value for value, default in zip(row, _DEFAULTS, strict=False)]
        values += _DEFAULTS[given:]
        for place in _DATE_PLACES:
            if place >= given:
                break
            if row[place]:
                values[place] = _day(row[place])
        raw = values[_RAW]
        for place in (_TEXT, _LEAD_TEXT):
            value = row[place] if place < given else ""
            values[place] = raw[value[0] : value[0] + value[1]] if type(value) is list else value or ""
        for place in _LIST_PLACES:
            values[place] = tuple(values[place])
        yield cast("Record", make(values))


def pack_person(person: Person) -> str:
    """What of a person is not empty, as a JSON object."""
    return encode({
        name: value if type(value) is not date else value.toordinal()
        for name, value, default in zip(_PERSON, _values_of_person(person), _PERSON_DEFAULTS, strict=True)
        if value != default
    })  # fmt: skip


def unpack_people(data: Sequence[str]) -> Iterator[Person]:
    """The people that `pack_person` packed."""
    for values in json.loads(f"[{','.join(data)}]"):
        for name, value in values.items():
            if name in _LISTS:
                values[name] = tuple(value)
            elif name in _DATES:
                values[name] = _day(value)
        yield Person(**values)


def stamp_from(row: Sequence[Any]) -> Stamp:
    """The stamp in the second to fifth columns of a row.

    Fills the slots itself: a frozen dataclass's own `__init__` takes three times as long, and there are many.
    """
    stamp = _new(Stamp)
    _set_size(stamp, row[1])
    _set_mtime(stamp, row[2])
    _set_ctime(stamp, row[3])
    _set_inode(stamp, row[4])
    return stamp


def day(ordinal: int | None) -> date | None:
    """A day from its number."""
    return None if ordinal is None else _day(ordinal)
