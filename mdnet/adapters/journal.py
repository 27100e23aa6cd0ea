"""The journal of all writes to one vault: JSON lines in the user's state folder, so that each can be taken back.

A write is put down, on the disk, before the note is touched (`plan`), and marked when it is made (`mark`). So after
a crash it is known which note was being written. A file beside it holds the room that the marks need, should the
disk be full by then.

Each line carries a checksum: by one that a disk has damaged, something else would be taken back than was written.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import time
import zlib
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from mdnet.core.undo import Entry, EntryState, Span
from mdnet.core.values import replace
from mdnet.errors import BusyError, WriteRefusedError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = 1000
"""At least so many entries, the last ones, are kept."""
_MOST = 2 * KEPT
_LARGE = 1 << 22  # bytes; below, the journal is not even counted
_LONG = 400  # bytes of a text above which it is compressed
_LOCK_WAIT = 10.0  # seconds
_RESERVED = 4096  # bytes; more than fifty marks
_SUM = re.compile(rb',"sum":"([0-9a-f]{8})"\}$')
_ENTRY_FIELDS = {f.name for f in fields(Entry)} - {"spans", "state", "undone_hash"}


class Journal:
    """The journal at `path`; it and its folder are made when first written to, readable by the user alone."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)

    def plan(self, entry: Entry) -> None:
        """Put a write down before it is made. Raises `WriteRefusedError` where that is not possible."""
        self._append(_to_json(entry), first=True)

    def mark(self, entry_id: str, state: EntryState, undone_hash: str = "") -> None:
        """Set the state of an entry. Before a note is touched (`undoing`) it is on the disk when this returns."""
        self._append({"id": entry_id, "state": state, "undone_hash": undone_hash}, first=state == "undoing")

    def entries(self) -> tuple[Entry, ...]:
        """All entries that are kept, oldest first. Lines that cannot be read, as a crash may leave, are passed over.

        Raises `WriteRefusedError` where the journal is there but cannot be read.
        """
        return tuple(_parse(self._read())[0].values())

    def damaged(self) -> tuple[int, ...]:
        """The numbers, from 1, of the lines that are passed over."""
        return tuple(_parse(self._read())[1])

    def _read(self) -> bytes:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise self._refusal("read", error) from error

    def _append(self, line: dict[str, Any], *, first: bool) -> None:
        """Add a line. `first`: a note is touched only after it, so it is to be on the disk."""
        data = _line(line)
        try:
            with self._lock("lock"):
                self._shorten_if_large()
                handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o600)
                try:
                    if first:
                        self._reserve()
                    try:
                        self._write(handle, data)
                    except OSError:
                        if first or not self._room.exists():
                            raise
                        self._room.unlink()
                        self._write(handle, data)
                    if first:
                        os.fsync(handle)
                finally:
                    os.close(handle)
        except OSError as error:
            raise self._refusal("written", error, untouched="path" in line) from error

    @property
    def _room(self) -> Path:
        return self._path.with_name(f"{self._path.name}.room")

    def _reserve(self) -> None:
        """Take the room that marks need before it is too late: a file that is deleted once there is no other."""
        if self._room.exists():
            return
        handle = os.open(self._room, os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            self._write_all(handle, bytes(_RESERVED))
        except OSError:
            with contextlib.suppress(OSError):
                self._room.unlink()
            raise
        finally:
            os.close(handle)

    @staticmethod
    def _write(handle: int, data: bytes) -> None:
        size = os.fstat(handle).st_size
        if size:
            os.lseek(handle, size - 1, os.SEEK_SET)
            if os.read(handle, 1) != b"\n":  # a line that a crash cut off
                data = b"\n" + data
        try:
            Journal._write_all(handle, data)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(handle, size)
            raise

    @staticmethod
    def _write_all(handle: int, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]

    def _shorten_if_large(self) -> None:
        """A disk that is full is no reason to refuse: the journal stays as long as it is."""
        with contextlib.suppress(FileNotFoundError):
            if self._path.stat().st_size <= _LARGE:
                return
            try:
                self._shorten()
            except OSError:
                self._path.with_name(f"{self._path.name}.new").unlink()

    def _shorten(self) -> None:
        """Keep the last entries only, once there are twice as many as must be kept."""
        data = self._path.read_bytes()
        if data.count(b'"path":') < _MOST:  # one in each entry; in a text the quotes would be escaped
            return
        entries = list(_parse(data)[0].values())
        lines = []
        for entry in entries[-KEPT:]:
            lines.append(_to_json(entry))
            if entry.state != "planned":
                lines.append({"id": entry.id, "state": entry.state, "undone_hash": entry.undone_hash})
        temporary = self._path.with_name(f"{self._path.name}.new")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.writelines(map(_line, lines))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Held by a process from planning a write to marking it: open entries are then not stale."""
        with self._lock("writers", exclusive=False):
            yield

    @contextlib.contextmanager
    def settling(self) -> Iterator[bool]:
        """Yields whether no process is writing, so that every open entry is one that a killed process left."""
        try:
            with self._lock("writers", exclusive=True, wait=0.0):
                yield True
        except BusyError:
            yield False

    @contextlib.contextmanager
    def _lock(self, name: str, *, exclusive: bool = True, wait: float = _LOCK_WAIT) -> Iterator[None]:
        """A lock that goes with its process."""
        if fcntl is None:
            yield
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            handle = os.open(self._path.with_name(f"{self._path.name}.{name}"), flags, 0o600)
        except OSError as error:
            raise self._refusal("locked", error) from error
        try:
            end = time.monotonic() + wait
            while not _try_lock(handle, exclusive=exclusive):
                if time.monotonic() >= end:
                    raise BusyError("another mdnet holds the journal; try again")
                time.sleep(0.002)
            yield
        finally:
            os.close(handle)

    def _refusal(self, what: str, error: OSError, *, untouched: bool = True) -> WriteRefusedError:
        told = f"{self._path}: the journal cannot be {what} ({error.strerror or error})"
        return WriteRefusedError(f"{told}, so no note was touched" if untouched else told)


def _try_lock(handle: int, *, exclusive: bool) -> bool:
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks
    return True


def _parse(data: bytes) -> tuple[dict[str, Entry], list[int]]:
    """The entries by their ids, and the numbers of the lines that cannot be read or do not fit their checksum."""
    entries: dict[str, Entry] = {}
    damaged = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            read = _checked(line)
            if "path" in read:
                entries[read["id"]] = _from_json(read)
            else:
                changes = _mark_from_json(read)
                if read["id"] in entries:
                    entries[read["id"]] = replace(entries[read["id"]], **changes)
        except (ValueError, KeyError, TypeError, zlib.error):
            damaged.append(number)
    return entries, [number for number in damaged if number <= data.count(b"\n")]  # the last may be being written


def _line(said: dict[str, Any]) -> bytes:
    text = json.dumps(said, separators=(",", ":")).encode()
    return b'%b,"sum":"%08x"}\n' % (text[:-1], zlib.crc32(text))


def _checked(line: bytes) -> dict[str, Any]:
    """What a line says. Raises ValueError where that is not what was written; lines of long ago have no checksum."""
    if found := _SUM.search(line):
        line = line[: found.start()] + b"}"
        if zlib.crc32(line) != int(found[1], 16):
            raise ValueError("damaged")
    read = json.loads(line)
    if not isinstance(read, dict):
        raise TypeError("no line of a journal")
    return read


def _to_json(entry: Entry) -> dict[str, Any]:
    line = {name: getattr(entry, name) for name in sorted(_ENTRY_FIELDS)}
    line["spans"] = [{**asdict(span), "old": _pack(span.old), "new": _pack(span.new)} for span in entry.spans]
    return line


def _from_json(line: dict[str, Any]) -> Entry:
    spans = tuple(Span(**{**span, "old": _unpack(span["old"]), "new": _unpack(span["new"])}) for span in line["spans"])
    entry = Entry(**{**line, "spans": spans})
    datetime.fromisoformat(entry.time)
    if set(line) != {*_ENTRY_FIELDS, "spans"} or entry.kind not in ("edit", "create"):
        raise ValueError("no entry")
    if not all(isinstance(line[name], str) for name in _ENTRY_FIELDS):
        raise TypeError("no entry")
    if not all(isinstance(s.line, int) and isinstance(s.before, str) and isinstance(s.after, str) for s in spans):
        raise TypeError("no entry")
    return entry


def _mark_from_json(line: dict[str, Any]) -> dict[str, Any]:
    if set(line) != {"id", "state", "undone_hash"} or line["state"] not in get_args(EntryState):
        raise ValueError("no mark")
    return {"state": line["state"], "undone_hash": line["undone_hash"]}


def _pack(data: bytes) -> str | list[str]:
    """Short text as it is, so that the journal can be read; anything else compressed."""
    if len(data) <= _LONG:
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode("utf-8")
    return [base64.b85encode(zlib.compress(data, 6)).decode()]


def _unpack(packed: str | list[str]) -> bytes:
    return packed.encode() if isinstance(packed, str) else zlib.decompress(base64.b85decode(packed[0]))
