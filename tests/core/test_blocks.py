"""The line scanner, held against markdown-it-py, and Obsidian's and mdnet's own blocks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mdnet.core.blocks import Kind, scan

CORPUS = Path(__file__).parents[1] / "corpus"
EXAMPLES: list[str] = json.loads((CORPUS / "commonmark-0.31.2.json").read_text(encoding="utf-8"))
REFERENCE: list[tuple[str, list[int], list[int], list[int]]] = json.loads(
    (CORPUS / "blocks-reference.json").read_text(encoding="utf-8")
)
# Where a line is indented by four columns or more, but less than the list item above it, markdown-it sees a block
# begin that the specification (and its reference implementation) reads as the paragraph's lazy continuation.
DEVIATES = re.compile(r"^ {4,}(?:[^\w\s]|\d+[.)])", re.MULTILINE)
MARKDOWN = MarkdownIt("commonmark")


def oracle(text: str) -> tuple[set[int], set[int], set[int]]:
    """Lines of code (blank ones aside), first lines of list items, first lines of headings outside containers."""
    lines = text.split("\n")
    code: set[int] = set()
    items: set[int] = set()
    headings: set[int] = set()
    for token in MARKDOWN.parse(text):
        if token.map is None:
            continue
        if token.type in ("fence", "code_block"):
            code.update(n for n in range(*token.map) if n < len(lines) and lines[n].strip(" \t>"))
        elif token.type == "list_item_open":
            items.add(token.map[0])
        elif token.type == "heading_open" and token.level == 0:
            headings.add(token.map[0])
    return code, items, headings


def scanned(text: str) -> tuple[set[int], set[int], set[int]]:
    lines = text.split("\n")
    found = scan(lines)
    code = {n for n, kind in enumerate(found.kinds) if kind is Kind.CODE and lines[n].strip(" \t>")}
    return code, set(found.items), set(found.headings)


@pytest.mark.parametrize("number", range(1, len(EXAMPLES) + 1))
def test_examples_of_the_specification(number: int) -> None:
    text = EXAMPLES[number - 1]
    defines_links = re.search(r"^ {0,3}\[[^\]]+\]:", text, re.MULTILINE)  # these lines are no part of a heading below
    parts = slice(0, 2 if defines_links else 3)
    assert scanned(text)[parts] == oracle(text)[parts]


STARTS = [
    "",
    " ",
    "  ",
    "   ",
    "    ",
    "     ",
    "\t",
    " \t",
    "> ",
    ">",
    "- ",
    "-   ",
    "-     ",
    "* ",
    "1. ",
    "2) ",
    "10. ",
]
CONTENT = [
    "text",
    "",
    "# head",
    "#tag",
    "```",
    "````",
    "~~~",
    "===",
    "---",
    "***",
    "* * *",
    "- ",
    "1.",
    "<div>",
    "</div>",
    "<!-- c",
    "-->",
    "<!-- c -->",
    "`code`",
    "[x] task",
    "a | b",
    "<b>x</b>",
    "<script>",
    "</script>",
    "+",
]
LINES = st.lists(
    st.tuples(st.lists(st.sampled_from(STARTS), max_size=3).map("".join), st.sampled_from(CONTENT)).map("".join),
    max_size=9,
)


@given(LINES.map("\n".join))
@example("- a\n\n      code\n\n  - b")
@example("> ```\n> a\nb")
@example("text\n- item\n\n\tgoes on\n\n\t\tcode")
def test_generated_text(text: str) -> None:
    assume(not DEVIATES.search("\n".join(line.expandtabs(4) for line in text.split("\n"))))
    assert scanned(text) == oracle(text)


@given(st.text("-*+>#`~ \t\n1.)=<!ax|$%[]", max_size=60))
def test_odd_text(text: str) -> None:
    assume(not re.search(r"%%|\$\$", text))  # what CommonMark does not know
    assume(not DEVIATES.search("\n".join(line.expandtabs(4) for line in text.split("\n"))))
    assert scanned(text) == oracle(text)


@pytest.mark.parametrize("part", range(5))
def test_what_the_reference_implementation_says(part: int) -> None:
    for text, code, items, headings in REFERENCE[part::5]:
        assert scanned(text) == (set(code), set(items), set(headings)), text


@given(st.text(st.sampled_from("-*+>#`~ \t\n1.)=<!ax|$%[]\r\u2028é"), max_size=80))
def test_every_line_gets_a_kind(text: str) -> None:
    lines = text.split("\n")
    found = scan(lines)
    assert len(found.kinds) == len(found.owner) == len(lines)
    assert all(parent < line for line, parent in found.items.items())
    assert all(owner <= line for line, owner in enumerate(found.owner))
    assert set(found.items) >= set(found.owner) - {-1}


def kinds(text: str) -> str:
    """One letter a line: the kind's first, `%` for a comment, `.` for a blank line."""
    letters = {Kind.COMMENT: "%", Kind.BLANK: ".", Kind.HTML: "<"}
    return "".join(letters.get(kind, kind.name[0]) for kind in scan(text.split("\n")).kinds)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # comments
        ("a\n%%\n- #need x\n%%\nb", "T%%%T"),
        ("a %% one line %%\n- b", "TI"),
        ("a %% begins\n- #need x\nends %% b\nc", "T%%T"),
        ("%% never closed\n- a", "TI"),
        ("`%%`\n- a\n`%%`", "TIT"),
        ("```\n%%\n```\n- a\n%%", "CCCIT"),
        ("<!--\n- #need x\n-->\n- a", "%%%I"),
        ("- a\n  %%\n  - b\n  %%\n- c", "I%%%I"),
        # math
        ("$$\n- x\n$$\n- a", "MMMI"),
        ("$$ x $$\n- a", "TI"),
        ("$$\n- a", "TI"),
        ("- $$\n  x\n  $$\n- a", "MMMI"),
        # quotes
        ("> [!note] t\n> - #need x\n\n- a", "QQ.I"),
        ("> a\nlazy\n- b", "QQI"),
        ("- > a", "Q"),
        ("> ```\n> code\n> ```", "CCC"),
        # generated parts
        ("%% mdnet:begin matches %%\n- [ ] a\n\n%% mdnet:end %%\n- b", "GGGGI"),
        ("%% mdnet:begin matches %%\n```\n%% mdnet:end %%\n- b", "GGGI"),
        ("%%mdnet:begin%%\n- never ended", "GG"),
        ("```\n%% mdnet:begin x %%\n```\n- b", "CCCI"),
        # headings
        ("# a\n\nb\nc\n===\nd", "H.HRRT"),
        ("#tag\n# ", "TH"),
        ("- # in an item\n> # in a quote", "HQ"),
        ("a\n---\n---", "HRR"),
        # code
        ("a\n\n    code\n\n\tcode\nb", "T.C.CT"),
        ("- a\n\t- b\n\t\t- c", "III"),
        ("```\nnever closed\n- a", "CCC"),
    ],
)
def test_kinds(text: str, expected: str) -> None:
    assert kinds(text) == expected


def test_structure() -> None:
    found = scan(["# One #", "- a", "  more", "", "  para", "  - b", "- c", "", "Two", "===", "text"])
    assert found.items == {1: -1, 5: 1, 6: -1}
    assert found.owner == [-1, 1, 1, 1, 1, 5, 6, 6, -1, -1, -1]
    assert found.headings == {0: (1, "One"), 8: (1, "Two")}


@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000 + " a",
        "> " * 10_000 + "a",
        "- " * 10_000 + "a",
        "\n".join(" " * (2 * n) + "- a" for n in range(300)),
        "`" * 1_000_000,
        "<a " * 300_000,
        "* " * 300_000,
        "%%\n" * 20_001,
        "$$ a\n" * 20_001,
        "a\n" * 50_000 + "===",
        "# " + "# " * 200_000,
        "<x" + " a=1" * 100_000,
        " " * 1_000_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    assert len(scan(text.split("\n")).kinds) == text.count("\n") + 1
