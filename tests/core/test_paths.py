"""Paths inside the vault, and names for new notes."""

import pytest

from mdnet.core.paths import check_new, is_inside
from mdnet.errors import UnsafeTextError


@pytest.mark.parametrize("path", ["a.md", "a/b.md", "a b/ c.md", "...md", "ä/😀.md", "a:b.md"])
def test_inside(path: str) -> None:
    assert is_inside(path)


@pytest.mark.parametrize("path", ["", "/a.md", "../a.md", "a/..", "a/./b.md", "a//b.md", "a/", "a\0.md"])
def test_not_inside(path: str) -> None:
    assert not is_inside(path)
    with pytest.raises(UnsafeTextError, match="not a path inside the vault"):
        check_new(path)


@pytest.mark.parametrize(
    "path",
    [
        "Ann Lee.md",
        "People/Zoë.md",
        "@Ann.md",
        "😀.md",
        "2026-11-03.md",
        "a/b/c/d.md",
        "Ann (lawyer).md",
        "x" * 252 + ".md",
    ],
)
def test_safe_names(path: str) -> None:
    check_new(path)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a.txt", "does not end in .md"), ("a:b.md", "':'"), ("c:/a.md", "':'"),
        ("a\nb.md", "it contains"), ("a|b.md", "it contains"),
        ("a#b.md", "'#'"), ("a^b.md", "it contains"), ("[[a]].md", "it contains"), ('a"b.md', "it contains"),
        ("a?.md", "it contains"), ("a\\b.md", "it contains"), (".a.md", "dot"), (".obsidian/a.md", "dot"),
        (".md", "dot"), (" a.md", "blank"), ("a .md", "blank"), ("a./b.md", "dot"), ("con.md", "Windows"),
        ("x/NUL/a.md", "Windows"), ("lpt1.x.md", "Windows"), ("x" * 253 + ".md", "longer than 255 bytes"),
        ("ä" * 127 + ".md", "longer than 255 bytes"), ("a\u202eb.md", "invisible"), ("a\x7fb.md", "it contains"),
        ("a\u2028b.md", "invisible"), ("a\udcffb.md", "it contains"),
    ],
)  # fmt: skip
def test_unsafe_names(path: str, why: str) -> None:
    with pytest.raises(UnsafeTextError, match=why):
        check_new(path)


def test_folders_that_are_there_may_be_called_anything() -> None:
    check_new("a:b/c#d/e.md", existing=2)
    with pytest.raises(UnsafeTextError):
        check_new("a:b/c#d/e.md", existing=1)
