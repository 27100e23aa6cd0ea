"""Names and contents of sync tools' conflict copies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.conflicts import classify, is_version, looks_like_copy, names_itself, suspicious

SURE = (
    "Ann.sync-conflict-20261103-101500-ABCDEFG.md",
    "Ann.sync-conflict-20261103-101500.md",
    "Ann (Conflicted copy Pixel 7 202611031015).md",
    "Ann (Conflicted copy Ann's Mac (2) 202611031015).md",
    "Ann (conflicted copy kept by mdnet 202611031015).md",
    "Ann (conflicted copy 2026-11-03 101500).md",
    "Ann (conflicted copy ann 2026-11-03 101500).md",
    "Ann_conflict-20261103-101500.md",
    "Ann (Joe's conflicted copy 2026-11-03).md",
    "Ann (Joe’s conflicted copy 2026-11-03 (1)).md",
    "Ann (Joe Chen conflicted copy).md",
    "Ann (Case Conflict).md",
    "Ann (Unicode Encoding Conflict 1).md",
    "Ann (In Konflikt stehende Kopie von Joe 2026-11-03).md",
    "Ann (Joes in Konflikt stehende Kopie 2026-11-03).md",
    "Ann (Konfliktkopie 2026-11-03 101500).md",
    "Ann (Copie en conflit de Joe 2026-11-03).md",
    "Ann (Copia en conflicto de Joe 2026-11-03).md",
    "Ann (Copia conflictiva de Joe 2026-11-03).md",
    "Ann (Cópia em conflito de Joe 2026-11-03).md",
    "Ann (Copia in conflitto di Joe 2026-11-03).md",
    "Ann_laptop_Jan-03-0901-2013_CaseConflict_1.md",
    "Ann_laptop_Jan-03-0901-2013_Conflict.md",
    "Ann [conflicted].md",
    "Ann [conflicted] (1).md",
    "Ann.conflict1.md",
    "Ann (SFConflict ann@example.com 2026-11-03-10-15-00).md",
    "Ann.Conflict.md",
)
MAYBE = (
    "Ann 2.md",
    "Ann (1).md",
    "Ann-DESKTOP-AB12CD.md",
    "Ann-mac.md",
)


@pytest.mark.parametrize("name", SURE)
def test_names_that_leave_no_doubt(name: str) -> None:
    for siblings in ((), ("Ann.md",)):
        found = classify(name, siblings)
        assert found is not None
        assert (found.original, found.sure) == ("Ann.md", True)
    assert suspicious(name)


@pytest.mark.parametrize("name", MAYBE)
def test_names_that_people_give_too(name: str) -> None:
    assert classify(name, ()) is None
    assert classify(name, ("Ann.MD", "ann.md")) is None
    found = classify(name, ("Ann.md",))
    assert found is not None
    assert (found.original, found.sure) == ("Ann.md", False)
    assert suspicious(name)


@pytest.mark.parametrize("part", ["BACKUP", "BASE", "LOCAL", "REMOTE"])
def test_what_a_stopped_git_mergetool_leaves(part: str) -> None:
    name = f"Ann_{part}_12345.md"
    assert classify(name, ()) is None
    found = classify(name, ("Ann.md",))
    assert found is not None
    assert (found.original, found.sure) == ("Ann.md", True)
    assert suspicious(name)


@pytest.mark.parametrize(
    "name",
    [
        "Ann_local_12.md", "Ann_LOCAL_.md", "Ann_LOCAL_x1.md", "Ann_OTHER_12.md", "_LOCAL_12.md", "Ann_LOCAL_12 b.md",
        "Ann.md", "Ann 2026.md", "Ann (lawyer).md", "Conflict resolution.md", "On conflicts.md", "Ann 2",
        "2026-11-03.md", "2026-11-03 Meeting.md", "Ann-.md", "-Ann.md", "Ann 0.md", "Ann-a b.md", "conflicted copy.md",
        "Ann (in conflict with Joe).md", "Ann (Konflikt mit Joe).md", "Une copie en conflit.md",
        " 2.md", "(1).md",
    ],
)  # fmt: skip
def test_names_that_mean_nothing(name: str) -> None:
    assert classify(name, ("Ann.md", "2026-11.md", "2026.md", ".md")) is None


def test_a_copy_of_a_copy_leads_to_the_original() -> None:
    name = "Ann.sync-conflict-20261103-101500-ABCDEFG.sync-conflict-20261104-101500-ABCDEFG.md"
    found = classify(name, ())
    assert found is not None
    assert found.original == "Ann.md"


@given(
    (st.text(max_size=40) | st.from_regex(r"[a-z]{1,3}_(LOCAL|BASE)_[0-9]{1,3}", fullmatch=True)).map(
        lambda stem: f"{stem}.md"
    ),
    st.sets(st.text(max_size=8).map(lambda s: f"{s}.md")),
)
def test_the_quick_look_misses_nothing(name: str, siblings: set[str]) -> None:
    found = classify(name, siblings)
    assert found is None or suspicious(name)
    assert found is None or found.original != name


NOTE = b"""---
type: person
company: Freight Co
tags: [person]
---
# Ann Lee
## Needs
- [ ] #need a warehouse operations lead in Ohio
## Log
- 2026-11-03 #met for coffee, she opens a second hub
"""
OTHER = b"""---
type: person
company: Piano House
tags: [person]
---
# Ann Lee
## Needs
- [ ] #need somebody to tune forty pianos before the spring concert
## Log
- 2026-10-01 #met at the night school
"""


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (NOTE, NOTE),
        (NOTE, NOTE + b"- #gave the article about harbour cranes\n"),
        (NOTE, NOTE.replace(b"[ ]", b"[x]").replace(b"\n", b"\r\n")),
        (NOTE, NOTE.replace(b"in Ohio", b"in Ohio or Indiana")),
        (b"# Ann\n", b"# Ann\n"),
        (b"- #need a lawyer\n", b"- #need a lawyer in Ohio\n"),
        (b"caf\xe9 latin one", b"caf\xe9 latin one two"),
    ],
)
def test_versions_of_one_note(a: bytes, b: bytes) -> None:
    assert looks_like_copy(a, b)
    assert looks_like_copy(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (NOTE, OTHER),
        (NOTE, b""),
        (b"", b""),
        (b"\n", b"\n"),
        (b"---\ntype: person\ncompany:\n---\n# Ann\n", b"---\ntype: person\ncompany:\n---\n# Ann 2\n"),
        (NOTE, b"- [ ] #need a warehouse\n"),
        (b"tags: physics\n## Answers\n![[Answers-1.webp]]\n", b"tags: physics\n## Answers\n![[Answers 2-1.webp]]\n"),
    ],
)
def test_different_notes(a: bytes, b: bytes) -> None:
    assert not looks_like_copy(a, b)
    assert not looks_like_copy(b, a)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_alike_both_ways(a: bytes, b: bytes) -> None:
    assert looks_like_copy(a, b) == looks_like_copy(b, a)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Plugins/calendar-bases.md", "# Calendar-Bases\n", True),
        ("Dedication 2.md", "see ![[shots/dedication 2.png]]\n", True),
        ("Zoë (1).md", "Zoë (1) is the younger one\n", True),
        ("Ann 2.md", "# Ann\nmet 2026-11-03, Ann 2026\n", False),
        ("Ann-LAPTOP.md", "# Ann\n", False),
    ],
)
def test_a_note_that_says_its_own_name_is_no_copy(name: str, text: str, expected: bool) -> None:
    assert names_itself(name, text.encode()) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("People/Ann-LAPTOP.md", NOTE, True),
        ("People/Ann 2.md", b"- #need a lawyer\n", True),
        ("People/Jean-Luc.md", b"---\ntype: person\n---\n", False),
        ("People/Lee-Wong.md", b"---\ncompany: Freight Co\nrole: planner\nlocation: Ohio\n---\n## Needs\n", False),
        ("People/Jean 2.md", b"---\ntype: person\n---\n", False),
    ],
)
def test_what_a_template_gives_makes_no_copy(name: str, text: bytes, expected: bool) -> None:
    assert is_version(name, text, text) == expected
