"""What is on disk against what is indexed."""

from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.changes import RACY_NS, plan
from mdnet.core.model import Changes, Stamp
from mdnet.core.store import Scan

NOW = 1_700_000_000 * 10**9


def stamp(n: int, when: int = 0) -> Stamp:
    return Stamp(n, when, when, n)


def notes(count: int, start: int = 0) -> dict[str, Stamp]:
    return {f"{n:04}.md": stamp(n) for n in range(start, start + count)}


def test_new_changed_gone_and_the_same() -> None:
    indexed = {"same.md": stamp(1), "changed.md": stamp(2), "gone.md": stamp(3)}
    found = {"same.md": stamp(1), "changed.md": stamp(4), "new.md": stamp(5)}
    assert plan(Scan(found), indexed) == Changes(read=("changed.md", "new.md"), drop=("gone.md",))


def test_any_part_of_the_stamp_counts() -> None:
    for other in (Stamp(2, 1, 1, 1), Stamp(1, 2, 1, 1), Stamp(1, 1, 2, 1), Stamp(1, 1, 1, 2)):
        assert plan(Scan({"a.md": other}), {"a.md": Stamp(1, 1, 1, 1)}).read == ("a.md",)


def test_what_lies_below_an_unlisted_folder_is_held() -> None:
    indexed = {"a/x.md": stamp(1), "a/b/y.md": stamp(2), "ab/z.md": stamp(3), "c.md": stamp(4)}
    changes = plan(Scan({"c.md": stamp(4)}, unlisted=("a",)), indexed)
    assert changes == Changes(drop=("ab/z.md",), held=("a/b/y.md", "a/x.md"))


def test_an_unmounted_disk_drops_nothing() -> None:
    assert plan(Scan({}), notes(1)).held == ("0000.md",)
    assert len(plan(Scan(notes(10)), notes(40)).held) == 30
    assert plan(Scan(notes(10)), notes(40)).drop == ()
    assert len(plan(Scan(notes(10)), notes(40), drop_all=True).drop) == 30
    assert plan(Scan({}), notes(40), drop_all=True).held == ()


def test_half_a_vault_or_a_few_notes_may_go() -> None:
    assert len(plan(Scan(notes(20)), notes(40)).drop) == 20
    assert len(plan(Scan(notes(1)), notes(21)).drop) == 20


def test_a_vault_that_was_moved_about_is_not_gone() -> None:
    changes = plan(Scan(notes(40, start=100)), notes(40))
    assert (len(changes.read), len(changes.drop), changes.held) == (40, 40, ())


def test_a_look_at_a_part_drops_only_there() -> None:
    indexed = {"a/x.md": stamp(1), "ab/y.md": stamp(2), "z.md": stamp(3)}
    assert plan(Scan({}, only=("a", "z.md")), indexed).drop == ("a/x.md", "z.md")
    assert plan(Scan({}, only=("",)), indexed).drop == ("a/x.md", "ab/y.md", "z.md")
    assert plan(Scan({}, only=()), indexed) == Changes()


def test_notes_written_when_they_were_read_are_read_again() -> None:
    found = {
        "old.md": stamp(1, NOW - RACY_NS),
        "young.md": stamp(2, NOW - RACY_NS + 1),
        "ahead.md": stamp(3, NOW + RACY_NS - 1),
        "future.md": stamp(4, NOW + RACY_NS),
        "kept-time.md": Stamp(5, 0, NOW, 5),
    }
    again = ("ahead.md", "kept-time.md", "young.md")
    assert plan(Scan(found), found, read_at_ns=dict.fromkeys(found, NOW)).read == again
    assert plan(Scan(found), found, read_at_ns={"young.md": NOW}).read == ("young.md",)
    assert plan(Scan(found), found).read == ()
    assert plan(Scan(found), {}, read_at_ns=dict.fromkeys(found, NOW)).read == tuple(sorted(found))


stamps = st.dictionaries(st.sampled_from([f"{c}/{d}.md" for c in "abc" for d in "xyz"]), st.integers(0, 2).map(stamp))


@given(stamps, stamps, st.sets(st.sampled_from("abc")))
def test_every_difference_is_dealt_with_once(
    found: dict[str, Stamp], indexed: dict[str, Stamp], shut: set[str]
) -> None:
    changes = plan(Scan(found, unlisted=tuple(sorted(shut))), indexed)
    assert set(changes.read) == {p for p in found if indexed.get(p) != found[p]}
    assert not set(changes.drop) & set(changes.held)
    assert set(changes.drop) | set(changes.held) == indexed.keys() - found.keys()
    assert all(path[0] not in shut for path in changes.drop)
