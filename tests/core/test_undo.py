"""Taking back exactly one change."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mdnet.core.diff import unified
from mdnet.core.undo import Entry, Span, describe, file_hash, is_in, plan_undo
from mdnet.errors import UndoRefusedError


def entry(old: bytes, new: bytes) -> Entry:
    return Entry("1", "g", "", "", "a.md", "edit", describe(old, new), file_hash(old), file_hash(new))


def undone(old: bytes, new: bytes, now: bytes) -> bytes | None:
    return plan_undo(entry(old, new), now)


BASE = b"---\ntype: person\n---\n# Ann\n## Needs\n- [ ] #need a lawyer\n- [ ] #need a baker\n## Log\n- #met Ann\n"
TICKED = BASE.replace(b"- [ ] #need a lawyer", b"- [x] #need a lawyer")
ADDED = BASE + b"- #gave Ann a loaf\n"
GONE = BASE.replace(b"- [ ] #need a baker\n", b"")
TWO = TICKED + b"- #gave Ann a name\n"


@pytest.mark.parametrize("new", [TICKED, ADDED, GONE, TWO, b"", b"x", b"\xef\xbb\xbf" + BASE])
def test_undo_at_once(new: bytes) -> None:
    assert undone(BASE, new, new) == BASE
    assert undone(new, BASE, BASE) == new


@pytest.mark.parametrize("new", [TICKED, ADDED, GONE, TWO])
def test_only_the_own_lines_go_back(new: bytes) -> None:
    def user(text: bytes) -> bytes:
        return b"\xef\xbb\xbf" + text.replace(b"# Ann\n", b"# Ann Lee\nborn in Ohio\n").replace(b"person", b"contact")

    assert undone(BASE, new, user(new)) == user(BASE)


def test_one_span_for_each_place() -> None:
    assert [span.line for span in describe(BASE, TWO)] == [6, 10]
    assert [(s.old, s.new) for s in describe(BASE, TICKED)] == [(b"\n- [ ] #need a lawyer", b"\n- [x] #need a lawyer")]
    assert describe(BASE, BASE) == ()


@pytest.mark.parametrize(
    ("old", "new", "now", "then"),
    [
        # no final newline: only a line was added, whatever became of the one above
        (b"a", b"a\nb", b"a changed\nb", b"a changed"),
        (b"a", b"a\nb", b"a\nb\nc\n", b"a\nc\n"),
        (b"a\r\nb", b"a\r\nb\r\nc", b"a\r\nB\r\nc", b"a\r\nB"),
        # on top
        (b"a\n", b"x\na\n", b"x\nA\n", b"A\n"),
        (b"a\r\nb\r\n", b"x\r\na\r\nb\r\n", b"x\r\nA\r\nb\r\n", b"A\r\nb\r\n"),
        (b"\xef\xbb\xbfa\n", b"\xef\xbb\xbfx\na\n", b"\xef\xbb\xbfx\nA\n", b"\xef\xbb\xbfA\n"),
        (b"a\n", b"x\na\n", b"user\nx\na\n", b"user\na\n"),
        (b"old\nb\n", b"new\nb\n", b"user\nnew\nb\n", b"user\nold\nb\n"),
        # an empty file
        (b"", b"a\n", b"a\nuser\n", b"user\n"),
        # moved elsewhere
        (b"a\nb\n", b"a\nx\nb\n", b"a\nb\nc\nx\n", b"a\nb\nc\n"),
        # a deleted line comes back between its neighbours
        (b"a\nb\nc\n", b"a\nc\n", b"0\na\nc\nd\n", b"0\na\nb\nc\nd\n"),
        # there twice, told apart by the neighbours or by the place
        (b"a\nb\nc\n", b"a\nx\nb\nc\n", b"a\nx\nb\nx\nc\n", b"a\nb\nx\nc\n"),
        (b"a\nb\nx\n", b"a\nx\nb\nx\n", b"a\nx\nB\nx\n", b"a\nB\nx\n"),
        # all line ends changed since: what comes back has the note's new ones
        (b"a\nb\n", b"a\nx\nb\n", b"a\r\nx\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\nb\nc\n", b"a\nx\nc\n", b"a\r\nx\r\nC\r\n", b"a\r\nb\r\nC\r\n"),
        (b"a\r\nb\r\nc\r\n", b"a\r\nx\r\nc\r\n", b"A\nx\nc\n", b"A\nb\nc\n"),
        (b"a\nb\nc\n", b"a\nc\n", b"a\r\nc\r\nd\r\n", b"a\r\nb\r\nc\r\nd\r\n"),
        (b"a\nb\nx\n", b"a\nx\nb\nx\n", b"0\r\na\r\nx\r\nb\r\nx\r\n", b"0\r\na\r\nb\r\nx\r\n"),
        (b"\xef\xbb\xbfa\nb\n", b"\xef\xbb\xbfx\nb\n", b"\xef\xbb\xbfx\r\nB\r\n", b"\xef\xbb\xbfa\r\nB\r\n"),
        (b"\xef\xbb\xbfa\nb\n", b"a\nb\n", b"a\r\nb\r\n", b"\xef\xbb\xbfa\r\nb\r\n"),
    ],
)
def test_undo_later(old: bytes, new: bytes, now: bytes, then: bytes) -> None:
    assert undone(old, new, now) == then
    assert is_in(entry(old, new), now)


@pytest.mark.parametrize(
    ("old", "new", "now", "why"),
    [
        (b"a\nb\n", b"a\nx\nb\n", b"a\nX\nb\n", "gone or was changed since: 'x'"),
        (b"a\nb\n", b"a\nx\nb\n", b"a\nb\n", "gone or was changed"),
        (b"a\nb\n", b"a\r\nb\n", b"a\nb\nc\n", "gone or was changed"),
        (b"a\nb\n", b"a\nx\nb\n", b"1\nx\n2\nx\n3\n", "stands there 2 times: 'x'"),
        (b"a\nb\nc\n", b"a\nc\n", b"0\n1\nA\nC\n", "the lines around it were changed since: 'b'"),
        (b"a\nb\n", b"a\n\nb\n", b"A\n\nB\n\nC\n", "the lines around it were changed since"),
        (b"a\nb\nc\nd\n", b"a\nx\nc\ny\n", b"a\nx\nc\nz\n", "a.md:4: not taken back"),
        (b"a\n", b"a\n" + b"y" * 200 + b"\n", b"a\n", "'y{59}…'"),
    ],
)
def test_refused(old: bytes, new: bytes, now: bytes, why: str) -> None:
    with pytest.raises(UndoRefusedError, match=why):
        undone(old, new, now)
    assert not is_in(entry(old, new), now)


def test_overlapping_places_are_refused() -> None:
    made = entry(b"a\nb\nc\nd\n", b"a\nx\nc\nx\nd\n")
    spans = (Span(2, b"", b"\nx\ny", "", ""), Span(9, b"", b"\ny\nz", "", ""))
    with pytest.raises(UndoRefusedError, match="moved into each other"):
        plan_undo(replace(made, spans=spans), b"a\nx\ny\nz\n")


def test_a_journal_that_does_not_fit() -> None:
    with pytest.raises(UndoRefusedError, match="does not fit the file"):
        plan_undo(replace(entry(b"a\n", b"b\n"), old_hash="?"), b"b\n")


def test_a_new_note_goes_only_as_it_was_made() -> None:
    made = Entry("1", "g", "", "", "a.md", "create", (), "", file_hash(b"text"))
    assert plan_undo(made, b"text") is None
    assert is_in(made, b"text")
    with pytest.raises(UndoRefusedError, match=r"a\.md: not taken back, the note has been changed since it was made"):
        plan_undo(made, b"text and more")


def test_very_long_changes_are_one_span() -> None:
    old = b"".join(b"%d\n" % n for n in range(3000))
    new = b"".join(b"%d\n" % (n + n % 2) for n in range(3000))
    assert len(describe(old, new)) == 1
    assert undone(old, new, new) == old


pieces = st.lists(st.sampled_from([b"a", b"b", b"- x", b"", b"\xff"]), max_size=8)
ends = st.sampled_from([b"\n", b"\r\n"])
files = st.builds(
    lambda bom, lines, end, last: bom + end.join(lines) + last,
    st.sampled_from([b"", b"\xef\xbb\xbf"]), pieces, ends, st.sampled_from([b"", b"\n", b"\r\n", b"\r"]),
)  # fmt: skip


@given(files | st.binary(max_size=60), files | st.binary(max_size=60))
def test_undo_gives_back_the_exact_file(old: bytes, new: bytes) -> None:
    assert undone(old, new, new) == old


@given(files, files)
def test_other_line_ends_are_no_change_of_a_line(old: bytes, new: bytes) -> None:
    """Where all ends were alike before and are alike after, all but them is taken back."""
    old, new = (data.replace(b"\r", b"").removeprefix(b"\xef\xbb\xbf") for data in (old, new))
    assume(b"\n" in new)
    with suppress(UndoRefusedError):  # what is blank, and its neighbours, do not always tell where it was
        assert undone(old, new, new.replace(b"\n", b"\r\n")) == old.replace(b"\n", b"\r\n")


@given(st.lists(st.integers(0, 999), unique=True, min_size=2, max_size=12), st.data())
def test_undo_leaves_what_others_wrote(numbers: list[int], data: st.DataObject) -> None:
    """Our line comes and goes anywhere; meanwhile the user changes, adds and removes other lines."""
    lines = [b"%d" % n for n in numbers]
    at = data.draw(st.integers(0, len(lines)))
    old = b"\n".join(lines)
    new = b"\n".join([*lines[:at], b"ours", *lines[at:]])
    users = data.draw(st.lists(st.integers(1000, 1999).map(lambda n: b"%d" % n), min_size=1, max_size=6))
    kept = data.draw(st.lists(st.sampled_from(lines), unique=True))
    mine = [line for line in lines if line in kept] + users
    place = data.draw(st.integers(0, len(mine)))
    now = b"\n".join([*mine[:place], b"ours", *mine[place:]])
    assert undone(old, new, now) == b"\n".join(mine)


def test_diff() -> None:
    assert unified("a.md", b"x\ny\n", b"x\nz\n") == "--- a/a.md\n+++ b/a.md\n@@ -1,2 +1,2 @@\n x\n-y\n+z\n"
    assert unified("a.md", b"x", b"x\n").endswith("-x\n\\ No newline at end of file\n+x\n")
    assert unified("a.md", b"a\xff\x0b\n", b"a\xff\x0b\n") == ""
    assert unified("a.md", b"", b"\xff\n", new_path="b.md") == "--- a/a.md\n+++ b/b.md\n@@ -0,0 +1 @@\n+\ufffd\n"
