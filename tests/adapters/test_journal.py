"""The journal of writes."""

import json
import os
import re
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mdnet.adapters import journal as module
from mdnet.adapters.journal import Journal
from mdnet.core.undo import Entry, describe, file_hash
from mdnet.errors import BusyError, WriteRefusedError
from tests.support import require
from tests.vaults import as_nobody


def entry(number: int, old: bytes = b"a\n", new: bytes = b"a\nb\n") -> Entry:
    return Entry(
        str(number), f"g{number}", "2026-11-03T10:15:00+00:00", "need Ann", "People/Ann.md", "edit",
        describe(old, new), file_hash(old), file_hash(new),
    )  # fmt: skip


@pytest.fixture
def journal(folder: Path) -> Journal:
    return Journal(folder / "state" / "vault.jsonl")


def test_entries_come_back_as_they_were(journal: Journal) -> None:
    assert journal.entries() == ()
    journal.plan(entry(1))
    journal.plan(entry(2))
    journal.mark("1", "done")
    assert journal.entries() == (replace(entry(1), state="done"), entry(2))
    journal.mark("1", "undoing", "hash")
    assert journal.entries()[0] == replace(entry(1), state="undoing", undone_hash="hash")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(old=st.binary(max_size=900), new=st.binary(max_size=900), path=st.text(st.characters(), max_size=9))
def test_any_bytes_and_names(folder: Path, old: bytes, new: bytes, path: str) -> None:
    journal = Journal(folder / "vault.jsonl")
    made = replace(entry(1, old, new), path=os.fsdecode(os.fsencode(path.encode("utf-8", "replace") + b"\xff")))
    journal.plan(made)
    assert journal.entries() == (made,)


