"""The index: what is put is found again, what is damaged is made anew."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.adapters.index import Entry, Index, write
from mdnet.adapters.index.errors import DamagedIndexError, IndexBusyError
from mdnet.adapters.index.rows import pack_person, pack_record, unpack_people, unpack_records
from mdnet.core.fulltext import open_ended, query, searchable
from mdnet.core.model import VERBS, Link, Note, Person, Problem, Record, Stamp
from mdnet.core.settings import Settings
from mdnet.errors import IndexUnavailableError
from tests import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

DAY = date(2026, 11, 3)
SETTINGS = Settings()


@pytest.fixture
def index(tmp_path: Path):
    opened = Index.open(tmp_path / "cache" / "vault.sqlite", SETTINGS)
    yield opened
    opened.close()


def put(index: Index, *notes: Note) -> None:
    with index.writing():
        index.put([Entry(note, Stamp(len(note.body), 1, 2, 3), hash(repr(note))) for note in notes])
        index.add_indexes()
        index.resolve()


def need(text: str, line: int, *people: str, **more: Any) -> Record:
    return Record("need", line, f"- [ ] #need {text}", text, people, len(people), ", ".join(people), mark=" ", **more)


ANA = Note(
    "People/Ana Ruiz.md", "Ana Ruiz", kind="person", date=DAY, aliases=("Ana",), properties={"company": "FreightCo"},
    records=(need("a warehouse lead", 9), need("a lawyer", 10, due=DAY, priority=2)), body="likes sailing",
)  # fmt: skip
JOE = Note("People/Joe Chen.md", "Joe Chen", kind="person", date=DAY, body="an attorney")
DAILY = Note(
    "Daily/2026-11-03.md", "2026-11-03", date=DAY, date_source="name",
    links=(Link("Ana", 3), Link("People/Joe Chen", 4)),
    records=(Record("met", 3, "- #met [[Ana]] coffee", "coffee", ("Ana", "Jo Chen"), 1, "Ana"),),
    problems=(Problem("Daily/2026-11-03.md", 8, "an impossible date"),), body="met Ana for coffee\nthe attorney too",
)  # fmt: skip


class TestNetwork:
    def test_is_what_the_notes_say(self, index: Index) -> None:
        put(index, ANA, JOE, DAILY)
        notes = [ANA, JOE, DAILY]
        assert replace(index.network(), problems=()) == replace(plain.network(notes, SETTINGS), problems=())
        assert index.problems() == plain.network(notes, SETTINGS).problems
        assert index.problem_count() == len(index.problems()) == 2

    def test_of_one_person(self, index: Index) -> None:
        put(index, ANA, JOE, DAILY)
        ana = index.network(ANA.path)
        assert list(ana.people) == [ANA.path]
        assert ana.needs == index.network().needs
        assert [exchange.verb for exchange in ana.exchanges] == ["met"]
        assert not index.network("People/Nobody.md").people

    def test_a_new_alias_is_found_by_links_written_before(self, index: Index) -> None:
        put(index, ANA, JOE, DAILY)
        put(index, replace(JOE, aliases=("Jo Chen",)))
        assert [exchange.person for exchange in index.network().exchanges] == ["Ana Ruiz", "Joe Chen"]
        put(index, JOE)
        assert [exchange.person for exchange in index.network().exchanges] == ["Ana Ruiz"]

    def test_a_note_that_goes_takes_its_facts_along(self, index: Index) -> None:
        put(index, ANA, JOE, DAILY)
        with index.writing():
            index.drop([ANA.path])
            index.resolve()
        network = index.network()
        assert (list(network.people), network.needs, network.exchanges) == ([JOE.path], (), ())
        assert "no note or alias is called [[Ana]]" in [p.message.partition(";")[0] for p in index.problems()]

    def test_two_needs_of_one_wording(self, index: Index) -> None:
        put(index, replace(ANA, records=(need("a van", 5), need("A van.", 7))))
        assert [(p.line, "twice" in p.message) for p in index.problems()] == [(7, True)]
        assert index.problem_count() == 1


class TestReading:
    def test_few_records_are_in_memory_at_once(self, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
        """However many a single note holds."""
        sizes: list[int] = []
        unpack = write.unpack_records

        def counted(data: Sequence[str]) -> Iterator[Record]:
            sizes.append(len(data))
            return unpack(data)

        monkeypatch.setattr(write, "unpack_records", counted)
        monkeypatch.setattr(write, "_MANY_RECORDS", 10, raising=False)
        many = replace(ANA, records=tuple([need(f"thing {n}", n + 1) for n in range(25)]))
        lost = Record("met", 3, "- #met [[Nobody]] coffee", "coffee", ("Nobody",), 1, "Nobody")
        put(index, many, JOE, replace(DAILY, records=tuple([replace(lost, line=n + 1) for n in range(7)])))
        assert sizes == [10, 10, 10, 2]
        assert [need.text for need in index.network().needs] == [f"thing {n}" for n in range(25)]
        assert [problem.line for problem in index.problems() if "Nobody" in problem.message] == list(range(1, 8))

    def test_notes(self, index: Index) -> None:
        put(index, ANA, DAILY)
        row = index.note(DAILY.path)
        assert row is not None
        assert (row.path, row.kind, row.date) == (DAILY.path, "note", DAY)
        assert index.note("nothing.md") is None
        assert [note.path for note in index.notes()] == [DAILY.path, ANA.path]

    def test_backlinks(self, index: Index) -> None:
        put(index, ANA, JOE, DAILY, replace(JOE, path="Old/Joe Chen.md"))
        assert index.backlinks(ANA.path) == [DAILY.path]
        assert index.backlinks(JOE.path) == [DAILY.path]
        assert index.backlinks("Old/Joe Chen.md") == []
        assert index.backlinks("nothing.md") == []

    def test_stamps(self, index: Index) -> None:
        put(index, ANA)
        assert index.stamps() == {ANA.path: Stamp(len(ANA.body), 1, 2, 3)}
        with index.writing():
            index.touch([(ANA.path, Stamp(9, 8, 7, 6), 5)])
        assert index.stamps() == {ANA.path: Stamp(9, 8, 7, 6)}
        assert index.young() == {ANA.path: 5}

    def test_stamps_of_a_part(self, index: Index) -> None:
        put(index, ANA, JOE, DAILY, replace(JOE, path="Root.md"))
        with index.writing():
            index.touch([(ANA.path, Stamp(9, 8, 7, 6), 5)])
        stamps, young, before = index.known_below(["People", "nothing", "Root.md", "Peo"])
        assert (sorted(stamps), young) == ([ANA.path, JOE.path, "Root.md"], {ANA.path: 5})
        assert before == {path: index.read_before(path) for path in stamps}
        assert index.all_read_before() == {path: index.read_before(path) for path in index.stamps()}
        assert index.known_below([JOE.path])[0] == {JOE.path: Stamp(len(JOE.body), 1, 2, 3)}
        assert index.known_below([""])[0] == index.stamps()

    def test_what_is_no_text_is_not_there(self, index: Index) -> None:
        put(index, ANA)
        bad = "People/\udc80.md"
        assert (index.note(bad), index.backlinks(bad), index.search("a\udc80"), index.network(bad).people) == (
            None, [], [], {},
        )  # fmt: skip
        assert index.known_below([bad, "\udc80", "People"])[0].keys() == {ANA.path}

    def test_derived_data_goes_with_the_text_it_came_from(self, index: Index) -> None:
        put(index, ANA, JOE)
        with index.writing():
            index.put_derived("vector", [(ANA.path, "a", b"1"), (JOE.path, "j", b"2"), ("nothing.md", "n", b"3")])
        assert index.derived("vector") == [(ANA.path, "a", b"1"), (JOE.path, "j", b"2")]
        put(index, ANA, replace(JOE, body="another"))
        assert index.derived("vector") == [(ANA.path, "a", b"1")]
        assert index.derived("vector", ANA.path) == [(ANA.path, "a", b"1")]
        with index.writing():
            index.drop_derived("vector")
        assert index.derived("vector") == []

    def test_derived_data_is_read_page_by_page(self, index: Index) -> None:
        put(index, ANA, JOE)
        with index.writing():
            index.put_derived("vector", [(ANA.path, "a", b"1"), (ANA.path, "b", b"2"), (JOE.path, "a", b"3")])
            index.put_derived("other", [(JOE.path, "z", b"4")])
        read: list[tuple[str, str, bytes]] = []
        page = index.derived_page("vector", limit=2)
        while page:
            read += [row[1:] for row in page]
            page = index.derived_page("vector", (page[-1][0], page[-1][2]), limit=2)
        assert read == index.derived("vector")

    def test_generation_tells_changes(self, index: Index) -> None:
        before = index.generation()
        put(index, ANA)
        changed = index.generation()
        with index.writing():
            index.touch([(ANA.path, Stamp(9, 8, 7, 6), None)])
        assert before < changed == index.generation()


class TestSearch:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("attorneys", [JOE.path, DAILY.path]),
            ("coffee attorney", [DAILY.path]),
            ('"attorney too"', [DAILY.path]),
            ('"too attorney"', []),
            ('"attorney to', []),
            ("attor*", [JOE.path, DAILY.path]),
            ('"the att"*', [DAILY.path]),
            ("freightco", [ANA.path]),
            ("Sailing!", [ANA.path]),
            ("", []),
            ("- & *", []),
        ],
    )
    def test_words(self, index: Index, text: str, found: list[str]) -> None:
        put(index, ANA, JOE, DAILY)
        assert [hit.path for hit in index.search(text)] == found

    def test_a_name_goes_before_a_mention(self, index: Index) -> None:
        put(index, DAILY, ANA)
        assert index.search("ana")[0].path == ANA.path
        assert len(index.search("ana", limit=1)) == 1

    def test_a_hit_tells_of_its_note(self, index: Index) -> None:
        put(index, ANA, replace(DAILY, title="Third of November", private=True))
        hit = index.search("attorney")[0]
        assert (hit.title, hit.kind, hit.private, hit.date) == ("Third of November", "note", True, DAY)
        assert [hit.kind for hit in index.search(ANA.title)] == ["person"]

    def test_old_text_is_not_found(self, index: Index) -> None:
        put(index, JOE)
        put(index, replace(JOE, body="a baker"))
        assert [hit.path for hit in index.search("baker")] == [JOE.path]
        assert index.search("attorney") == []
        assert index.dead_notes() == 1
        with index.writing():
            index.rewrite_text(iter([replace(JOE, body="a baker")]))
        assert index.dead_notes() == 0
        assert [hit.path for hit in index.search("baker")] == [JOE.path]

    def test_scripts_without_spaces_and_accents(self, index: Index) -> None:
        put(index, replace(JOE, body="東京で会議をした。 cafe\u0301 Łódź"))
        for text in ("東京", "会議", "café", "cafe", "łódź", "京で会"):
            assert [hit.path for hit in index.search(text)] == [JOE.path], text
        assert index.search("京東") == []

    @given(st.text() | st.text(alphabet='"*-^:(){}+ aNEARORAND\0東'))
    def test_nothing_that_is_typed_is_syntax(self, text: str) -> None:
        db = sqlite3.connect(":memory:")
        db.execute("create virtual table text using fts5 (title, body)")
        for wanted in (query(text), query(open_ended(text))):
            if wanted:
                db.execute("select * from text where text match ?", (wanted,)).fetchall()
        assert bool(query(text)) == bool(query(open_ended(text)))
        db.close()

    @given(st.text(alphabet='"*- anbcŁ東', min_size=1))
    def test_words_that_may_go_on_find_no_less(self, text: str) -> None:
        db = sqlite3.connect(":memory:")
        db.execute(
            "create virtual table text using fts5 (title, body, tokenize='porter unicode61 remove_diacritics 2')"
        )
        db.execute("insert into text (body) values (?)", (searchable(text),))
        if wanted := query(text):
            for one in (wanted, query(open_ended(text))):
                assert db.execute("select count(*) from text where text match ?", (one,)).fetchone() == (1,), one
        db.close()

    @given(st.text())
    def test_searchable_keeps_ascii(self, text: str) -> None:
        assert not text.isascii() or searchable(text) == text


class TestFile:
    def test_is_the_users_alone(self, index: Index) -> None:
        put(index, ANA)
        assert index.path is not None
        if sys.platform != "win32":
            assert stat.S_IMODE(index.path.parent.stat().st_mode) == 0o700
            for path in index.path.parent.iterdir():
                assert stat.S_IMODE(path.stat().st_mode) == 0o600, path

    def test_lasts(self, index: Index) -> None:
        put(index, ANA)
        index.close()
        again = Index.open(index.path, SETTINGS)
        assert list(again.network().people) == [ANA.path]
        again.close()

    @pytest.mark.parametrize("settings", [Settings(me="I.md"), Settings(verbs={"brauche": "need"})])
    def test_other_settings_read_everything_anew(self, index: Index, settings: Settings) -> None:
        put(index, ANA)
        index.close()
        again = Index.open(index.path, settings)
        assert again.stamps() == {}
        again.close()

    @pytest.mark.parametrize("damage", ["garbage", "half", "empty", "other", "header"])
    def test_is_made_anew(self, index: Index, damage: str) -> None:
        path = index.path
        put(index, ANA, JOE, DAILY)
        index.close()
        whole = path.read_bytes()
        if damage == "other":
            path.unlink()
            other = sqlite3.connect(path)
            other.execute("create table meta (key, value)")
            other.commit()
            other.close()
        else:
            path.write_bytes({
                "garbage": b"x" * 5000, "half": whole[:4096 * 2], "empty": b"", "header": b"y" * 100 + whole[100:],
            }[damage])  # fmt: skip
        again = Index.open(path, SETTINGS)
        assert again.warning == ""
        try:
            assert again.stamps() == {}
        except DamagedIndexError:
            again.rebuild()
        put(again, ANA)
        assert list(again.network().people) == [ANA.path]
        again.close()

    def test_damage_within_is_found_by_a_check(self, index: Index) -> None:
        put(index, *(replace(ANA, path=f"People/{n}.md", body=f"word{n} " * 50) for n in range(300)))
        index.check()
        index.close()
        path = index.path
        with open(path, "r+b") as file:
            for page in range(4, path.stat().st_size // 4096, 2):
                file.seek(page * 4096)
                file.write(b"\xff" * 4096)
        again = Index.open(path, SETTINGS)
        with pytest.raises(DamagedIndexError):
            again.check()
        again.rebuild()
        again.check()
        assert again.stamps() == {}
        again.close()

    def test_deleted_while_open(self, index: Index) -> None:
        put(index, ANA)
        for path in index.path.parent.iterdir():
            path.unlink()
        index.refresh()
        assert index.stamps() == {}
        put(index, JOE)
        other = Index.open(index.path, SETTINGS)
        assert list(other.stamps()) == [JOE.path]
        other.close()

    def test_made_anew_elsewhere_while_open(self, index: Index) -> None:
        put(index, ANA)
        assert list(index.network().people) == [ANA.path]
        other = Index.open(index.path, SETTINGS)
        other.rebuild()
        put(other, JOE)
        other.close()
        index.refresh()
        assert list(index.network().people) == [JOE.path]

    def test_a_folder_that_cannot_be_had(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        index = Index.open(tmp_path / "file" / "vault.sqlite", SETTINGS)
        assert "cannot be kept" in index.warning
        put(index, ANA)
        assert list(index.network().people) == [ANA.path]
        index.rebuild()
        assert index.stamps() == {}
        index.close()

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs a user who may be refused")
    def test_a_file_that_cannot_be_written(self, index: Index) -> None:
        index.close()
        index.path.chmod(0o000)
        again = Index.open(index.path, SETTINGS)
        assert again.warning
        again.close()

    def test_another_writer_is_waited_for_only_so_long(self, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mdnet.adapters.index.schema.BUSY_MS", 20)
        other = Index.open(index.path, SETTINGS)
        put(index, ANA)
        with index.writing():
            index.put([Entry(JOE, Stamp(1, 1, 1, 1), 1)])
            with pytest.raises(IndexBusyError, match="another mdnet"), other.writing():
                raise AssertionError
            assert list(other.stamps()) == [ANA.path]
            other.note_sync(1.0)
            other.tidy()
        assert len(other.stamps()) == 2
        other.close()

    def test_room_that_is_no_longer_used_is_given_back(self, index: Index) -> None:
        put(index, ANA)
        with index.writing():
            index.put_derived("vector", [(ANA.path, str(number), bytes(2000)) for number in range(500)])
        index.tidy(thorough=True)
        full = index.path.stat().st_size
        with index.writing():
            index.drop_derived("vector")
        index.tidy(thorough=True)
        assert index.path.stat().st_size < full / 5
        assert index.stamps().keys() == {ANA.path}

    def test_all_or_nothing(self, index: Index) -> None:
        put(index, ANA)
        with pytest.raises(AttributeError), index.writing():
            index.drop([ANA.path, None])
        assert list(index.stamps()) == [ANA.path]

    def test_status(self, index: Index) -> None:
        put(index, ANA, JOE, DAILY)
        assert index.status().synced is None
        index.note_sync(1.5)
        status = index.status()
        assert (status.notes, status.people, status.records, status.problems) == (3, 2, 3, 2)
        assert status.seconds == 1.5
        assert status.synced is not None
        assert status.bytes > 0


days = st.none() | st.dates(min_value=date(1900, 1, 1))
words = st.text(max_size=12)
lists = st.lists(words, max_size=3).map(tuple)


@given(
    st.builds(
        Record, st.sampled_from(VERBS), st.integers(1, 9999), words, words, lists, st.integers(0, 3), words,
        mark=st.none() | words,
        state=st.sampled_from(["open", "helping", "helped", "dropped"]), date=days, created=days,
        done=days, cancelled=days, due=days, not_before=days, priority=st.integers(-2, 3), private=st.booleans(),
        block_id=st.none() | words, origin=st.sampled_from(["line", "property"]), mention=st.booleans(),
    )
)  # fmt: skip
def test_records_survive_packing(record: Record) -> None:
    assert [Record(*row) for row in unpack_records([pack_record(record)] * 2)] == [record] * 2


@given(
    st.builds(
        Person, words, words, lists, words, words, words, lists, lists, lists, words, words, words,
        st.none() | st.integers(0, 999), days, days, st.booleans(), lists, st.booleans(),
    )
)  # fmt: skip
def test_people_survive_packing(person: Person) -> None:
    assert list(unpack_people([pack_person(person)] * 2)) == [person] * 2


class TestBeside:
    def test_it_never_makes_one(self, tmp_path: Path) -> None:
        path = tmp_path / "x.sqlite"
        with pytest.raises(IndexUnavailableError):
            Index.beside(path, Settings())
        assert not list(tmp_path.iterdir())
        first = Index.open(path, Settings())
        with pytest.raises(IndexUnavailableError, match="made anew"):
            Index.beside(path, Settings(people="Others"))
        second = Index.beside(path, Settings())
        with second.writing():
            second.set_meta("a", "b")
        assert first.get_meta("a") == "b"
        second.close()
        assert not first.replaced()
        first.close()

    def test_its_log_is_deleted(self, tmp_path: Path) -> None:
        index = Index.open(tmp_path / "x.sqlite", Settings())
        with index.writing():
            index.set_meta("a", "b")
        index.refresh()
        assert index.get_meta("a") == "b"
        (tmp_path / "x.sqlite-wal").unlink()
        assert index.replaced()
        index.refresh()
        assert index.get_meta("a") is None
        index.close()
