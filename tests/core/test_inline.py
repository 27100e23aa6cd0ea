"""Inside a line: what is hidden, what is a link or a tag, and how it reads without its marks."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mdnet.core import inline
from mdnet.core.plaintext import is_plain, plain

MARKDOWN = MarkdownIt("commonmark")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a `b` c", "a ___ c"),
        ("``a ` b`` c", "_________ c"),
        ("`a`` b", "`a`` b"),
        ("\\`a` b", "\\`a` b"),
        ("`a\\` b", "____ b"),
        ("a %%b%% c %%d", "a _____ c %%d"),
        ("a <!-- `b --> c`", "a ___________ c`"),
        ("`%%` a %%b%%", "____ a _____"),
        ("$x$ and $$y$$ and $5 and $10", "___ and _____ and $5 and $10"),
        ("costs $5-$10 or $15", "costs $5-$10 or $15"),
        ("$ a$ b", "$ a$ b"),
    ],
)
def test_hide(text: str, shown: str) -> None:
    assert inline.hide(text).replace(inline.HIDDEN, "_") == shown


@given(st.text(st.sampled_from("`\\ab ")))
def test_code_spans_are_those_of_commonmark(text: str) -> None:
    text = f"x{text}x"
    tokens = MARKDOWN.parseInline(text)[0].children or []
    expected = [token.content for token in tokens if token.type == "code_inline"]
    found = []
    for start, end, kind in inline.spans(text):
        ticks = re.match("`+", text[start:])
        assert kind == "code"
        assert ticks
        content = text[start + len(ticks[0]) : end - len(ticks[0])]
        padded = content.startswith(" ") and content.endswith(" ") and content.strip(" ")
        found.append(content[1:-1] if padded else content)
    assert found == expected


@given(st.text(st.sampled_from("`$%<!->\\ab 1\n"), max_size=60))
def test_hidden_text_keeps_its_length(text: str) -> None:
    hidden = inline.hide(text)
    assert len(hidden) == len(text)
    assert all(b in (a, inline.HIDDEN) for a, b in zip(text, hidden, strict=True))
    assert len(inline.without_comments(text)) <= len(text)


@given(st.text(st.sampled_from("#ab1 /-_.\n!é"), max_size=40))
def test_tags_are_those_of_the_pattern(text: str) -> None:
    assert [tag.span() for tag in inline.tags(text)] == [tag.span() for tag in inline.TAG.finditer(text)]


@given(st.text(st.sampled_from("[]|#a\\\n"), max_size=40))
def test_links_are_those_of_the_pattern(text: str) -> None:
    assert [link.span() for link in inline.links(text)] == [link.span() for link in inline.LINK.finditer(text)]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#a #b/c #d-e_f", ["a", "b/c", "d-e_f"]),
        ("x#a (#b) '#c", []),
        ("#a, #b. #c: #d! #é #日本", ["a", "b", "c", "d", "é", "日本"]),
        ("##a #", []),
        ("[[a #no]] #b [[c #no|d #no]] #e [[f #g", ["b", "e", "g"]),
    ],
)
def test_tags(text: str, tags: list[str]) -> None:
    assert [tag[1] for tag in inline.tags(text)] == tags


@pytest.mark.parametrize(
    ("text", "target", "shown"),
    [
        ("[[A]]", "A", "A"),
        ("[[ a/b.c ]]", "a/b.c", "b.c"),
        ("[[a#h]]", "a", "a"),
        ("[[a#^id|x y]]", "a", "x y"),
        ("[[a\\|x]]", "a", "x"),
        ("[[a| ]]", "a", "a"),
        ("[[#h]]", "", "h"),
    ],
)
def test_links(text: str, target: str, shown: str) -> None:
    (link,) = inline.links(text)
    assert (inline.target_of(link), inline.display_of(link)) == (target, shown)
    assert inline.show_links(f"`{text}` {text}") == f"`{text}` {shown}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text, 5 & 6", "plain text, 5 & 6"),
        ("**bold** *em* __b__ _e_ ~~s~~ ==h== ***both***", "bold em b e s h both"),
        ("snake_case_name 2*3*4 a * b * c", "snake_case_name 2*3*4 a * b * c"),
        ("[[A|Al]] and [[b/C]] [[D#h]]", "Al and C D"),
        ("![[pic.png]] ![alt](x.png) text", "text"),
        ("[text](https://x.example/a_(b)) and [t][ref]", "text and t"),
        ("see https://x.example/a_b_c now <https://y.example>", "see now"),
        ("`code_x` and `[[A]]`", "code_x and [[A]]"),
        ("a %%hidden%% b <!-- gone --> c $x^2$ d", "a b c d"),
        ("note[^1] and ^[inline note] end", "note and (inline note) end"),
        ("[^1]: a footnote", "a footnote"),
        ("a <b>b</b><br/> c &amp; &copy;", "a b c & ©"),
        ("text ^block-id", "text"),
        ("#tag and #a/b", "tag and a/b"),
        ("a \\*b\\* \\# c", "a *b* # c"),
        ("  much\u00a0 space\t", "much space"),
        ("**[[A]]: x**", "A: x"),
        ("", ""),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@given(st.text(st.sampled_from("ab [](){}*_~=`$%<>#^&;|\\!:/-\u00e9"), max_size=50))
def test_any_text_has_a_plain_form(text: str) -> None:
    shown = plain(text)
    assert shown == " ".join(shown.split())
    if is_plain(text):
        assert shown == " ".join(text.split())


@given(st.lists(st.sampled_from(["one", "two", "(three)", "four,", "5"]), min_size=1).map(" ".join))
def test_formatting_does_not_change_the_words(text: str) -> None:
    assume(text)
    for marked in (
        f"**{text}**",
        f"*{text}*",
        f"_{text}_",
        f"=={text}==",
        f"[{text}](x.md)",
        f"[[x|{text}]]",
        f"~~{text}~~",
    ):
        assert plain(marked) == text


@pytest.mark.parametrize(
    "unit", ["*", "_a", "**", "[", "[a](", "![", "`", "$", "<a", "&", "\\", "^[", "==", "[^", "~~x", "https://"]
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    plain(unit * (60_000 // len(unit)))
