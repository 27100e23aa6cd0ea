"""Passages: what is one, how it reads, and what goes with it."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.backwards import points_back
from mdnet.core.parse import parse_note
from mdnet.core.passages import MAX_CONTEXT, MAX_WORDS, passages
from mdnet.core.settings import Settings

if TYPE_CHECKING:
    from mdnet.core.model import Note, Passage

SETTINGS = Settings()
DAY = date(2026, 11, 22)
ANA = "People/Ana Ruiz.md"


def note(text: str, path: str = "Notes/a.md") -> Note:
    return parse_note(path, text.encode(), SETTINGS, DAY)


def cut(text: str, path: str = "Notes/a.md") -> list[Passage]:
    return passages(note(text, path))


def texts(text: str, path: str = "Notes/a.md") -> list[str]:
    return [passage.text for passage in cut(text, path)]


NOTE = """\
---
date: 2026-11-03
source: https://x.example/article
---
# a

First paragraph, **two** lines
that belong [[Joe Chen|together]].

Second paragraph. ^id

## The new warehouse in Obetz #logistics

- item one
  goes on
lazily

  a second paragraph of it
    - child with [[Ana Ruiz]] #private
- [x] task done 📅 2026-12-01 #later
1. 2026-10-05 numbered, dated
   - its child

> [!quote] Title
> a quote
> goes on
>
> - quoted item

| Name | Job |
|------|-----|
| Ana  | pilot |
"""


def test_a_note_is_cut_at_paragraphs_items_and_headings() -> None:
    heading = "The new warehouse in Obetz logistics"
    found = cut(NOTE)
    assert [(passage.line, passage.kind, passage.text) for passage in found] == [
        (7, "paragraph", "First paragraph, two lines that belong together."),
        (10, "paragraph", "Second paragraph."),
        (12, "heading", heading),
        (14, "item", "item one goes on lazily"),
        (18, "paragraph", "a second paragraph of it"),
        (19, "item", "child with Ana Ruiz"),
        (20, "item", "task done later"),
        (21, "item", "numbered, dated"),
        (22, "item", "its child"),
        (24, "paragraph", "Title a quote goes on"),
        (28, "item", "quoted item"),
        (30, "paragraph", "Name Job"),
        (32, "paragraph", "Ana pilot"),
    ]
    assert {passage.heading for passage in found[3:]} == {heading}
    assert {passage.source for passage in found} == {"https://x.example/article"}
    assert {passage.title for passage in found} == {"a"}
    assert {passage.owner for passage in found} == {""}
    assert [passage.context for passage in found[4:9]] == [
        "item one goes on lazily",
        "item one goes on lazily",
        "",
        "",
        "numbered, dated",
    ]
    assert found[0].people == ("Joe Chen",)
    assert found[5].people == ("Ana Ruiz",)
    assert [passage.line for passage in found if passage.private] == [19]
    assert [passage.date for passage in found[6:9]] == [date(2026, 11, 3), date(2026, 10, 5), date(2026, 10, 5)]


def test_a_heading_that_the_title_says_is_no_passage() -> None:
    said = "# Tennis club committee, autumn\n\nThe club needs a painter.\n"
    dated = cut(said, "Meetings/2026-11-14 Tennis club committee, autumn.md")
    assert [passage.text for passage in dated] == ["The club needs a painter."]
    assert [passage.kind for passage in cut(said)] == ["heading", "paragraph"]


def test_records() -> None:
    text = "## Log\n- 2026-10-01 #met [[Joe Chen]]: at the **bank** #private\n- #need x ➕ 2026-10-02\n  more of it\n"
    text += "- #met\n- #got [[A]]\n"
    found = cut(text, ANA)
    assert [(passage.verb, passage.text, passage.date) for passage in found] == [
        ("met", "Joe Chen: at the bank", date(2026, 10, 1)),
        ("need", "x more of it", date(2026, 10, 2)),
    ]
    assert {(passage.kind, passage.owner) for passage in found} == {("record", ANA)}
    assert [passage.private for passage in found] == [True, False]


def test_what_hangs_under_a_need_or_a_gift_is_its_story_unless_it_is_a_record() -> None:
    text = """
    - [ ] #need [[Joe Chen]] a projector for the talk
    \t- sub note with **tab**

    \t  a paragraph of it
    \t\t- deeper, 2026
    \t- #offer [[Ana Ruiz]] her projector
    \t\t- it stands in the cellar
    - #gave [[Joe Chen]] a hedge cut
      - the electric trimmer
    - #met [[Joe Chen]]: coffee
      - he has a ladder
    """
    found = {passage.text: passage.verb for passage in cut(textwrap.dedent(text))}
    assert found == {
        "Joe Chen: a projector for the talk": "need",
        "sub note with tab": "need",
        "a paragraph of it": "need",
        "deeper, 2026": "need",
        "Ana Ruiz: her projector": "offer",
        "it stands in the cellar": None,
        "Joe Chen: a hedge cut": "gave",
        "the electric trimmer": "gave",
        "Joe Chen: coffee": "met",
        "he has a ladder": None,
    }


NO_TEXT = """\
```
code
```

    indented code

