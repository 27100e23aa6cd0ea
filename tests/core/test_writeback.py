"""One line changed or added; every other byte as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core import blocks, writeback
from mdnet.core.blocks import Kind
from mdnet.core.identity import need_id
from mdnet.core.model import Need, Person, Verb
from mdnet.core.parse import parse_note
from mdnet.core.settings import Settings
from mdnet.core.writeback import Entry
from mdnet.errors import MdnetError, UnsafeTextError, WriteRefusedError
from tests import plain

if TYPE_CHECKING:
    from mdnet.core.model import State

TODAY = date(2026, 11, 24)
ANA = Person(path="People/Ana Ruiz.md", name="Ana Ruiz", aliases=("Ana",))
SETTINGS = Settings()


def need_of(text: str, path: str = ANA.path, number: int = 0, person: Person = ANA) -> Need:
    """The need that is in the note's `number`-th need record."""
    note = parse_note(path, text.encode(), SETTINGS, TODAY)
    record = [record for record in note.records if record.verb == "need"][number]
    return Need(
        id=need_id(person.name, record.text, record.block_id),
        person=person.name,
        person_path=person.path,
        text=record.text,
        state=record.state,
        path=path,
        line=record.line,
        block_id=record.block_id,
    )


def state(text: str, state: State, path: str = ANA.path, number: int = 0) -> str:
    data = text.encode()
    return writeback.set_state(data, need_of(text, path, number), ANA, state, TODAY, SETTINGS).decode()


def added(text: str, entry: Entry) -> str:
    return writeback.add_record(text.encode(), ANA, entry, SETTINGS).decode()


NOTE = """---
type: person
needs:
  - a plumber   # the tap
  - 'an "honest" roofer'
---
Met at the fair.

## Needs

- [ ] a lawyer ➕ 2026-11-01
- [ ] a dog ^rex

## Log

- 2026-10-01 #met coffee
- 2026-11-02 #gave a book
"""


@pytest.mark.parametrize(
    ("number", "old", "new"),
    [
        (0, "  - a plumber   # the tap", '  - "[x] a plumber ✅ 2026-11-24"   # the tap'),
        (1, "  - 'an \"honest\" roofer'", "  - '[x] an \"honest\" roofer ✅ 2026-11-24'"),
        (2, "- [ ] a lawyer ➕ 2026-11-01", "- [x] a lawyer ➕ 2026-11-01 ✅ 2026-11-24"),
        (3, "- [ ] a dog ^rex", "- [x] a dog ✅ 2026-11-24 ^rex"),
    ],
)
@pytest.mark.parametrize("crlf", [False, True])
@pytest.mark.parametrize("bom", [False, True])
def test_a_need_is_closed_where_it_stands(number: int, old: str, new: str, crlf: bool, bom: bool) -> None:
    def dressed(text: str) -> bytes:
        text = text.replace("\n", "\r\n") if crlf else text
        return (b"\xef\xbb\xbf" if bom else b"") + text.encode()

    need = need_of(NOTE, number=number)
    closed = writeback.set_state(dressed(NOTE), need, ANA, "helped", TODAY, SETTINGS)
    assert closed == dressed(NOTE.replace(old, new))
    assert writeback.set_state(closed, need, ANA, "helped", TODAY, SETTINGS) == closed


def test_a_need_noted_elsewhere_is_found_by_its_person() -> None:
    text = "- #need [[Joe]] a lawyer\n- #need [[ana|A.]] a lawyer\n"
    path = "Daily/2026-11-02.md"
    assert state(text, "helping", path) == "- #need [[Joe]] a lawyer\n- [/] #need [[ana|A.]] a lawyer\n"


def test_a_need_that_is_gone_or_there_twice_is_refused() -> None:
    need = need_of(NOTE, number=2)
    with pytest.raises(WriteRefusedError, match="is not there any more"):
        writeback.set_state(NOTE.replace("a lawyer", "a liar").encode(), need, ANA, "helped", TODAY, SETTINGS)
    twice = NOTE.replace("- [ ] a dog ^rex", "- [ ] A  Lawyer")
    with pytest.raises(WriteRefusedError, match="twice, in lines 11 and 12"):
        writeback.set_state(twice.encode(), need, ANA, "helped", TODAY, SETTINGS)


def test_snoozing() -> None:
    data = writeback.set_not_before(NOTE.encode(), need_of(NOTE, number=3), ANA, date(2027, 1, 1), TODAY, SETTINGS)
    assert data.decode() == NOTE.replace("a dog ^rex", "a dog ⏳ 2027-01-01 ^rex")


