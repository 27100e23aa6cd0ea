import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mdnet.core.page import answers, merge, read
from mdnet.core.ticks import (
    helped_id,
    person_hash,
    read_tick,
    read_unclear,
    split_match_id,
    still_id,
    touch_id,
    unanswered,
    unquoted,
)
from mdnet.core.weeks import Week

N1, N2, P1, P2 = "01234567", "89abcdef", "aaaabbbb", "zzzz0000"
M1, M2, M3 = f"m-{N1}-{P1}", f"m-{N1}-{P2}", f"m-{N2}-{P1}"
WEEK = Week(2026, 47)
TOUCH = touch_id("Ana Ruiz", WEEK)
STILL = still_id(N1, WEEK)
HELPED = helped_id(N2, P2)

NEW = f"""---
type: mdnet-review
week: 2026-W47
date: 2026-11-16
---

# Week 47

%% mdnet:begin matches %%

## Pass it on

- [ ] Ana needs a lead ← one ^{M1}
- [ ] Ana needs a lead ← two ^{M2}

> [!note]- 1 more
> - [ ] Mei needs an oven ← three ^{M3}

%% mdnet:end %%

%% mdnet:begin people %%

## Be in touch

- [ ] Ana Ruiz, last 1 Oct 2026 ^{TOUCH}

%% mdnet:end %%

## Notes

%% mdnet:begin footer %%

120 notes read.

%% mdnet:end %%
"""
PAGE = merge("", NEW)


def marks(text: str) -> dict[str, str]:
    return {tick.id: tick.mark for tick in read(text).ticks}


def body(text: str) -> str:
    """A page without the line by which mdnet knows its own lines."""
    return re.sub(r"^%% mdnet:sums .*%%\r?\n?", "", text, flags=re.MULTILINE)


def edited(*changes: tuple[str, str], text: str = PAGE) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


# One line


@pytest.mark.parametrize(
    ("line", "mark", "done"),
    [
        (f"- [ ] text ^{M1}", " ", None),
        (f"- [x] text ^{M1}", "x", None),
        (f"  * [X] text ^{M1}", "X", None),
        (f"\t+ [-] text ^{M1}  ", "-", None),
        (f"1. [/] text ^{M1}\r", "/", None),
        (f"> - [x] in a callout ^{M1}", "x", None),
        (f"> > 2) [x] deeper ^{M1}", "x", None),
        (f"- [x] text ✅ 2026-11-24 ^{M1}", "x", date(2026, 11, 24)),
        (f"- [x] text ^{M1} ✅ 2026-11-24", "x", date(2026, 11, 24)),
        (f"- [-] text ❌ 2026-11-24 ^{M1}", "-", date(2026, 11, 24)),
        (f"- [x] text [completion:: 2026-11-24] ^{M1}", "x", date(2026, 11, 24)),
        (f"- [x] text ✅ 2026-11-31 ^{M1}", "x", None),
        (f"- [x] ^{M1}", "x", None),
        (f"- [x]^{M1}", None, None),
        (f"- [x] text ^{M1} and more", None, None),
        (f"- [x] text^{M1}", None, None),
        (f"- text ^{M1}", None, None),
        (f"[x] text ^{M1}", None, None),
        (f"- [xx] text ^{M1}", None, None),
        ("- [x] text ^m-short-id", None, None),
        (f"- [x] text ^m-{N1}-{P1.upper()}", None, None),
        (f"- [x] text ^m-{N1}-{P1}x", None, None),
        (f"- [x] text ^x{M1}", None, None),
        ("- [x] my own task ^my-block", None, None),
        ("", None, None),
    ],
)
def test_a_line_is_a_tick_however_it_was_edited(line, mark, done):
    tick = read_tick(line, 1)
    assert (tick.mark if tick else None) == mark
    assert (tick.done if tick else None) == done