%%
comment
%%

<!-- comment
more -->

$$
math
$$

![[picture.png]]
![](x.png)
---
https://x.example/only-an-address
^block-id
- [ ]
-
| | |
|-|-|

%% mdnet:begin x %%
generated
%% mdnet:end %%
# Log
<div>
</div>
"""


def test_what_is_no_text() -> None:
    assert texts(NO_TEXT) == []


def test_review_pages_have_none() -> None:
    assert cut("---\ntype: mdnet-review\n---\ntext") == []


def test_dates_of_sections() -> None:
    found = cut("# 2026-10-01\na\n## Sub section of it\nb\n- 2026-09-01: c\n# Other part of it\nd\n")
    assert [(passage.text, passage.date) for passage in found if passage.kind != "heading"] == [
        ("a", date(2026, 10, 1)),
        ("b", date(2026, 10, 1)),
        ("c", date(2026, 9, 1)),
        ("d", DAY),
    ]
    assert found[3].heading == "2026-10-01 › Sub section of it"


def test_what_an_items_list_belongs_to_is_its_context() -> None:
    found = cut("They look for:\n\n- a pilot\n- a cook\n\nNothing more.\n\n- other\n")
    assert [(passage.text, passage.context) for passage in found[1:]] == [
        ("a pilot", "They look for:"),
        ("a cook", "They look for:"),
        ("Nothing more.", ""),
        ("other", ""),
    ]


def test_a_line_that_points_back_knows_the_line_before_it_and_is_else_the_same() -> None:
    text = "# Fair\n- [[Joe Chen|Joe]] hauls timber.\n- Their agency takes drivers\n- no more\n\n# Next\n- They sing\n"
    found = cut(text)
    assert [(passage.text, passage.before) for passage in found] == [
        ("Joe hauls timber.", ()),
        ("Their agency takes drivers", ("Joe hauls timber.", "Joe Chen")),
        ("no more", ()),
        ("They sing", ()),
    ]
    alone = cut("# Fair\n\n- x\n\n- Their agency takes drivers\n")[1]
    assert replace(found[1], before=()) == replace(alone, before=(), line=3)


def test_a_private_line_is_told_with_no_other() -> None:
    text = (
        "- Sam sells his boat #private\n- It lies at the pier\n- It leaks #private\n- #need [[A]] a boat\n- It is red\n"
    )
    assert [passage.before[:1] for passage in cut(text)] == [(), (), ("It lies at the pier",), (), ("A: a boat",)]


def test_the_parts_of_a_long_line_point_back_to_each_other_only() -> None:
    found = cut("- Pallet People.\n- They " + f"hire. {SENTENCE} " * 20)
    assert [passage.before[:1] for passage in found][:3] == [(), ("Pallet People.",), ()]


@pytest.mark.parametrize(
    "text",
    [
        "Their agency takes drivers",
        "Another table, on the first Monday",
        "“They’re hiring",
        "The same man repairs clocks",
        "Ihre Schwester kocht",
        "Noch eine Werkstatt",
        "C’est une école",
        "L'autre école",
        "También enseña",
        "Hon lagar klockor",
        "Outra loja",
        "Lo stesso negozio",
        "Een andere winkel",
    ],
)
def test_what_points_back(text: str) -> None:
    assert points_back(text)


@pytest.mark.parametrize(
    "text", ["", "*", "Theo sells", "Otherwise fine", "This week the mill closes", "Die Bäckerei", "Il negozio", "Hans"]
)
def test_what_can_stand_alone(text: str) -> None:
    assert not points_back(text)


def test_items_inherit_people_dates_and_privacy() -> None:
    found = cut("- 2026-10-01 [[Ana]] #private\n  - child\n    - grandchild [[Joe]]\n")
    assert [(passage.people, passage.date, passage.private) for passage in found] == [
        (("Ana",), date(2026, 10, 1), True),
        (("Ana",), date(2026, 10, 1), True),
        (("Joe", "Ana"), date(2026, 10, 1), True),
    ]
    assert [passage.private for passage in cut("---\nprivate: true\n---\na\n\nb")] == [True, True]


SENTENCE = "The depot in Obetz wants a pilot for its new machine, says Dr. Lee of Acme Inc. in Ohio."


def test_long_paragraphs_are_cut_between_sentences() -> None:
    text = "\n".join(f"{number}: {SENTENCE}" for number in range(20))
    found = cut(text)
    assert len(found) > 3
    assert " ".join(passage.text for passage in found) == " ".join(text.split())
    assert all(len(passage.text.split()) <= MAX_WORDS for passage in found)
    assert all(passage.text.endswith("Ohio.") for passage in found)
    assert [passage.context for passage in found[:1]] == [""]
    for before, after in pairwise(found):
        assert after.context == before.text[before.text.rindex(": The") - 2 :].lstrip(". ")
        number = int(after.text.partition(":")[0])
        assert after.line == number + 1


@pytest.mark.parametrize("text", ["word " * 1_000, "x" * 20_000, "日本語" * 400 + "。", "数。" * 300])
def test_texts_without_sentences_are_cut_as_well(text: str) -> None:
    found = cut(text)
    assert "".join(passage.text for passage in found).replace(" ", "") == text.replace(" ", "")
    assert all(len(passage.context) <= MAX_CONTEXT + 1 for passage in found)
    if not text.startswith("x"):
        assert len(found) > 3


PIECES = st.one_of(
    st.sampled_from(
        ["word ", "**b** ", "[[A|a]] ", "#need ", "#tag ", "2026-11-03 ", "A sentence. ", "`", "$", "<b>", "^id\n"]
    ),
    st.sampled_from(["\n", "\n\n", "- ", "  - ", "1. ", "> ", "# Head of it\n", "| a | b |\n", "    ", "\t", "---\n"]),
    st.sampled_from(["```\n", "%%", "📅 2026-11-03\n", "\n"]),
)


@given(st.lists(PIECES, max_size=30).map("".join), st.sampled_from([ANA, "a.md"]))
def test_any_text_is_cut(text: str, path: str) -> None:
    whole = note(text, path)
    found = passages(whole)
    assert found == passages(whole)
    body = whole.body.split("\n")
    for passage in found:
        assert passage.text == " ".join(passage.text.split())
        assert any(sign.isalnum() or sign == "_" for sign in passage.text)
        assert body[passage.line - whole.body_line].strip()
    assert [passage.line for passage in found] == sorted(passage.line for passage in found)


@given(st.lists(st.sampled_from(["one", "two.", "Three", "four!", "5"]), min_size=1, max_size=400).map(" ".join))
def test_cutting_loses_no_word(text: str) -> None:
    assert " ".join(texts(text)) == text


def test_where_a_passage_stands_does_not_change_its_text() -> None:
    block = "- one **thing** [[A]]\n  - two"
    assert texts(block) == texts(f"# Head\n\ntext\n\n{block}\n", ANA)[1:]