@pytest.mark.parametrize(
    ("text", "entry", "expected"),
    [
        # Under the heading that is there, after the last item.
        (NOTE, Entry("gave", "a lamp", TODAY), NOTE + "- 2026-11-24 #gave a lamp\n"),
        # Newest first, where the log is so.
        (
            "## Log\n* 2026-11-02 #met b\n* 2026-10-01 #met a\n",
            Entry("met", "", TODAY),
            "## Log\n* 2026-11-24 #met\n* 2026-11-02 #met b\n* 2026-10-01 #met a\n",
        ),
        # Dates as links; text below the list stays there; nested lines stay with their item.
        (
            "### LOG:\n- [[2026-11-02]] #met b\n  - nested\n\n  more\n\nThe end.\n\n## Other\n- x\n",
            Entry("asked", "for help", TODAY),
            (
                "### LOG:\n- [[2026-11-02]] #met b\n  - nested\n\n  more\n- [[2026-11-24]] #asked for help\n\n"
                "The end.\n\n## Other\n- x\n"
            ),
        ),
        # No heading: made at the end, in the level of the others; no final newline stays none.
        ("Hello.", Entry("got", "tea", TODAY), "Hello.\n\n## Log\n- 2026-11-24 #got tea"),
        ("# Ana\n\n### Who\n\nx\n", Entry("met", "", TODAY), "# Ana\n\n### Who\n\nx\n\n### Log\n\n- 2026-11-24 #met\n"),
        ("", Entry("met", "", TODAY), "## Log\n- 2026-11-24 #met\n"),
        ("---\na: 1\n---\n", Entry("met", "", TODAY), "---\na: 1\n---\n## Log\n- 2026-11-24 #met\n"),
        # A need goes under Needs, made above the log; due and created in the note's form.
        (
            "## Log\n- 2026-01-01 #met\n",
            Entry("need", "a roof", TODAY, due=date(2026, 12, 1)),
            "## Needs\n- [ ] a roof ➕ 2026-11-24 📅 2026-12-01\n\n## Log\n- 2026-01-01 #met\n",
        ),
        (
            "## Needs\n- [ ] x [created:: 2026-01-01]\n",
            Entry("need", "a roof", TODAY),
            "## Needs\n- [ ] x [created:: 2026-01-01]\n- [ ] a roof [created:: 2026-11-24]\n",
        ),
        # Needs kept in a property go there.
        (
            "---\nneeds: [x]\n---\nHi\n",
            Entry("need", "a roof", TODAY),
            "---\nneeds: [x, a roof ➕ 2026-11-24]\n---\nHi\n",
        ),
        (
            "---\nneeds:\n  - x\n---\nHi\n",
            Entry("need", "a roof", TODAY, private=True),
            '---\nneeds:\n  - x\n  - "a roof #private ➕ 2026-11-24"\n---\nHi\n',
        ),
        # Unless there is a heading for them, if with some text below it and no list yet.
        (
            "---\nneeds: [x]\n---\n## Needs\nWhat she told me.\n",
            Entry("need", "a roof", TODAY),
            "---\nneeds: [x]\n---\n## Needs\nWhat she told me.\n\n- [ ] a roof ➕ 2026-11-24\n",
        ),
        # Several people, one line.
        (
            "## Log\n",
            Entry("met", "tea", TODAY, people=("Ana Ruiz", "Joe Chen")),
            "## Log\n- 2026-11-24 #met [[Ana Ruiz]] and [[Joe Chen]]: tea\n",
        ),
        # Text that would mean something else is made plain.
        ("## Log\n", Entry("gave", "a #need book", TODAY), "## Log\n- 2026-11-24 #gave a \\#need book\n"),
        ("## Log\n", Entry("gave", "a book ^abc", TODAY), "## Log\n- 2026-11-24 #gave a book \\^abc\n"),
        (
            "## Log\n",
            Entry("gave", "[[Joe Chen]] as a mentor\nsoon", TODAY),
            "## Log\n- 2026-11-24 #gave \\[\\[Joe Chen\\]\\] as a mentor soon\n",
        ),
        # A heading in code is none.
        ("```\n## Log\n```\n", Entry("met", "", TODAY), "```\n## Log\n```\n\n## Log\n- 2026-11-24 #met\n"),
    ],
)
def test_adding(text: str, entry: Entry, expected: str) -> None:
    assert added(text, entry) == expected


