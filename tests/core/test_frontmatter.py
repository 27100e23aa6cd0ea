"""Front matter as people write and miswrite it; the plain reader against the full one; bombs."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mdnet.core import frontmatter, yaml12
from mdnet.core.frontmatter import FrontMatter, _read_plain, read

NO_FENCES: list[str] = [
    "",
    "text",
    "\n---\na: b\n---\n",
    " ---\na: b\n---\n",
    "----\na: b\n----\n",
    "--- a\nb: c\n---\n",
    "---",
    "---\n",
    "---\ntext that goes on\n",
    "+++\na = 1\n+++\n",
    '{\n  "a": 1\n}\ntext',
    "***\na: b\n***",
]


@pytest.mark.parametrize("text", NO_FENCES)
def test_no_front_matter(text: str) -> None:
    assert read(text) == FrontMatter({})


# What stands between the fences, and the properties read from it, with no problem.
BLOCKS: list[tuple[str, dict[str, Any]]] = [
    # texts, numbers, truths: YAML 1.2's, as far as nothing typed gets lost
    ("a: b", {"a": "b"}),
    ("a: yes\nb: no\non: off\ny: Y", {"a": "yes", "b": "no", "on": "off", "y": "Y"}),
    (
        "a: true\nb: False\nc: null\nd: ~\ne:\nf: TRUE",
        {"a": True, "b": False, "c": None, "d": None, "e": None, "f": True},
    ),
    (
        "zip: 01234\nphone: +49 30 1234\nip: 1.2.3.4\nn: 0",
        {"zip": "01234", "phone": "+49 30 1234", "ip": "1.2.3.4", "n": 0},
    ),
    (
        "a: 12:30:45\nb: 1e3\nc: 0x1F\nd: 1_000\ne: +49",
        {"a": "12:30:45", "b": "1e3", "c": "0x1F", "d": "1_000", "e": "+49"},
    ),
    (
        "a: 1.5\nb: 1.50\nc: -3\nd: .inf\ne: .nan\nf: -0",
        {"a": 1.5, "b": "1.50", "c": -3, "d": ".inf", "e": ".nan", "f": "-0"},
    ),
    ("phone: 555.0100\nbig: 12345678901234567890", {"phone": "555.0100", "big": "12345678901234567890"}),
    (
        "a: 2024-02-30\nb: 2024-02-03\nc: 2024-02-03 10:15\nd: --06-15\ne: 1980-06",
        {"a": "2024-02-30", "b": "2024-02-03", "c": "2024-02-03 10:15", "d": "--06-15", "e": "1980-06"},
    ),
    (
        "a: '01234'\nb: \"x y\"\nc: ''\nd: 'it''s'\ne: \"a\\tb\"",
        {"a": "01234", "b": "x y", "c": "", "d": "it's", "e": "a\tb"},
    ),
    ('a: "\\ud83d"', {}),  # half a character: refused by libyaml, see below
    ("a: b  # a comment\n# another\nb: c#d", {"a": "b", "b": "c#d"}),
    ("a:\tb", {"a": "b"}),
    ("url: https://x.example/y#z?a=b:c", {"url": "https://x.example/y#z?a=b:c"}),
    ("a: x\u2028y\nb: x\u0085y", {"a": "x\u2028y", "b": "x\u0085y"}),
    ("a: \u00a0b", {"a": "\u00a0b"}),
    # keys
    (
        "on: 1\n2024: 2\ncontent: 3\nhandler: 4\ntrue: 5\nnull: 6",
        {"on": 1, "2024": 2, "content": 3, "handler": 4, "true": 5, "null": 6},
    ),
    ('last contact: 1\nÄlter-als: 2\n"q": 3', {"last contact": 1, "Älter-als": 2, "q": 3}),
    ("<<: {a: 1}\nb: 2", {"<<": {"a": 1}, "b": 2}),  # no merge: YAML 1.2 has none
    # lists
    ("t: [a, b]", {"t": ["a", "b"]}),
    ("t: [a, 'b, c', \"d\", 5, true, ~]", {"t": ["a", "b, c", "d", 5, True, None]}),
    ("t: [a, null, ]", {"t": ["a", None]}),
    ("t: []\nu: [ ]\nv: {}", {"t": [], "u": [], "v": {}}),
    ("t:\n- a\n- b", {"t": ["a", "b"]}),
    ("t:\n  - a\n  -\n  - 'c'\n  - 01\nu: v", {"t": ["a", None, "c", "01"], "u": "v"}),
    ("t:\n  - a: b\n    c: d\n  - e", {"t": [{"a": "b", "c": "d"}, "e"]}),
    ("t: [[a, b], [c]]", {"t": [["a", "b"], ["c"]]}),
    # links without quotes
    ("company: [[Acme]]", {"company": "[[Acme]]"}),
    ("company: [[Acme, Inc.|Acme]]", {"company": "[[Acme, Inc.|Acme]]"}),
    ("t: [[[Ana]], [[Joe]]]", {"t": ["[[Ana]]", "[[Joe]]"]}),
    ('t:\n  - [[Ana]]\n  - "[[Joe|J]]"', {"t": ["[[Ana]]", "[[Joe|J]]"]}),
    ("t: \n  - [[Müller & Söhne 🎉]]\n  - [[x]]", {"t": ["[[Müller & Söhne 🎉]]", "[[x]]"]}),
    # templates
    ("date: {{date}}\ntitle: {{title: x}}", {"date": "{{date}}", "title": "{{title: x}}"}),
    # mappings, block scalars, folded lines, anchors
    ("links:\n  site: https://x.example\n  note: 'a: b'", {"links": {"site": "https://x.example", "note": "a: b"}}),
    ("a: |\n  one\n  --- two\nb: >\n  one\n  two", {"a": "one\n--- two\n", "b": "one\ntwo\n".replace("\n", " ", 1)}),
    ("a: one\n  two\nb: c", {"a": "one two", "b": "c"}),
    ("a: &x [1, 2]\nb: *x", {"a": [1, 2], "b": [1, 2]}),
    ("a: !!str 12\nb: !!int 12", {"a": "12", "b": 12}),
    ("{a: 1, b: [x]}", {"a": 1, "b": ["x"]}),
    ("", {}),
    ("# only a comment", {}),
    ("\n\na: b\n\n", {"a": "b"}),
]


@pytest.mark.parametrize(("block", "expected"), BLOCKS, ids=[repr(block) for block, _ in BLOCKS])
def test_properties(block: str, expected: dict[str, Any]) -> None:
    lines = block.split("\n") if block else []
    text = "---\n" + "".join(line + "\n" for line in lines) + "---\nbody\n"
    front = read(text)
    assert front.properties == expected
    assert [type(value) for value in front.properties.values()] == [type(value) for value in expected.values()]
    assert front.body_line == len(lines) + 3
    assert text[front.body_offset :] == "body\n"
    if "ud83d" not in block:
        assert front.problems == ()


def test_lines_of_keys_and_items() -> None:
    front = read("---\na: [x, y]\nb:\n  - 1\n  - 2\n# c\nc:\n- 3\n---\n")
    assert front.key_lines == {"a": 2, "b": 3, "c": 7}
    assert front.item_lines == {"a": (2, 2), "b": (4, 5), "c": (8,)}
    full = read("---\na: [x,\n  y]\nb:\n  - 1\n\n  - q: 2\n---\n")
    assert full.key_lines == {"a": 2, "b": 4}
    assert full.item_lines == {"a": (2, 3), "b": (5, 7)}


@pytest.mark.parametrize("end", ["---", "---   ", "---\t"])
def test_the_first_line_of_three_dashes_ends_it(end: str) -> None:
    text = f"---  \na: b\n--- c\n----\n ---\n{end}\nbody"
    front = read(text)
    assert text[front.body_offset :] == "body"
    assert front.body_line == 7
    assert read("---\na: b\n---").body_offset == len("---\na: b\n---")
    assert read("---\na: |\n  x\n---\ny\n---\n").body_line == 5


# Broken front matter: the line to blame, a part of the message, and what is read all the same.
BROKEN: list[tuple[str, int, str, dict[str, Any]]] = [
    ("a: 1\nb: x: y\nprivate: true", 3, "mapping values", {"a": 1, "private": True}),
    ("a: [x, y\nb: 2", 2, "',' or ']'", {"b": 2}),
    ("a: 'x\nb: 2", 2, "end of stream", {"b": 2}),
    ("a: 1\n\tb: 2", 3, "character", {"a": 1}),
    ("a: @ann", 2, "character", {}),
    ("a: `x`", 2, "character", {}),
    ("a: %x", 2, "character", {}),
    ("a: {{date}} x\nb: 2", 2, "valid YAML", {"b": 2}),
    ("a: [[x]] and [[y]]\nb: 2", 2, "valid YAML", {"b": 2}),
    ("needs:\n  - [x] a lawyer\nb: 2", 3, "valid YAML", {"b": 2}),
    ("a: 1\nb\nc: 2", 3, "':'", {"a": 1, "c": 2}),
    ("a: *nothing", 2, "alias", {}),
    ("a: &a [*a]", 2, "alias", {}),
    ("a: \x07", 2, "control", {}),
    ("a: 1\nb: \x00", 3, "control", {"a": 1}),
    ('a: "\\ud83d"', 2, "valid YAML", {}),
    ("<<<<<<< ours\na: 1\n=======\na: 2\n>>>>>>> theirs", 2, "conflict markers", {"a": 2}),
]


@pytest.mark.parametrize(("block", "line", "said", "properties"), BROKEN, ids=[repr(row[0]) for row in BROKEN])
def test_broken(block: str, line: int, said: str, properties: dict[str, Any]) -> None:
    front = read(f"---\n{block}\n---\nbody")
    assert [number for number, _ in front.problems] == [line]
    assert said in front.problems[0][1]
    assert front.properties == properties
    assert front.body_line == block.count("\n") + 4


@pytest.mark.parametrize(
    ("block", "line", "said", "properties"),
    [
        ("a: 1\nb: 2\na: 3", 4, "“a” twice", {"a": 3, "b": 2}),
        ("b: {c: 1, c: 2}", 2, "“c” twice", {"b": {"c": 2}}),
        ("? [a]\n: b\nc: d", 2, "no plain text", {"c": "d"}),
        ("a: !x b", 2, "!x", {"a": "b"}),
        ("a: !!python/object/apply:os.system [x]", 2, "python", {"a": ["x"]}),
        ("a: b\n--- c", 3, "second YAML document", {"a": "b"}),
    ],
)
def test_read_with_a_problem(block: str, line: int, said: str, properties: dict[str, Any]) -> None:
    front = read(f"---\n{block}\n---\nbody")
    assert [number for number, _ in front.problems] == [line]
    assert said in front.problems[0][1]
    assert front.properties == properties


@pytest.mark.parametrize("block", ["Just text.", "- a\n- b", "[a, b]", "text\nword: x: y", "> quote"])
def test_what_is_no_mapping_is_text(block: str) -> None:
    front = read(f"---\n{block}\n---\nbody")
    assert (front.properties, front.body_line, front.body_offset) == ({}, 1, 0)
    assert len(front.problems) == 1
    assert front.problems[0][0] == 1


def test_never_ended() -> None:
    front = read("---\na: b\n\ntext")
    assert (front.body_line, front.problems[0][0]) == (1, 1)
    assert "not ended" in front.problems[0][1]


ALIASES = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} {{<<: [{', '.join([f'*{chr(97 + n)}'] * 9)}]}}\n" for n in range(9)
)
BOMBS = {
    "aliases": ALIASES,
    "merge keys": MERGES,
    "brackets": "a: " + "[" * 100_000,
    "nested lists": "a: " + "[ " * 30_000 + "] " * 30_000,
    "nested maps": "a: " + "{a: " * 20_000,
    "nested blocks": "".join(" " * n + "a:\n" for n in range(400)),
    "dashes": "a:\n  " + "- " * 50_000,
    "long scalar": "a: " + "x" * 250_000,
    "long quoted": 'a: "' + "x\\n" * 80_000 + '"',
    "many keys": "".join(f"k{n}: v\n" for n in range(30_000)),
    "many items": "a:\n" + "- x\n" * 60_000,
    "many flow items": "a: [" + "x, " * 60_000 + "]",
    "spaces": "a: [x" + " " * 200_000,
    "digits": "a: " + "1" * 5_000 + "\nb: 1." + "1" * 5_000,
    "too long": "a: " + "x" * 300_000,
    "anchors": "".join(f"k{n}: &a{n} x\n" for n in range(20_000)),
    "question marks": "a: 1\n" + "? " * 50_000 + "a",
    "tags": "a: " + "!x " * 50_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_do_not_go_off(name: str) -> None:
    front = read(f"---\n{BOMBS[name]}\n---\nbody")
    assert front.body_line > 1
    assert len(str(front.properties)) < 2_000_000


def test_bombs_are_cheap() -> None:
    """All of them together cost no more than some hundred times reading as much plain text."""
    plain = "---\n" + "".join(f"key{n}: value\n" for n in range(1_000)) + "---\n"
    begin = time.process_time()
    for _ in range(20):
        read(plain)
    unit = time.process_time() - begin
    begin = time.process_time()
    for block in BOMBS.values():
        read(f"---\n{block}\n---\n")
    assert time.process_time() - begin < 400 * unit


SCALARS = [
    "a",
    "b c",
    "é",
    "1",
    "01",
    "-1",
    "1.5",
    "true",
    "null",
    "~",
    "2026-11-03",
    "'q'",
    '"q"',
    "'a''b'",
    '"a\\n"',
    "x: y",
    "x:",
    "x:y",
    "x #c",
    "x#c",
    "#c",
    "[a]",
    "[a, b]",
    "[ a , 'b' ]",
    "[]",
    "[a,]",
    "[[L]]",
    "[[L]] x",
    "[x] y",
    "{a: b}",
    "{{d}}",
    "*a",
    "&a b",
    "!t x",
    "|",
    ">",
    "%x",
    "@x",
    "`x`",
    "?",
    "- x",
    "-",
    "---",
    "x  ",
    "",
    "  ",
    "\tx",
    "x\u2028y",
    "x\x07",
    "½",
    "“x”",
    "https://e.example/x",
    "12:30",
    "+49 1",
    "n",
    "No",
    "[a: b]",
    "[a#b]",
    "['a]', b]",
    '["a" b]',
    "[a b ]  ",
    "[1, 01, true]",
    "<<",
    "a\u00a0",
]
KEYS = ["a", "b", "c-d", "e f", "é", "1", "on", "null", "<<", "'q'", "a "]
ROWS = st.one_of(
    st.builds("{}: {}".format, st.sampled_from(KEYS), st.sampled_from(SCALARS)),
    st.builds("{}:".format, st.sampled_from(KEYS)),
    st.builds("{}- {}".format, st.sampled_from(["", " ", "  "]), st.sampled_from(SCALARS)),
    st.builds("{}{}: {}".format, st.sampled_from([" ", "  "]), st.sampled_from(KEYS), st.sampled_from(SCALARS)),
    st.sampled_from(["# c", "", "  ", "-", "...", "x", " # c"]),
)


@given(st.lists(ROWS, max_size=6))
@example(["a:", "- x", "b: 1"])
@example(["a: 1", "- x"])
@example(["a:", "  - x", " - y"])
@example(["a:", "  b: 1", "  b: 2"])
@example(["a:", "# c", "  - x", "# c", "  - y"])
def test_the_plain_reader_reads_as_the_full_one(rows: list[str]) -> None:
    block = "".join(row + "\n" for row in rows)
    plain = _read_plain(block)
    if plain is None:
        return
    tree = yaml12.read(block)
    assert tree.problems == []
    assert repr(plain[0]) == repr(tree.value)
    assert plain[1] == {key: line + 2 for key, line in tree.key_lines.items()}
    assert plain[2] == {key: tuple(line + 2 for line in lines) for key, lines in tree.item_lines.items()}


@given(st.text(alphabet=st.sampled_from("ab:- \n[]'\"#,&*{}|>?!~1é\t")))
def test_the_plain_reader_on_odd_text(block: str) -> None:
    plain = _read_plain(block + "\n")
    if plain is not None:
        tree = yaml12.read(block + "\n")
        assert (repr(plain[0]), tree.problems) == (repr(tree.value), [])


def test_the_usual_forms_are_read_by_the_plain_reader() -> None:
    block = (
        'type: person\naliases: [Al, "A. B."]\ntags:\n  - person\n  - "x y"\nemail: a@b.example\nmet: 2020-01-02\n'
        "links:\n  site: https://x.example\nneeds:\n- a job\nempty:\nn: 5\n"
    )
    assert _read_plain(block) is not None


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for candidate in (text, f"---\n{text}\n---\n{text}"):
        front = read(candidate)
        assert 0 <= front.body_offset <= len(candidate)
        assert front.body_line == candidate.count("\n", 0, front.body_offset) + 1 or front.body_offset == len(candidate)


def test_the_full_reader_is_lazy(monkeypatch: pytest.MonkeyPatch) -> None:
    """YAML is loaded for unusual notes only, for starting up costs more than reading."""
    monkeypatch.setattr(frontmatter, "_load", lambda block: pytest.fail(block))
    assert read("---\na: b\n---\n").properties == {"a": "b"}
