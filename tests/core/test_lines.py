"""Bytes to lines and back: nothing is lost, and one line's edit is one line's edit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core import lines
from mdnet.errors import UnsafeTextError

FILES = st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"\r", lines.BOM, b"\xff", b"\0", "é\u2028".encode()])).map(
    b"".join
)
NEW = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=8)


@given(FILES)
def test_split_loses_nothing_and_splits_at_newlines_only(data: bytes) -> None:
    parts = lines.split(data)
    assert b"".join(parts) == data
    assert all(part.count(b"\n") == 1 and part.endswith(b"\n") for part in parts[:-1])
    assert all(parts)


@given(st.binary())
def test_decode_takes_any_bytes_and_keeps_the_number_of_lines(data: bytes) -> None:
    text, fault = lines.decode(data)
    assert "\0" not in text
    assert "\r\n" not in text
    text.encode()  # no surrogates
    if fault is None:
        assert text.count("\n") == data.count(b"\n")
    else:
        assert 1 <= lines.fault_line(data) <= data.count(b"\n") + 1


@pytest.mark.parametrize(
    ("data", "text", "fault", "line"),
    [
        (b"a\nb", "a\nb", None, 1),
        (lines.BOM + b"a\r\nb\r\n", "a\nb\n", None, 1),
        (b"a\rb", "a\rb", None, 1),
        (b"one\ntwo\x00\n", "one\ntwo\ufffd\n", "NUL", 2),
        (b"one\ncaf\xe9\n", "one\ncaf\ufffd\n", "UTF-8", 2),
        ("Grüße\n".encode("utf-16"), "Grüße\n", "UTF-16", 1),
        (b"\xfe\xff" + "a\n".encode("utf-16-be"), "a\n", "UTF-16", 1),
        (b"", "", None, 1),
    ],
)
def test_decode(data: bytes, text: str, fault: str | None, line: int) -> None:
    got, message = lines.decode(data)
    assert got == text
    assert (fault is None) == (message is None)
    if fault:
        assert message is not None
        assert fault in message
        assert lines.fault_line(data) == line


@pytest.mark.parametrize(
    ("data", "number", "expected"),
    [
        (b"a\nb\nc\n", 2, b"a\nX\nc\n"),
        (b"a\r\nb\nc", 1, b"X\r\nb\nc"),
        (b"a\r\nb\nc", 3, b"a\r\nb\nX"),
        (lines.BOM + b"a\r\nb\r\n", 1, lines.BOM + b"X\r\nb\r\n"),
        (b"a", 1, b"X"),
    ],
)
def test_replace_line(data: bytes, number: int, expected: bytes) -> None:
    assert lines.replace_line(data, number, "X") == expected


@pytest.mark.parametrize(
    ("data", "before", "expected"),
    [
        (b"a\nb\n", 1, b"X\na\nb\n"),
        (b"a\nb\n", 3, b"a\nb\nX\n"),
        (b"a\nb", 3, b"a\nb\nX"),
        (b"a\r\nb", 3, b"a\r\nb\r\nX"),
        (b"a\r\nb\n", 2, b"a\r\nX\r\nb\n"),
        (b"a", 1, b"X\na"),
        (lines.BOM + b"a\r\n", 1, lines.BOM + b"X\r\na\r\n"),
        (b"", 1, b"X\n"),
    ],
)
def test_insert_line(data: bytes, before: int, expected: bytes) -> None:
    assert lines.insert_line(data, before, "X") == expected


@given(FILES, st.data(), NEW)
def test_only_the_line_asked_for_is_replaced(data: bytes, draw: st.DataObject, new: str) -> None:
    before = lines.split(data)
    if not before:
        with pytest.raises(IndexError):
            lines.replace_line(data, 1, new)
        return
    number = draw.draw(st.integers(1, len(before)))
    after = lines.split(lines.replace_line(data, number, new))
    old = before[number - 1]
    start = lines.BOM if number == 1 and data.startswith(lines.BOM) else b""
    written = start + new.encode() + lines.end_of(old)
    assert after == [part for part in (*before[: number - 1], written, *before[number:]) if part]


@given(FILES.filter(lambda data: data and not data.endswith(b"\r")), st.data(), NEW.filter(bool))
def test_nothing_but_the_new_line_is_inserted(data: bytes, draw: st.DataObject, new: str) -> None:
    before = draw.draw(st.integers(1, len(lines.split(data)) + 1))
    after = lines.split(lines.insert_line(data, before, new))
    gone = after.pop(before - 1)
    if before == 1 and gone.startswith(lines.BOM):
        after.insert(0, lines.BOM)
    elif after and before == len(after) + 1 and not lines.end_of(gone):
        after[-1] = after[-1][: -len(lines.end_of(after[-1]))]
    assert b"".join(after) == data


@pytest.mark.parametrize("new", ["a\nb", "a\rb", "\ud800"])
def test_what_would_break_the_line_is_refused(new: str) -> None:
    with pytest.raises(UnsafeTextError):
        lines.replace_line(b"a\n", 1, new)
    with pytest.raises(UnsafeTextError):
        lines.insert_line(b"a\n", 1, new)


@pytest.mark.parametrize(("data", "end"), [(b"", b"\n"), (b"a\r\nb\n", b"\r\n"), (b"a\nb\r\n", b"\n"), (b"\n", b"\n")])
def test_line_end_of(data: bytes, end: bytes) -> None:
    assert lines.line_end_of(data) == end
