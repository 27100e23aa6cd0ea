"""What the index is asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mdnet.adapters.index.answers import Called, Hit, NoteRow, ReadBefore
from mdnet.adapters.index.errors import guarded
from mdnet.adapters.index.rows import KINDS, SOURCES, day, stamp_from, unpack_people, unpack_records
from mdnet.core.fulltext import query
from mdnet.core.links import Named, Names, key_of, names_of, person_name, stem_of
from mdnet.core.lookup import fold
from mdnet.core.model import Network, Problem
from mdnet.core.paths import is_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from mdnet.core.model import NoteKind, Person, Stamp

# Where a problem was found: in the note, in what its links mean, in looking at the vault, in reading the file.
IN_NOTE, IN_LINKS, IN_SCAN, IN_READING = range(4)
_FACTS = "from facts f join notes n on n.id = f.note"
COUNTED, SEEN = "counted", "seen"
"""In `meta`: the number of problems, and the look of the whole vault that the index agrees with; each after the
generation for which it holds."""
_TABLES = ("names", "people", "records", "facts", "links", "pending")
RESOLVE_ALL = "resolve_all"
"""In `meta` from the beginning of a bulk load until all records are tied to people."""
TITLE_WEIGHT = 5.0
_BEFORE = "n.digest, n.date_source"
_NOTE = "n.path, n.kind, n.date"


@guarded
class Reads:
    """The asking half of the index."""

    _db: sqlite3.Connection
    _assembled: tuple[int, Network] | None = None
    """The network of everybody, after the generation for which it holds."""

    def stamps(self) -> dict[str, Stamp]:
        """Each note's stamp when it was last read."""
        rows = self._db.execute("select path, size, mtime, ctime, inode from notes")
        return {row[0]: stamp_from(row) for row in rows}

    def young(self) -> dict[str, int]:
        """When notes were read (ns since 1970) that had just been written, so that their stamps prove nothing."""
        return dict(self._db.execute("select path, young from notes where young is not null"))

    def known_below(self, only: Iterable[str]) -> tuple[dict[str, Stamp], dict[str, int], dict[str, ReadBefore]]:
        """`stamps` and `young` of just the named notes and of those in the named folders, and what they said.

        A note is looked up by its name; a folder's notes are searched among all.
        """
        columns = f"n.path, n.size, n.mtime, n.ctime, n.inode, n.young, {_BEFORE}"
        rows: list[tuple[Any, ...]] = []
        for named in only:
            row = self._row(named, columns)
            if row is not None:
                rows.append(row)
            elif named[-3:].lower() != ".md" and is_text(named):
                below = (f"{named}/", f"{named}0") if named else ("", "\U0010ffff")
                rows += self._db.execute(f"select {columns} from notes n where n.path >= ? and n.path < ?", below)
        stamps = {row[0]: stamp_from(row) for row in rows}
        young = {row[0]: row[5] for row in rows if row[5] is not None}
        return stamps, young, {row[0]: _before(row[6:]) for row in rows}

    def read_before(self, path: str) -> ReadBefore | None:
        """What the note at `path` said when it was last read."""
        row = self._row(path, _BEFORE)
        return _before(row) if row else None

    def all_read_before(self) -> dict[str, ReadBefore]:
        """`read_before` of every note."""
        return {row[0]: _before(row[1:]) for row in self._db.execute(f"select n.path, {_BEFORE} from notes n")}

    def unread(self) -> dict[str, str]:
        """The files that could not be read, and why."""
        rows = self._db.execute("select path, message from problems where note = 0 and stage = ?", (IN_READING,))
        return dict(rows)

    def scan_problems(self) -> list[Problem]:
        """What the last look at the vault found, in order."""
        rows = self._db.execute(
            "select path, line, message from problems where note = 0 and stage = ? order by 1, 2, 3", (IN_SCAN,)
        )
        return [Problem(*row) for row in rows]

    def network(self, only: str | None = None) -> Network:
        """Everybody and everything known of them; with `only`, a path of a person's note, of this one person.

        Of problems it holds only the needs that are written twice; `problems` gives all. That of everybody is kept as
        long as nothing changes.
        """
        if only is not None:
            return self._network(only)
        generation = self.generation()
        if self._assembled is None or self._assembled[0] != generation:
            self._assembled = generation, self._network(None)
        return self._assembled[1]

    def _network(self, only: str | None) -> Network:
        from mdnet.core.network import Fact, assemble

        where, values = "", []
        if only is not None:
            where, values = "where f.person = ?", [self._id_of(only)]
        rows = self._db.execute(
            "select f.person, n.path, r.data, f.lead, n.date, n.date_source, n.private, f.twin from facts f "
            f"join records r on r.note = f.note and r.number = f.number join notes n on n.id = f.note {where}",
            values,
        ).fetchall()
        people, me = self._people(only)
        if only is None:
            paths = dict(self._db.execute("select n.id, n.path from people p join notes n on n.id = p.note"))
        else:
            paths = dict.fromkeys([row[0] for row in rows], only)
        facts = [
            Fact(paths[person], path, record, bool(lead), day(date), SOURCES[source], bool(private), twin or "")
            for (person, path, _, lead, date, source, private, twin), record in zip(
                rows, unpack_records([row[2] for row in rows]), strict=True
            )
            if person in paths
        ]
        return assemble(people, me, facts)

    def people(self) -> dict[str, Person]:
        """Everybody, by path, without the user."""
        return self._people(None)[0]

    def person(self, path: str) -> Person:
        """The person whose note is at `path`. Raises KeyError where it is nobody's."""
        return self._people(path)[0][path]

    def called(self) -> list[Called]:
        """What people are called, in order of path, without the user."""
        rows = self._db.execute(
            "select n.path, n.aliases from people p join notes n on n.id = p.note where n.kind = 1 order by n.path"
        ).fetchall()
        aliases = json.loads(f"[{','.join([row[1] or '[]' for row in rows])}]")
        return [Called(path, person_name(path), tuple(others)) for (path, _), others in zip(rows, aliases, strict=True)]

    def exactly_called(self, wanted: str) -> list[str]:
        """The notes of all people of whom a name or alias is `wanted`, both as `core.lookup.fold` sees them."""
        if not is_text(wanted):
            return []
        # A name of plain letters is its own key; of the others, each has to be looked at.
        rows = self._db.execute(
            "select key, note from names where role >= 2 and (key = ? or key glob '*[^ -~]*' or instr(key, '  '))",
            (wanted,),
        )
        notes = {note for key, note in rows if key == wanted or fold(key) == wanted}
        return [self._one("select path from notes where id = ?", note) for note in notes]

    def person_names(self) -> list[tuple[str, str]]:
        """Each name and alias of people as written, with the path of the note."""
        return [(name, one.path) for one in self.called() for name in (one.name, *one.aliases)]

    def names(self) -> Names:
        """What answers links, looked up as it is asked for."""
        return Asked(self._db, known=lambda: [name for name, _ in self.person_names()])

    def note(self, path: str) -> NoteRow | None:
        """One note."""
        row = self._row(path, _NOTE)
        return _note(row) if row else None

    def notes(self, kind: NoteKind | None = None) -> list[NoteRow]:
        """All notes, or those of one kind, in order of path."""
        where, values = ("", ()) if kind is None else ("where n.kind = ?", (KINDS.index(kind),))
        return [_note(row) for row in self._db.execute(f"select {_NOTE} from notes n {where} order by n.path", values)]

    def count(self, *, without: NoteKind) -> int:
        """How many notes there are, but for those of one kind."""
        return int(self._one("select count(*) from notes where kind <> ?", KINDS.index(without)))

    def newest(self, limit: int, *, without: Sequence[NoteKind]) -> list[tuple[str, int]]:
        """The newest so many notes by their own dates, the newest first, but for those of some kinds: their paths, and
        when their files were modified (ns since 1970)."""
        kinds = [number for number, kind in enumerate(KINDS) if kind not in without]
        return self._db.execute(
            f"select path, mtime from notes where kind in ({','.join('?' * len(kinds))}) "
            "order by coalesce(date, 0) desc, path desc limit ?",
            (*kinds, limit),
        ).fetchall()

    def search(self, text: str, limit: int = 20) -> list[Hit]:
        """The notes that hold every word of `text`, best first; see `core.fulltext.query` for what may be typed."""
        wanted = query(text)
        if not wanted or limit < 1:
            return []
        rows = self._db.execute(
            "select n.path, n.title, bm25(text, ?, 1.0) as score, n.kind, n.private, n.date from text "
            "join notes n on n.doc = text.rowid where text match ? order by score, n.path limit ?",
            (TITLE_WEIGHT, wanted, limit),
        )
        return [
            Hit(path, title or stem_of(path), -score, KINDS[kind], bool(private), day(date))
            for path, title, score, kind, private, date in rows
        ]

    def backlinks(self, path: str) -> list[str]:
        """The notes that link to the note at `path`, in order."""
        row = self._row(path, "n.aliases")
        if row is None:
            return []
        own, others = names_of(path, json.loads(row[0]) if row[0] else ())
        names = self.names()
        found: set[str] = set()
        for key in (own, *others):
            rows = self._db.execute(
                "select n.path, l.target from links l join notes n on n.id = l.note where l.key = ?", (key,)
            )
            for source, target in rows:
                answers = names.answer(target or key, source)
                if source != path and any(answer.path == path for answer in answers):
                    found.add(source)
        return sorted(found)

    def problems(self) -> tuple[Problem, ...]:
        """Everything in the user's files that could not be taken as it stands."""
        from mdnet.core.who import Unanswered, unanswered

        rows = self._db.execute(
            "select coalesce(p.path, n.path), p.line, p.message, p.target from problems p "
            "left join notes n on n.id = p.note"
        ).fetchall()
        names = self.names()
        found = {
            Problem(path, line, message)
            if target is None
            else unanswered(path, Unanswered(line, target), names.near(target))
            for path, line, message, target in rows
        }
        return tuple(sorted({*found, *self._name_problems(), *self._twins()}))

    def problem_count(self) -> int:
        """How many `problems` there are, without making them; counted once as long as nothing changes."""
        generation, _, counted = (self.get_meta(COUNTED) or "").partition(" ")
        return int(counted) if generation == str(self.generation()) else self.count_problems()

    def count_problems(self) -> int:
        """How many `problems` there are."""
        stored = self._one("select count(*) from (select distinct note, path, line, message, target from problems)")
        twins = self._one(
            "select coalesce(sum(c - 1), 0) from (select count(*) as c from facts where twin is not null "
            "group by twin, person having count(*) > 1)"
        )
        return int(stored + twins) + sum(len(notes) for notes in self._same_names())

    def derived(self, kind: str, path: str | None = None) -> list[tuple[str, str, bytes]]:
        """What was kept with `put_derived`, of one note or all, as (path, key, value)."""
        query_text = "select n.path, d.key, d.value from derived d join notes n on n.id = d.note where d.kind = ?"
        if path is None:
            return self._db.execute(f"{query_text} order by d.note, d.key", (kind,)).fetchall()
        return self._db.execute(f"{query_text} and d.note = ? order by d.key", (kind, self._id_of(path))).fetchall()

    def derived_page(
        self, kind: str, after: tuple[int, str] = (0, ""), limit: int = 4096
    ) -> list[tuple[int, str, str, bytes]]:
        """The next `limit` of all that was kept as `kind`, as (note id, path, key, value).

        `after` holds the note id and key of the last one of the page before.
        """
        return self._db.execute(
            "select d.note, n.path, d.key, d.value from derived d join notes n on n.id = d.note"
            " where d.kind = ? and (d.note, d.key) > (?, ?) order by d.note, d.key limit ?",
            (kind, *after, limit),
        ).fetchall()

    def get_meta(self, key: str) -> str | None:
        """A value kept with `set_meta`."""
        row = self._db.execute("select value from meta where key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str | None) -> None:
        """Keep a value, for as long as the index lives; None forgets it."""
        if value is None:
            self._db.execute("delete from meta where key = ?", (key,))
        else:
            self._db.execute("insert or replace into meta values (?, ?)", (key, value))

    def generation(self) -> int:
        """A number that changes with every change of what the index says, and is another in one made anew."""
        return int(self.get_meta("generation") or 0)

    def dump(self, *, words: bool = False) -> list[tuple[Any, ...]]:
        """Everything that comes from the files, in an order and form that a rebuilt index has too: no ids, no times
        of indexing. `words` adds where each word stands in the text index, which takes long."""
        db = self._db
        rows: list[tuple[Any, ...]] = []
        columns = "path, title, aliases, kind, date, date_source, private, size, mtime, ctime, inode, digest"
        for name, statement in (
            ("note", f"select {columns} from notes"),
            ("name", "select m.key, m.role, n.path from names m left join notes n on n.id = m.note"),
            ("person", "select n.path, p.data from people p join notes n on n.id = p.note"),
            ("record", "select n.path, r.number, r.data from records r join notes n on n.id = r.note"),
            ("fact", f"select p.path, n.path, f.number, f.lead, f.twin {_FACTS} join notes p on p.id = f.person"),
            ("link", "select n.path, l.key, l.target from links l join notes n on n.id = l.note"),
            ("counts", f"select {', '.join(f'(select count(*) from {table})' for table in _TABLES)}"),
        ):
            rows += [(name, *row) for row in db.execute(statement)]
        rows += [("problem", problem.path, problem.line, problem.message) for problem in self.problems()]
        if words:
            db.execute("create virtual table if not exists temp.words using fts5vocab(main, text, instance)")
            rows += [
                ("word", *row)
                for row in db.execute(
                    "select n.path, w.term, w.col, w.offset from temp.words w join notes n on n.doc = w.doc"
                )
            ]
        return sorted(rows, key=repr)

    # ---- parts ----

    def _one(self, statement: str, *values: Any) -> Any:
        return self._db.execute(statement, values).fetchone()[0]

    def _row(self, path: str, columns: str) -> tuple[Any, ...] | None:
        if not is_text(path):
            return None
        statement = (
            f"select {columns} from names m join notes n on n.id = m.note "
            "where m.key = ? and m.role in (0, 2) and n.path = ?"
        )
        row: tuple[Any, ...] | None = self._db.execute(statement, (key_of(stem_of(path)), path)).fetchone()
        return row

    def _id_of(self, path: str) -> int | None:
        row = self._row(path, "n.id")
        return row[0] if row else None

    def _people(self, only: str | None) -> tuple[dict[str, Person], Person | None]:
        statement, values = "select data from people", []
        if only is not None:
            statement, values = f"{statement} where note = ?", [self._id_of(only)]
        everybody = list(unpack_people([data for (data,) in self._db.execute(statement, values)]))
        people = {person.path: person for person in sorted(everybody, key=lambda person: person.path)}
        me = next((person for person in everybody if person.is_me), None)
        if me is not None:
            del people[me.path]
        return people, me

    def _same_names(self) -> dict[tuple[int, ...], str]:
        """People who go by one name: their notes, and the first name that they share."""
        rows = self._db.execute(
            "select key, note from names where role >= 2 and key in "
            "(select key from names where role >= 2 group by key having count(*) > 1) order by key, note"
        )
        claims: dict[str, list[int]] = {}
        for key, note in rows:
            claims.setdefault(key, []).append(note)
        groups: dict[tuple[int, ...], str] = {}
        for key, notes in claims.items():
            groups.setdefault(tuple(notes), key)
        return groups

    def _name_problems(self) -> Iterator[Problem]:
        from mdnet.core.persons import name_problems

        groups = self._same_names()
        data = dict(self._db.execute("select note, data from people")) if groups else {}
        for notes, key in groups.items():
            people = unpack_people([data[note] for note in notes])
            yield from name_problems(key, sorted(people, key=lambda person: person.path))

    def _twins(self) -> list[Problem]:
        """Needs that are written twice, as the networks of those who have such tell of them."""
        paths = self._db.execute(
            "select path from notes where id in "
            "(select person from facts where twin is not null group by twin, person having count(*) > 1)"
        ).fetchall()
        return [problem for (path,) in paths for problem in self.network(path).problems]


class Asked(Names):
    """Names as the index knows them, each asked for once. `ids` holds the ids of the notes that were met."""

    def __init__(self, db: sqlite3.Connection, known: Any = tuple) -> None:
        self.ids: dict[str, int] = {}
        self._asked: dict[tuple[str, str], tuple[Named, ...]] = {}
        self._connection = db
        super().__init__(lambda key: self._ask(key, "0, 2"), lambda key: self._ask(key, "1, 3"), known)

    def _ask(self, key: str, roles: str) -> tuple[Named, ...]:
        found = self._asked.get((key, roles))
        if found is None:
            rows = self._connection.execute(
                "select n.id, n.path, n.kind from names m join notes n on n.id = m.note "
                f"where m.key = ? and m.role in ({roles})",
                (key,),
            ).fetchall()
            self.ids.update((path, note) for note, path, _ in rows)
            found = self._asked[key, roles] = tuple(Named(path, KINDS[kind]) for _, path, kind in rows)
        return found


def _before(row: tuple[Any, ...]) -> ReadBefore:
    return ReadBefore(row[0], SOURCES[row[1]])


def _note(row: tuple[Any, ...]) -> NoteRow:
    path, kind, date = row
    return NoteRow(path, KINDS[kind], day(date))