def test_each_kind_says_what_it_is_about():
    def parts(id_):
        tick = read_tick(f"- [x] text ^{id_}", 7, "2026-W46")
        return tick.kind, tick.need_id, tick.passage_id, tick.person_hash, tick.week, tick.answer, tick.line

    assert parts(M1) == ("match", N1, P1, None, "2026-W46", "yes", 7)
    assert parts(HELPED) == ("helped", N2, P2, None, "2026-W46", "yes", 7)
    assert parts(helped_id(N2)) == ("helped", N2, None, None, "2026-W46", "yes", 7)
    assert parts(TOUCH) == ("touch", None, None, person_hash("ana  RUIZ"), "2026-W47", "yes", 7)
    assert parts(STILL) == ("still", N1, None, None, "2026-W47", "yes", 7)


@pytest.mark.parametrize(("mark", "answer"), [("x", "yes"), ("X", "yes"), ("-", "no"), (" ", None), ("?", None)])
def test_which_signs_are_answers(mark, answer):
    assert read_tick(f"- [{mark}] text ^{M1}", 1).answer == answer


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        (f"- [✓] text ^{M1}", "✓"),
        (f"> 1. [ x ] text ^{M1}\r", " x "),
        (f"- [done] text ✅ 2026-11-20 ^{M1}", "done"),
        (f"- [ ] text ^{M1}", None),
        (f"- [  ] text ^{M1}", None),
        (f"- [x] text ^{M1}", None),
        (f"- [-] text ^{M1}", None),
        ("- [✓] text ^note", None),
        (f"- [[Joe]] text ^{M1}", None),
        (f"- [Joe](Joe.md) text ^{M1}", None),
    ],
)
def test_a_sign_that_is_not_known(line, mark):
    tick = read_unclear(line, 3)
    assert (tick and (tick.id, tick.mark, tick.line)) == (mark and (M1, mark, 3))
    assert read(line).unclear == ((tick and replace(tick, line=1),) if tick else ())


@pytest.mark.parametrize(
    ("block_id", "pair"), [(M1, (N1, P1)), (TOUCH, None), (HELPED, None), (None, None), ("m-1-2", None), ("x", None)]
)
def test_a_match_id_is_split_into_need_and_passage(block_id, pair):
    assert split_match_id(block_id) == pair


@settings(deadline=None)
@given(st.text(" \t>-[]x^m0123456789abcdef✅:", max_size=200))
def test_any_line_is_read_without_a_fault(line):
    tick = read_tick(line, 1)
    if tick:
        assert unanswered(line).startswith(unquoted(line)[:1])


@pytest.mark.parametrize("filler", [" ", "\t", "✅ 2026-11-24 ", "> ", "^", "[", "a ", f"^{M1} "])
def test_a_huge_line_takes_no_long_time(filler):
    line = f"- [ ] {filler * 40_000}"
    assert read_tick(line, 1) is None or filler.startswith("^m")
    assert read_tick(f"{line} ^{M2}", 1).id == M2


# A page


def test_a_page_is_read_with_all_its_lines():
    form = read(edited((f"- [ ] Ana needs a lead ← two ^{M2}", f"   - [x] Ana needs a lead ← two ^{M2}")))
    assert form.week == "2026-W47"
    assert [(tick.id, tick.mark) for tick in form.ticks] == [(M1, " "), (M2, "x"), (M3, " "), (TOUCH, " ")]
    assert PAGE.split("\n")[form.ticks[1].line - 1].endswith(M2)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("%% mdnet:end %%", ""),
        lambda text: re.sub("%% mdnet:begin .* %%", "", text),
        lambda text: re.sub("%%.*%%", "", text),
        lambda text: text.replace("week: 2026-W47", "week: '2026-W47'  # this one").replace("type: m", 'type: "m'),
    ],
)
def test_ticks_are_read_whatever_became_of_the_page_around_them(change):
    text = change(PAGE)
    assert [tick.id for tick in read(text).ticks] == [M1, M2, M3, TOUCH]
    assert read(text).week == "2026-W47"


def test_what_names_no_week_is_of_none():
    assert read("").week == ""
    assert read("# A note\n\nweek: 2026-W47\ntype: mdnet-review\n").week == ""
    assert read("---\ntype: mdnet-review\nweek: 2026-W99\n---\n").week == ""
    assert read("---\nweek: 2026-W47\nnever closed").week == ""


