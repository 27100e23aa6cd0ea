"""A whole note: kind, date, records, links, tags, problems; and that no bytes break it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Literal
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mdnet.core import lines
from mdnet.core.blocks import Kind, scan
from mdnet.core.parse import parse_note
from mdnet.core.settings import DailyNotes, Settings
from mdnet.core.syntax import parse_item

if TYPE_CHECKING:
    from mdnet.core.model import Note, Record

SETTINGS = Settings()
FILE_DATE = date(2026, 11, 22)
ANA = "People/Ana Ruiz.md"


def parse(text: str, path: str = "Notes/a.md", settings: Settings = SETTINGS) -> Note:
    return parse_note(path, text.encode(), settings, FILE_DATE)


def said(text: str, path: str = "Notes/a.md", settings: Settings = SETTINGS) -> list[str]:
    """The records of a note as `line verb text`."""
    return [f"{record.line} {record.verb} {record.text}" for record in parse(text, path, settings).records]


# ---- people ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "kind", "title"),
    [
        ("People/Ana Ruiz.md", "", "person", "Ana Ruiz"),
        ("People/Friends/Ana.md", "", "person", "Ana"),
        ("Peoples/Ana.md", "", "note", "Ana"),
        ("a/@Ana.md", "", "person", "Ana"),
        ("a/@.md", "", "note", "@"),
        ("a/Ana.md", "---\ntype: Person\n---\n", "person", "Ana"),
        ("a/Ana.md", "---\nType: contact\n---\n", "person", "Ana"),
        ("a/Ana.md", "---\ntype: [x, person]\n---\n", "person", "Ana"),
        ("a/Ana.md", "---\ntype: '[[Person]]'\n---\n", "person", "Ana"),
        ("a/Ana.md", "---\ntype: meeting\n---\n", "note", "Ana"),
        ("a/Ana.md", "---\ntags: person\n---\n", "person", "Ana"),
        ("a/Ana.md", "---\ntags: x, person\n---\n", "person", "Ana"),
        ("a/Ana.md", "---\ntags: x person\n---\n", "person", "Ana"),
        ("a/Ana.md", "---\ntags: [x, '#Contact']\n---\n", "person", "Ana"),
        ("a/Ana.md", "---\ntag:\n- person\n---\n", "person", "Ana"),
        ("a/Ana.md", "text #person\n", "person", "Ana"),
        ("a/Ana.md", "```\n#person\n```\n`#person` %% #person %%\nx#person #persons", "note", "Ana"),
        ("Me.md", "---\ntype: person\n---\n", "me", "Me"),
        ("Reviews/2026-W47.md", "---\ntype: mdnet-review\n---\n", "review", "2026-W47"),
        ("People/2026-W47.md", "---\ntype: mdnet-review\n---\n", "review", "2026-W47"),
        ("Reviews/x.md", "", "note", "x"),
    ],
)
def test_kind(path: str, text: str, kind: str, title: str) -> None:
    note = parse(text, path)
    assert (note.kind, note.title) == (kind, title)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("other", ["NFC", "NFD"])
def test_names_in_settings_in_another_unicode_form(form: Literal["NFC", "NFD"], other: Literal["NFC", "NFD"]) -> None:
    settings = Settings(people=normalize(form, "Künstler"), me=normalize(form, "Ich/José.md"))
    assert parse("", normalize(other, "Künstler/Ana.md"), settings).kind == "person"
    assert parse("", normalize(other, "Ich/José.md"), settings).kind == "me"
    assert parse("", normalize(other, "Künstlér/Ana.md"), settings).kind == "note"


@pytest.mark.parametrize(
    ("front", "aliases"),
    [
        ("aliases: [Al, A. R.]", ("Al", "A. R.")),
        ("aliases: Al, Bo", ("Al", "Bo")),
        ("Alias: Al", ("Al",)),
        ("aliases:\n- Al\n- 7\n-\n- Al", ("Al", "7")),
        ("aliases: [a]\nalias: b", ("a", "b")),
        ("aliases:", ()),
        ("aliases: {a: b}", ()),
    ],
)
def test_aliases(front: str, aliases: tuple[str, ...]) -> None:
    assert parse(f"---\n{front}\n---\n").aliases == aliases


def test_tags() -> None:
    note = parse(
        "---\ntags: [a, '#b/c', 'd e']\n---\n#f and #a, #g-h. #1 #2x\n```\n#no\n```\n- `#no` # no\n\ntext\n\n    #no\n"
    )
    assert note.tags == ("a", "b/c", "d", "e", "f", "g-h", "2x")


def test_tags_that_say_what_a_line_is_are_no_tags_of_the_note() -> None:
    text = "---\ntags: offer\n---\n- #need a van #urgent\n- #Met/fair [[A]]\n- #braucht b #private\n#needle\n"
    assert parse(text, settings=replace(SETTINGS, verbs={"braucht": "need"})).tags == ("offer", "urgent", "needle")


@pytest.mark.parametrize(
    ("value", "private"),
    [("true", True), ("yes", True), ("'True'", True), ("1", True), ("false", False), ("no", False)],
)
def test_private(value: str, private: bool) -> None:
    assert parse(f"---\nPrivate: {value}\n---\n").private is private
    assert parse(f"---\nprivate: {value}\nbroken: a: b\n---\n").private is private


# ---- dates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "day", "source"),
    [
        ("a.md", "---\ndate: 2026-01-02\ncreated: 2026-01-01\n---\n", date(2026, 1, 2), "property"),
        ("a.md", "---\ncreated: 2026-01-01T10:00:00\n---\n", date(2026, 1, 1), "property"),
        ("a.md", '---\ndate: "[[2026-01-02]]"\n---\n', date(2026, 1, 2), "property"),
        ("2026-11-03.md", "---\ndate: 2026-01-02\n---\n", date(2026, 1, 2), "property"),
        ("2026-11-03.md", "---\ndate: sometime\n---\n", date(2026, 11, 3), "name"),
        ("Daily/2026-11-03.md", "", date(2026, 11, 3), "name"),
        ("Meetings/2026-11-03 Call with Ana.md", "", date(2026, 11, 3), "name"),
        ("Meetings/2026-11-031.md", "", FILE_DATE, "file"),
        ("a.md", "", FILE_DATE, "file"),
        ("a.md", "---\ndate:\n---\n", FILE_DATE, "file"),
    ],
)
def test_date(path: str, text: str, day: date, source: str) -> None:
    note = parse(text, path)
    assert (note.date, note.date_source) == (day, source)
    assert note.problems == ()


def test_impossible_date_is_a_problem_and_the_next_source_counts() -> None:
    note = parse("---\na: b\ndate: 2026-02-30\n---\n", "2026-11-03.md")
    assert (note.date, note.date_source) == (date(2026, 11, 3), "name")
    assert [(problem.path, problem.line) for problem in note.problems] == [("2026-11-03.md", 3)]


def test_daily_notes_by_settings() -> None:
    settings = Settings(daily=(DailyNotes("journals", "YYYY_MM_DD"),))
    assert parse("", "journals/2026_11_03.md", settings).date == date(2026, 11, 3)


# ---- records --------------------------------------------------------------------------------------------------


def test_records_in_any_note() -> None:
    text = "---\na: b\n---\n- [ ] #need [[Ana]] x\n\ntext #need no item\n  - met: y\n1. #gave z\n"
    assert said(text) == ["4 need x", "7 met y", "8 gave z"]


def test_a_record_is_the_first_line_of_its_item() -> None:
    assert said("- #need a\n  goes on\nlazily\n\n  #offer no item\n") == ["1 need a"]


NOT_RECORDS = """\
> - #need quoted

