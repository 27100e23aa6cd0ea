"""What the index answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mdnet.core.values import dataclass

if TYPE_CHECKING:
    import datetime as dt

    from mdnet.core.model import DateSource, NoteKind


class NoteRow(NamedTuple):  # of which there are many, and a named tuple is made faster
    """What the index knows of a note."""

    path: str
    kind: NoteKind
    date: dt.date | None


@dataclass(frozen=True, slots=True)
class ReadBefore:
    """The hash of a note's bytes, and where its date was found."""

    digest: int
    date_source: DateSource


@dataclass(frozen=True, slots=True)
class Hit:
    """A note that a search found; a higher score is better."""

    path: str
    title: str
    score: float
    kind: NoteKind
    private: bool
    date: dt.date | None


@dataclass(frozen=True, slots=True)
class Called:
    """What a person is called, and the path of their note."""

    path: str
    name: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """The index in figures. `synced` is the time of the last sync (seconds since 1970), `seconds` how long it took."""

    notes: int
    people: int
    records: int
    problems: int
    bytes: int
    synced: float | None
    seconds: float | None