def test_an_answer_is_written_once() -> None:
    entry = Entry("gave", "a book", TODAY, block_id="m-aaaaaaaa-bbbbbbbb", trusted=True)
    once = added(NOTE, entry)
    assert once.endswith("- 2026-11-24 #gave a book ^m-aaaaaaaa-bbbbbbbb\n")
    assert added(once, replace(entry, day=date(2026, 11, 30))) == once


def test_a_note_whose_text_is_not_read_is_refused_as_such() -> None:
    small = replace(SETTINGS, max_note_bytes=len(NOTE.encode()) + 10)
    with pytest.raises(WriteRefusedError, match="so large that only its properties are read"):
        writeback.add_record(NOTE.encode(), ANA, Entry("met", "coffee", TODAY), small)


def test_empty_and_huge_texts_are_refused() -> None:
    with pytest.raises(UnsafeTextError, match="empty"):
        added(NOTE, Entry("need", " \n", TODAY))
    with pytest.raises(UnsafeTextError, match="longer than"):
        added(NOTE, Entry("need", "x" * 5000, TODAY))


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.sampled_from(["need", "offer", "met", "gave", "asked", "got"]),
    st.booleans(),
)
def test_any_text_becomes_one_record_or_is_refused(text: str, verb: Verb, several: bool) -> None:
    people = ("Ana Ruiz", "Joe Chen") if several else ()
    before = parse_note(ANA.path, NOTE.encode(), SETTINGS, TODAY)
    try:
        new = writeback.add_record(NOTE.encode(), ANA, Entry(verb, text, TODAY, people=people), SETTINGS)
    except MdnetError:
        return
    after = parse_note(ANA.path, new, SETTINGS, TODAY)
    assert len(after.records) == len(before.records) + 1
    old_lines, new_lines = NOTE.split("\n"), new.decode().split("\n")
    assert len(new_lines) - len(old_lines) in (0, 1, 2, 3, 4)
    kept = iter(new_lines)
    assert all(line in kept for line in old_lines)


PIECES = [
    "## Needs",
    "## Log",
    "- [ ] a",
    "  - b",
    "text",
    "",
    "```",
    "> q",
    "- 2026-01-01 #met x",
    "%% c %%",
    "\t- [x] y",
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(["need", "gave"]), st.sampled_from(["\n", "\r\n"])
)
def test_only_lines_are_added_to_any_note(pieces: list[str], verb: Verb, end: str) -> None:
    data = end.join(pieces).encode()
    try:
        new = writeback.add_record(data, ANA, Entry(verb, "a thing", TODAY), SETTINGS)
    except MdnetError:
        assert "```" in pieces  # never closed: what is added would be code
        return
    kept = iter(new.split(b"\n"))
    old = data.split(b"\n")
    assert all(line in kept or line.rstrip(b"\r") in new.split(b"\n") for line in old[:-1])
    assert new.endswith(b"\n") == data.endswith(b"\n") or not data.strip()
    notes = [parse_note(ANA.path, bytes_, SETTINGS, TODAY) for bytes_ in (data, new)]
    assert len(notes[1].records) == len(notes[0].records) + 1


@pytest.mark.parametrize(
    ("front", "new"),
    [
        ("Needs:\n  - a plumber\n", 'Needs:\n  - "[x] a plumber ✅ 2026-11-24"\n'),
        ("needs:\n  - looking for: a job\n", 'needs:\n  - "[x] looking for: a job ✅ 2026-11-24"\n'),
        ('"needs": [a job]\n', '"needs": ["[x] a job ✅ 2026-11-24"]\n'),
    ],
)
def test_a_need_in_a_property_however_it_is_written(front: str, new: str) -> None:
    assert state(f"---\n{front}---\n", "helped") == f"---\n{new}---\n"


def test_what_is_refused_in_a_property_is_told_with_its_line() -> None:
    with pytest.raises(WriteRefusedError, match=r"^People/Ana Ruiz\.md:3: .*by hand; nothing was written"):
        state("---\nneeds:\n  - >-\n    a job\n---\n", "helped")


@pytest.mark.parametrize(
    "front", ["needs:\n  -\n    a plumber\n", "needs:\n  - #need a plumber\n", "needs: a plumber\n"]
)
def test_a_list_that_cannot_take_one_more_leaves_it_to_a_heading(front: str) -> None:
    text = f"---\n{front}---\n"
    assert added(text, Entry("need", "a thing", TODAY)) == f"{text}## Needs\n- [ ] a thing ➕ 2026-11-24\n"


