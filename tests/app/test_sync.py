"""The index after any sequence of changes is what an index made from scratch is."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from mdnet.adapters.index import Index
from mdnet.adapters.index.errors import DamagedIndexError
from mdnet.adapters.memory import MemoryVault
from mdnet.adapters.vault import Vault
from mdnet.app import note_files
from mdnet.app import sync as sync_module
from mdnet.app.sync import SyncReport, sync
from mdnet.core import parse
from mdnet.core.model import Changes
from mdnet.core.settings import Settings
from mdnet.core.store import Scan, UnreadableError, UnsettledError
from mdnet.errors import VaultNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mdnet.core.model import Stamp

SETTINGS = Settings()

ANA = b"---\naliases: [Ana]\n---\n## Needs\n- [ ] a warehouse lead\n"
DAILY = b"- #met [[Ana]] and [[Jo]]: coffee\n"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = Index.open(tmp_path / "cache" / "vault.sqlite", SETTINGS)
    yield opened
    opened.close()


def run(vault: Any, index: Index, settings: Settings = SETTINGS, **options: Any) -> SyncReport:
    return sync(vault, index, settings, **options)


def rebuilt(vault: Any, settings: Settings = SETTINGS) -> list[tuple[Any, ...]]:
    fresh = Index.memory(settings)
    sync(vault, fresh, settings)
    rows = fresh.dump(words=True)
    fresh.close()
    return rows


class TestChanges:
    def test_new_changed_gone(self, index: Index) -> None:
        vault = MemoryVault({"People/Ana Ruiz.md": ANA, "Daily/2026-11-03.md": DAILY})
        first = run(vault, index)
        assert first.read == ("Daily/2026-11-03.md", "People/Ana Ruiz.md")
        assert (first.notes, first.problems, first.warning) == (2, 1, "")
        assert run(vault, index).read == ()
        vault.put("People/Ana Ruiz.md", ANA + b"- [ ] a van\n")
        assert run(vault, index).read == ("People/Ana Ruiz.md",)
        assert [need.text for need in index.network().needs] == ["a warehouse lead", "a van"]
        vault.remove("Daily/2026-11-03.md")
        assert run(vault, index).dropped == ("Daily/2026-11-03.md",)
        assert index.network().exchanges == ()

    def test_an_unchanged_folder_writes_nothing_but_the_time(self, index: Index) -> None:
        vault = MemoryVault({"People/Ana Ruiz.md": ANA})
        run(vault, index)
        generation = index.generation()
        run(vault, index)
        run(vault, index, verify=True)
        vault.put("People/Ana Ruiz.md", ANA)
        assert run(vault, index).read == ()
        assert index.generation() == generation
        assert index.stamps() == dict(vault.scan(SETTINGS).stamps)

    def test_nothing_is_compared_where_the_folder_looks_as_it_did(
        self, index: Index, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vault = MemoryVault({"People/Ana Ruiz.md": ANA, "b.md": b"b"})
        run(vault, index)
        asked: list[str] = []
        real = Index.stamps
        monkeypatch.setattr(Index, "stamps", lambda self: asked.append("stamps") or real(self))
        assert run(vault, index).problems == 0
        assert asked == []
        vault.put("b.md", b"bb")
        assert run(vault, index).read == ("b.md",)
        assert asked == ["stamps"]
        other = Index.open(index.path, SETTINGS)
        with other.writing():  # whatever another process does to the index, it is compared again
            other.drop(["b.md"])
        other.close()
        assert run(vault, index).read == ("b.md",)

    def test_a_touched_note_whose_date_is_the_files(self, index: Index) -> None:
        vault = MemoryVault({"a.md": b"x"})
        run(vault, index)
        for _ in range(90_000):  # a day of seconds later
            vault._changes += 1
        vault.put("a.md", b"x")
        assert run(vault, index).read == ("a.md",)
        assert index.dump(words=True) == rebuilt(vault)
        assert index.dead_notes() == 0

    def test_a_named_part_of_the_vault(self, index: Index) -> None:
        vault = MemoryVault({"a/x.md": b"x", "b/y.md": b"y"})
        run(vault, index)
        vault.put("a/x.md", b"xx")
        vault.put("b/y.md", b"yy")
        vault.put("b/z.md", b"zz")
        assert run(vault, index, only=["a", "b/z.md"]).read == ("a/x.md", "b/z.md")
        vault.remove("b/z.md")
        assert run(vault, index, only=["b/z.md"]).dropped == ("b/z.md",)
        assert run(vault, index).read == ("b/y.md",)

    def test_most_notes_gone_at_once_are_held(self, index: Index) -> None:
        vault = MemoryVault({f"{n}.md": b"x" for n in range(50)})
        run(vault, index)
        for n in range(45):
            vault.remove(f"{n}.md")
        report = run(vault, index)
        assert (len(report.held), report.dropped) == (45, ())
        assert len(index.stamps()) == 50
        report = run(vault, index, full=True)
        assert (report.held, len(index.stamps())) == ((), 5)

    def test_conflict_copies_and_other_finds_are_problems(self, index: Index) -> None:
        copy = "People/Ana Ruiz.sync-conflict-20261103-101500-ABCDEFG.md"
        vault = MemoryVault({"People/Ana Ruiz.md": ANA, copy: ANA + b"- [ ] more\n", "x/y.md": b""})
        report = run(vault, index)
        assert list(index.network().people) == ["People/Ana Ruiz.md"]
        assert [(p.path, p.line) for p in index.problems()] == [(copy, 1)]
        assert report.problems == 1
        assert run(vault, index, only=["x/y.md"]).problems == 1
        vault.remove(copy)
        assert run(vault, index).problems == 0

    def test_mentions(self, index: Index) -> None:
        settings = Settings(mentions_count=True)
        counting = Index.memory(settings)
        vault = MemoryVault({"People/Ana Ruiz.md": ANA, "Daily/2026-11-03.md": b"lunch with [[Ana]], [[nobody]]\n"})
        run(vault, counting, settings)
        assert [(e.verb, e.person) for e in counting.network().exchanges] == [("met", "Ana Ruiz")]
        assert counting.problems() == ()
        run(vault, index)
        assert index.network().exchanges == ()
        counting.close()

    def test_progress(self, index: Index) -> None:
        seen: list[tuple[int, int]] = []
        vault = MemoryVault({f"{n}.md": b"x" for n in range(120)})
        run(vault, index, progress=lambda done, total: seen.append((done, total)))
        assert seen[0] == (0, 120)
        assert seen[-1] == (120, 120)
        assert seen == sorted(seen)


class Counting(MemoryVault):
    """A vault that counts how often a note of it is read."""

    reads = 0

    def read(self, path: str, limit: int | None = None, seen: Stamp | None = None):
        self.reads += 1
        return super().read(path, limit, seen)


class Stubborn(MemoryVault):
    """A vault of which some notes cannot be read just now."""

    fault: dict[str, Exception]

    def read(self, path: str, limit: int | None = None, seen: Stamp | None = None):
        if path in getattr(self, "fault", {}):
            raise self.fault[path]
        return super().read(path, limit, seen)


class TestUnreadable:
    def test_the_last_good_record_is_kept(self, index: Index) -> None:
        vault = Stubborn({"People/Ana Ruiz.md": ANA})
        run(vault, index)
        vault.put("People/Ana Ruiz.md", b"")
        vault.fault = {"People/Ana Ruiz.md": UnreadableError("People/Ana Ruiz.md", "cannot be read: permission denied")}
        assert run(vault, index).problems == 1
        generation = index.generation()
        assert run(vault, index).problems == 1
        assert index.generation() == generation
        assert [need.text for need in index.network().needs] == ["a warehouse lead"]
        assert [p.message for p in index.problems()] == ["cannot be read: permission denied"]
        vault.fault = {}
        vault.put("People/Ana Ruiz.md", ANA)
        assert run(vault, index).problems == 0

    def test_gone_while_unreadable(self, index: Index) -> None:
        vault = Stubborn({"a.md": b"a", "b.md": b"b"})
        vault.fault = {"a.md": UnreadableError("a.md", "cannot be read")}
        assert run(vault, index).problems == 1
        vault.remove("a.md")
        assert run(vault, index).problems == 0

    def test_in_the_middle_of_a_save(self, index: Index) -> None:
        vault = Stubborn({"a.md": b"a", "b.md": b"b"})
        vault.fault = {"a.md": UnsettledError("a.md", "is being written")}
        report = run(vault, index)
        assert (report.waiting, report.problems, report.read) == (("a.md",), 0, ("b.md",))
        vault.fault = {}
        assert run(vault, index).read == ("a.md",)

    def test_a_fault_of_ours_stops_nothing(self, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
        real = parse.parse_note

        def failing(path: str, *rest: Any, **more: Any) -> Any:
            if path == "a.md":
                raise RecursionError("too deep")
            return real(path, *rest, **more)

        monkeypatch.setattr(parse, "parse_note", failing)
        assert run(MemoryVault({"a.md": b"a", "b.md": b"b"}), index).notes == 2
        assert [(p.path, "RecursionError" in p.message) for p in index.problems()] == [("a.md", True)]
        assert [hit.path for hit in index.search("b")] == ["b.md"]

    def test_a_large_note(self, index: Index) -> None:
        small = Settings(max_note_bytes=100)
        vault = MemoryVault({"People/Ana.md": b"---\nrole: buyer\n---\nsail\n" + b"word " * 1000})
        run(vault, index, small)
        assert index.network().people["People/Ana.md"].role == "buyer"
        assert index.search("sail") == []
        assert [p.path for p in index.problems()] == ["People/Ana.md"]


class TestRealFolder:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "vault"
        (folder / "People").mkdir(parents=True)
        (folder / "People" / "Ana Ruiz.md").write_bytes(ANA)
        return folder

    def test_an_edit_that_keeps_the_stamp_is_seen(self, folder: Path, index: Index) -> None:
        note = folder / "People" / "Ana Ruiz.md"
        vault = Vault(folder)
        run(vault, index)
        stamp = index.stamps()["People/Ana Ruiz.md"]
        note.write_bytes(ANA.replace(b"lead", b"boss"))
        with index.writing():  # as if the clock had been too coarse to tell
            found = vault.scan(SETTINGS).stamps["People/Ana Ruiz.md"]
            young = index.young()["People/Ana Ruiz.md"]
            index.touch([("People/Ana Ruiz.md", found, young)])
        assert stamp != found
        run(vault, index)
        assert [need.text for need in index.network().needs] == ["a warehouse boss"]

    def test_a_folder_that_is_called_as_a_note(self, folder: Path, index: Index) -> None:
        inner = folder / "d.md/inner.md"
        inner.parent.mkdir()
        inner.write_text("one")
        vault = Vault(folder)
        run(vault, index)
        inner.write_text("two words")
        for _ in range(2):
            run(vault, index, only=["d.md"])
        assert [row.path for row in index.notes()] == ["People/Ana Ruiz.md", "d.md/inner.md"]

    def test_verify_reads_what_no_stamp_tells(self, folder: Path, index: Index) -> None:
        vault = Vault(folder)
        run(vault, index)
        (folder / "People" / "Ana Ruiz.md").write_bytes(ANA.replace(b"lead", b"boss"))
        with index.writing():
            found = vault.scan(SETTINGS).stamps["People/Ana Ruiz.md"]
            index.touch([("People/Ana Ruiz.md", found, None)])
        assert run(vault, index).read == ()
        assert run(vault, index, verify=True).read == ("People/Ana Ruiz.md",)

    def test_a_note_emptied_just_now_waits_for_a_second_look(self, folder: Path, index: Index) -> None:
        note = folder / "People" / "Ana Ruiz.md"
        vault = Vault(folder)
        run(vault, index)
        note.write_bytes(b"")
        report = run(vault, index)
        assert (report.waiting, report.read) == (("People/Ana Ruiz.md",), ())
        assert len(index.network().needs) == 1
        note.write_bytes(ANA + b"- [ ] a van\n")
        assert run(vault, index).read == ("People/Ana Ruiz.md",)

    def test_a_note_that_stays_empty_is_empty(
        self, folder: Path, index: Index, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vault = Vault(folder)
        run(vault, index)
        (folder / "People" / "Ana Ruiz.md").write_bytes(b"")
        run(vault, index)
        later = time.time_ns() + 3_000_000_000
        monkeypatch.setattr(sync_module.time, "time_ns", lambda: later)
        assert run(vault, index).read == ("People/Ana Ruiz.md",)
        assert index.network().needs == ()

    def test_a_vault_that_is_not_there(self, folder: Path, index: Index) -> None:
        vault = Vault(folder)
        run(vault, index)
        folder.rename(folder.with_name("elsewhere"))
        with pytest.raises(VaultNotFoundError):
            run(vault, index, full=True)
        assert len(index.stamps()) == 1

    @pytest.mark.parametrize("named", [False, True])
    def test_another_process_reads_something_else_meanwhile(
        self, folder: Path, index: Index, monkeypatch: pytest.MonkeyPatch, named: bool
    ) -> None:
        """What a note said before is looked up before it is read; by then the index may say something else."""
        vault, note = Vault(folder), folder / "People/Ana Ruiz.md"
        run(vault, index)
        other = Index.open(index.path, SETTINGS)

        class Beside(Vault):
            def read(self, *arguments: Any) -> Any:
                note.write_bytes(DAILY)
                run(vault, other)
                note.write_bytes(ANA)
                return super().read(arguments[0], arguments[1])

        note.write_bytes(ANA)
        os.utime(note, (1, 1))
        monkeypatch.setattr(sync_module, "RACY_NS", -(10**12))  # what is young is read again, and heals
        run(Beside(folder), index, only=["People/Ana Ruiz.md"] if named else None)
        run(vault, index)
        assert index.dump(words=True) == rebuilt(vault)
        other.close()


@contextmanager
def small_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have even a few notes take the way of many."""
    with monkeypatch.context() as patch:
        patch.setattr(sync_module, "_LONG_BYTES", 100)
        patch.setattr(sync_module, "_COMMIT_BYTES", 300)
        patch.setattr(sync_module, "_BATCH_NOTES", 3)
        patch.setattr(note_files, "DEAD_NOTES", 8)
        yield


