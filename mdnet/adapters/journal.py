"""The journal of all writes to one vault: JSON lines in the user's state folder, so that each can be taken back.

A write is put down, on the disk, before the note is touched (`plan`), and marked when it is made (`mark`). So after
a crash it is known which note was being written.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import time
import zlib
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdnet.core.undo import Entry, EntryState, Span
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
_ENTRY_FIELDS = {f.name for f in fields(Entry)} - {"spans", "state", "undone_hash"}


class Journal:
    """The journal at `path`; it and its folder are made when first written to, readable by the user alone."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)

    def plan(self, entry: Entry) -> None:
        """Put a write down before it is made. Raises `WriteRefusedError` where that is not possible."""
        self._append(_to_json(entry), on_disk=True)

    def mark(self, entry_id: str, state: EntryState, undone_hash: str = "") -> None:
        """Set the state of an entry. Before a note is touched (`undoing`) it is on the disk when this returns."""
        self._append({"id": entry_id, "state": state, "undone_hash": undone_hash}, on_disk=state == "undoing")

    def entries(self) -> tuple[Entry, ...]:
        """All entries that are kept, oldest first. Lines that cannot be read, as a crash may leave, are passed over.

        Raises `WriteRefusedError` where the journal is there but cannot be read.
        """
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._refusal("read", error) from error
        return tuple(_parse(data).values())

    def _append(self, line: dict[str, Any], *, on_disk: bool) -> None:
        data = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        try:
            with self._lock("lock"):
                if self._path.exists() and self._path.stat().st_size > _LARGE:
                    self._shorten()
                handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o600)
                try:
                    self._write(handle, data)
                    if on_disk:
                        os.fsync(handle)
                finally:
                    os.close(handle)
        except OSError as error:
            raise self._refusal("written", error) from error

    @staticmethod
    def _write(handle: int, data: bytes) -> None:
        size = os.fstat(handle).st_size
        if size:
            os.lseek(handle, size - 1, os.SEEK_SET)
            if os.read(handle, 1) != b"\n":  # a line that a crash cut off
                data = b"\n" + data
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(handle, left) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(handle, size)
            raise

    def _shorten(self) -> None:
        """Keep the last entries only, once there are twice as many as must be kept."""
        data = self._path.read_bytes()
        if data.count(b'"path":') < _MOST:  # one in each entry; in a text the quotes would be escaped
            return
        entries = list(_parse(data).values())
        lines = []
        for entry in entries[-KEPT:]:
            lines.append(_to_json(entry))
            if entry.state != "planned":
                lines.append({"id": entry.id, "state": entry.state, "undone_hash": entry.undone_hash})
        temporary = self._path.with_name(f"{self._path.name}.new")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.writelines(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)
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

    def _refusal(self, what: str, error: OSError) -> WriteRefusedError:
        return WriteRefusedError(
            f"{self._path}: the journal cannot be {what} ({error.strerror or error}), so no note was touched"
        )


def _try_lock(handle: int, *, exclusive: bool) -> bool:
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks
    return True


def _parse(data: bytes) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for line in data.split(b"\n"):
        try:
            read = json.loads(line)
            if "path" in read:
                entries[read["id"]] = _from_json(read)
            elif read["id"] in entries:
                entry = entries[read["id"]]
                entries[entry.id] = replace(entry, state=read["state"], undone_hash=read["undone_hash"])
        except (ValueError, KeyError, TypeError, zlib.error):
            continue
    return entries


def _to_json(entry: Entry) -> dict[str, Any]:
    line = {name: getattr(entry, name) for name in sorted(_ENTRY_FIELDS)}
    line["spans"] = [{**asdict(span), "old": _pack(span.old), "new": _pack(span.new)} for span in entry.spans]
    return line


def _from_json(line: dict[str, Any]) -> Entry:
    spans = tuple(Span(**{**span, "old": _unpack(span["old"]), "new": _unpack(span["new"])}) for span in line["spans"])
    return Entry(**{name: line[name] for name in _ENTRY_FIELDS}, spans=spans)


def _pack(data: bytes) -> str | list[str]:
    """Short text as it is, so that the journal can be read; anything else compressed."""
    if len(data) <= _LONG:
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode("utf-8")
    return [base64.b85encode(zlib.compress(data, 6)).decode()]


def _unpack(packed: str | list[str]) -> bytes:
    return packed.encode() if isinstance(packed, str) else zlib.decompress(base64.b85decode(packed[0]))
