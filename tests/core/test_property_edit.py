"""One item of a list property, in place, in the YAML style it has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.property_edit import added, find, quoted, replaced
from mdnet.errors import UnsafeTextError, WriteRefusedError


def edit(block: str, number: int, value: str, key: str = "needs") -> str:
    lines = block.split("\n")
    prop = find(block, key)
    assert prop is not None
    item = prop.items[number]
    lines[item.line] = replaced(lines[item.line], item, value)
    return "\n".join(lines)


def add(block: str, value: str, key: str = "needs") -> str:
    lines = block.split("\n")
    prop = find(block, key)
    assert prop is not None
    at, text, is_new = added(lines, prop, value)
    lines[at : at if is_new else at + 1] = [text]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("block", "number", "expected"),
    [
        ("needs:\n  - a plumber\n  - b\n", 0, 'needs:\n  - "[x] p"\n  - b\n'),
        ("x: 1 # c\nneeds:\n- a\n- 'b''s' # why\ny: 2\n", 1, "x: 1 # c\nneeds:\n- a\n- '[x] p' # why\ny: 2\n"),
        ('needs: [ä, "b, c",  d ]\n', 1, 'needs: [ä, "[x] p",  d ]\n'),
        ("needs: [ä, b c , d]\n", 1, 'needs: [ä, "[x] p" , d]\n'),
        ("needs: a plumber\n", 0, 'needs: "[x] p"\n'),
        ('"needs" :\n    -   🎈 balloons\n', 0, '"needs" :\n    -   "[x] p"\n'),
        ("a: [needs, x]\nneeds:\n  - q\n", 0, 'a: [needs, x]\nneeds:\n  - "[x] p"\n'),
        ("a:\n  needs:\n    - z\nneeds:\n  - q\n", 0, 'a:\n  needs:\n    - z\nneeds:\n  - "[x] p"\n'),
    ],
)
def test_replacing(block: str, number: int, expected: str) -> None:
    assert edit(block, number, "[x] p") == expected


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("needs:\n  - a\n  - b # x\nz: 1\n", "needs:\n  - a\n  - b # x\n  - a plumber\nz: 1\n"),
        ("needs:\n- 'a'\n", "needs:\n- 'a'\n- 'a plumber'\n"),
        ("needs: [a]\n", "needs: [a, a plumber]\n"),
        ("needs: [a,]\n", "needs: [a, a plumber]\n"),
        ("needs: []\n", "needs: [a plumber]\n"),
        ("needs:\nz: 1\n", "needs:\n  - a plumber\nz: 1\n"),
    ],
)
def test_adding(block: str, expected: str) -> None:
    assert add(block, "a plumber") == expected


@pytest.mark.parametrize(
    "block",
    [
        "needs:\n  - |\n    a\n",
        "needs:\n  - &x a\n",
        "needs:\n  - !t a\n",
        "needs:\n  - 'a\n    b'\n",
        "needs:\n  - a: b\n    c: d\n",
        "needs:\n  - a: [b]\n",
        "needs:\n  - {a: b}\n",
        "needs:\n  - a:\n      b\n",
        "needs:\n  - &x a: b\n",
        "needs: {a: b}\n",
        "needs: [a]\nNeeds: [b]\n",
        "needs: &x [a]\n",
        "needs: [a\n",
        "needs: [a]\nneeds: [b]\n",
        "needs: " + "[" * 40_000,
    ],
)
def test_what_cannot_be_changed_in_place_is_refused(block: str) -> None:
    with pytest.raises(WriteRefusedError):
        edit(block, 0, "[x] p")


def test_a_colon_that_yaml_takes_for_a_mapping() -> None:
    block = "needs:\n  - b\n  - looking for: a job   # soon\n  - c\n"
    assert edit(block, 1, "[x] looking for: a job") == block.replace("looking for: a job", '"[x] looking for: a job"')
    assert edit(block, 2, "[x] c") == block.replace("- c", '- "[x] c"')
    assert add(block[: block.index("  - c")], "d") == block.replace("- c", "- d")


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("[ a, b ]", "[ a, b, c ]"), ("[a, b]  # d", "[a, b, c]  # d"), ("[ ]", "[ c ]"), ("[]", "[c]"),
        ("[a, ]", "[a, c]"), ("[a,]", "[a, c]"), ("[ a,  ]", "[ a,  c]"),
    ],
)  # fmt: skip
def test_the_blanks_of_a_list_stay(block: str, expected: str) -> None:
    assert add(f"needs: {block}\n", "c") == f"needs: {expected}\n"


def test_a_key_is_known_in_any_case() -> None:
    assert edit("Needs: [a]\n", 0, "b") == "Needs: [b]\n"


def test_a_property_that_is_not_there() -> None:
    assert find("a: 1\n", "needs") is None
    assert find("", "needs") is None


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from([None, "'", '"']), st.booleans())
def test_whatever_is_written_is_read_again(value: str, style: str | None, flow: bool) -> None:
    if any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char in "\u2028\u2029\ufeff" for char in value):
        with pytest.raises(UnsafeTextError):
            quoted(value, style)
        return
    text = quoted(value, style)
    block = f"needs: [{text}, y]\n" if flow else f"needs:\n  - {text} # c\n"
    prop = find(block, "needs")
    assert prop is not None
    assert prop.items[0].value == value