NAMES = ["Ana Ruiz", "ana ruiz", "Ana", "Joe Chen", "Zoë", "Zoe\u0308", "@Ben", "Ben", "FreightCo", "2026-11-03"]
FOLDERS = ["", "People/", "Daily/", "Old/People/", "Templates/"]


def some_note(rnd: random.Random) -> bytes:
    name = rnd.choice
    link = f"[[{name(['', '', 'People/', '../', './'])}{name(NAMES)}{name(['', '#h', '|x'])}]]"
    front = name(
        ["", "", f"---\naliases: [{name(NAMES)}]\n---\n", "---\ntype: person\n---\n", "---\nprivate: true\n---\n"]
    )
    lines = [
        f"- #met {link} and [[{name(NAMES)}]]", f"- [ ] #need {link} a van", "- [x] #need a van", "- #offer time",
        f"see {link}", "## Needs\n- [ ] a boat", f"- #gave {link} it ^m-abc-def", "- 2026-10-01 #asked help",
    ]  # fmt: skip
    return (front + "\n".join(rnd.choices(lines, k=rnd.randint(0, 5))) + "\n").encode()


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("long", [False, True])
def test_a_running_index_equals_a_rebuilt_one(
    seed: int, long: bool, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    rnd = random.Random(seed)
    settings = Settings(mentions_count=seed % 5 == 0)
    if settings != SETTINGS:
        index = Index.memory(settings)
    vault = MemoryVault()
    paths = [f"{folder}{name}.md" for folder in FOLDERS for name in NAMES] + ["Me.md"]
    for _ in range(12):
        here = list(vault.scan(settings).stamps)
        touched = set()
        for _ in range(rnd.choice([1, 1, 3, 15])):
            what = rnd.random()
            path = rnd.choice(here) if here and what < 0.6 else rnd.choice(paths)
            touched.add(path)
            try:
                if what < 0.3:
                    vault.remove(path)
                elif what < 0.4 and here:
                    data, _ = vault.read(path)
                    vault.remove(path)
                    other = rnd.choice(paths)
                    vault.put(other, data)
                    touched.add(other)
                else:
                    vault.put(path, some_note(rnd))
            except (KeyError, UnreadableError):
                continue
        only = touched if rnd.random() < 0.5 else None
        if long and rnd.random() < 0.7:
            with small_steps(monkeypatch):
                report = run(vault, index, settings, only=only)
        else:
            report = run(vault, index, settings, only=only)
        if report.held:
            run(vault, index, settings, full=True)
        assert index.dump(words=True) == rebuilt(vault, settings)
        assert index.problem_count() == len(index.problems())


class TestDeadText:
    """What is dead in the text index is taken out, be it of many notes or of one long one."""

    LONG = b"".join(b"line %d of a long log\n" % n for n in range(20_000))

    def test_a_long_note_that_is_saved_often(self, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(note_files, "DEAD_BYTES", 1_000_000)
        vault = MemoryVault({"Log.md": self.LONG, "a.md": b"a"})
        run(vault, index)
        once = index.status().bytes
        for n in range(20):
            vault.put("Log.md", self.LONG + b"saved %d times\n" % n)
            run(vault, index)
        assert index.status().bytes < 6 * once
        assert index.dump(words=True) == rebuilt(vault)

    def test_how_much_of_it_is_dead(self, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = Settings(max_note_bytes=1000)
        index = Index.memory(settings)
        vault = MemoryVault({"a.md": b"a" * 100, "b.md": b"b" * 200, "c.md": b"c" * 3000})
        run(vault, index, settings)
        assert (index.dead_bytes(), index.live_bytes()) == (0, 300)
        vault.put("a.md", b"a " * 300)
        vault.put("b.md", b"b" * 200)
        vault.put("c.md", b"c " * 3000)  # of which no text is kept
        run(vault, index, settings)
        assert (index.dead_bytes(), index.live_bytes()) == (100, 800)
        vault.remove("a.md")
        run(vault, index, settings)
        assert (index.dead_bytes(), index.live_bytes()) == (700, 200)
        monkeypatch.setattr(note_files, "DEAD_BYTES", 701)
        assert note_files.wear(index, 2) < 1
        monkeypatch.setattr(note_files, "DEAD_BYTES", 350)
        assert note_files.wear(index, 2) == 2
        note_files.rewrite_text(vault, index, settings, ["b.md", "c.md"])
        assert (index.dead_bytes(), note_files.wear(index, 2)) == (0, 0)

    def test_in_a_large_vault_more_of_it_may_be_dead(self, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(note_files, "DEAD_BYTES", 100)
        vault = MemoryVault({f"{n}.md": b"x" * 100 for n in range(10)})
        run(vault, index)
        for n in range(4):
            vault.put(f"{n}.md", b"y" * 100)
        run(vault, index)
        assert note_files.wear(index, 10) == 400 / 1000


class Growing(MemoryVault):
    """A vault in which, whenever a note is read, another is written and an older one changed or deleted."""

    made = 0

    def read(self, path: str, limit: int | None = None, seen: Stamp | None = None):
        found = super().read(path, limit, seen)
        if self.made < 40:
            self.made += 1
            self.put(f"{self.made % 7}/new {self.made}.md", b"- #met [[0]] grown%d\n" % self.made)
            self.put(f"{self.made}.md", b"- #met [[1]] changed\n")
            if self.made == 5:
                self.remove("59.md")
        return found


def test_a_vault_that_changes_while_it_is_read(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Growing({f"{n}.md": b"- #met [[0]] word%d\n" % n for n in range(60)})
    with small_steps(monkeypatch):
        first = run(vault, index)
    assert vault.made == 40
    assert first.waiting == ("59.md",)
    run(vault, index)
    assert index.dump(words=True) == rebuilt(vault)


def interrupt(vault: MemoryVault, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a load of many notes end after 20 of them."""

    def stop(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with small_steps(monkeypatch), monkeypatch.context() as patch:
        patch.setattr(sync_module, "_PROGRESS_EVERY", 20)
        with pytest.raises(KeyboardInterrupt):
            run(vault, index, progress=stop)


class TestInterruptions:
    def vault(self) -> MemoryVault:
        return MemoryVault({f"{n}.md": b"- #met [[0]] word%d\n" % n for n in range(60)})

    def test_from_the_keyboard(self, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
        vault = self.vault()

        interrupt(vault, index, monkeypatch)
        kept = len(index.stamps())
        assert kept == 20
        with small_steps(monkeypatch):
            assert len(run(vault, index).read) == 60 - kept
        assert index.dump(words=True) == rebuilt(vault)

    def test_of_many_notes_that_hold_next_to_nothing(self, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
        """As of any other, what was read stays, and few of them are in memory at once."""
        vault = self.vault()
        sizes: list[int] = []
        put = Index.put

        def interrupted(self: Index, entries: Any, *args: Any, **options: Any) -> None:
            put(self, entries, *args, **options)
            sizes.append(len(entries))
            if sum(sizes) >= 30:
                raise KeyboardInterrupt

        monkeypatch.setattr(Index, "put", interrupted)
        monkeypatch.setattr(sync_module, "_BATCH_NOTES", 10)
        monkeypatch.setattr(sync_module, "_COMMIT_BYTES", 1)
        with pytest.raises(KeyboardInterrupt):
            run(vault, index)
        assert sizes == [10, 10, 10]
        assert len(index.stamps()) == 20
        monkeypatch.setattr(Index, "put", put)
        run(vault, index)
        assert index.dump(words=True) == rebuilt(vault)

    def test_the_text_index_is_made_ready_for_few_notes_again(
        self, index: Index, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vault = self.vault()
        interrupt(vault, index, monkeypatch)
        run(vault, index)  # what is left is little
        finished = dict(index._db.execute("select k, v from text_config"))
        assert (finished["hashsize"], finished["crisismerge"]) == (1024 * 1024, 1000)
        assert not index.unfinished()

    def test_even_where_nothing_is_left_to_read(self, index: Index) -> None:
        vault = self.vault()
        run(vault, index)
        with index.writing():
            index.begin_long(resolve_all=False)
        assert index.unfinished()
        vault.put("0.md", b"- #met [[0]] word0\n")  # a look that is not known yet, and nothing to read
        run(vault, index)
        assert not index.unfinished()
        size = dict(index._db.execute("select k, v from text_config"))["hashsize"]
        assert size == 1024 * 1024

    @pytest.mark.parametrize("change", ["changed", "gone"])
    def test_no_note_is_forgotten_by_looking_through_all_rows(
        self, index: Index, monkeypatch: pytest.MonkeyPatch, change: str
    ) -> None:
        """What a first load that was interrupted has left out, is made before notes of it are read again."""
        vault = self.vault()
        interrupt(vault, index, monkeypatch)
        for n in range(10, 18):
            if change == "changed":
                vault.put(f"{n}.md", b"- #met [[1]] other%d\n" % n)
            else:
                vault.remove(f"{n}.md")
        ways: list[str] = []
        forget = Index._forget

        def watched(self: Index, ids: Any) -> None:
            if ids:
                ways.extend(row[3] for row in self._db.execute("explain query plan delete from links where note = 1"))
            forget(self, ids)

        monkeypatch.setattr(Index, "_forget", watched)
        with small_steps(monkeypatch):
            run(vault, index)
        assert ways
        assert all(way.startswith("SEARCH") for way in ways)
        assert index.dump(words=True) == rebuilt(vault)

    @pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_while_notes_are_put(self, index: Index, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
        vault = self.vault()
        put = Index.put

        def interrupted(self: Index, *args: Any, **options: Any) -> None:
            os.kill(os.getpid(), number)
            put(self, *args, **options)

        monkeypatch.setattr(Index, "put", interrupted)
        before = signal.signal(number, signal.default_int_handler)
        try:
            with small_steps(monkeypatch), pytest.raises(KeyboardInterrupt):
                run(vault, index)
        finally:
            signal.signal(number, before)
        assert len(index.stamps()) == 3
        monkeypatch.setattr(Index, "put", put)
        run(vault, index)
        assert index.dump(words=True) == rebuilt(vault)

    @pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
    def test_killed(self, tmp_path: Path) -> None:
        folder = tmp_path / "vault"
        folder.mkdir()
        for n in range(400):
            (folder / f"{n}.md").write_bytes(b"---\naliases: [n%d]\n---\n- #met [[n%d]] %s\n" % (n, n + 1, b"w " * 500))
        path = tmp_path / "cache" / "vault.sqlite"
        code = (
            "import sys, pathlib\nfrom mdnet.adapters.index import Index\n"
            "from mdnet.adapters.vault import Vault\nfrom mdnet.app import sync as s\n"
            "from mdnet.core.settings import Settings\n"
            "s._LONG_BYTES, s._COMMIT_BYTES, s._BATCH_NOTES = 1, 20000, 10\n"
            "index = Index.open(pathlib.Path(sys.argv[2]), Settings())\nprint('go', flush=True)\n"
            "s.sync(Vault(sys.argv[1]), index, Settings())\n"
        )
        rnd = random.Random(1)
        for _ in range(6):
            child = subprocess.Popen([sys.executable, "-c", code, folder, path], stdout=subprocess.PIPE)
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(rnd.random() * 0.15)
            child.kill()
            assert child.wait() in (0, -signal.SIGKILL)
            child.stdout.close()
        index = Index.open(path, SETTINGS)
        index.check()
        run(Vault(folder), index)
        assert index.dump(words=True) == rebuilt(Vault(folder))
        index.close()


class TestTrouble:
    def test_two_at_once(self, tmp_path: Path, index: Index) -> None:
        vault = MemoryVault({f"{n}.md": b"- #met [[0]]\n" for n in range(30)})
        other = Index.open(index.path, SETTINGS)
        real = vault.scan

        def scan(settings: Settings, only: Any = None) -> Scan:
            found = real(settings, only)
            vault.scan = real
            run(vault, other)  # the other one is faster
            return found

        vault.scan = scan
        run(vault, index)
        assert index.dump(words=True) == rebuilt(vault)
        other.close()

    @pytest.mark.parametrize("long", [False, True])
    def test_what_another_process_has_read_meanwhile_is_not_read_again(
        self, index: Index, monkeypatch: pytest.MonkeyPatch, long: bool
    ) -> None:
        """It is the other one's turn when we have just seen that nothing is known, as when we wait for the lock."""
        vault, other = (
            Counting({f"{n}.md": b"- #met [[0]] word%d\n" % n for n in range(60)}),
            Index.open(index.path, SETTINGS),
        )
        stamps = Index.stamps

        def overtaken(self: Index) -> dict[str, Stamp]:
            found = stamps(self)
            monkeypatch.setattr(Index, "stamps", stamps)
            vault.put("new.md", b"- #met [[0]] newer than our look\n")
            run(vault, other)
            vault.reads = 0
            return found

        monkeypatch.setattr(Index, "stamps", overtaken)
        with small_steps(monkeypatch) if long else monkeypatch.context():
            report = run(vault, index)
        assert (report.read, report.dropped, vault.reads if long else 0) == ((), (), 0)
        assert "new.md" in index.stamps()
        assert index.dump(words=True) == rebuilt(vault)
        other.close()

    def test_two_loads_of_one_vault_share_the_work(self, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever comes after the other's turn goes on from there."""
        vault = Counting({f"{n}.md": b"- #met [[0]] word%d\n" % n for n in range(60)})
        other = Index.open(index.path, SETTINGS)
        seen: list[tuple[int, int]] = []
        collect = sync_module.gc.collect

        def turn() -> int:
            monkeypatch.setattr(sync_module.gc, "collect", collect)
            interrupt(vault, other, monkeypatch)
            return collect()

        monkeypatch.setattr(sync_module.gc, "collect", turn)
        with small_steps(monkeypatch):
            report = run(vault, index, progress=lambda done, total: seen.append((done, total)))
        assert vault.reads == 60
        assert 0 < len(report.read) < 60
        assert report.new == report.read
        assert seen == sorted(seen)
        assert {total for _, total in seen} == {60}
        assert index.dump(words=True) == rebuilt(vault)
        other.close()

    def test_one_who_writes_all_the_time_holds_nobody_up_for_ever(
        self, index: Index, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vault = MemoryVault({f"{n}.md": b"- #met [[0]] word%d\n" % n for n in range(10)})
        other = Index.open(index.path, SETTINGS)
        stamps = Index.stamps
        asked: list[int] = []

        def overtaken(self: Index) -> dict[str, Stamp]:
            found = stamps(self)
            if self is index:
                asked.append(1)
                vault.put("busy.md", b"%d" % len(asked))
                run(vault, other)
            return found

        monkeypatch.setattr(Index, "stamps", overtaken)
        run(vault, index)
        for n in range(10):
            vault.put(f"{n}.md", b"changed%d" % n)
        asked.clear()
        monkeypatch.setattr(sync_module, "plan", lambda *_, **__: Changes(tuple(vault.scan(SETTINGS).stamps)))
        run(vault, index)
        assert len(asked) == 1 + sync_module._PATIENCE
        monkeypatch.undo()
        run(vault, index)
        assert index.dump(words=True) == rebuilt(vault)
        other.close()

    def test_a_writer_who_does_not_stop(self, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
        vault = MemoryVault({"a.md": b"a"})
        run(vault, index)
        monkeypatch.setattr("mdnet.adapters.index.schema.BUSY_MS", 20)
        other = Index.open(index.path, SETTINGS)
        vault.put("a.md", b"changed")
        with index.writing():
            report = run(vault, other)
        assert "another mdnet" in report.warning
        assert list(other.stamps()) == ["a.md"]
        assert run(vault, other).read == ("a.md",)
        other.close()

    def test_a_damaged_index_is_made_anew(self, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
        vault = MemoryVault({"People/Ana Ruiz.md": ANA})
        run(vault, index)
        calls: list[int] = []
        real = Index.stamps

        def stamps(self: Index) -> Any:
            calls.append(1)
            if len(calls) == 1:
                raise DamagedIndexError("pages overwritten")
            return real(self)

        monkeypatch.setattr(Index, "stamps", stamps)
        vault.put("b.md", b"b")
        report = run(vault, index)
        assert (report.read, report.warning) == (("People/Ana Ruiz.md", "b.md"), "")

    def test_deleted_while_open(self, index: Index) -> None:
        vault = MemoryVault({"a.md": b"a"})
        run(vault, index)
        for path in index.path.parent.iterdir():
            path.unlink()
        assert run(vault, index).read == ("a.md",)
        assert index.path.exists()

    def test_an_index_that_cannot_be_kept(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        index = Index.open(tmp_path / "file" / "x.sqlite", SETTINGS)
        report = run(MemoryVault({"a.md": b"a"}), index)
        assert report.read == ("a.md",)
        assert "cannot be kept" in report.warning
        index.close()