> [!note]
> - #need in a callout

```
- #need code
```

<!--
- #need comment
-->

%%
- #need comment
%%

$$
- #need math
$$

    - #need indented code

%% mdnet:begin x %%
- [ ] #need generated
%% mdnet:end %%

- `#need` code
- text %% #need comment %%
- > #need quoted

![[Note with - #need in it]]
#need a paragraph
| - #need | table |
"""


def test_what_is_no_record() -> None:
    assert said(NOT_RECORDS, ANA) == []
    assert said(NOT_RECORDS + "\n- #need one\n") == [f"{NOT_RECORDS.count(chr(10)) + 2} need one"]


HEADINGS = """\
- [ ] before

## Needs
- [ ] a
- plain
- [x] b
    - [ ] c
    - remark
- [ ] #offer d
1. [ ] e

### Urgent
- [ ] f
- [ ]
### Log
- [ ] g
- #met h

OFFERS:
=======
- i
  - remark
- [x] j

# Other
- [ ] k
"""


def test_headings_imply_verbs_in_a_persons_note() -> None:
    expected = "4 need a|6 need b|7 need c|9 offer d|10 need e|13 need f|17 met h|21 offer i|23 offer j"
    assert said(HEADINGS, ANA) == expected.split("|")
    assert said(HEADINGS, "Me.md") == expected.split("|")
    assert said(HEADINGS) == ["9 offer d", "17 met h"]


def test_headings_by_settings() -> None:
    settings = Settings(headings={"bedarf": "need", "gespräche": "met"}, verbs={"brauche": "need"})
    text = "## Bedarf\n- [ ] a\n## Gespräche\n- 2026-11-03 b\n## Needs\n- [ ] no\n- brauche: c\n"
    assert said(text, ANA, settings) == ["2 need a", "4 met b", "7 need c"]


def test_properties() -> None:
    text = (
        "---\nneeds:\n  - a job 📅 2026-12-01\n  - '[x] a roof #private'\n  - looking for: a flat\n  -\n  - 12\n"
        "offers: tea\n---\n"
    )
    note = parse(text, ANA)
    assert said(text, ANA) == [
        "3 need a job",
        "4 need a roof",
        "5 need looking for: a flat",
        "7 need 12",
        "8 offer tea",
    ]
    assert [record.origin for record in note.records] == ["property"] * 5
    assert [record.raw for record in note.records][:2] == ["  - a job 📅 2026-12-01", "  - '[x] a roof #private'"]
    assert (note.records[1].state, note.records[1].private) == ("helped", True)
    assert said(text) == []  # no person's note


def test_property_items_that_are_no_text() -> None:
    note = parse("---\nNeeds: [[a, b], true, {c: [d]}]\n---\n", ANA)
    assert note.records == ()
    assert [problem.line for problem in note.problems] == [2, 2, 2]


# ---- links ----------------------------------------------------------------------------------------------------


def test_links() -> None:
    text = "---\na: b\n---\n[[A]] [[b/c#d|e]] ![[p.png]] [[#own]] [[x\\|y]] `[[no]]` $[[no]]$\n"
    text += "\n```\n[[no]]\n```\n[[B]] [no] [[]]\n"
    note = parse(text)
    assert [(link.target, link.line, link.embed) for link in note.links] == [
        ("A", 4, False),
        ("b/c", 4, False),
        ("p.png", 4, True),
        ("x", 4, False),
        ("B", 9, False),
    ]


def test_links_in_indented_items_are_links_and_in_indented_code_not() -> None:
    assert [link.target for link in parse("- a\n\t- [[A]]\n\n\t\t\t[[no]]\n\npara\n\n    [[no]]\n").links] == ["A"]


# ---- problems -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\na: b\nc: [\n---\n", 3, "valid YAML"),
        ("---\na: 1\na: 2\n---\n", 3, "twice"),
        ("---\n- a\n---\n", 1, "no front matter"),
        ("---\na: b\n", 1, "not ended"),
        ("---\ncadence: sometimes\n---\n", 2, "cadence"),
        ("---\nx: 1\nsnooze: 2026-02-30\n---\n", 3, "no date"),
        ("a\n- [?] #need b\n", 2, "[?]"),
        ("a\n- #need b 📅 2026-02-30\n", 2, "no date"),
        ("a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\n", 2, "conflict markers"),
    ],
)
def test_problems(text: str, line: int, words: str) -> None:
    for data in (text.encode(), text.replace("\n", "\r\n").encode(), lines.BOM + text.encode()):
        problems = parse_note(ANA, data, SETTINGS, FILE_DATE).problems
        assert [(problem.path, problem.line) for problem in problems] == [(ANA, line)]
        assert words in problems[0].message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+++\na = 1\n+++\n- x",
        '{"a": 1}\n- x',
        "a <<<<<<< b\n",
        "<<<<<<< only one end\n",
        "---\ncadence: 6w\nsnooze: 2026-12-01\ndate: spring\n---\n",
        "---\ncadence: [6w]\nsnooze:\n  - 2026-12-01\n---\n",
    ],
)
def test_no_problem(text: str) -> None:
    assert parse(text, ANA).problems == ()


@pytest.mark.parametrize(
    ("data", "words", "line"),
    [
        (b"- #met a\nb \xff c [[A]]", "UTF-8", 2),
        (b"- #met a\nb \x00 c [[A]]", "NUL", 2),
        ("- #met a\nb c [[A]]".encode("utf-16"), "UTF-16", 1),
    ],
)
def test_bytes_that_are_no_text_are_reported_and_the_rest_is_read(data: bytes, words: str, line: int) -> None:
    note = parse_note("a.md", data, SETTINGS, FILE_DATE)
    assert [problem.line for problem in note.problems] == [line]
    assert words in note.problems[0].message
    assert [record.text for record in note.records] == ["a"]
    assert [link.target for link in note.links] == ["A"]


def test_large_notes_are_not_read_but_their_properties_are() -> None:
    settings = Settings(max_note_bytes=200)
    head = b"---\ntype: person\n---\n- #need x\n"
    for note in (
        parse_note("a.md", head + b"x" * 300, settings, FILE_DATE),
        parse_note("a.md", head, settings, FILE_DATE, size=10**9),
    ):
        assert (note.kind, note.body, note.records) == ("person", "", ())
        assert [problem.line for problem in note.problems] == [1]
    assert parse_note("a.md", head, settings, FILE_DATE).records


# ---- any bytes ------------------------------------------------------------------------------------------------

PIECES = st.one_of(
    st.sampled_from(
        ["- [ ] #need [[A]] x\n", "- met: y\r\n", "## Needs\n", "- [x] z\n", "  - [ ] q ^id\n", "\t- #gave w\n"]
    ),
    st.sampled_from(
        ["---\n", "a: b\n", "type: person\n", "needs:\n", "text #tag [[B|b]] `", "2026-11-03 ", "===\n", "> "]
    ),
    st.sampled_from(["```\n", "%%\n", "$$\n", "<!--", "-->", "%% mdnet:begin x %%\n", "%% mdnet:end %%\n", "    "]),
    st.sampled_from(["\n", "\r\n", "\r", "\ufeff", "\u2028", "\u0085", "\f"]),
)
PATHS = st.sampled_from([ANA, "Me.md", "a.md", "@b.md", "2026-11-03.md", "", "x", ".md"])


@given(st.binary(max_size=200), PATHS)
@example(b"\xff\xfe\x00", "a.md")
def test_any_bytes_are_read(data: bytes, path: str) -> None:
    note = parse_note(path, data, SETTINGS, FILE_DATE)
    assert note.path == path
    assert note.body_line >= 1


@given(st.lists(PIECES, max_size=25).map("".join), PATHS, st.booleans())
def test_records_stand_where_they_say(text: str, path: str, crlf: bool) -> None:
    data = text.replace("\n", "\r\n").encode() if crlf else text.encode()
    note = parse_note(path, data, SETTINGS, FILE_DATE)
    parts = lines.split(data)
    for record in note.records:
        part = parts[record.line - 1]
        raw = part.removesuffix(lines.end_of(part)).removeprefix(lines.BOM if record.line == 1 else b"")
        assert raw.decode() == record.raw
        assert record.line >= note.body_line or record.origin == "property"
    body = note.body.split("\n")
    for link in note.links:
        assert link.target in body[link.line - note.body_line]


@given(st.lists(PIECES, max_size=25).map("".join), PATHS)
def test_the_quick_search_misses_no_record(text: str, path: str) -> None:
    """Reading every list item one by one finds the same records and tags as searching for candidates first."""
    note = parse_note(path, text.encode(), SETTINGS, FILE_DATE)
    body = note.body.split("\n")
    structure = scan(body)
    found = {record.line - note.body_line for record in note.records if record.origin == "line"}
    for number in structure.items:
        if structure.kinds[number] is Kind.ITEM and parse_item(body[number], SETTINGS).record:
            assert number in found


@given(st.lists(PIECES, min_size=1, max_size=20).map("".join), st.data())
def test_one_line_edited_changes_no_record_elsewhere(text: str, draw: st.DataObject) -> None:
    data = text.encode()
    records = [record for record in parse_note("a.md", data, SETTINGS, FILE_DATE).records if record.mark == " "]
    if not records:
        return
    record = draw.draw(st.sampled_from(records))
    new = record.raw.replace("[ ]", "[x]", 1)
    after = parse_note("a.md", lines.replace_line(data, record.line, new), SETTINGS, FILE_DATE)

    def others(found: tuple[Record, ...]) -> list[Record]:
        return [other for other in found if other.line != record.line]

    assert others(after.records) == others(parse_note("a.md", data, SETTINGS, FILE_DATE).records)
    changed = next(other for other in after.records if other.line == record.line)
    assert (changed.state, changed.text, changed.people) == ("helped", record.text, record.people)


@pytest.mark.parametrize(
    "text",
    [
        "[[A]] " * 100_000,
        "[[A]]\n" * 100_000,
        "- #need [[A]] x\n" * 5_000,
        "#tag " * 100_000,
        "need: " * 100_000,
        "x" * 1_000_000,
        "`[[A]] " * 50_000,
        "$[[A]] #t " * 50_000,
        "[[" * 200_000,
        "[[A|" * 100_000,
        "]]" * 200_000,
        ">" * 10_000 + " #need",
        "- #need " + "a " * 200_000,
        "\t[[A]]\n" * 50_000,
        "%%" * 100_001 + "[[A]]",
        "#" * 300_000,
        ": " * 200_000,
        "<!--" * 100_000 + "[[A]]",
        "---\n" + "a: b\n" * 50_000 + "---\n",
        "---\n" * 50_000,
        "🔁 " * 50_000 + "#need",
    ],
    ids=lambda text: repr(text[:10]),
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    note = parse(text, ANA)
    assert note.title == "Ana Ruiz"


@pytest.mark.parametrize("said", ["01.04.2025", "1.4.2025", "2025/04/01", "2025-04-01", '"[[2025-04-01]]"'])
def test_a_property_may_be_a_day_in_any_plain_figures(said: str) -> None:
    note = parse(f"---\ncreated: {said}\n---\n")
    assert (note.date, note.date_source, note.problems) == (date(2025, 4, 1), "property", ())


@pytest.mark.parametrize("said", ["01/04/2025", "31.02.2025", "04-01-2025"])
def test_a_property_that_may_be_two_days_is_told(said: str) -> None:
    note = parse(f"---\ntype: person\ncreated: {said}\nmet: {said}\n---\n", "People/Ana.md")
    assert note.date_source == "file"
    assert [(problem.line, said in problem.message) for problem in note.problems] == [(3, True), (4, True)]


@pytest.mark.parametrize("said", ["in spring", "2025", "November 6, 2026 10:00 AM"])
def test_a_property_in_words_is_the_users_own(said: str) -> None:
    assert parse(f"---\ntype: person\ndate: {said}\nmet: {said}\n---\n", "People/Ana.md").problems == ()
