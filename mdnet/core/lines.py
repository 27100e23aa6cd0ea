"""A file's bytes to lines and back. Lines end at `\\n` only, and every byte not asked for stays as it is.

(`str.splitlines` would also split at U+2028, U+0085, vertical tab and form feed, so that line numbers
would differ from an editor's.)
"""

from __future__ import annotations

import re

from mdnet.errors import UnsafeTextError

BOM = b"\xef\xbb\xbf"
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def split(data: bytes) -> list[bytes]:
    """The lines of `data` with their ends; joined they are `data` again."""
    parts = data.split(b"\n")
    last = parts.pop()
    lines = [part + b"\n" for part in parts]
    if last:
        lines.append(last)
    return lines


def decode(data: bytes) -> tuple[str, str | None]:
    """`data` as text with `\\n` line ends and without BOM, and what is wrong with its encoding, if anything.

    Bytes that are no UTF-8 and NUL become U+FFFD, so that the rest can still be searched.
    """
    try:
        text = data.decode("utf-8")
        message = None
    except UnicodeDecodeError:
        text, message = _decode_other(data)
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
        message = message or "holds NUL bytes; this is no plain text"
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return text, message


def _decode_other(data: bytes) -> tuple[str, str]:
    encoding = _UTF16.get(data[:2])
    if encoding:
        return data[2:].decode(encoding, "replace"), "is UTF-16; save it as UTF-8"
    return data.decode("utf-8", "replace"), "is not UTF-8 here; save the file as UTF-8"


def fault_line(data: bytes) -> int:
    """The first line that `decode` has something against, from 1."""
    try:
        data.decode("utf-8")
        position = max(data.find(b"\0"), 0)
    except UnicodeDecodeError as error:
        position = error.start
    return data.count(b"\n", 0, position) + 1


def unmerged(data: bytes) -> list[bytes]:
    """What stands between the markers that git leaves in a file where two sides changed the same lines."""
    return re.findall(rb"^<{7} .*?^>{7} ", data, re.DOTALL | re.MULTILINE) if b"<<<<<<< " in data else []


def line_end_of(data: bytes) -> bytes:
    """The line end that a new line in `data` gets: that of its first line, `\\n` where it has none."""
    first = data.find(b"\n")
    return b"\r\n" if first > 0 and data[first - 1 : first] == b"\r" else b"\n"


def end_of(line: bytes) -> bytes:
    """The line end of one line as `split` gives it: `\\r\\n`, `\\n`, or none."""
    if line.endswith(b"\r\n"):
        return b"\r\n"
    return b"\n" if line.endswith(b"\n") else b""


def replace_line(data: bytes, number: int, new: str) -> bytes:
    """`data` with line `number` (from 1) reading `new`; BOM and the line's own end stay. IndexError if absent."""
    lines = split(data)
    old = lines[_index(number, len(lines))]
    start = BOM if number == 1 and old.startswith(BOM) else b""
    lines[number - 1] = start + _encode(new) + end_of(old)
    return b"".join(lines)


def insert_line(data: bytes, before: int, new: str) -> bytes:
    """`data` with a line `new` put before line `before` (from 1; one past the last line appends).

    The new line ends like the line above it. Where the file does not end with a newline, it still does not
    after a line was appended. IndexError if there is no such place.
    """
    lines = split(data)
    index = _index(before, len(lines) + 1)
    text = _encode(new)
    if not lines:
        return text + b"\n"
    if index == 0:
        start = BOM if lines[0].startswith(BOM) else b""
        lines[0] = lines[0][len(start) :]
        return b"".join([start, text, end_of(lines[0]) or b"\n", *lines])
    above = lines[index - 1]
    end = end_of(above)
    if end:
        lines.insert(index, text + end)
    else:
        lines[index - 1] = above + line_end_of(data)
        lines.append(text)
    return b"".join(lines)


def append_line(data: bytes, new: str) -> bytes:
    """`data` with a line `new` at its end, see `insert_line`."""
    return insert_line(data, len(split(data)) + 1, new)


def _encode(line: str) -> bytes:
    if "\n" in line or "\r" in line:
        raise UnsafeTextError("A line to write must not hold a line break.")
    try:
        return line.encode()
    except UnicodeEncodeError as error:
        raise UnsafeTextError("A line to write holds half a character (a lone surrogate).") from error


def _index(number: int, count: int) -> int:
    if not 1 <= number <= count:
        raise IndexError(f"line {number} of {count}")
    return number - 1
