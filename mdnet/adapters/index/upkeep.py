"""The index kept in shape: prepared for many notes at once or for few, what is dead in it counted, its text merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.adapters.index.errors import guarded
from mdnet.adapters.index.read import RESOLVE_ALL, Reads
from mdnet.adapters.index.schema import INDEXES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdnet.core.settings import Settings

_HASH_BYTES = 64 * 1024 * 1024  # of FTS5, before it writes a segment
_SMALL_HASH_BYTES = 1024 * 1024  # SQLite's default
_MANY_SEGMENTS = 64
_MOST_SEGMENTS = 1000
"""So many segments, and FTS5 merges them while somebody waits: for seconds, if a large one is among them. Its default
is 16; it can hold 2000. `merge_text` keeps them few when nobody waits."""
_MERGE_PAGES = 64
_MERGED = 2  # changes; fewer, and FTS5 has found nothing to merge (https://sqlite.org/fts5.html, 6.8)
_DEAD_BYTES = "dead_bytes"
"""In `meta`, since the text index was last written anew."""


@guarded
class Upkeep(Reads):
    """What is done to the index as a whole."""

    _settings: Settings

    def begin_long(self, *, resolve_all: bool) -> None:
        """Prepare for many notes: a large table for new words, and, with `resolve_all`, all links looked up when
        all notes are there."""
        self._set_text(hashsize=_HASH_BYTES, crisismerge=_MANY_SEGMENTS)
        if resolve_all:
            self.set_meta(RESOLVE_ALL, "1")

    def end_long(self) -> None:
        """The opposite of `begin_long`, when all notes are there."""
        self._set_text(hashsize=_SMALL_HASH_BYTES, crisismerge=_MOST_SEGMENTS)

    def is_long(self) -> bool:
        """Whether the index is prepared for many notes: they are being read, or were until that was interrupted."""
        row = self._db.execute("select v from text_config where k = 'hashsize'").fetchone()
        return row is not None and int(row[0]) == _HASH_BYTES

    def unfinished(self) -> bool:
        """Whether a sync was interrupted before it had found out what links mean, or before its `end_long`."""
        waiting = self._one("select exists (select 1 from pending)")
        return bool(waiting) or self.get_meta(RESOLVE_ALL) is not None or self.is_long()

    def add_indexes(self) -> None:
        """Make the secondary indexes, where they are not there yet."""
        for statement in INDEXES.split(";\n"):
            self._db.execute(statement)

    def merge_text(self) -> bool:
        """Merge a little of the text index: a few milliseconds. Returns whether there was anything to merge."""
        before = self._db.total_changes
        self._db.execute("insert into text (text, rank) values ('merge', ?)", (_MERGE_PAGES,))
        return self._db.total_changes - before >= _MERGED

    def dead_notes(self) -> int:
        """How many notes in the text index have changed or gone since."""
        return self._last_doc() - int(self._one("select count(*) from notes"))

    def dead_bytes(self) -> int:
        """How long the notes were that are dead in the text index: a long one that is saved often leaves much there."""
        return int(self.get_meta(_DEAD_BYTES) or 0)

    def live_bytes(self) -> int:
        """How long the notes are that can be searched. Looks through all."""
        limit = self._settings.max_note_bytes
        return int(self._one("select coalesce(sum(size), 0) from notes where size between 0 and ?", limit))

    # ---- parts ----

    def _bury(self, sizes: Iterable[int]) -> None:
        """The texts of notes that were so long (as their files are) are dead from now on."""
        limit = self._settings.max_note_bytes
        dead = sum([size for size in sizes if 0 < size <= limit])  # of longer ones, no text was put
        if dead:
            self.set_meta(_DEAD_BYTES, str(self.dead_bytes() + dead))

    def _none_dead(self) -> None:
        """The text index has just been written anew."""
        self.set_meta(_DEAD_BYTES, None)

    def _set_text(self, **options: int) -> None:
        self._db.executemany("insert into text (text, rank) values (?, ?)", list(options.items()))

    def _last_doc(self) -> int:
        return int(self._one("select coalesce(max(id), 0) from text_docsize"))