def test_only_the_user_may_read_it(journal: Journal, folder: Path) -> None:
    journal.plan(entry(1))
    assert stat.S_IMODE((folder / "state").stat().st_mode) == 0o700
    for path in (folder / "state").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_text_is_readable_and_long_text_is_small(journal: Journal, folder: Path) -> None:
    journal.plan(entry(1, b"", b"a need in plain words\n"))
    journal.plan(entry(2, b"", b"word after word\n" * 10_000))
    lines = (folder / "state/vault.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["spans"][0]["new"] == "\na need in plain words"
    assert len(lines[1]) < 2000


def test_a_line_cut_off_by_a_crash_is_passed_over(journal: Journal, folder: Path) -> None:
    journal.plan(entry(1))
    with open(folder / "state/vault.jsonl", "ab") as file:
        file.write(b'{"id":"2","path":"People')
    journal.mark("1", "done")
    journal.plan(entry(3))
    for broken in (b"null\n", b"[]\n", b"\xff\n", b'{"id":"9"}\n', b'{"id":"9","path":"x","spans":[{}]}\n', b"\n"):
        with open(folder / "state/vault.jsonl", "ab") as file:
            file.write(broken)
    assert [(e.id, e.state) for e in journal.entries()] == [("1", "done"), ("3", "planned")]


def test_it_does_not_grow_for_ever(journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.KEPT == 1000
    for name, value in (("_LARGE", 1000), ("KEPT", 20), ("_MOST", 40)):
        monkeypatch.setattr(module, name, value)
    for number in range(105):
        journal.plan(entry(number, new=b'a\n"path":"path":\n'))
        journal.mark(str(number), "done")
    kept = journal.entries()
    assert 20 <= len(kept) <= 40
    assert [int(e.id) for e in kept] == list(range(105 - len(kept), 105))
    assert all(e.state == "done" for e in kept)
    assert sorted(p.name for p in (folder / "state").iterdir()) == [
        "vault.jsonl", "vault.jsonl.lock", "vault.jsonl.room",
    ]  # fmt: skip


def test_no_entry_is_lost_when_several_write(folder: Path) -> None:
    script = (
        "import sys; from mdnet.adapters.journal import Journal; from tests.adapters.test_journal import entry\n"
        "journal = Journal(sys.argv[1])\n"
        "for n in range(50): journal.plan(entry(int(sys.argv[2]) + n)); journal.mark(str(int(sys.argv[2]) + n), 'done')"
    )
    import sys

    root = Path(__file__).resolve().parents[2]
    running = [
        subprocess.Popen([sys.executable, "-c", script, folder / "j.jsonl", str(start)], cwd=root)
        for start in (0, 100, 200)
    ]
    assert [child.wait() for child in running] == [0, 0, 0]
    entries = Journal(folder / "j.jsonl").entries()
    assert len(entries) == 150
    assert all(e.state == "done" for e in entries)


def test_open_entries_are_stale_only_when_nobody_writes(journal: Journal) -> None:
    require(os.name == "posix", "locks")
    with journal.writing(), journal.writing(), journal.settling() as alone:
        assert not alone
    with journal.settling() as alone:
        assert alone
        with journal.settling() as other:
            assert not other


def test_a_journal_that_cannot_be_written(journal: Journal, folder: Path) -> None:
    journal.plan(entry(1))
    with as_nobody(folder):
        (folder / "state/vault.jsonl").chmod(0o400)
        with pytest.raises(
            WriteRefusedError, match=r"vault.jsonl: the journal cannot be written .*no note was touched"
        ):
            journal.plan(entry(2))
        (folder / "state/vault.jsonl").chmod(0)
        with pytest.raises(WriteRefusedError, match="the journal cannot be read"):
            journal.entries()
        (folder / "state").chmod(0)
        with pytest.raises(WriteRefusedError, match="the journal cannot be locked"), journal.writing():
            pass


def test_a_full_disk_leaves_no_half_line(journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.plan(entry(1))
    before = (folder / "state/vault.jsonl").read_bytes()
    real = os.write
    calls = []

    def write(handle: int, data: bytes) -> int:
        calls.append(data)
        if len(calls) == 1:
            return real(handle, data[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(WriteRefusedError, match="No space left"):
        journal.plan(entry(2))
    assert (folder / "state/vault.jsonl").read_bytes() == before


def test_a_lock_that_is_held_for_long(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    require(os.name == "posix", "locks")
    with (
        journal._lock("lock"),
        pytest.raises(BusyError, match="another mdnet holds the journal"),
        journal._lock("lock", wait=0.05),
    ):
        pass


def test_the_mark_of_a_write_has_its_room_on_a_full_disk(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.plan(entry(1))
    room = folder / "state/vault.jsonl.room"
    assert room.stat().st_size == 4096
    real = os.write

    def write(handle: int, data: bytes) -> int:
        if room.exists():
            raise OSError(28, "No space left on device")
        return real(handle, data)

    with monkeypatch.context() as full:
        full.setattr(os, "write", write)
        journal.mark("1", "done")
        assert [e.state for e in journal.entries()] == ["done"]
    journal.plan(entry(2))
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(WriteRefusedError) as refused:
            journal.mark("2", "done")
        assert "no note was touched" not in str(refused.value)
        with pytest.raises(WriteRefusedError, match="no note was touched"):  # no room could be taken
            journal.plan(entry(3))
    journal.plan(entry(4))
    assert [(e.id, e.state) for e in journal.entries()] == [("1", "done"), ("2", "planned"), ("4", "planned")]


def test_a_damaged_line_is_passed_over_and_told(journal: Journal, folder: Path) -> None:
    path = folder / "state/vault.jsonl"
    journal.plan(entry(1))
    journal.mark("1", "done")
    good = path.read_bytes()
    made = journal.entries()[0]
    for at in range(len(good)):
        for bit in range(8):
            bad = bytearray(good)
            bad[at] ^= 1 << bit
            path.write_bytes(bad)
            found = journal.entries()
            assert found in ((), (replace(made, state="planned"),), (made,)), bytes(bad)
            last = at == len(good) - 1  # a line without an end may be being written
            assert last or journal.damaged() or found == (made,), bytes(bad)


def test_a_journal_of_long_ago_has_no_checksums(journal: Journal, folder: Path) -> None:
    path = folder / "state/vault.jsonl"
    journal.plan(entry(1))
    journal.mark("1", "done")
    old = re.sub(rb',"sum":"[0-9a-f]{8}"', b"", path.read_bytes())
    path.write_bytes(old)
    assert journal.entries() == (replace(entry(1), state="done"),)
    path.write_bytes(old.replace(b"2026-11-03T", b"2026-11-93T"))
    assert (journal.entries(), journal.damaged()) == ((), (1,))
    path.write_bytes(old.replace(b'"done"', b'"dome"'))
    assert ([e.state for e in journal.entries()], journal.damaged()) == (["planned"], (2,))