def test_a_line_within_the_users_fenced_code_is_no_tick_but_a_forgotten_fence_hides_none_of_mdnets():
    text = edited(("## Notes\n", f"## Notes\n\n```\n- [x] text ^{STILL}\n```\n- [x] text ^{HELPED}\n"))
    assert [tick.id for tick in read(text).ticks][-1] == HELPED
    assert STILL not in marks(text)
    assert list(marks(edited(("# Week 47\n", "# Week 47\n\n~~~\n")))) == [M1, M2, M3, TOUCH]


def test_answers_of_all_pages_together():
    one = read(
        f"---\nweek: 2026-W40\n---\n- [x] a ^{M1}\n- [-] a ^{M2}\n- [ ] a ^{M3}\n- [x] a ^{HELPED}\n- [-] a ^{TOUCH}\n"
    )
    two = read(
        f"---\nweek: 2026-W47\n---\n- [ ] a ^{M1}\n- [?] a ^{M3}\n- [x] a ^{STILL}\n"
        f"- [-] a ✅ 2026-11-20 ^{still_id(N2, WEEK)}\n- [-] a ^{helped_id(N1, P1)}\n- [x] a ^{touch_id('Joe', WEEK)}\n"
    )
    for pages in ((one, two), (two, one), (one, two, one)):
        found = answers(pages)
        assert found.passed_on == {(N1, P1)}
        assert found.dismissed == {(N1, P2)}
        assert found.undecided == {(N2, P1)}
        assert found.helped == {N2}
        assert found.not_helped == {(N1, P1)}
        assert found.touched == {(person_hash("Joe"), "2026-W47")}
        assert found.not_touched == {(person_hash("Ana Ruiz"), "2026-W47")}
        assert found.refuted == {N2: date(2026, 11, 20)}
        assert found.looked_at == {N1: date(2026, 11, 16), N2: date(2026, 11, 20)}
        assert found.match_ids("dismissed") == {M2}


# Writing anew


def test_a_blank_page_becomes_the_new_one():
    assert body(PAGE) == NEW
    assert merge("\n \n", NEW) == PAGE


def test_nothing_changes_when_nothing_changed():
    assert merge(PAGE, NEW) == PAGE


@pytest.mark.parametrize("mark", ["x", "X", "-", "/", "?"])
def test_signs_stay_while_the_rest_is_written_anew(mark):
    old = edited((f"[ ] Ana needs a lead ← one ^{M1}", f"[{mark}] Ana needs a lead ← one ^{M1}"))
    new = NEW.replace("120 notes", "130 notes").replace("last 1 Oct", "last 2 Nov")
    merged = merge(old, new)
    assert marks(merged) == {M1: mark, M2: " ", M3: " ", TOUCH: " "}
    assert body(merged) == new.replace(f"[ ] Ana needs a lead ← one ^{M1}", f"[{mark}] Ana needs a lead ← one ^{M1}")


def test_an_answered_line_stays_as_it_is_also_when_it_is_no_longer_asked():
    answered = f"- [x] Ana needs a lead ← one ✅ 2026-11-20 ^{M1}"
    old = edited((f"- [ ] Ana needs a lead ← one ^{M1}", answered))
    new = NEW.replace(f"- [ ] Ana needs a lead ← one ^{M1}\n", "")
    merged = merge(old, new)
    assert f"two ^{M2}\n{answered}\n\n> [!note]" in merged
    assert merge(merged, new) == merged


def test_an_answered_line_of_a_part_now_empty_stays_in_it():
    old = edited((f"[ ] Ana Ruiz, last 1 Oct 2026 ^{TOUCH}", f"[x] Ana Ruiz, last 1 Oct 2026 ^{TOUCH}"))
    new = re.sub(r"\n## Be in touch\n\n.*\n", "", NEW)
    merged = merge(old, new)
    assert f"%% mdnet:begin people %%\n\n- [x] Ana Ruiz, last 1 Oct 2026 ^{TOUCH}\n\n%% mdnet:end %%" in merged
    assert merge(merged, new) == merged


