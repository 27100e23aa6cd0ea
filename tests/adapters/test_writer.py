"""Writing with a journal, and taking back, in both stores."""

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from mdnet.adapters.journal import Journal
from mdnet.adapters.memory import MemoryVault
from mdnet.adapters.vault import Vault, temporaries
from mdnet.adapters.writer import Writer, Written
from mdnet.core.store import Store
from mdnet.core.undo import Entry, EntryState, describe, file_hash
from mdnet.errors import BusyError, NotFoundError, UndoRefusedError, WriteRefusedError
from tests.vaults import leftovers


@dataclass
class Case:
    """A writer, and an editor that saves behind its back."""

    store: Store
    journal: Journal
    save: Callable[[str, bytes], object]

    def writer(self, *, dry_run: bool = False) -> Writer:
        return Writer(self.store, self.journal, dry_run=dry_run)

    def read(self, path: str = "a.md") -> bytes:
        return self.store.read(path)[0]


@pytest.fixture(params=["disk", "memory"])
def case(request: pytest.FixtureRequest, folder: Path) -> Case:
    journal = Journal(folder / "state" / "journal.jsonl")
    if request.param == "memory":
        memory = MemoryVault()
        made = Case(memory, journal, memory.put)
    else:
        (folder / "vault").mkdir()
        made = Case(Vault(folder / "vault"), journal, lambda path, data: (folder / "vault" / path).write_bytes(data))
    made.save("a.md", b"one\ntwo\n")
    return made


