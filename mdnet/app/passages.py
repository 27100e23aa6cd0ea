"""Read notes as passages, with who took part in what they tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mdnet.app.note_files import parse_file
from mdnet.core import mdlinks
from mdnet.core.identity import normalise
from mdnet.core.lookup import NamesIn, called
from mdnet.core.passages import passages
from mdnet.core.store import UnreadableError
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mdnet.adapters.index import Index, NoteRow
    from mdnet.core.model import Note, Passage, Person
    from mdnet.core.settings import Settings
    from mdnet.core.store import Store

_LINK = re.compile(r"\[\[([^\]|#]+)")


@dataclass(frozen=True, slots=True)
class NotePassages:
    """One note's passages; `present` holds the paths of the people linked in its properties or named in its title."""

    path: str
    passages: tuple[Passage, ...]
    present: frozenset[str] = frozenset()


class Reader:
    """Reads notes one by one; a note that is gone or cannot be read has no passages."""

    def __init__(self, index: Index, vault: Store, settings: Settings, people: Mapping[str, Person]) -> None:
        self._index, self._vault, self._settings = index, vault, settings
        self._names = index.names()
        self._called = called(people.values())
        self._named = NamesIn(self._called)

    def read(self, path: str) -> NotePassages:
        """The passages of the note at `path`."""
        try:
            data, stamp = self._vault.read(path, self._settings.max_note_bytes)
        except UnreadableError:
            return NotePassages(path, ())
        note = parse_file(path, data, stamp, self._settings)
        if note.kind in ("review", "me"):
            return NotePassages(path, ())
        return NotePassages(path, tuple(passages(note)), self._present(note))

    def read_all(self, paths: Iterable[str]) -> Iterator[NotePassages]:
        """The passages of several notes, in the order given."""
        return (self.read(path) for path in paths)

    def _present(self, note: Note) -> frozenset[str]:
        found = set()
        for text in _texts(note.properties):
            for target in _LINK.findall(mdlinks.as_wiki(text)):
                found |= {answer.path for answer in self._names.answer(target.strip(), note.path)}
        return frozenset(found | {self._called[name] for name in self._named.find(normalise(note.title))})


def by_age(rows: Iterable[NoteRow]) -> list[NoteRow]:
    """The notes, the oldest first; those without a date before all."""
    return sorted(rows, key=lambda row: (row.date.toordinal() if row.date else 0, row.path))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