def test_an_answered_line_of_a_callout_leaves_it_when_it_is_no_longer_asked():
    old = edited((f"> - [ ] Mei needs an oven ← three ^{M3}", f"> - [-] Mei needs an oven ← three ^{M3}"))
    new = NEW.replace(f"\n> [!note]- 1 more\n> - [ ] Mei needs an oven ← three ^{M3}\n", "")
    assert f"two ^{M2}\n- [-] Mei needs an oven ← three ^{M3}\n" in merge(old, new)
    assert f"> - [-] Mei needs an oven ← three ^{M3}\n" in merge(old, NEW)


def test_an_unanswered_line_that_is_no_longer_asked_goes():
    new = NEW.replace(f"- [ ] Ana needs a lead ← two ^{M2}\n", "")
    assert body(merge(PAGE, new)) == new


def test_lines_that_the_user_wrote_inside_are_moved_below():
    old = edited(
        (f"one ^{M1}\n", f"one ^{M1}\n    - call her on Monday\n\n    She likes tea.\n"),
        ("> [!note]- 1 more\n", "> [!note]- 1 more\n> mine, in the callout\n"),
    )
    merged = merge(old, NEW)
    below = (
        "%% mdnet:end %%\n\n- Ana needs a lead ← one\n    - call her on Monday\n\n    She likes tea.\n\n"
        "> mine, in the callout\n\n"
        "%% mdnet:begin people"
    )
    assert below in merged
    assert marks(merged) == marks(PAGE)
    assert merge(merged, NEW) == merged


def test_an_indented_line_is_moved_without_becoming_code():
    merged = merge(edited((f"one ^{M1}\n", f"one ^{M1}\n    - call her\n      - today\n")), NEW)
    assert (
        "%% mdnet:end %%\n\n- Ana needs a lead ← one\n    - call her\n      - today\n\n%% mdnet:begin people" in merged
    )


def test_a_line_below_an_item_is_moved_with_the_words_of_that_item():
    old = edited(
        (f"- [ ] Ana needs a lead ← two ^{M2}\n", f"- [x] Ana needs a lead ← two ^{M2}\n\t- she was glad\n> mine\n"),
        (f"← three ^{M3}\n", f"← three ^{M3}\n>   - too far\n"),
        (f"2026 ^{TOUCH}\n", f"2026 ^{TOUCH}\nnot below it\n"),
    )
    merged = merge(old, NEW)
    below = "- Ana needs a lead ← two\n\t- she was glad\n> mine\n\n> - Mei needs an oven ← three\n>   - too far\n\n"
    assert f"%% mdnet:end %%\n\n{below}%% mdnet:begin people" in merged
    assert "%% mdnet:end %%\n\nnot below it\n\n" in merged
    assert marks(merged) == {**marks(PAGE), M2: "x"}
    assert merge(merged, NEW) == merged


def test_generated_lines_that_are_no_longer_generated_are_not_taken_for_the_users():
    new = NEW.replace("> [!note]- 1 more", "> [!note]- 7 more").replace("## Be in touch", "## Write to")
    assert body(merge(PAGE, new)) == new


def test_a_line_whose_words_the_user_changed_stays_while_it_is_asked_and_then_moves():
    old = edited((f"one ^{M1}", f"one (ask Joe first) ^{M1}"))
    merged = merge(old, NEW.replace("← one", "← eins"))
    assert f"- [ ] Ana needs a lead ← one (ask Joe first) ^{M1}\n- [ ] Ana" in merged
    gone = merge(merged, NEW.replace(f"- [ ] Ana needs a lead ← one ^{M1}\n", ""))
    assert f"%% mdnet:end %%\n\n- [ ] Ana needs a lead ← one (ask Joe first) ^{M1}\n\n%% mdnet:begin people" in gone


