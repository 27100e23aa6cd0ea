"""What a write changed, told so that exactly that can be taken back, also after other lines were edited.

A file is seen as lines that carry the line end *before* them; the first gets one lent. So a line appended to a file
without a final newline, or put on top, is one line added and no other line changed.
"""

from __future__ import annotations

import re
from contextlib import suppress
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from mdnet.core.hashing import blake2b
from mdnet.core.values import dataclass
from mdnet.errors import UndoRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

_BOM = b"\xef\xbb\xbf"
_BOM_LINE = b"\n" + _BOM
_LINE = re.compile(rb"\r?\n(?:(?!\r?\n)[\s\S])*")
_ENDS = (b"\n", b"\r\n")
_LONGEST_DIFF = 2000  # lines; above, all that lies between the first and the last change is one span
_SHOWN = 60

EntryState = Literal["planned", "done", "undoing", "undone", "dropped"]
"""About to be written; written; about to be taken back; taken back; refused or never written."""


@dataclass(frozen=True, slots=True)
class Span:
    """Some lines that were replaced. `line` is where the new ones stand, from 1."""

    line: int
    old: bytes
    """Each line with the line end before it."""
    new: bytes
    before: str
    """A hash of the line above the new ones; "" where there is none."""
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One write to one note. Entries of one `group` are taken back together."""

    id: str
    group: str
    time: str
    """ISO 8601, UTC."""
    command: str
    path: str
    kind: Literal["edit", "create"]
    spans: tuple[Span, ...]
    old_hash: str
    """Of the whole file before; "" for a new note."""
    new_hash: str
    state: EntryState = "planned"
    undone_hash: str = ""
    """Of the whole file after it is taken back, while the state is `undoing`; "" where it is deleted."""


def file_hash(data: bytes) -> str:
    """A whole file in 32 hexadecimal digits."""
    return blake2b(data, digest_size=16).hexdigest()


def describe(old: bytes, new: bytes) -> tuple[Span, ...]:
    """The lines that differ between two versions of a file, with as few of the others as possible."""
    a, b = _lines(old), _lines(new)
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    middle_a, middle_b = a[start : len(a) - end], b[start : len(b) - end]
    if len(middle_a) + len(middle_b) > _LONGEST_DIFF:
        parts = [(0, len(middle_a), 0, len(middle_b))]
    else:
        codes = SequenceMatcher(None, middle_a, middle_b, autojunk=False).get_opcodes()
        parts = [(a1, a2, b1, b2) for tag, a1, a2, b1, b2 in codes if tag != "equal"]
    return tuple(
        Span(
            line=start + b1 + 1 - _first(b),
            old=b"".join(middle_a[a1:a2]),
            new=b"".join(middle_b[b1:b2]),
            before=_hash_at(b, start + b1 - 1),
            after=_hash_at(b, start + b2),
        )
        for a1, a2, b1, b2 in parts
    )


def is_in(entry: Entry, current: bytes) -> bool:
    """Whether the entry's change can still be seen in the file."""
    if file_hash(current) == entry.new_hash:
        return True
    try:
        plan_undo(entry, current)
    except UndoRefusedError:
        return False
    return True


def settled(entries: Sequence[Entry], current: bytes | None) -> list[tuple[str, EntryState]]:
    """What has become of writes to one note, oldest first, that a killed process left open: (id, state) of each.

    `current` is what the note says now; None where it is gone. Where two changed the same line, the older one is
    seen only in the note without the newer one.
    """
    found: list[tuple[str, EntryState]] = []
    for entry in reversed(entries):
        state = _settled(entry, current)
        found.append((entry.id, state))
        if state == "done" and current is not None:
            with suppress(UndoRefusedError):
                current = plan_undo(entry, current)
    return found


def _settled(entry: Entry, current: bytes | None) -> EntryState:
    if current is None:
        return "undone" if entry.state == "undoing" and not entry.undone_hash else "dropped"
    now = file_hash(current)
    if entry.state == "planned":
        return "done" if now != entry.old_hash and is_in(entry, current) else "dropped"
    if now == entry.undone_hash:
        return "undone"
    return "done" if entry.kind == "create" or is_in(entry, current) else "undone"


