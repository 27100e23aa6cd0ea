import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdnet.core.mdtext import cut, linkable, marked_line, md_link, md_spans, md_text, mermaid_text, one_line
from tests.support import require

try:
    from markdown_it import MarkdownIt
except ImportError:
    MarkdownIt = None

NASTY = [
    "#need [[Ana Ruiz]] a lawyer",
    "text ends ^m-01234567-89abcdef",
    "%% mdnet:end %%",
    "%%hidden%%",
    "<script>alert(1)</script> <img src=x onerror=alert(1)>",
    "<% tp.system.prompt() %>",
    "- [x] ticked ^t-01234567-2026w47",
    "line\n- [ ] another\r\nthird\u2028fourth\x85fifth\vsixth",
    "> [!note] callout",
    "![[embed]] [a](javascript:alert(1)) ![i](http://example.org/x.png)",
    "`code` ``more`` ~~gone~~ ==lit== **bold** __bold__ *i* _i_ $x^2$ $$y$$",
    "key:: value [created:: 2026-01-01] (due:: x)",
    "&lt;b&gt; &#35;tag &amp;",
    "1. one",
    "7) seven",
    "+ plus",
    "--- ",
    "***",
    "# heading",
    "a | b",
    "back\\slash \\",
    "\\#need",
    "[^1] footnote ^[inline]",
    "\u202eevil\u202c zero\u200bwidth \ufeff",
    "C# and f_x_y and a#b",
    "{{ 7 * 7 }} {% raw %}",
    "\ud800 lone",
    "{.class} {#id}",
    "https://example.org/a_b_(c)?x=1&y=2#top",
    "",
    " ",
]
ANYTHING = st.one_of(st.sampled_from(NASTY), st.text(), st.text("#^%[]<>!|`*_~=$:&\\- \nabx1.{}()🔒é", max_size=40))


def shown(markdown: str) -> tuple[str, set[str]]:
    """What a CommonMark reader shows of a list item, and which kinds of markup it found."""
    require(MarkdownIt, "markdown-it-py is not installed")
    tokens = MarkdownIt("commonmark").enable(["strikethrough"]).parse(f"- x {markdown} y")
    inline = [token for token in tokens if token.type == "inline"]
    assert len(inline) == 1, "one list item of one paragraph"
    kinds = {child.type for child in inline[0].children}
    return "".join(child.content for child in inline[0].children), kinds


@pytest.mark.parametrize("text", NASTY)
def test_what_looks_like_markup_stays_text(text):
    content, kinds = shown(md_text(text))
    assert " ".join(content.split()) == " ".join(f"x {one_line(text)} y".split())
    assert kinds <= {"text", "text_special"}


@settings(deadline=None)
@given(ANYTHING)
def test_any_text_is_shown_as_it_is_and_does_nothing(text):
    escaped = md_text(text)
    content, kinds = shown(escaped)
    assert content.removeprefix("x").removesuffix("y").strip() == one_line(text)
    assert kinds <= {"text", "text_special"}
    assert "\n" not in escaped
    for sign in ("%%", "[[", "]]", "::", "==", "~~", "<%", "$$"):
        assert sign not in escaped
    assert not re.search(r"(?<![\w\\])#\w", escaped)
    assert not re.search(r"(?<!\\)\^", escaped)


@settings(deadline=None)
@given(st.lists(st.tuples(ANYTHING, st.booleans()), max_size=6))
def test_marked_pieces_are_bold_and_nothing_else(spans):
    escaped = md_spans(spans)
    content, kinds = shown(escaped)
    assert content.removeprefix("x").removesuffix("y").strip() == one_line("".join(text for text, _ in spans))
    assert kinds <= {"text", "text_special", "strong_open", "strong_close"}
    for sign in ("%%", "[[", "]]", "::", "==", "~~", "<%", "$$"):
        assert sign not in escaped
    assert not re.search(r"(?<![\w\\])#\w", escaped)


def test_a_sign_beside_a_bold_word_is_plain_where_it_means_nothing():
    text = [("aids", True), (": 5 ", False), ("70", True), ("% off & ", False), ("x", True), ("=1", False)]
    assert md_spans(text) == "**aids**: 5 **70**% off & **x**=1"
    assert md_spans([("key", True), (":: value %", False), ("a", True)]) == "**key**\\:\\: value %**a**"


def test_neighbouring_marks_become_one_and_what_cannot_be_bold_stays_plain():
    assert md_spans([("a ", False), ("ware", True), ("house", True), (" b", False)]) == "a **warehouse** b"
    assert md_spans([("a", False), ("(b)", True)]) == "a(b)"
    assert md_spans([("C", True), ("#x", False), ("_y", True)]) == "**C**\\#x_y"
    assert md_spans([]) == ""


def test_plain_prose_is_left_as_it_is():
    text = "Don't worry: Ana & Joe's 5% (about 20 km, f_x, C#) - it's fine! Göteborg, 東京; 3 > 2 + 1 = ok."
    assert md_text(text) == text


@pytest.mark.parametrize("name", ["Ana Ruiz", "Tom O'Hara", "José (1)", "@Ana", "a/b", "50% off", "😀"])
def test_a_name_that_can_be_linked_is(name):
    assert linkable(name)
    assert md_link(name) == f"[[{name}]]"
    assert md_link("People/x", name) == f"[[People/x|{name}]]"


@pytest.mark.parametrize(
    "name", ["a]b", "a[b", "a|b", "a#b", "a^b", "%%a", "a\nb", " a", "a ", "", "a  b", "a\\", "<%a", "\ud800"]
)
def test_a_name_that_cannot_be_linked_is_shown_as_text(name):
    assert not linkable(name)
    assert md_link(name) == md_text(name)
    assert md_link("Ana Ruiz", name) == (md_text(name) if name else "[[Ana Ruiz]]")


def test_cut_ends_between_words():
    assert cut("one two three", 99) == "one two three"
    assert cut("one two three", 9) == "one two…"
    assert cut("x" * 20, 9) == "x" * 8 + "…"
    assert cut("one, two", 6) == "one…"


@settings(deadline=None)
@given(st.text(), st.integers(1, 50))
def test_cut_is_never_longer_than_its_limit(text, limit):
    assert len(cut(text, limit)) <= limit


@settings(deadline=None)
@given(ANYTHING, st.lists(st.tuples(st.integers(-3, 50), st.integers(-3, 50)), max_size=4))
def test_a_marked_line_is_the_line_with_a_flag_for_each_sign(text, marks):
    line, flags = marked_line(text, marks)
    assert line == one_line(text)
    assert len(flags) == len(line)


def test_marks_stay_on_their_words():
    line, flags = marked_line("\n  a\u200b \n\n big\tlead ", [(9, 12)])
    assert (line, "".join(sign for sign, flag in zip(line, flags, strict=True) if flag)) == ("a big lead", "big")


@settings(deadline=None)
@given(ANYTHING)
def test_a_mermaid_label_cannot_end_early(text):
    assert re.fullmatch(r"(?:[^\W_]|[ .,'-]|#\d+;)*", mermaid_text(text))
