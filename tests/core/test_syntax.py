"""One line: every part of the grammar, and that no text breaks it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.settings import Settings
from mdnet.core.syntax import parse_item, without_fields

if TYPE_CHECKING:
    from mdnet.core.model import Record, Verb

SETTINGS = Settings(verbs={"brauche": "need", "#Treffen": "met"})


def read(line: str, implied: Verb | None = None) -> Record:
    parsed = parse_item(line, SETTINGS, implied, line=7)
    assert parsed.record is not None
    assert parsed.record.raw == line
    assert parsed.record.line == 7
    return parsed.record


def problems(line: str, implied: Verb | None = None) -> tuple[str, ...]:
    return parse_item(line, SETTINGS, implied).problems


# Each line of the table is a line of a note and what must be read from it; what is not named must be empty.
LINES: list[tuple[str, dict[str, Any]]] = [
    # the format's own examples
    (
        "- [ ] #need [[Ana Ruiz]] a warehouse operations lead in Ohio",
        {
            "verb": "need",
            "text": "a warehouse operations lead in Ohio",
            "people": ("Ana Ruiz",),
            "lead": 1,
            "mark": " ",
        },
    ),
    (
        "- #gave [[Ana Ruiz]] the article about FreightCo",
        {"verb": "gave", "text": "the article about FreightCo", "people": ("Ana Ruiz",), "lead": 1},
    ),
    (
        "- 2026-11-03 #met [[Ana Ruiz|Ana]] and [[Joe Chen]]: coffee, she opens a second hub",
        {
            "verb": "met",
            "text": "coffee, she opens a second hub",
            "people": ("Ana Ruiz", "Joe Chen"),
            "lead": 2,
            "lead_text": "Ana and Joe Chen",
            "date": date(2026, 11, 3),
        },
    ),
    (
        "- #asked [[Joe Chen]] for a referral 📅 2026-12-01",
        {
            "verb": "asked",
            "text": "for a referral",
            "people": ("Joe Chen",),
            "lead": 1,
            "lead_text": "Joe Chen",
            "due": date(2026, 12, 1),
        },
    ),
    # bullets and spellings
    ("* #need x", {"verb": "need", "text": "x"}),
    ("+ need: x", {"verb": "need", "text": "x"}),
    ("12. need:: x", {"verb": "need", "text": "x"}),
    ("3) #need: x", {"verb": "need", "text": "x"}),
    ("\t- [x] Need: x", {"verb": "need", "text": "x", "mark": "x", "state": "helped"}),
    ("- #NEED x", {"verb": "need", "text": "x"}),
    ("- brauche: Hilfe", {"verb": "need", "text": "Hilfe"}),
    ("- #treffen [[A]]", {"verb": "met", "people": ("A",), "lead": 1, "lead_text": "A"}),
    ("- need:[[A]] x", {"verb": "need", "text": "x", "people": ("A",), "lead": 1, "lead_text": "A"}),
    ("- #need/urgent x", {"verb": "need", "text": "x"}),
    ("- #met, at last, [[A]]", {"verb": "met", "text": "at last, A", "people": ("A",)}),
    # states
    ("- [/] #need x", {"verb": "need", "text": "x", "mark": "/", "state": "helping"}),
    ("- [X] #need x", {"verb": "need", "text": "x", "mark": "X", "state": "helped"}),
    ("- [-] #need x", {"verb": "need", "text": "x", "mark": "-", "state": "dropped"}),
    ("- [?] #need x", {"verb": "need", "text": "x", "mark": "?"}),
    # who leads
    ("- #met [[A]], [[B]] & [[C]] – walk", {"verb": "met", "text": "walk", "people": ("A", "B", "C"), "lead": 3}),
    ("- #met [[A]] und [[B]]", {"verb": "met", "people": ("A", "B"), "lead": 2}),
    ("- #met [[A]], and [[B]]", {"verb": "met", "people": ("A", "B"), "lead": 2}),
    ("- #met with [[A]] x", {"verb": "met", "text": "x", "people": ("A",), "lead": 1, "lead_text": "A"}),
    ("- #got from [[A]] x", {"verb": "got", "text": "x", "people": ("A",), "lead": 1, "lead_text": "A"}),
    ("- #need from [[A]] x", {"verb": "need", "text": "from A x", "people": ("A",)}),
    ("- #gave [[A|Al]]'s name to [[B]]", {"verb": "gave", "text": "Al's name to B", "people": ("A", "B")}),
    ("- #gave [[A]]’s name", {"verb": "gave", "text": "A’s name", "people": ("A",)}),
    ("- #gave [[A]]s Nummer", {"verb": "gave", "text": "As Nummer", "people": ("A",)}),
    ("- #gave [[A]] [[Book]]", {"verb": "gave", "text": "Book", "people": ("A", "Book"), "lead": 1, "lead_text": "A"}),
    ("- [[A]] #need x", {"verb": "need", "text": "x", "people": ("A",), "lead": 1, "lead_text": "A"}),
    ("- coffee with [[A]] #met", {"verb": "met", "text": "coffee with A", "people": ("A",)}),
    (
        "- coffee #met [[A]]: nice",
        {"verb": "met", "text": "coffee: nice", "people": ("A",), "lead": 1, "lead_text": "A"},
    ),
    (
        "- #need [[a/b#h|c]] x [[d\\|e]] ![[p.png]] [[#own]]",
        {"verb": "need", "text": "x e p.png own", "people": ("a/b", "d"), "lead": 1, "lead_text": "c"},
    ),
    ("- #met `[[A]]` $[[B]]$ [[C]]", {"verb": "met", "text": "`[[A]]` $[[B]]$ C", "people": ("C",)}),
    # dates
    ("- #met 2026-11-03 x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    (
        "- #met [[A]] 2026-11-03: x",
        {"verb": "met", "text": "x", "people": ("A",), "lead": 1, "date": date(2026, 11, 3)},
    ),
    ("- [[2026-11-03]] #met x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- [[2026-11-03|Tuesday]], #met x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- 2026-11-03 – met: x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- #met x [[2026-11-03]]", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- 03.11.2026 #met x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- 3.11.2026: #met x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- 2026/11/3 #met x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- **2026-11-03** #met **x** y", {"verb": "met", "text": "**x** y", "date": date(2026, 11, 3)}),
    ("- **3.11.2026:** #met x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- __[[2026-11-03]]__: #met x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- (2026-11-03) #met x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- ([[2026-11-03]]) #met x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- #met (3.11.2026) x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- #met (2026-11-03, at noon) x", {"verb": "met", "text": "(2026-11-03, at noon) x"}),
    ("- #met **2026-11-03 x**", {"verb": "met", "text": "**2026-11-03 x**"}),
    ("- #met x on 2026-11-03 again", {"verb": "met", "text": "x on 2026-11-03 again"}),
    ("- 2026-11-03 10:15 met: x", {"verb": "met", "text": "x", "date": date(2026, 11, 3)}),
    ("- #met x on 2026-11-03", {"verb": "met", "text": "x on 2026-11-03"}),
    ("- #met from [[2026-11-03]] on", {"verb": "met", "text": "from 2026-11-03 on"}),
    ("- 2026-02-31 #need x", {"verb": "need", "text": "2026-02-31 x"}),
    # fields
    (
        "- [x] #need x #a 🔼 ➕ 2026-01-01 #b ⏳2026-02-02 📅 2026-03-03 ✅ 2026-04-04 ❌ 2026-05-05 ^id-1",
        {
            "verb": "need",
            "text": "x #a #b",
            "mark": "x",
            "state": "helped",
            "priority": 1,
            "created": date(2026, 1, 1),
            "not_before": date(2026, 2, 2),
            "due": date(2026, 3, 3),
            "done": date(2026, 4, 4),
            "cancelled": date(2026, 5, 5),
            "block_id": "id-1",
        },
    ),
    (
        "- #need x [created:: 2026-01-01] (scheduled::2026-02-02) [due::2026-03-03], [completion:: 2026-04-04]",
        {
            "verb": "need",
            "text": "x",
            "created": date(2026, 1, 1),
            "not_before": date(2026, 2, 2),
            "due": date(2026, 3, 3),
            "done": date(2026, 4, 4),
        },
    ),
    ("- #need x [cancelled:: 2026-05-05] [priority:: lowest]", {"cancelled": date(2026, 5, 5), "priority": -2}),
    ("- #need x 🗓️ 2026-03-03 ⌛ 2026-02-02", {"due": date(2026, 3, 3), "not_before": date(2026, 2, 2)}),
    ("- #need x ⏫️", {"text": "x", "priority": 2}),
    ("- #need x 🔺", {"text": "x", "priority": 3}),
    ("- #need x 🔽", {"text": "x", "priority": -1}),
    (
        "- #need x 🔁 every week 🛫 2026-01-01 ⏰ 2026-01-01 09:00 🆔 abc ⛔ d1, d2 🏁 delete 📅 2026-03-03",
        {"verb": "need", "text": "x", "due": date(2026, 3, 3)},
    ),
    (
        "- #need x [repeat:: every week] [id:: a] [dependsOn:: b] [onCompletion:: keep]",
        {"verb": "need", "text": "x"},
    ),
    ("- #need x 📅 2026-03-03 soon", {"verb": "need", "text": "x 📅 2026-03-03 soon"}),
    ("- #need x 📅 2026-02-31 ➕ 2026-01-01", {"text": "x 📅 2026-02-31", "created": date(2026, 1, 1)}),
    ("- #need x [rating:: 5]", {"verb": "need", "text": "x [rating:: 5]"}),
    ("- #need order #123", {"verb": "need", "text": "order #123"}),
    ("- #private #need x", {"verb": "need", "text": "x", "private": True}),
    ("- #need x #private 📅 2026-03-03", {"text": "x", "private": True, "due": date(2026, 3, 3)}),
    ("- #need x `#private` ^id", {"text": "x `#private`", "private": False, "block_id": "id"}),
    # what is no text
    ("- need: x %% #met [[A]] %% y", {"verb": "need", "text": "x y"}),
    ("- need: x <!-- #private --> y", {"verb": "need", "text": "x y"}),
    ("- #met `#need` it", {"verb": "met", "text": "`#need` it"}),
    ("- #need $5 for [[A]] and $10 [[B]]", {"text": "$5 for A and $10 B", "people": ("A", "B")}),
]
EMPTY: dict[str, Any] = {
    "text": "",
    "people": (),
    "lead": 0,
    "mark": None,
    "state": "open",
    "date": None,
    "created": None,
    "done": None,
    "cancelled": None,
    "due": None,
    "not_before": None,
    "priority": 0,
    "private": False,
    "block_id": None,
}


@pytest.mark.parametrize(("line", "expected"), LINES, ids=[line for line, _ in LINES])
def test_line(line: str, expected: dict[str, Any]) -> None:
    record = read(line)
    complete = "verb" in expected
    for name, value in ({**EMPTY, **expected} if complete else expected).items():
        assert getattr(record, name) == value, name


@pytest.mark.parametrize(
    "line",
    [
        "- #needed x",
        "- #need-based x",
        "- see [[Plan #need]] here",
        "- x#need",
        "- They need: a route",
        "- needs: x",
        "- need:x",
        "- `#need` x",
        "- %% #need x %%",
        "- <!-- #need x -->",
        "- $#need$ x",
        "- \\#need x",
        "#need x",
        "need: x",
        "> - #need x",
        "-#need x",
        "",
        "-",
    ],
)
def test_no_record(line: str) -> None:
    assert parse_item(line, SETTINGS).record is None


def test_implied() -> None:
    record = read("- [ ] [[B]] a lawyer 📅 2026-12-01", "need")
    assert (record.verb, record.text, record.people, record.lead) == ("need", "a lawyer", ("B",), 1)
    assert read("- [ ] #offer tea", "need").verb == "offer"
    assert parse_item("- [ ] ", SETTINGS, "need") == parse_item("- no verb", SETTINGS)  # an empty box of a template


def test_property_item() -> None:
    parsed = parse_item("[x] a lawyer ✅ 2026-12-01", SETTINGS, "need", line=4, origin="property", raw_line="  - raw")
    record = parsed.record
    assert record is not None
    assert (record.text, record.state, record.done, record.origin, record.raw, record.line) == (
        "a lawyer",
        "helped",
        date(2026, 12, 1),
        "property",
        "  - raw",
        4,
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("- [?] #need x", "[?]"),
        ("- #need x 📅 2026-02-31", "2026-02-31"),
        ("- #need x [due:: tomorrow]", "tomorrow"),
        ("- 2026-13-01 #met x", "2026-13-01"),
        ("- #met #got x", "#got"),
        ("- #need", "#need"),
        ("- [ ] #offer [[A]]", "#offer"),
    ],
)
def test_problems(line: str, said: str) -> None:
    found = problems(line)
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize("line", ["- [?] #met x", "- #met", "- [[A]] #met", "- #need x #met-up", "- #need x #need"])
def test_no_problem(line: str) -> None:
    assert problems(line) == ()


PIECES = st.sampled_from(
    [
        "- ",
        "[ ] ",
        "[x] ",
        "#need",
        "need:",
        "#met",
        "[[A]]",
        "[[B|b]]",
        "[[2026-11-03]]",
        "2026-11-03",
        "2026-02-31",
        " ",
        ", ",
        " and ",
        "'s",
        "`",
        "$",
        "%%",
        "<!--",
        "-->",
        "📅 2026-12-01",
        "📅",
        "⏫",
        "[due:: 2026-12-01]",
        "[due::",
        "^id",
        "#tag",
        "#private",
        "text",
        "\\",
        "!",
        "(",
        ")",
        "[",
        "]",
        "🔁 every day",
        "#123",
        ":",
        "–",
        "\u2028",
        "\t",
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join), st.sampled_from([None, "need", "met"]))
def test_any_line_is_read(line: str, implied: Verb | None) -> None:
    for origin in ("line", "property"):
        record = parse_item(line, SETTINGS, implied, origin=origin).record
        if record:
            assert record.raw == line
            assert record.lead <= len(record.people)
            assert record.text == " ".join(record.text.split())
            assert record.verb not in ("need", "offer") or record.text


@given(st.lists(st.sampled_from(["📅 2026-12-01", "➕ 2026-01-01", "⏫", "#x", "[due:: 2026-12-01]"]), max_size=6))
def test_fields_in_any_order_leave_the_text_alone(fields: list[str]) -> None:
    record = read(" ".join(["- #need a lawyer", *fields]))
    assert record.text == " ".join(["a lawyer", *(part for part in fields if part == "#x")])
    assert record.priority == (2 if "⏫" in fields else 0)


@given(st.text(max_size=60))
def test_fields_are_taken_off_any_text(text: str) -> None:
    assert len(without_fields(text)) <= len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call Arvid ✅ 2026-10-30", "call Arvid"),
        ("call #private Arvid ^x1", "call Arvid"),
        ("a #tag b", "a #tag b"),
        ("plain", "plain"),
    ],
)
def test_without_fields(text: str, expected: str) -> None:
    assert " ".join(without_fields(text).split()) == expected


def test_long_lines_are_read_in_linear_time_or_not_at_all() -> None:
    for unit in ("`", "$", "[[", "[due:: ", "#need ", "📅 ", "%%", "<!--", "[[A]] and ", "\\`", "(a", "^a "):
        parse_item("- #need " + unit * (15_000 // len(unit)), SETTINGS)
    assert parse_item("- #need " + "x" * 30_000, SETTINGS).record is None


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (r"- [ ] #need a lawyer \^abc", "a lawyer ^abc"),
        (r"- [ ] #need \#gave \[\[Ana\]\] \`x\`", "#gave [[Ana]] `x`"),
        (r"- [ ] #need the `\*` key and \\", "the `\\*` key and \\"),
        ("- [ ] #need a \\ alone, C:\\new", "a \\ alone, C:\\new"),
    ],
)
def test_a_sign_made_plain_by_a_backslash_is_that_sign(line: str, text: str) -> None:
    assert read(line).text == text


@pytest.mark.parametrize(
    ("line", "verb"),
    [
        ("- größe: x", "need"),
        ("- Größe: x", "need"),
        ("- #Größe x", "need"),
        ("- grösse: x", "need"),
        ("- Biete: x", "offer"),
        ("- bıete: x", None),  # a pattern that ignores case takes ı for i
        ("- #bıete x", None),
        ("- 需要: x", "need"),
    ],
)
def test_further_words(line: str, verb: Verb | None) -> None:
    settings = Settings(verbs={"größe": "need", "biete": "offer", " #需要": "need", "": "met"})
    record = parse_item(line, settings).record
    assert (record.verb if record else None) == verb


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("- Nov 6 2026 #met x", "Nov 6 2026"),
        ("- Friday, Nov 6th #met x", "Friday, Nov 6th"),
        ("- 6. November 2026: #met x", "6. November 2026"),
        ("- 6 de noviembre de 2026 #met x", "6 de noviembre de 2026"),
        ("- 3.11. #met x", "3.11."),
        ("- 11/04/2026 #gave x", "11/04/2026"),
        ("- [2026-11-12] #got x", "2026-11-12"),
        ("- #met 11/04/2026 x", "11/04/2026"),
        ("- #met [[Ana]] Nov 6, 2026 x", "Nov 6, 2026"),
        ("- #asked x 📅 next friday", "📅 next friday"),
        ("- #need x 📅 next friday", "📅 next friday"),
        ("- #need x ➕ 1.9.2026", "➕ 1.9.2026"),
        ("- #met x ➕ 1.9.2026", "➕ 1.9.2026"),
        ("- #need x ✅ 11/04/2026", "✅ 11/04/2026"),
    ],
)
def test_a_day_that_is_not_read_is_told(line: str, day: str) -> None:
    (problem,) = problems(line)
    assert problem.startswith(f"“{day}” is not read")
    assert "2026-11-03" in problem


@pytest.mark.parametrize(
    "line",
    [
        "- may #met x",
        "- Nov 6 2026 #need x",
        "- #met 3 marchers and a band",
        "- #met 24/7 repair shop people",
        "- #gave 1.5 kg of flour",
        "- a friend of 6 #met x",
        "- Nov 6 2026 #met x 2026-11-06 ➕ 2026-11-06",
        "- #met ❌ no deal",
        "- #met 📅 planning for the third quarter",
        "- #met x 📅 planning",
        "- #need x 📅",
        "- #need a 📅 2026-03-03 in the middle",
        "- #need a 📅 app that tells me when the neighbours are out",
    ],
)
def test_text_that_is_no_day_is_left_alone(line: str) -> None:
    assert problems(line) == ()
