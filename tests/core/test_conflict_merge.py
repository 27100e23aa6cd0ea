"""Two versions of a note are made one only where nothing is lost and nothing stands there twice."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core import page
from mdnet.core.conflict_merge import Merged, merge
from mdnet.core.settings import Settings

TODAY = date(2026, 11, 24)


def merged(original: str | bytes, copy: str | bytes, path: str = "People/Ana.md") -> Merged:
    one, other = (text.encode() if isinstance(text, str) else text for text in (original, copy))
    return merge(path, one, other, Settings(), TODAY)


BASE = "---\naliases: [Ana]\n---\n## Log\n- 2026-11-03 #met [[Ana]]: coffee\n"


class TestSafe:
    def test_both_added_at_the_end(self) -> None:
        ours = BASE + "- 2026-11-04 #met [[Ana]]: a call about hubs\n"
        theirs = BASE + "- 2026-11-05 #gave [[Ana]] the report\n"
        found = merged(ours, theirs)
        assert found == Merged((ours + "- 2026-11-05 #gave [[Ana]] the report\n").encode(), added=1)

    def test_each_in_its_place(self) -> None:
        found = merged("a first\n\nmiddle\n\nlast\nours only here\n", "theirs on top\na first\n\nmiddle\n\nlast\n")
        assert found.data.decode() == "theirs on top\na first\n\nmiddle\n\nlast\nours only here\n"

    def test_a_copy_that_has_nothing_new(self) -> None:
        longer = BASE + "- #gave [[Ana]] more\n"
        assert merged(longer, BASE) == Merged(longer.encode())
        assert merged(BASE, BASE) == Merged(BASE.encode())
        assert merged("\ufeffx", "x") == Merged(b"\xef\xbb\xbfx")

    def test_line_ends_bom_and_a_missing_final_newline_stay(self) -> None:
        found = merged(b"\xef\xbb\xbfone\r\ntwo", b"one\r\ntwo\r\nthree\r\n")
        assert found.data == b"\xef\xbb\xbfone\r\ntwo\r\nthree"

    def test_a_line_stays_under_its_heading(self) -> None:
        found = merged(BASE + "\n## Gifts\n- a pot\n", BASE + "- 2026-11-05 #gave [[Ana]] the report\n")
        assert found.data.decode() == BASE + "- 2026-11-05 #gave [[Ana]] the report\n\n## Gifts\n- a pot\n"

    def test_properties_that_only_one_has(self) -> None:
        found = merged("---\nrole: lead\n---\nx\n", "---\nrole: lead\ncompany: FreightCo\n---\nx\n")
        assert found.data.decode() == "---\nrole: lead\ncompany: FreightCo\n---\nx\n"


@pytest.mark.parametrize(("original", "copy", "why"), [
    ("- [ ] #need [[Ana]] a van\n", "- [x] #need [[Ana]] a van\n", "a line was changed"),
    ("- [ ] #need [[Ana]] a van\n", "- [ ] #need [[Ana]] a van or a truck\n", "a line was changed"),
    ("Some sentence about hubs.\n", "Some sentences about the hubs.\n", "a line was changed"),
    ("a\nmoved\nb\n", "a\nb\nmoved\n", "a line was changed"),
    ("- 2026-11-03 #met [[Ana]] coffee\n", "- 2026-11-04 #met [[Ana]] coffee\n", "a line was changed"),
    ("---\nsnooze: 2026-01-01\n---\n", "---\nsnooze: 2027-05-09\n---\n", "a line was changed"),
    ("---\nrole: lead\n---\nx\n", "x\n---\nrole: boss\n---\n", "a line was changed"),
    ("x\r\n", "x\ny\n", "line ends"),
    ("x\r\ny\n", "x\r\ny\nz\n", "mixed"),
    (b"caf\xe9\n", b"caf\xe9\nx\n", "not UTF-8"),
    ("x\0\n", "y\n", "not a text"),
    ("<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> main\n", "z\n", "markers"),
    ("text\n", "text\n```\ncode\n", "code"),
    ("x\n## Children\n- Lia\n- bread\n", "x\n## Gifts\n- flowers\n- bread\n", "no more under '## Gifts': '- bread'"),
    ("x\n- Zoo\n\t- tickets\n", "x\n- Garden\n\t- tickets\n", "no more under"),
    ("Ana says:\n- of course\n", "Quite another voice:\n- of course\n", "no more under"),
    ("".join(f"{n:x}\n" for n in range(300)), "".join(f"z{n * 7:x}q\n" for n in range(300)), "too many"),
])  # fmt: skip
def test_refused(original: str | bytes, copy: str | bytes, why: str) -> None:
    found = merged(original, copy)
    assert why in found.refusal
    assert found.data == b""


class TestPages:
    PAGE = (
        "---\ntype: mdnet-review\nweek: 2026-W47\n---\n%% mdnet:begin matches %%\n"
        "- [ ] **Ana**: a van ← “Joe sells one” ^m-01234567-89abcdef\n"
        "- [ ] **Lu**: a desk ← “Mia has two” ^m-11111111-22222222\n%% mdnet:end %%\nmine\n"
    )

    def merged(self, original: str, copy: str) -> Merged:
        return merged(original, copy, "Reviews/2026-W47.md")

    def test_what_is_answered_on_either_is_answered(self) -> None:
        ours = self.PAGE.replace("- [ ] **Ana", "- [x] **Ana")
        theirs = page.merge("", self.PAGE.replace("Joe sells one", "Joe sells it")).replace("- [ ] **Lu", "- [-] **Lu")
        found = self.merged(ours, theirs)
        assert (found.data.decode(), found.added) == (ours.replace("- [ ] **Lu", "- [-] **Lu"), 1)

    def test_different_answers_and_words_of_the_users(self) -> None:
        ours = self.PAGE.replace("- [ ] **Ana", "- [x] **Ana")
        assert "different answers" in self.merged(ours, self.PAGE.replace("- [ ] **Ana", "- [-] **Ana")).refusal
        assert "text of your own" in self.merged(ours, self.PAGE + "more of mine\n").refusal
        fewer = "".join(line + "\n" for line in self.PAGE.split("\n") if "Lu" not in line)
        theirs = page.merge("", self.PAGE).replace("- [ ] **Lu", "- [x] **Lu")
        assert "no more" in self.merged(fewer, theirs).refusal

    @pytest.mark.parametrize(("line", "typed"), [
        ("- [ ] **Lu", "call her\n- [ ] **Lu"),
        ("**Lu**: a desk", "**Lu**: a big desk"),
        ("week: 2026-W47\n", "week: 2026-W47\ntags: [busy]\n"),
    ])  # fmt: skip
    def test_words_of_the_users_inside_a_part(self, line: str, typed: str) -> None:
        ours = page.merge("", self.PAGE)
        assert "text of your own" in self.merged(ours, ours.replace(line, typed)).refusal

    def test_the_day_and_what_was_carried_out_come_along(self) -> None:
        ours = page.merge("", self.PAGE)
        theirs = ours.replace("[ ] **Lu", "[x] **Lu").replace(" ^m-1", " ✅ 2026-11-20 ^m-1")
        theirs = theirs.replace("[ ] **Ana", "[x] **Ana").replace(" ^m-0", " ✔ ^m-0")
        assert self.merged(ours, theirs) == Merged(theirs.encode(), added=2)
        ticked = ours.replace("[ ] **Ana", "[x] **Ana")
        assert self.merged(ticked, theirs) == Merged(theirs.encode(), added=1)


LINES = ("- #met [[Ana]] coffee", "- [ ] #need [[Ana]] a van", "", "words", "## Log", "other text", "x",
         "- #gave [[Ana]] a book about trees", "12345 67890")  # fmt: skip
lines = st.lists(st.sampled_from(LINES), max_size=8)


@given(lines, lines, lines)
def test_a_merge_holds_every_line_of_both(base: list[str], ours: list[str], theirs: list[str]) -> None:
    one, other = "\n".join([*base, *ours]) + "\n", "\n".join([*theirs, *base]) + "\n"
    found = merged(one, other)
    if not found.refusal:
        result = found.data.decode().split("\n")
        for line in (*one.split("\n"), *other.split("\n")):
            assert line in result
        # Where a line stands there several times, a second merge may find nothing safe to do, and does nothing.
        again = merged(found.data.decode(), other)
        assert again.refusal or again.data == found.data, "merging twice is merging once"