def test_a_line_moved_out_of_its_part_is_the_users_and_not_asked_twice():
    line = f"- [ ] Ana needs a lead ← one ^{M1}\n"
    old = edited((line, ""), ("## Notes\n", f"## Notes\n\n{line}"))
    merged = merge(old, NEW)
    assert body(merged) == body(old)
    assert [tick.id for tick in read(merged).ticks].count(M1) == 1


def test_lines_doubled_by_a_sync_tool_become_one_and_an_answered_copy_counts():
    line = f"- [ ] Ana needs a lead ← one ^{M1}\n"
    for copies in (
        line + line.replace("[ ]", "[x]"),
        line.replace("[ ]", "[x]") + line,
        line.replace("[ ]", "[x]") * 2,
    ):
        assert body(merge(edited((line, copies)), NEW)) == NEW.replace(line, line.replace("[ ]", "[x]"))


def test_a_doubled_part_becomes_one():
    start, end = PAGE.index("%% mdnet:begin matches"), PAGE.index("%% mdnet:begin people")
    part = PAGE[start:end]
    twice = (
        PAGE[:start]
        + part.replace(f"[ ] Ana needs a lead ← two ^{M2}", f"[-] Ana needs a lead ← two ^{M2}")
        + PAGE[start:]
    )
    merged = merge(twice, NEW)
    assert merged.count("mdnet:begin matches") == 1
    assert marks(merged)[M2] == "-"
    assert merge(merged, NEW) == merged


def test_a_missing_end_marker_is_put_back_where_mdnets_lines_end():
    old = PAGE.replace("%% mdnet:end %%\n\n## Notes", "\n## Notes\n\nMy own words.")
    merged = merge(old, NEW)
    assert "%% mdnet:end %%\n\n## Notes\n\nMy own words.\n\n%% mdnet:begin footer" in re.sub("\n\n\n+", "\n\n", merged)
    assert marks(merged) == marks(PAGE)
    assert merge(merged, NEW) == merged


def test_a_missing_begin_marker_is_put_back():
    old = edited(("%% mdnet:begin people %%\n", "My own words.\n"))
    merged = merge(old, NEW)
    assert merged.count("mdnet:begin people") == 1
    assert "My own words.\n%% mdnet:begin people" in re.sub("\n\n+", "\n", merged)
    assert merge(merged, NEW) == merged


def test_a_part_deleted_with_its_markers_stays_away():
    start, end = PAGE.index("%% mdnet:begin people"), PAGE.index("## Notes")
    old = PAGE[:start] + PAGE[end:]
    assert body(merge(old, NEW)) == body(old)


def test_a_page_without_any_part_gets_all_of_them_below():
    merged = merge("# My week\n\nHello", NEW)
    assert merged.startswith("# My week\n\nHello\n\n")
    assert re.findall("%% mdnet:begin ([a-z]+)", merged) == ["matches", "people", "footer"]
    assert merge(merged, NEW) == merged


def test_without_the_sums_everything_unknown_is_the_users():
    old = body(PAGE)
    assert merge(old, NEW) == PAGE
    merged = merge(old, NEW.replace("## Be in touch", "## Write to"))
    assert "## Be in touch" in re.sub("%% mdnet:begin .*?%% mdnet:end %%", "", merged, flags=re.DOTALL)


def test_line_ends_bom_and_missing_final_newline_are_kept():
    old = "\ufeff" + PAGE.rstrip("\n").replace("\n", "\r\n")
    merged = merge(old, NEW.replace("120", "130"))
    assert merged == old.replace("120", "130").replace(_sums(PAGE), _sums(merged))
    assert "\n" not in merged.replace("\r\n", "")


def _sums(text: str) -> str:
    return re.search(r"%% mdnet:sums (\w+) %%", text)[1]


