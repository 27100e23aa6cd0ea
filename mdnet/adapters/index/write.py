"""What changes the index: notes put and dropped, their records tied to people, the text written anew.

All of it runs within a transaction of the caller, see `Index.writing`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from mdnet.adapters.index.errors import guarded
from mdnet.adapters.index.read import IN_LINKS, IN_NOTE, IN_READING, IN_SCAN, RESOLVE_ALL, Asked
from mdnet.adapters.index.rows import KINDS, SOURCES, encode, pack_person, pack_record, unpack_records
from mdnet.adapters.index.upkeep import Upkeep
from mdnet.core.fulltext import searchable
from mdnet.core.links import clean_target, key_of, names_of, stem_of, target_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mdnet.core.model import Note, Problem, Stamp

# Why a name is a note's: its file's name or another one; people's are 2 and 3.
ROLE_FILE, ROLE_ALIAS, ROLE_PERSON = 0, 1, 2
_KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}
_SOURCE_NUMBERS = {source: number for number, source in enumerate(SOURCES)}
_Role: TypeAlias = tuple[str, int]
_NO_NAMES: frozenset[_Role] = frozenset()
_BY_NOTE = ("links", "records", "facts")
_MANY, _MANY_RECORDS = 500, 5000
"""Notes whose records are tied to people at once, and records of them that are in memory for it."""


class Entry(NamedTuple):
    """A note as it was read. `digest` is a hash of its bytes; `young` the time of reading (ns) where the file was
    written so shortly before that an equal stamp proves nothing, else None."""

    note: Note
    stamp: Stamp
    digest: int
    young: int | None = None


class _Old(NamedTuple):
    id: int
    names: frozenset[_Role]
    digest: int
    doc: int
    size: int


@guarded
class Writes(Upkeep):
    """The changing half of the index."""

    changed = False
    """Whether the transaction under way, or the last one, changed what the index says."""

    def put(self, entries: Sequence[Entry], *, new: bool = False) -> None:
        """Put notes in the place of what was known of them; `new`: it is sure that nothing is known of any."""
        from mdnet.core.who import records_of

        self.changed = self.changed or bool(entries)
        old = {} if new else self._old({entry.note.path for entry in entries})
        known = [before.id for before in old.values()]
        self._forget(known)
        next_id = self._one("select coalesce(max(seq), 0) from sqlite_sequence") + 1
        next_doc = self._last_doc() + 1
        rows = _Rows()
        changed: list[_Old] = []
        for entry in entries:
            note = entry.note
            before = old.get(note.path)
            if before is None:
                rows.add(next_id, entry, next_doc, _NO_NAMES, is_text_new=True)
                next_id += 1
                next_doc += 1
            elif before.digest == entry.digest:
                rows.add(before.id, entry, before.doc, before.names, is_text_new=False)
            else:
                rows.add(before.id, entry, next_doc, before.names, is_text_new=True)
                next_doc += 1
                changed.append(before)
            if note.records or self._settings.mentions_count:
                note_id = rows.notes[-1][0]
                for number, record in enumerate(records_of(note, self._settings)):
                    rows.records.append((note_id, number, pack_record(record)))
        self._delete("derived", [before.id for before in changed])
        self._bury([before.size for before in changed])
        self._insert(rows)
        if self.get_meta(RESOLVE_ALL) is None:
            self._await({row[0] for row in rows.records}, rows.keys)

    def touch(self, stamps: Iterable[tuple[str, Stamp, int | None]]) -> None:
        """Note new stamps (and when read, as in `Entry.young`) of notes that say what they said before."""
        id_of = self._id_of
        self._db.executemany(
            "update notes set size = ?, mtime = ?, ctime = ?, inode = ?, young = ? where id = ?",
            [
                (stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode, young, id_of(path))
                for path, stamp, young in stamps
            ],
        )

    def drop(self, paths: Iterable[str]) -> None:
        """Forget notes."""
        old = self._old(set(paths))
        self.changed = self.changed or bool(old)
        ids = [before.id for before in old.values()]
        self._forget(ids)
        self._delete("derived", ids)
        self._delete("notes", ids, "id")
        self._bury([before.size for before in old.values()])
        gone = [(key, role, before.id) for before in old.values() for key, role in before.names]
        self._db.executemany("delete from names where key = ? and role = ? and note = ?", gone)
        self._delete("pending", ids)
        if self.get_meta(RESOLVE_ALL) is None:
            self._await((), {key for key, _, _ in gone})

    def set_unread(self, path: str, message: str | None) -> None:
        """Note why the file at `path` cannot be read (None: it can); what is known of the note stays as it was."""
        self._db.execute("delete from problems where path = ? and stage = ?", (path, IN_READING))
        if message is not None:
            self._db.execute("insert into problems values (0, ?, ?, 1, ?, null)", (IN_READING, path, message))
        self.changed = True

    def set_scan_problems(self, problems: Sequence[Problem]) -> None:
        """Replace what looking at the vault found."""
        if list(problems) != self.scan_problems():
            self._db.execute("delete from problems where note = 0 and stage = ?", (IN_SCAN,))
            rows = [(IN_SCAN, problem.path, problem.line, problem.message) for problem in problems]
            self._db.executemany("insert into problems values (0, ?, ?, ?, ?, null)", rows)
            self.changed = True

    def resolve(self) -> None:
        """Find out whom records concern, wherever that may have changed since it was last found out."""
        if self.get_meta(RESOLVE_ALL) is not None:
            todo = "select distinct note from records"
            self._db.execute("delete from facts")
            self._db.execute("delete from problems where stage = ?", (IN_LINKS,))
        else:
            todo = "select note from pending"
        ids = [row[0] for row in self._db.execute(todo)]
        names = Asked(self._db)
        self.changed = self.changed or bool(ids)
        for start in range(0, len(ids), _MANY):
            self._resolve(ids[start : start + _MANY], names)
        self._db.execute("delete from pending")
        self.set_meta(RESOLVE_ALL, None)

    def put_derived(self, kind: str, rows: Iterable[tuple[str, str, bytes]]) -> None:
        """Keep what another module made out of notes, as (path, key, value), until the note changes or goes."""
        known = [(note, kind, key, value) for path, key, value in rows if (note := self._id_of(path)) is not None]
        self._db.executemany("insert or replace into derived values (?, ?, ?, ?)", known)

    def drop_derived(self, kind: str) -> None:
        """Forget all that was kept of this kind."""
        self._db.execute("delete from derived where kind = ?", (kind,))

    def rewrite_text(self, notes: Iterator[Note]) -> None:
        """Write the text index anew, without what is dead. Notes that are not among `notes` are searched no more
        until they are read again."""
        self.begin_long(resolve_all=False)
        self._db.execute("insert into text (text) values ('delete-all')")
        self._none_dead()
        self._db.execute("update notes set doc = 0")
        doc = 0
        for note in notes:
            note_id = self._id_of(note.path)
            if note_id is not None:
                doc += 1
                texts = (searchable(_title(note, stem_of(note.path))), searchable(_text(note)))
                self._db.execute("insert into text (rowid, title, body) values (?, ?, ?)", (doc, *texts))
                self._db.execute("update notes set doc = ? where id = ?", (doc, note_id))
        unsearched = self._db.execute("update notes set size = -1, digest = 0 where doc = 0").rowcount
        self.changed = self.changed or unsearched > 0  # what others know of these notes is no more true
        self.end_long()

    # ---- parts ----

    def _old(self, paths: set[str]) -> dict[str, _Old]:
        found: dict[str, _Old] = {}
        query = (
            "select n.path, n.id, n.aliases, n.kind, n.digest, n.doc, n.size from json_each(?) k "
            "cross join names m on m.key = k.value and m.role in (0, 2) cross join notes n on n.id = m.note"
        )
        keys = encode(sorted({key_of(stem_of(path)) for path in paths}))
        for path, note_id, aliases, kind, digest, doc, size in self._db.execute(query, (keys,)):
            if path in paths:
                names = _roles(path, json.loads(aliases) if aliases else (), KINDS[kind])
                found[path] = _Old(note_id, names, digest, doc, size)
        return found

    def _forget(self, ids: Sequence[int]) -> None:
        for table in _BY_NOTE:
            self._delete(table, ids)
        self._delete("people", ids)
        self._delete("problems", ids)

    def _delete(self, table: str, ids: Iterable[int], column: str = "note") -> None:
        self._db.executemany(f"delete from {table} where {column} = ?", [(note,) for note in ids])

    def _insert(self, rows: _Rows) -> None:
        run = self._db.executemany
        run("delete from names where key = ? and role = ? and note = ?", rows.names_gone)
        run(
            "insert into notes values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set "
            "title = excluded.title, aliases = excluded.aliases, kind = excluded.kind, date = excluded.date, "
            "date_source = excluded.date_source, private = excluded.private, size = excluded.size, "
            "mtime = excluded.mtime, ctime = excluded.ctime, inode = excluded.inode, young = excluded.young, "
            "digest = excluded.digest, doc = excluded.doc",
            rows.notes,
        )
        rows.names.sort()  # for the next one to stand on the same page, most often
        rows.links.sort()
        run("insert or ignore into names values (?, ?, ?)", rows.names)
        run("insert into people values (?, ?)", rows.people)
        run("insert into records values (?, ?, ?)", rows.records)
        run("insert into links values (?, ?, ?)", rows.links)
        run("insert into problems values (?, ?, ?, ?, ?, null)", rows.problems)
        run("insert into text (rowid, title, body) values (?, ?, ?)", rows.text)

    def _await(self, notes: Iterable[int], keys: Iterable[str]) -> None:
        """Have the records of these notes, and of all that link to these names, looked at by `resolve`."""
        self._db.executemany("insert or ignore into pending values (?)", [(note,) for note in notes])
        self._db.executemany(
            "insert or ignore into pending select note from links where key = ?", [(key,) for key in keys]
        )

    def _resolve(self, ids: Sequence[int], names: Asked) -> None:
        from mdnet.core.network import id_of
        from mdnet.core.who import who_is_meant

        self._delete("facts", ids)
        self._db.executemany("delete from problems where note = ? and stage = ?", [(note, IN_LINKS) for note in ids])
        marks = ",".join("?" * len(ids))
        query = (
            "select n.id, n.path, n.kind, r.number, r.data from records r join notes n on n.id = r.note "
            f"where r.note in ({marks}) order by r.note, r.number"
        )
        found = self._db.execute(query, list(ids))
        while rows := found.fetchmany(_MANY_RECORDS):  # a long note may hold a hundred thousand
            facts: list[tuple[int, int, int, bool, str | None]] = []
            problems: list[tuple[Any, ...]] = []
            records = unpack_records([row[4] for row in rows])
            for (note, path, kind, number, _), record in zip(rows, records, strict=True):
                who = who_is_meant(record, path, KINDS[kind], names)
                for person in who.people:
                    twin = id_of(record, person, lead=who.lead) or None
                    facts.append((note if person == path else names.ids[person], note, number, who.lead, twin))
                problems += [(note, IN_LINKS, None, wrong.line, wrong.message, None) for wrong in who.problems]
                problems += [(note, IN_LINKS, None, lost.line, "", lost.target) for lost in who.unanswered]
            self._db.executemany("insert into facts values (?, ?, ?, ?, ?)", facts)
            self._db.executemany("insert into problems values (?, ?, ?, ?, ?, ?)", problems)


class _Rows:
    """The rows that some notes make, by table."""

    def __init__(self) -> None:
        self.notes: list[tuple[Any, ...]] = []
        self.text: list[tuple[int, str, str]] = []
        self.names: list[tuple[str, int, int]] = []
        self.names_gone: list[tuple[str, int, int]] = []
        self.people: list[tuple[int, str]] = []
        self.records: list[tuple[int, int, str]] = []
        self.links: list[tuple[str, int, str]] = []
        self.problems: list[tuple[Any, ...]] = []
        self.keys: set[str] = set()
        """Names that mean something else than before."""

    def add(self, note_id: int, entry: Entry, doc: int, old: frozenset[_Role], *, is_text_new: bool) -> None:
        """One note's own rows. `old` are the names that it had; its text is put at `doc` if that is new."""
        note, stamp, digest, young = entry
        path, title, kind, aliases, day = note.path, note.title, note.kind, note.aliases, note.date
        stem = stem_of(path)
        self.notes.append((
            note_id, path, title if title != stem else None, encode(aliases) if aliases else None,
            _KIND_NUMBERS[kind], day.toordinal() if day else None, _SOURCE_NUMBERS[note.date_source],
            note.private, stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode, young, digest, doc,
        ))  # fmt: skip
        if kind == "person" or kind == "me":
            from mdnet.core.persons import person_of

            self.people.append((note_id, pack_person(person_of(note))))
        if note.problems:
            self.problems += [(note_id, IN_NOTE, None, wrong.line, wrong.message) for wrong in note.problems]
        if note.links or note.records:
            self.links += [(key, note_id, target) for key, target in _links(note)]
        if is_text_new:
            self.text.append((doc, searchable(_title(note, stem)), searchable(_text(note))))
        if not (aliases or old or stem[:1] == "@"):  # nearly all
            name = key_of(stem)
            self.names.append((name, ROLE_PERSON if kind == "person" else ROLE_FILE, note_id))
            self.keys.add(name)
            return
        new = _roles(path, aliases, kind)
        if old != new:
            self.names_gone += [(key, role, note_id) for key, role in old - new]
            self.names += [(key, role, note_id) for key, role in new - old]
            self.keys.update([key for key, _ in old ^ new])


def _roles(path: str, aliases: Sequence[str], kind: str) -> frozenset[_Role]:
    own, others = names_of(path, aliases)
    base = ROLE_PERSON if kind == "person" else ROLE_FILE
    return frozenset(((own, base), *[(other, base + 1) for other in others]))


def _links(note: Note) -> set[tuple[str, str]]:
    """Of each link the name, and the whole target where that names a folder too."""
    targets = {link.target for link in note.links}
    targets.update([target for record in note.records for target in record.people])
    return {(target_key(target), clean_target(target) if "/" in target else "") for target in targets}


def _title(note: Note, stem: str) -> str:
    """The title with the note's other names."""
    if note.aliases or note.title != stem:
        return " ".join(dict.fromkeys((note.title, stem, *note.aliases)))
    return stem


def _text(note: Note) -> str:
    """What the properties and the text say."""
    said: list[str] = []
    for value in note.properties.values():
        if type(value) is str:
            said.append(value)
        elif type(value) is list:
            for item in value:
                if type(item) is str:
                    said.append(item)
                else:
                    said.extend(_said(item))
        else:
            said.extend(_said(value))
    said.append(note.body)
    return "\n".join(said)


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _said(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _said(item)
