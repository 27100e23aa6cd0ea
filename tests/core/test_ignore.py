"""Which paths are left out."""

import re

import pytest

from mdnet.core.ignore import left_out, matcher


@pytest.mark.parametrize(
    ("pattern", "out", "kept"),
    [
        ("Archive", ["Archive/a.md", "Archive/b/c.md"], ["Archived/a.md", "x/Archive/a.md", "archive/a.md"]),
        ("Archive/", ["Archive/a.md"], ["Archive.md"]),
        ("Work/Old", ["Work/Old/a.md"], ["Work/a.md", "Old/a.md"]),
        ("a.md", ["a.md"], ["b/a.md"]),
        ("*.excalidraw.md", ["x.excalidraw.md", "a/b.excalidraw.md"], ["excalidraw.md", "x.excalidraw.md.md"]),
        ("draft-?.md", ["draft-1.md", "a/draft-2.md"], ["draft-10.md", "draft-.md"]),
        ("2019*", ["2019/a.md", "x/2019-01.md"], ["x2019/a.md"]),
        ("Daily/2019*", ["Daily/2019-01.md", "Daily/2019/a.md"], ["Daily/x/2019.md", "x/Daily/2019.md"]),
        ("**/tmp/*", ["tmp/a.md", "a/b/tmp/c.md"], ["tmp.md", "a/tmp.md"]),
        ("a/**", ["a/b.md", "a/b/c.md"], ["ab.md"]),
        ("[ab].md", ["a.md", "x/b.md"], ["c.md"]),
        ("[!ab].md", ["c.md"], ["a.md"]),
        ("[^ab].md", ["c.md"], ["a.md"]),
        ("[.md", [], ["a.md"]),
        ("/^x|y$/", ["x.md", "xa/b.md", "a.md/y/z.md"], ["ax.md"]),
        (" ", [], ["a.md"]),
        ("/", [], ["a.md"]),
        ("", [], ["a.md"]),
    ],
)
def test_patterns(pattern: str, out: list[str], kept: list[str]) -> None:
    test = matcher([pattern])
    assert [path for path in out + kept if left_out(path, test)] == out


def test_several() -> None:
    test = matcher(["a", "*b.md", "c"])
    assert [p for p in ("a/x.md", "x/ab.md", "c/x.md", "d.md") if left_out(p, test)] == ["a/x.md", "x/ab.md", "c/x.md"]
    assert matcher([]) is None


def test_by_the_name_alone() -> None:
    for path in ("a.txt", "a", ".a.md", ".x/a.md", "x/.y/a.md", "a.md~", "#a.md#"):
        assert left_out(path, None)
    assert not left_out("x/a.MD", None)


def test_what_is_no_expression() -> None:
    with pytest.raises(re.error):
        matcher(["/(/"])