def plan_undo(entry: Entry, current: bytes) -> bytes | None:
    """The file without the entry's change; None where the note is to be deleted, as it was made by that write.

    Raises `UndoRefusedError` where the lines are gone or changed, or stand there twice and neither their place nor
    their neighbours tell which are meant.
    """
    if entry.kind == "create":
        if file_hash(current) != entry.new_hash:
            raise UndoRefusedError(f"{entry.path}: not taken back, the note has been changed since it was made")
        return None
    lines = _lines(current)
    untouched = file_hash(current) == entry.new_hash
    found = []
    for span in entry.spans:
        new = _split(span.new)
        old = _split(span.old)
        if untouched:
            at = span.line - 1 + _first(lines)
        else:
            at, ending = _find(entry, span, new, lines)
            old = [ending + _unended(line) if ending and line != _BOM_LINE else line for line in old]
        found.append((at, at + len(new), old))
    found.sort(key=lambda place: place[:2])
    for (_, end, _), (start, _, _) in pairwise(found):
        if start < end:
            raise UndoRefusedError(f"{entry.path}: not taken back, its lines have been moved into each other")
    for start, end, old in reversed(found):
        lines[start:end] = old
    result = _joined(lines)
    if untouched and file_hash(result) != entry.old_hash:
        raise UndoRefusedError(f"{entry.path}: not taken back, the journal does not fit the file")
    return result


def _find(entry: Entry, span: Span, new: list[bytes], lines: list[bytes]) -> tuple[int, bytes]:
    """Where the span's new lines stand now, from 0, and the line end they have there; b"" where it is their own."""
    try:
        at = _place(entry, span, new, lines, (b"",))
        if new or span.before == _hash_at(lines, at - 1) != "" or span.after == _hash_at(lines, at) != "":
            return at, b""
        return at, _end_at(lines, at)
    except UndoRefusedError:
        # An editor or a sync tool may have given the whole note other line ends: that changes no line. (A write of
        # nothing but line ends could then not be told from its undoing.)
        plain = [_unended(line) for line in new]
        if plain != [_unended(line) for line in _split(span.old)]:
            with suppress(UndoRefusedError):
                at = _place(entry, span, plain, [_unended(line) for line in lines], _ENDS)
                return at, _end_at(lines, at)
        raise


def _end_at(lines: list[bytes], index: int) -> bytes:
    """The line end that a line put there gets."""
    near = (lines[index : index + 1] or lines[-1:] or [b""])[0]
    return near[: len(near) - len(_unended(near))]


def _place(entry: Entry, span: Span, new: list[bytes], lines: list[bytes], ends: tuple[bytes, ...]) -> int:
    """Where the lines `new` stand among `lines`, from 0. `ends`: what may have stood before a neighbour's text."""
    places = [i for i in range(len(lines) - len(new) + 1) if lines[i : i + len(new)] == new]
    where = f"{entry.path}:{span.line}: not taken back"
    if not places:
        raise UndoRefusedError(f"{where}, the line is gone or was changed since: {_shown(span.new)}")
    telling = any(line.strip() for line in new)
    if telling and len(places) == 1:
        return places[0]
    before = {i for i in places if span.before in _hashes_at(lines, i - 1, ends)}
    after = {i for i in places if span.after in _hashes_at(lines, i + len(new), ends)}
    both = before & after
    if len(both) == 1:
        return both.pop()
    if (at := span.line - 1 + _first(lines)) in before | after:
        return at
    if telling:
        raise UndoRefusedError(f"{where}, the line stands there {len(places)} times: {_shown(span.new)}")
    raise UndoRefusedError(f"{where}, the lines around it were changed since: {_shown(span.old)}")


def _unended(line: bytes) -> bytes:
    """The line without the line end before it."""
    return line.removeprefix(b"\r").removeprefix(b"\n")


def _lines(data: bytes) -> list[bytes]:
    """The lines, each with the line end before it. A byte order mark counts as a line of its own, number 0."""
    body = data.removeprefix(_BOM)
    first = body.find(b"\n")
    lent = b"\r\n" if first > 0 and body[first - 1 : first] == b"\r" else b"\n"
    return [*([_BOM_LINE] if len(body) < len(data) else []), *_split(lent + body)]


def _first(lines: list[bytes]) -> int:
    """Where line 1 is."""
    return int(lines[:1] in ([_BOM_LINE], [_BOM]))


def _split(data: bytes) -> list[bytes]:
    return _LINE.findall(data)


def _joined(lines: list[bytes]) -> bytes:
    first = _first(lines)
    body = b"".join(lines[first:])
    return _BOM * first + (body[2:] if body.startswith(b"\r\n") else body[1:])


def _hash_at(lines: list[bytes], index: int) -> str:
    return _hashes_at(lines, index, (b"",))[0]


def _hashes_at(lines: list[bytes], index: int, ends: tuple[bytes, ...]) -> list[str]:
    """The line's hash, with each of `ends` before it."""
    if not 0 <= index < len(lines):
        return [""]
    return [blake2b(end + lines[index], digest_size=8).hexdigest() for end in ends]


def _shown(data: bytes) -> str:
    text = data.strip().decode("utf-8", "replace").split("\n", 1)[0].strip()
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")
