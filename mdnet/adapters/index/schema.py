"""The index's tables, and how its file is opened, made, and made anew when it is of no use."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from typing import TYPE_CHECKING

from mdnet.adapters.index.errors import UnusableError, is_damage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = 4
"""To be raised with every change below, and with every change of what is read out of a note."""

BUSY_MS = 2000
"""Milliseconds: how long a statement waits for another process to finish its transaction."""

_INCREMENTAL = 2  # of pragma auto_vacuum

# Ids are numbers of notes and stand only inside the index. `doc` is the row in `text`, which is contentless: a
# changed note gets a new row there, and the old one is dead until `text` is written anew (see write.rewrite_text).
# Names have a role: see write.ROLE_FILE. `links` has one row for each note and name linked there; `target`
# is "" unless the link names a folder too. Records stand as their notes say them; `facts` ties them to people.
TABLES = """
create table meta (key text primary key, value) without rowid;
create table notes (
    id integer primary key autoincrement, path text not null, title text, aliases text, kind integer not null,
    date integer, date_source integer not null, private integer not null,
    size integer not null, mtime integer not null, ctime integer not null, inode integer not null,
    young integer, digest integer not null, doc integer not null
);
create table names (key text not null, role integer not null, note integer not null,
    primary key (key, role, note)) without rowid;
create table people (note integer primary key, data text not null);
create table records (note integer not null, number integer not null, data text not null,
    primary key (note, number)) without rowid;
create table facts (person integer not null, note integer not null, number integer not null,
    lead integer not null, twin text, primary key (person, note, number)) without rowid;
create table links (key text not null, note integer not null, target text not null,
    primary key (key, note, target)) without rowid;
create table problems (note integer not null, stage integer not null, path text, line integer not null,
    message text not null, target text);
create table pending (note integer primary key);
create table derived (note integer not null, kind text not null, key text not null, value blob not null,
    primary key (note, kind, key)) without rowid;
create virtual table text using fts5 (title, body, content='', tokenize='porter unicode61 remove_diacritics 2');
"""

# Made last when many notes are read at once, or before the first one of them is forgotten, if any is.
INDEXES = """
create index if not exists notes_doc on notes (doc);
create index if not exists notes_young on notes (young) where young is not null;
create index if not exists facts_note on facts (note);
create index if not exists facts_twin on facts (twin, person) where twin is not null;
create index if not exists links_note on links (note);
create index if not exists names_people on names (key, note) where role >= 2;
create index if not exists problems_note on problems (note);
"""


def connect(path: Path, made_for: str) -> sqlite3.Connection:
    """Open the index at `path`, making it anew where it is missing, damaged, or not `made_for` this.

    Raises sqlite3.Error or OSError where that is impossible.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(path):
        try:
            return _open(path, made_for)
        except (UnusableError, sqlite3.Error) as error:
            if not is_damage(error):
                raise
        delete(path)
        return _open(path, made_for)


def connect_memory(made_for: str) -> sqlite3.Connection:
    """An index that lasts as long as the process."""
    return _prepare(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False), made_for)


def connect_again(path: Path, made_for: str) -> sqlite3.Connection:
    """The index at `path` for one more user. Never makes a file, and never opens one by hand: whoever closes that takes
    the locks of all other connections of the process away (POSIX; https://sqlite.org/howtocorrupt.html, 2.2).

    Raises sqlite3.Error, or UnusableError where it is not `made_for` this.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_MS / 1000, isolation_level=None,
        check_same_thread=False,
    )  # fmt: skip
    try:
        connection.execute("pragma synchronous = normal")
        connection.execute("pragma temp_store = memory")
        row = connection.execute("select value from meta where key = 'made_for'").fetchone()
    except BaseException:
        connection.close()
        raise
    if row is None or row[0] != made_for:
        connection.close()
        raise UnusableError
    return connection


def delete(path: Path) -> None:
    """Remove the index and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold off other processes that may want to make the index anew; where there is no flock, do without."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path, made_for: str) -> sqlite3.Connection:
    if not path.exists():  # closing the file by hand would drop the locks that this process holds on it
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    try:
        if connection.execute("pragma auto_vacuum").fetchone() != (_INCREMENTAL,):
            connection.execute("pragma auto_vacuum = incremental")  # heeded only before the first table is made; writes
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma journal_size_limit = 16777216")
        return _prepare(connection, made_for)
    except BaseException:
        connection.close()
        raise


def _prepare(connection: sqlite3.Connection, made_for: str) -> sqlite3.Connection:
    # A crash of the machine may cost the last transactions, which are read again; the file stays whole.
    connection.execute("pragma synchronous = normal")
    connection.execute("pragma temp_store = memory")
    connection.execute("pragma cache_size = -16384")
    if connection.execute("select count(*) from sqlite_schema").fetchone() == (0,):
        connection.execute("begin immediate")
        if connection.execute("select count(*) from sqlite_schema").fetchone() == (0,):
            for statement in TABLES.split(";\n"):
                connection.execute(statement)
            connection.execute("insert into meta values ('made_for', ?)", (made_for,))
            # Higher than any number that an index made before may have come to: what is remembered by it holds for one.
            connection.execute("insert into meta values ('generation', ?)", (str(time.time_ns() // 1000),))
            # Merges are made when nobody waits for them, see upkeep.merge_text.
            connection.execute("insert into text (text, rank) values ('automerge', 0)")
        connection.execute("commit")
    row = connection.execute("select value from meta where key = 'made_for'").fetchone()
    if row is None or row[0] != made_for:
        raise UnusableError
    return connection