LINES = st.sampled_from(
    [
        *NEW.split("\n"),
        *[line.replace("[ ]", "[x]") for line in NEW.split("\n") if "[ ]" in line],
        *[line.replace("[ ]", "[-]") + " ✅ 2026-11-24" for line in NEW.split("\n") if "[ ]" in line],
        *[line.replace(" ^", " my words ^") for line in NEW.split("\n") if "[ ]" in line],
        f"> - [?] Ana needs a lead ← one ^{M1}",
        f"- [x] gone since ^{HELPED}",
        f"- [ ] gone since ^{STILL}",
        "my own words",
        "    - an indented note",
        "```",
        "~~~",
        "---",
        "%% mdnet:begin unknown %%",
        "%% a comment %%",
        "%% mdnet:sums 000000 %%",
        "  ",
        "\r",
    ]
)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["insert", "delete", "replace", "move", "double"]),
        st.integers(0, 40),
        LINES,
        st.integers(0, 40),
    ),
    max_size=12,
)


def mangled(changes, text: str = PAGE) -> str:
    lines = text.split("\n")
    for kind, at, line, to in changes:
        at, to = min(at, len(lines)), min(to, len(lines))
        if kind == "insert" or at == len(lines):
            lines.insert(at, line)
        elif kind == "delete":
            del lines[at]
        elif kind == "replace":
            lines[at] = line
        elif kind == "double":
            lines.insert(to, lines[at])
        else:
            lines.insert(to, lines.pop(at))
        lines = lines or [""]
    return "\n".join(lines)


@settings(max_examples=400, deadline=None)
@given(CHANGES, CHANGES)
@example([("insert", 0, "%% mdnet:begin unknown %%", 0), ("insert", 2, f"- [x] gone since ^{STILL}", 0)], [])
@example([("insert", 1, "- [x] Ana needs a lead ← one ^m-01234567-aaaabbbb", 0), ("move", 36, "", 0)], [])
def test_whatever_was_done_to_a_page_writing_anew_loses_nothing_and_settles(changes, later):
    old = mangled(changes)
    new = "\n".join(
        line
        for at, line in enumerate(NEW.split("\n"))
        if "[ ]" not in line or (at, True) not in {(to, True) for _, to, _, _ in later}
    )
    merged = merge(old, new)
    assert merge(merged, new) == merged, "merging twice is merging once"

    generated = {line.strip() for line in (*NEW.split("\n"), *new.split("\n"))}
    for line in old.split("\n"):
        bare = line.strip()
        if bare in generated or not bare or "mdnet:" in bare or read_tick(line, 0):
            continue
        assert bare in merged, "a line of the user's is lost"
    for tick in read(old).ticks:
        copies = [other for other in read(old).ticks if other.id == tick.id and other.mark != " "]
        if tick.answer and len(copies) == 1:
            assert unquoted(tick.raw) in merged, "an answer is lost"
            if "```" not in old and "~~~" not in old:  # what looked like code may turn out to be, or the reverse
                assert any(other.id == tick.id and other.mark == tick.mark for other in read(merged).ticks)
        elif "my words" in tick.raw and not copies:
            assert unquoted(tick.raw) in merged, "a reworded line is lost"


@settings(deadline=None)
@given(CHANGES)
def test_what_stands_outside_the_parts_stays_byte_for_byte(changes):
    notes = mangled(changes, "My notes.\n\n- one\n- two").replace("mdnet:", "")
    notes = "\n".join(line for line in notes.split("\n") if not read_tick(line, 0))
    old = PAGE.replace("## Notes\n", f"## Notes\n{notes}\n").replace("# Week 47\n", f"# Week 47\n{notes}\n")
    merged = merge(old, NEW.replace("120", "130"))
    assert body(merged) == body(old).replace("mdnet:begin footer %%\n\n120", "mdnet:begin footer %%\n\n130")


def test_a_page_below_a_note_of_the_users_has_its_line_ends() -> None:
    page = "# Week\n\n%% mdnet:begin a %%\nx\n%% mdnet:end %%\n"
    merged = merge("mine\r\nmore\r\n", page)
    assert merged.startswith("mine\r\nmore\r\n\r\n# Week\r\n")
    assert merged.count("\n") == merged.count("\r\n")
    assert merge(merged, page) == merged
    assert merge("\ufeff\r\n", page).startswith("\ufeff# Week\n")
