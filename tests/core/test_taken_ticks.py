"""Which answers go with what is taken back."""

from mdnet.core.taken_ticks import taken_ticks, unmarked_ticks

A, B = "m-aaaaaaaa-bbbbbbbb", "m-cccccccc-dddddddd"


def test_those_of_a_line_that_goes_and_does_not_come_back() -> None:
    diff = f"--- a/x\n+++ b/x\n@@ -1,3 +1,2 @@\n-- #gave a ^{A}\n-- #gave c ^{B}\n+- #gave C ^{B}\n  kept ^h-aaaaaaaa\n"
    assert taken_ticks([diff]) == {A}
    assert taken_ticks([diff, f"+- #gave a ^{A}\n"]) == set()


def test_on_a_page_those_that_lose_their_mark() -> None:
    moved = f"-- [-] a ^{A}\n+- [-] a ^{A}\n-- [x] b ✔ ^{B}\n+- [x] b ✔ ^{B}\n"
    assert unmarked_ticks([moved]) == set()
    assert unmarked_ticks([f"-- [x] a ✔ ^{A}\n+- [x] a ^{A}\n-- [-] b ^{B}\n"]) == {A}