def append(line: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data + line + b"\n"


def test_nothing_is_written_between_the_markers_of_a_merge(case: Case) -> None:
    marked = b"one\r\n<<<<<<< HEAD\r\nours\r\n=======\r\ntheirs\r\n>>>>>>> main\r\ntwo\r\n"
    case.save("a.md", marked)
    with pytest.raises(WriteRefusedError, match="midst of a merge"):
        case.writer().edit("a.md", marked, marked.replace(b"theirs\r\n", b"theirs\r\nmore\r\n"))
    assert case.read() == marked
    case.writer().change("a.md", append(b"three"))
    assert case.read() == marked + b"three\n"


def test_edit_log_undo(case: Case) -> None:
    writer = case.writer()
    first = writer.edit("a.md", b"one\ntwo\n", b"one\ntwo\nthree\n", "need Ann")
    assert case.read() == b"one\ntwo\nthree\n"
    assert first.stamp == case.store.read("a.md")[1]
    second = writer.change("a.md", append(b"four"), "met Ann")
    assert [(i.id, i.command, i.paths, i.state) for i in writer.log()] == [
        (second.id, "met Ann", ("a.md",), "done"),
        (first.id, "need Ann", ("a.md",), "done"),
    ]
    assert len(writer.log(1)) == 1
    case.save("a.md", b"ONE\n" + case.read()[4:] + b"five\n")
    (undone,) = case.writer().undo()
    assert undone.stamp == case.store.read("a.md")[1]
    assert "-four\n" in undone.diff
    case.writer().undo()
    assert case.read() == b"ONE\ntwo\nfive\n"
    assert [i.state for i in writer.log()] == ["undone", "undone"]
    with pytest.raises(NotFoundError, match="nothing to undo"):
        case.writer().undo()


def test_undo_by_name(case: Case) -> None:
    writer = case.writer()
    first = writer.change("a.md", append(b"three"))
    writer.change("a.md", append(b"four"))
    writer.undo(first.id)
    assert case.read() == b"one\ntwo\nfour\n"
    with pytest.raises(NotFoundError, match="has been taken back already"):
        writer.undo(first.id)
    with pytest.raises(NotFoundError, match="No write is called 'nope'"):
        writer.undo("nope")


def test_equal_text_is_no_write(case: Case) -> None:
    before = case.store.read("a.md")
    assert case.writer().edit("a.md", before[0], before[0]).id == ""
    assert case.store.read("a.md") == before
    assert case.journal.entries() == ()


def test_one_command_is_taken_back_as_a_whole(case: Case) -> None:
    writer = case.writer()
    with writer.group("note Ann"):
        writer.create("New/b.md", b"made\n")
        writer.change("New/b.md", append(b"more"))
        with writer.group("inner"):
            writer.change("a.md", append(b"three"))
        writer.change("a.md", append(b"four"))
    (item,) = writer.log()
    assert (item.command, item.paths) == ("note Ann", ("New/b.md", "a.md"))
    undone = writer.undo()
    assert case.read() == b"one\ntwo\n"
    assert {w.path: w.stamp is None for w in undone} == {"a.md": False, "New/b.md": True}
    with pytest.raises(OSError, match="not there any more"):
        case.read("New/b.md")


def test_all_or_nothing_is_taken_back(case: Case) -> None:
    writer = case.writer()
    with writer.group("two notes"):
        writer.create("b.md", b"made\n")
        writer.change("a.md", append(b"three"))
    case.save("b.md", b"made and changed\n")
    with pytest.raises(UndoRefusedError, match=r"b.md: not taken back, the note has been changed"):
        writer.undo()
    assert case.read() == b"one\ntwo\nthree\n"
    assert writer.log()[0].state == "done"


def test_all_or_nothing_when_a_note_is_saved_meanwhile(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = case.writer()
    with writer.group("three notes"):
        writer.create("b.md", b"made\n")
        writer.create("c.md", b"made\n")
        writer.change("a.md", append(b"three"))
    real = case.store.delete_created
    calls = []

    def delete(path: str, expected: bytes) -> None:
        calls.append(path)
        if len(calls) == 2:
            case.save(path, b"the user's\n")
        real(path, expected)

    monkeypatch.setattr(case.store, "delete_created", delete)
    with pytest.raises(BusyError):
        writer.undo()
    assert calls == ["c.md", "b.md"]
    assert (case.read(), case.read("c.md"), case.read("b.md")) == (b"one\ntwo\nthree\n", b"made\n", b"the user's\n")
    assert writer.log()[0].state == "done"
    case.save("b.md", b"made\n")
    monkeypatch.undo()
    writer.undo()
    assert case.read() == b"one\ntwo\n"


def test_refusals_leave_no_trace(case: Case) -> None:
    writer = case.writer()
    with pytest.raises(BusyError):
        writer.edit("a.md", b"something else", b"new")
    with pytest.raises(WriteRefusedError):
        writer.edit("gone.md", b"", b"new")
    with pytest.raises(WriteRefusedError):
        writer.change("gone.md", append(b"x"))
    with pytest.raises(WriteRefusedError):
        writer.create("a.md", b"new")
    assert case.read() == b"one\ntwo\n"
    assert writer.log() == ()


def test_undo_refusals(case: Case) -> None:
    writer = case.writer()
    writer.change("a.md", append(b"three"))
    case.save("a.md", b"one\ntwo\nTHREE\n")
    with pytest.raises(
        UndoRefusedError, match=r"a.md:3: not taken back, the line is gone or was changed since: 'three'"
    ):
        writer.undo()
    assert case.read() == b"one\ntwo\nTHREE\n"
    writer.create("b.md", b"x")
    case.store.delete_created("b.md", b"x")
    with pytest.raises(UndoRefusedError, match=r"b.md: not taken back, not there any more"):
        writer.undo()


def test_dry_run_writes_nothing(case: Case) -> None:
    writer = case.writer(dry_run=True)
    assert (
        writer.edit("a.md", b"one\ntwo\n", b"one\n2\n").diff
        == "--- a/a.md\n+++ b/a.md\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
    )
    assert "+made" in writer.create("b.md", b"made\n").diff
    assert "+three" in writer.change("a.md", append(b"three")).diff
    case.writer().change("a.md", append(b"three"))
    (undone,) = writer.undo()
    assert "-three" in undone.diff
    assert undone.stamp is None
    assert case.read() == b"one\ntwo\nthree\n"
    assert len(writer.log()) == 1
    assert writer.log()[0].state == "done"


def test_change_tries_again_on_what_was_saved_meanwhile(case: Case) -> None:
    seen: list[bytes] = []

    def make(data: bytes) -> bytes:
        seen.append(data)
        if len(seen) < 3:
            case.save("a.md", data + b"user %d\n" % len(seen))
        return data + b"ours\n"

    case.writer().change("a.md", make)
    assert case.read() == b"one\ntwo\nuser 1\nuser 2\nours\n"
    assert len(case.writer().log()) == 1


def test_an_editor_that_saves_what_it_had_read_before(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    real = case.store.replace
    saves = iter([b"one\ntwo\nthe user's\n"])

    def replace(path: str, old: bytes, new: bytes, *, quiet: float = 0.1) -> object:
        stamp = real(path, old, new, quiet=quiet)
        for save in saves:
            case.save(path, save)
        return stamp

    monkeypatch.setattr(case.store, "replace", replace)
    case.writer().change("a.md", append(b"ours"))
    assert case.read() == b"one\ntwo\nthe user's\nours\n"
    assert len(case.writer().log()) == 1


def test_a_save_that_kept_our_line_is_no_reason_to_write_again(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    real = case.store.replace

    def replace(path: str, old: bytes, new: bytes, *, quiet: float = 0.1) -> object:
        stamp = real(path, old, new, quiet=quiet)
        case.save(path, new + b"the user's\n")
        return stamp

    monkeypatch.setattr(case.store, "replace", replace)
    case.writer().change("a.md", append(b"ours"))
    assert case.read() == b"one\ntwo\nours\nthe user's\n"


@pytest.mark.parametrize(("form", "writes"), [(b"- Ours: it is", 1), (b"", 2)], ids=["formatted", "taken away"])
def test_a_program_that_changes_each_save_at_once(
    case: Case, monkeypatch: pytest.MonkeyPatch, form: bytes, writes: int
) -> None:
    real = case.store.replace
    calls = []

    def replace(path: str, old: bytes, new: bytes, *, quiet: float = 0.1) -> object:
        calls.append(new)
        stamp = real(path, old, new, quiet=quiet)
        case.save(path, new.replace(b"* ours: it is\n", form + b"\n" if form else b"") + b"the program's\n")
        return stamp

    monkeypatch.setattr(case.store, "replace", replace)
    writer = case.writer()
    if form:
        writer.change("a.md", append(b"* ours: it is"))
        assert case.read() == b"one\ntwo\n- Ours: it is\nthe program's\n"
    else:
        with pytest.raises(BusyError, match="lost to a save"):
            writer.change("a.md", append(b"* ours: it is"))
    assert len(calls) == writes
    assert [item.state for item in case.writer().log()] == (["done"] if form else [])


def test_a_note_that_is_always_busy(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mdnet.adapters.writer._WAITS", (0.0, 0.0))

    def make(data: bytes) -> bytes:
        case.save("a.md", data + b"user\n")
        return data + b"ours\n"

    with pytest.raises(BusyError):
        case.writer().change("a.md", make)
    assert case.read() == b"one\ntwo\n" + b"user\n" * 3


def test_it_is_not_tried_for_ever(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mdnet.adapters.writer._LONGEST", 0.05)
    calls = []

    def replace(*_: object, **__: object) -> None:
        calls.append(time.sleep(0.1))
        raise BusyError("another mdnet is at it")

    monkeypatch.setattr(case.store, "replace", replace)
    with pytest.raises(BusyError):
        case.writer().change("a.md", append(b"ours"))
    assert len(calls) == 1


# After a kill


def planned(old: bytes, new: bytes, **how: str) -> Entry:
    return Entry(
        "e", "g", "2026-11-03T10:15:00+00:00", "x", "a.md", "edit", describe(old, new), file_hash(old), file_hash(new)
    )


NEW = b"one\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("now", "listed"),
    [(b"one\ntwo\n", False), (NEW, True), (NEW + b"more\n", True), (b"one\nTWO\n", False)],
    ids=["not written", "written", "written and edited", "edited only"],
)
def test_killed_while_writing(case: Case, now: bytes, listed: bool) -> None:
    case.journal.plan(planned(b"one\ntwo\n", NEW))
    case.save("a.md", now)
    writer = case.writer()
    assert writer.recover() == ()
    assert [i.state for i in writer.log()] == ["done"] * listed
    assert case.read() == now
    if listed:
        writer.undo()
        assert b"three" not in case.read()


@pytest.mark.parametrize(("now", "state"), [(NEW, "done"), (b"one\ntwo\n", "undone")])
def test_killed_while_taking_back(case: Case, now: bytes, state: str) -> None:
    case.journal.plan(planned(b"one\ntwo\n", NEW))
    case.journal.mark("e", "undoing", file_hash(b"one\ntwo\n"))
    case.save("a.md", now)
    writer = case.writer()
    writer.recover()
    assert [i.state for i in writer.log()] == [state]


def test_killed_while_making_or_deleting_a_note(case: Case) -> None:
    case.journal.plan(Entry("1", "1", "2026-11-03T10:15:00+00:00", "", "b.md", "create", (), "", file_hash(b"x")))
    case.journal.plan(Entry("2", "2", "2026-11-03T10:15:00+00:00", "", "c.md", "create", (), "", file_hash(b"x")))
    case.journal.mark("2", "undoing")
    writer = case.writer()
    writer.recover()
    assert [(i.id, i.state) for i in writer.log()] == [("2", "undone")]


def test_another_process_that_is_writing_is_left_alone(case: Case) -> None:
    case.journal.plan(planned(b"one\ntwo\n", NEW))
    with case.journal.writing():
        case.writer().recover()
        assert case.journal.entries()[0].state == "planned"


def test_temporary_files_of_a_killed_process_go(folder: Path) -> None:
    note = folder / "a.md"
    note.write_bytes(b"one\ntwo\n")
    Path(temporaries.ready(str(note), b"one\ntwo\n", NEW)).write_bytes(NEW)
    journal = Journal(folder / ".state" / "j.jsonl")
    journal.plan(planned(b"one\ntwo\n", NEW))
    Writer(Vault(folder), journal).change("a.md", append(b"four"))
    assert leftovers(folder) == []
    assert note.read_bytes() == b"one\ntwo\nfour\n"


def fill_at(case: Case, monkeypatch: pytest.MonkeyPatch, *states: str) -> None:
    """Have no room in the journal for these marks."""
    real = case.journal.mark

    def mark(entry_id: str, state: EntryState, undone_hash: str = "") -> None:
        if state in states:
            raise WriteRefusedError("the disk is full")
        real(entry_id, state, undone_hash)

    monkeypatch.setattr(case.journal, "mark", mark)


def test_a_write_that_the_journal_cannot_be_told_of(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = case.writer()
    with monkeypatch.context() as full:
        fill_at(case, full, "dropped")
        with pytest.raises(BusyError, match="has changed"):
            writer.edit("a.md", b"something else", b"new")
    with monkeypatch.context() as full:
        fill_at(case, full, "done")
        written = writer.change("a.md", append(b"three"), "x")
        with pytest.raises(WriteRefusedError, match="disk is full"):
            writer.change("a.md", append(b"not three"))
    assert case.read() == NEW
    assert writer.log() == ()
    writer.change("a.md", append(b"four"), "y")
    assert [(i.command, i.state) for i in writer.log()] == [("y", "done"), ("x", "done")]
    with monkeypatch.context() as full:
        fill_at(case, full, "undone")
        writer.undo(written.id)
    assert case.read() == b"one\ntwo\nfour\n"
    case.save("a.md", case.read() + b"the user's\n")
    again = case.writer()
    again.undo()
    assert [(i.command, i.state) for i in again.log()] == [("y", "undone"), ("x", "undone")]
    assert case.read() == b"one\ntwo\nthe user's\n"


def test_taking_back_that_cannot_be_put_down(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = case.writer()
    with writer.group("two notes"):
        writer.create("b.md", b"made\n")
        writer.change("a.md", append(b"three"))
    real, calls = case.journal.mark, []

    def mark(entry_id: str, state: EntryState, undone_hash: str = "") -> None:
        calls.append(state)
        if calls.count("undoing") == 2:
            raise WriteRefusedError("the disk is full")
        real(entry_id, state, undone_hash)

    with monkeypatch.context() as full:
        full.setattr(case.journal, "mark", mark)
        with pytest.raises(WriteRefusedError, match="disk is full"):
            writer.undo()
    assert (case.read(), case.read("b.md")) == (NEW, b"made\n")
    case.writer().undo()
    assert case.read() == b"one\ntwo\n"


def test_killed_while_taking_back_and_edited_since(case: Case) -> None:
    case.journal.plan(planned(b"one\ntwo\n", NEW))
    case.journal.mark("e", "undoing", file_hash(b"one\ntwo\n"))
    case.save("a.md", b"one\ntwo\nthe user's\n")
    writer = case.writer()
    writer.recover()
    assert [i.state for i in writer.log()] == ["undone"]


@pytest.mark.parametrize(("now", "state"), [(b"- [x] a\nmine\n", "done"), (b"- [ ] a\nmine\n", "undone")])
def test_killed_while_taking_back_two_changes_of_one_line(case: Case, now: bytes, state: str) -> None:
    texts = [b"- [ ] a\n", b"- [/] a\n", b"- [x] a\n"]
    for name, (old, new) in zip("12", pairwise(texts), strict=True):
        case.journal.plan(dataclasses.replace(planned(old, new), id=name))
        case.journal.mark(name, "undoing", file_hash(texts[0]))
    case.save("a.md", now)
    writer = case.writer()
    writer.recover()
    assert [entry.state for entry in case.journal.entries()] == [state] * 2


def test_what_is_changed_along_with_taking_back(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = case.writer()
    with writer.group("two notes"):
        writer.create("b.md", b"made\n")
        writer.change("a.md", append(b"three"))
    case.save("page.md", b"[x]\n")

    def along(taken: tuple[Written, ...]) -> dict[str, Callable[[bytes], bytes]]:
        assert [one.path for one in taken] == ["a.md", "b.md"]
        return {"page.md": lambda data: data.replace(b"x", b" "), "a.md": lambda data: data + b"more\n"}

    with monkeypatch.context() as busy:
        busy.setattr(case.store, "delete_created", lambda *_: (_ for _ in ()).throw(BusyError("busy")))
        with pytest.raises(BusyError):
            writer.undo(None, along, "untick")
    assert (case.read(), case.read("b.md"), case.read("page.md")) == (NEW, b"made\n", b"[x]\n")
    assert [(i.command, i.state) for i in writer.log()] == [("two notes", "done")]
    writer.undo(None, along, "untick")
    assert (case.read(), case.read("page.md")) == (b"one\ntwo\nmore\n", b"[ ]\n")
    assert [(i.command, i.state) for i in writer.log()] == [("untick", "done"), ("two notes", "undone")]