def test_heard_goes_to_the_end_of_the_day() -> None:
    assert writeback.add_heard(b"", "x").decode() == "- x\n"
    assert writeback.add_heard(b"# Day\n", "x").decode() == "# Day\n\n- x\n"
    assert writeback.add_heard(b"* a\r\n", "x\ny").decode() == "* a\r\n* x y\r\n"
    assert writeback.add_heard(b"---\na: 1\n---\n", "x").decode() == "---\na: 1\n---\n- x\n"
    assert writeback.add_heard(b"- a\n\n\n", "x").decode() == "- a\n- x\n\n\n"
    assert writeback.add_heard(b"```\na\n```\n- b\n", "x").decode() == "```\na\n```\n- b\n- x\n"
    assert writeback.add_heard(b"- a\n  ```\n  b\n", "x").decode() == "- a\n  ```\n  b\n\n- x\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("```\nmake\n", 1),
        ("---\na: 1\n---\n# Day\n\n~~~\n- a\n", 6),
        ("```\na\n```\n```sh\nb\n\n# c\n", 4),
        ("- a\n\n<!-- b\n- c\n", 3),
        ("- a\n%% mdnet:begin x %%\n- b\n", 2),
        ("```\n<b>\n%%\n", 1),
    ],
)
def test_heard_is_not_written_into_code(text: str, line: int) -> None:
    with pytest.raises(WriteRefusedError, match=rf"^Daily/a\.md:{line}: code or a comment .* never closed"):
        writeback.add_heard(text.encode(), "x", "Daily/a.md")


@pytest.mark.parametrize("heard", ["``` or ~~~", "half of it %%", "$$ for all", "<!-- not", "# of jobs", "%%"])
@pytest.mark.parametrize("day", ["", "- 5 %% of it\n", "$$ is dear\n", "text\n"])
def test_heard_is_read_as_one_item_and_changes_no_other(day: str, heard: str) -> None:
    new = writeback.add_heard(day.encode(), heard).decode()
    kinds = blocks.scan(new.removesuffix("\n").split("\n")).kinds
    assert kinds[-1] in (Kind.ITEM, Kind.HEADING)
    assert new.startswith(day)
    assert kinds[0] is blocks.scan(day.split("\n")).kinds[0] or not day


def test_heard_is_not_added_to_a_file_that_is_no_text() -> None:
    with pytest.raises(WriteRefusedError, match="the daily note: the file is UTF-16; save it as UTF-8; nothing was"):
        writeback.add_heard("- a\n".encode("utf-16"), "x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\na: 1 # c\n---\nx", "---\na: 1 # c\nsnooze: 2027-01-01\n---\nx"),
        ("---\nsnooze: 2026-01-01 # c\na: 1\n---\n", "---\nsnooze: 2027-01-01 # c\na: 1\n---\n"),
        ("---\nsnooze:\na: 1\n---\n", "---\nsnooze: 2027-01-01\na: 1\n---\n"),
        ("---\nsnooze: \r\na: 1\n---\n", "---\nsnooze: 2027-01-01\r\na: 1\n---\n"),
        ("---\nsnooze:   # until May\na: 1\n---\n", "---\nsnooze: 2027-01-01   # until May\na: 1\n---\n"),
        ('---\n"snooze" : # c: d\n---\n', '---\n"snooze" : 2027-01-01 # c: d\n---\n'),
        ("x\n", "---\nsnooze: 2027-01-01\n---\nx\n"),
        ("---\nSnooze: 2026-01-01\n---\n", "---\nSnooze: 2027-01-01\n---\n"),
    ],
)
def test_a_property_is_set(text: str, expected: str) -> None:
    assert writeback.set_property(text.encode(), "a.md", "snooze", "2027-01-01").decode() == expected


@pytest.mark.parametrize("text", ["---\nsnooze: [a]\n---\n", "---\na: [\n---\n", "---\nsnooze: 1\nsnooze: 2\n---\n"])
def test_a_property_that_cannot_be_set_is_refused(text: str) -> None:
    with pytest.raises(WriteRefusedError):
        writeback.set_property(text.encode(), "a.md", "snooze", "2027-01-01")


def test_names_are_not_needed() -> None:
    """The resolver agrees that the links written by `add_record` mean the people meant."""
    note = parse_note("People/Joe Chen.md", b"", SETTINGS, TODAY)
    ana = parse_note(
        ANA.path, added("", Entry("met", "", TODAY, people=("Ana Ruiz", "Joe Chen"))).encode(), SETTINGS, TODAY
    )
    names = plain.names([note, ana])
    found = [names.answer(target, ana.path)[0].path for target in ana.records[0].people]
    assert found == [ANA.path, "People/Joe Chen.md"]
