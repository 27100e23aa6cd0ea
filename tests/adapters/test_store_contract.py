"""What every store of notes promises, asked of both: the folder on disk and its twin in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mdnet.adapters.memory import MemoryVault
from mdnet.adapters.vault import Vault
from mdnet.core.settings import Settings
from mdnet.core.store import GoneError, Store, UnreadableError
from mdnet.errors import BusyError, UnsafeTextError, WriteRefusedError
from tests.vaults import leftovers

COPY = "People/Ann.sync-conflict-20261103-101500-ABCDEFG.md"


@dataclass
class Case:
    """A store, and an editor that saves behind its back."""

    store: Store
    save: Callable[[str, bytes], object]
    remove: Callable[[str], object]


@pytest.fixture(params=["disk", "memory"])
def case(request: pytest.FixtureRequest, folder: Path) -> Case:
    if request.param == "memory":
        memory = MemoryVault()
        return Case(memory, memory.put, memory.remove)

    def save(path: str, data: bytes) -> None:
        full = folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(data)

    return Case(Vault(folder), save, lambda path: (folder / path).unlink())


def test_scan_finds_notes_and_nothing_else(case: Case) -> None:
    for path in (
        "Me.md", "People/Ann.md", "a/b/c.md", "UPPER.MD", "no.txt", ".hidden.md", ".obsidian/x.md", ".trash/Ann.md",
        "Templates/person.md", "Archive/old.md", "Archived.md", "x/.mdnet-12345678", "notes/draft-1.md", COPY,
    ):  # fmt: skip
        case.save(path, b"text\n")
    scan = case.store.scan(Settings(ignore=("Archive/", "draft-?.md")))
    assert sorted(scan.stamps) == ["Archived.md", "Me.md", "People/Ann.md", "UPPER.MD", "a/b/c.md"]
    assert scan.conflicts == ((COPY, "People/Ann.md"),)
    assert scan.problems == ()
    assert scan.only is None


def test_scan_of_named_places_agrees_with_the_whole(case: Case) -> None:
    for path in ("a/one.md", "a/b/two.md", "ab/three.md", ".x/four.md", "Templates/five.md", "a/one 2.md"):
        case.save(path, b"- [ ] #need a warehouse lead in Ohio\n")
    whole = case.store.scan(Settings())
    assert whole.conflicts == (("a/one 2.md", "a/one.md"),)
    part = case.store.scan(Settings(), ["a", "nowhere.md", ".x/four.md", "Templates/five.md"])
    assert part.stamps == {path: stamp for path, stamp in whole.stamps.items() if path.startswith("a/")}
    assert part.conflicts == whole.conflicts
    assert part.only == (".x/four.md", "Templates/five.md", "a", "nowhere.md")
    assert case.store.scan(Settings(), ["a/one 2.md"]).conflicts == whole.conflicts
    assert case.store.scan(Settings(), ["a/one 2.md"]).stamps == {}
    assert case.store.scan(Settings(), [""]).stamps == whole.stamps


def test_a_copy_whose_original_is_gone_is_still_a_copy(case: Case) -> None:
    case.save(COPY, b"# Ann\n")
    scan = case.store.scan(Settings())
    assert (scan.stamps, scan.conflicts) == ({}, ((COPY, "People/Ann.md"),))


def test_a_numbered_name_is_a_copy_only_when_it_says_the_same(case: Case) -> None:
    case.save("People/Henry.md", b"# Henry\n- [ ] #need a warehouse lead in Ohio\n- #met for coffee\n")
    case.save("People/Henry (1).md", b"# Henry\n- #offer piano lessons for children\n")
    case.save("People/Henry 2.md", b"# Henry\n- [x] #need a warehouse lead in Ohio\n- #met for coffee\n")
    case.save("People/Henry-LAPTOP.md", b"# Henry\n- [ ] #need a warehouse lead in Ohio\n")
    case.save("People/Henry-plugin.md", b"# Henry-plugin\n- [ ] #need a warehouse lead in Ohio\n- #met for coffee\n")
    scan = case.store.scan(Settings())
    assert sorted(scan.stamps) == ["People/Henry (1).md", "People/Henry-plugin.md", "People/Henry.md"]
    assert [copy for copy, _ in scan.conflicts] == ["People/Henry 2.md", "People/Henry-LAPTOP.md"]


def test_read_gives_bytes_and_the_stamp_of_the_scan(case: Case) -> None:
    case.save("a.md", b"\xef\xbb\xbfone\r\ntwo\xff")
    assert case.store.read("a.md") == (
        b"\xef\xbb\xbfone\r\ntwo\xff",
        case.store.scan(Settings()).stamps["a.md"],
    )
    data, stamp = case.store.read("a.md", 4)
    assert (data, stamp.size) == (b"\xef\xbb\xbfo", 12)


@pytest.mark.parametrize("path", ["", "../a.md", "/etc/passwd", "a/../../b.md", "a//b.md", "./a.md", "a\0.md"])
def test_nothing_outside_is_read_or_written(case: Case, path: str) -> None:
    with pytest.raises(UnreadableError, match="not a path inside the vault"):
        case.store.read(path)
    with pytest.raises(WriteRefusedError):
        case.store.replace(path, b"", b"x", quiet=0)
    with pytest.raises(UnsafeTextError):
        case.store.create(path, b"x")


def test_gone(case: Case) -> None:
    with pytest.raises(GoneError, match=r"gone.md: not there any more"):
        case.store.read("gone.md")
    with pytest.raises(WriteRefusedError, match=r"gone.md: not written, it is not there any more"):
        case.store.replace("gone.md", b"", b"x", quiet=0)
    with pytest.raises(WriteRefusedError, match=r"gone.md"):
        case.store.delete_created("gone.md", b"")


def test_replace_writes_all_and_tells_the_stamp(case: Case) -> None:
    case.save("a.md", b"old\n")
    before = case.store.scan(Settings()).stamps["a.md"]
    stamp = case.store.replace("a.md", b"old\n", b"new\r\n", quiet=0)
    assert stamp != before
    assert case.store.read("a.md") == (b"new\r\n", stamp)
    assert case.store.scan(Settings()).stamps == {"a.md": stamp}
    assert case.store.saved_over("a.md", stamp) is None


def test_replace_refuses_what_has_changed(case: Case) -> None:
    case.save("a.md", b"old\n")
    case.save("a.md", b"the user's\n")
    with pytest.raises(BusyError, match=r"a.md: not written, it has changed since it was read"):
        case.store.replace("a.md", b"old\n", b"new\n", quiet=0)
    assert case.store.read("a.md")[0] == b"the user's\n"


def test_a_save_over_a_write_is_seen(case: Case) -> None:
    case.save("a.md", b"old\n")
    stamp = case.store.replace("a.md", b"old\n", b"old\nnew\n", quiet=0)
    case.save("a.md", b"old\nuser\n")
    assert case.store.saved_over("a.md", stamp) == b"old\nuser\n"


def test_create_makes_folders_and_refuses_what_is_there(case: Case) -> None:
    stamp = case.store.create("People/New/Ann Lee.md", b"# Ann\n")
    assert case.store.read("People/New/Ann Lee.md") == (b"# Ann\n", stamp)
    for twin in ("People/New/Ann Lee.md", "People/New/ann lee.md"):
        with pytest.raises(WriteRefusedError, match="is there already"):
            case.store.create(twin, b"other")
    case.store.create("Zoë.md", b"")
    with pytest.raises(WriteRefusedError, match="is there already"):
        case.store.create("Zoe\u0308.md", b"")
    assert case.store.read("People/New/Ann Lee.md")[0] == b"# Ann\n"


def test_delete_created_deletes_only_what_was_made(case: Case) -> None:
    case.store.create("a.md", b"made\n")
    case.save("a.md", b"made\nand more\n")
    with pytest.raises(BusyError, match="changed"):
        case.store.delete_created("a.md", b"made\n")
    assert case.store.read("a.md")[0] == b"made\nand more\n"
    case.store.delete_created("a.md", b"made\nand more\n")
    assert case.store.scan(Settings()).stamps == {}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(old=st.binary(max_size=300), new=st.binary(max_size=300), wrong=st.binary(max_size=20))
def test_any_bytes(case: Case, old: bytes, new: bytes, wrong: bytes) -> None:
    case.save("n.md", old)
    if wrong != old:
        with pytest.raises(BusyError):
            case.store.replace("n.md", wrong, new, quiet=0)
        assert case.store.read("n.md")[0] == old
    stamp = case.store.replace("n.md", old, new, quiet=0)
    assert case.store.read("n.md") == (new, stamp)


def test_nothing_is_left_behind(case: Case, folder: Path) -> None:
    case.store.create("a/b.md", b"1")
    case.store.replace("a/b.md", b"1", b"2", quiet=0)
    case.store.delete_created("a/b.md", b"2")
    assert leftovers(folder) == []
    assert case.store.clean_temporaries() == ()
