"""Whom records concern, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mdnet.core.model import Link, Network, Note, Record, Verb
from mdnet.core.settings import Settings
from tests import plain

DAY = date(2026, 11, 3)


def rec(verb: Verb, text: str = "", *people: str, line: int = 5, lead: int | None = None, **more: Any) -> Record:
    run = len(people) if lead is None else lead
    lead_text = ", ".join(people[:run])
    return Record(verb, line, f"- #{verb} {lead_text} {text}", text, people, run, lead_text, **more)


def person(name: str, *records: Record, **more: Any) -> Note:
    return Note(f"People/{name}.md", name, kind="person", date=DAY, records=records, **more)


def daily(*records: Record, **more: Any) -> Note:
    values = {"date": DAY, "date_source": "name", **more}
    return Note("Daily/2026-11-03.md", "2026-11-03", records=records, **values)


def me(*records: Record) -> Note:
    return Note("Me.md", "Me", kind="me", date=DAY, records=records)


def network(*notes: Note, **settings: Any) -> Network:
    return plain.network(notes, Settings(**settings))


def said(result: Network) -> list[str]:
    return [f"{problem.path}:{problem.line}: {problem.message}" for problem in result.problems]


ANA, JOE = person("Ana Ruiz", aliases=("Ana",)), person("Joe Chen")


def test_everybody_linked_in_any_other_note() -> None:
    result = network(ANA, JOE, daily(rec("met", "coffee with her and", "Ana", "Joe Chen", "Ana Ruiz", lead=1)))
    assert [(e.person, e.person_path, e.text) for e in result.exchanges] == [
        ("Ana Ruiz", "People/Ana Ruiz.md", "coffee with her and"),
        ("Joe Chen", "People/Joe Chen.md", "coffee with her and"),
    ]
    assert not result.problems


def test_the_owner_in_an_own_note() -> None:
    need = rec("need", "an intro to Joe Chen", "Joe Chen", lead=0)
    result = network(person("Ana Ruiz", need), JOE)
    assert [(n.person, n.text) for n in result.needs] == [("Ana Ruiz", "an intro to Joe Chen")]


def test_whoever_is_named_right_after_the_verb_in_an_own_note() -> None:
    record = rec("gave", "and the article to", "Joe Chen", "Eva Lind", lead=1)
    result = network(person("Ana Ruiz", record), JOE, person("Eva Lind"))
    assert [e.person for e in result.exchanges] == ["Eva Lind", "Joe Chen"]


def test_a_note_of_no_person_after_the_verb_is_text() -> None:
    freight = Note("Companies/FreightCo.md", "FreightCo")
    result = network(person("Ana Ruiz", rec("gave", "the article", "FreightCo")), freight)
    assert [(e.person, e.text) for e in result.exchanges] == [("Ana Ruiz", "FreightCo the article")]
    result = network(ANA, freight, daily(rec("gave", "the article", "FreightCo", "Ana", lead=1)))
    assert [(e.person, e.text) for e in result.exchanges] == [("Ana Ruiz", "FreightCo the article")]


def test_a_day_after_the_verb_is_nobody() -> None:
    result = network(person("Ana Ruiz", rec("met", "coffee", "2026-11-03")))
    assert [e.person for e in result.exchanges] == ["Ana Ruiz"]
    assert not result.problems


def test_unknown_links_are_told_with_a_hint() -> None:
    result = network(ANA, daily(rec("met", "", "Ana Ruis", "Ana", line=7)))
    assert [e.person for e in result.exchanges] == ["Ana Ruiz"]
    assert said(result) == [
        "Daily/2026-11-03.md:7: no note or alias is called [[Ana Ruis]]; did you mean [[Ana Ruiz]]?"
    ]


def test_an_unknown_link_after_the_verb_is_not_taken_for_the_owner() -> None:
    result = network(person("Ana Ruiz", rec("gave", "the article", "Jo Cheng")))
    assert not result.exchanges
    assert said(result) == ["People/Ana Ruiz.md:5: no note or alias is called [[Jo Cheng]]"]


def test_ambiguous_links_are_told_and_never_guessed() -> None:
    other = person("Ana Lima", aliases=("Ana",))
    result = network(ANA, other, daily(rec("met", "", "Ana")))
    assert not result.exchanges
    assert said(result) == [
        (
            "Daily/2026-11-03.md:5: [[Ana]] may be People/Ana Lima or People/Ana Ruiz: write the path, "
            "as in [[People/Ana Lima]]"
        ),
        "People/Ana Lima.md:1: 'Ana' is a name of People/Ana Ruiz.md too: a link by this name may mean either",
        "People/Ana Ruiz.md:1: 'Ana' is a name of People/Ana Lima.md too: a link by this name may mean either",
    ]


def test_two_people_of_one_name() -> None:
    twin = replace(person("Ana Ruiz"), path="Clients/ana ruiz.md")
    result = network(ANA, twin)
    assert list(result.people) == ["Clients/ana ruiz.md", "People/Ana Ruiz.md"]
    assert len(result.problems) == 2


def test_nobody_in_the_line() -> None:
    result = network(ANA, daily(rec("met", "coffee"), rec("gave", "a book", "FreightCo", line=6)),
                     Note("FreightCo.md", "FreightCo"))  # fmt: skip
    assert said(result) == [
        "Daily/2026-11-03.md:5: no person in this line: link one, as in [[Ana Ruiz]]",
        "Daily/2026-11-03.md:6: no person in this line: link one, as in [[Ana Ruiz]]",
    ]


class TestMe:
    def test_own_needs_and_offers(self) -> None:
        result = network(me(rec("need", "a bookkeeper"), rec("offer", "proof-reading", line=6)), ANA)
        assert result.me is not None
        assert result.me.is_me
        assert "Me.md" not in result.people
        assert [(n.person_path, n.text) for n in result.needs] == [("Me.md", "a bookkeeper")]
        assert [(o.person_path, o.text) for o in result.offers] == [("Me.md", "proof-reading")]

    def test_a_link_means_that_person(self) -> None:
        result = network(me(rec("need", "a lawyer", "Ana"), rec("gave", "a book to", "Ana", lead=0, line=6)), ANA)
        assert [n.person for n in result.needs] == ["Ana Ruiz"]
        assert [e.person for e in result.exchanges] == ["Ana Ruiz"]

    def test_a_link_further_on_is_text(self) -> None:
        result = network(me(rec("need", "an intro from Ana", "Ana", lead=0)), ANA)
        assert [n.person_path for n in result.needs] == ["Me.md"]

    def test_nothing_passes_between_me_and_me(self) -> None:
        meetings = daily(rec("met", "", "Me", "Ana"), rec("met", "", "Me", line=9))
        result = network(me(rec("gave", "a rest")), ANA, meetings)
        assert [e.person for e in result.exchanges] == ["Ana Ruiz"]
        assert [problem.line for problem in result.problems] == [9, 5]

    def test_a_need_of_mine_in_another_note(self) -> None:
        result = network(me(), daily(rec("need", "a desk", "Me")))
        assert [n.person_path for n in result.needs] == ["Me.md"]


class TestDates:
    def test_line_goes_before_note(self) -> None:
        on = date(2026, 10, 1)
        result = network(ANA, daily(rec("met", "", "Ana", date=on), rec("met", "again", "Ana", line=6)))
        assert [(e.date, e.date_source) for e in result.exchanges] == [(on, "line"), (DAY, "name")]

    def test_created(self) -> None:
        on = date(2026, 10, 1)
        result = network(
            person("Ana Ruiz", rec("need", "a van", created=on), rec("need", "a boat", line=6), date_source="file")
        )
        assert [(n.created, n.created_source) for n in result.needs] == [(on, "line"), (DAY, "file")]

    def test_oldest_first(self) -> None:
        days = [date(2026, 3, 1), date(2025, 3, 1), date(2026, 1, 1)]
        records = [rec("met", "", "Ana", date=day, line=n) for n, day in enumerate(days, 1)]
        assert [e.date for e in network(ANA, daily(*records)).exchanges] == sorted(days)


class TestTwice:
    def test_needs(self) -> None:
        result = network(person("Ana Ruiz", rec("need", "A van.")), daily(rec("need", "a  van", "Ana Ruiz")))
        assert [(n.path, n.line) for n in result.needs] == [("Daily/2026-11-03.md", 5)]
        assert said(result) == [
            (
                "People/Ana Ruiz.md:5: this need of Ana Ruiz is written twice, in Daily/2026-11-03.md:5 too: "
                "delete one or reword it"
            )
        ]

    def test_the_open_one_is_kept(self) -> None:
        helped = rec("need", "a van", mark="x", state="helped")
        result = network(person("Ana Ruiz", helped, rec("need", "a van", line=6, mark=" ")))
        assert [(n.line, n.state) for n in result.needs] == [(6, "open")]
        assert len(result.problems) == 1

    def test_block_id_tells_needs_apart(self) -> None:
        result = network(person("Ana Ruiz", rec("need", "a van", block_id="a"), rec("need", "a van", line=6)))
        assert len(result.needs) == 2
        assert not result.problems

    def test_two_people_may_need_the_same(self) -> None:
        result = network(ANA, JOE, daily(rec("need", "a van", "Ana", "Joe Chen")))
        assert len({n.id for n in result.needs}) == 2

    def test_lines_that_mdnet_wrote_on_two_devices_count_once(self) -> None:
        twice = [rec("gave", "an intro", "Ana", line=n, block_id="m-abc-def") for n in (5, 6)]
        user = [rec("gave", "an intro", "Ana", line=n, block_id="abc") for n in (7, 8)]
        result = network(ANA, daily(*twice, *user))
        assert [e.line for e in result.exchanges] == [5, 7, 8]
        assert not result.problems


class TestMentions:
    NOTE = daily(links=(Link("Ana", 3), Link("Ana Ruiz", 4), Link("nobody", 5), Link("Joe Chen", 6, embed=True)))

    def test_are_nothing_by_default(self) -> None:
        assert not network(ANA, JOE, self.NOTE).exchanges

    def test_count_where_wanted(self) -> None:
        result = network(ANA, JOE, self.NOTE, mentions_count=True)
        assert {(e.verb, e.person, e.date) for e in result.exchanges} == {("met", "Ana Ruiz", DAY)}
        assert not result.problems

    @pytest.mark.parametrize("note", [replace(NOTE, date_source="file"), replace(NOTE, kind="person")])
    def test_only_in_dated_notes_of_no_person(self, note: Note) -> None:
        assert not network(ANA, JOE, note, mentions_count=True).exchanges


def test_private() -> None:
    hidden = person("Eva Lind", private=True)
    notes = daily(rec("need", "a", "Ana", private=True), rec("need", "b", "Ana", line=6), rec("met", "", "Eva Lind"))
    result = network(ANA, hidden, notes)
    assert [n.private for n in result.needs] == [True, False]
    assert [e.private for e in result.exchanges] == [True]


def test_a_line_that_links_to_somebody_private_is_private() -> None:
    hidden = person("Eva Lind", private=True, aliases=("E. L.",))
    both = rec("met", "coffee with Evi", "Ana", "People/Eva Lind")
    aside = rec("need", "to hear from Evi", "Ana", "e. l.", line=6, lead=1)
    result = network(ANA, hidden, daily(both, aside, rec("offer", "a van", "Ana", line=7)))
    assert [e.private for e in result.exchanges] == [True, True]
    assert [n.private for n in result.needs] == [True, True]
    assert [o.private for o in result.offers] == [False]


def test_offers_and_fields() -> None:
    record = rec("need", "a van", due=DAY, not_before=DAY, cancelled=DAY, priority=2, state="dropped")
    result = network(person("Ana Ruiz", record, rec("offer", "customs law", line=6, origin="property")))
    need = result.needs[0]
    assert (need.due, need.not_before, need.done, need.priority, need.state) == (DAY, DAY, DAY, 2, "dropped")
    assert [(o.person, o.text, o.line, o.date) for o in result.offers] == [("Ana Ruiz", "customs law", 6, DAY)]


def test_person_properties_as_people_type_them() -> None:
    properties = {
        "Company": "[[FreightCo|Freight]]", "role": ["lead", "buyer"], "email": "ana@example.com",
        "phone": [4915112345, "+49 30 1"], "cadence": ["6w"], "met": "2020-01-02", "snooze": "2026-12-24",
        "birthday": date(1980, 5, 6), "relation": None, "url": {"a": 1},
    }  # fmt: skip
    ana = network(person("Ana Ruiz", properties=properties, tags=("person",))).people["People/Ana Ruiz.md"]
    assert (ana.company, ana.role, ana.email) == ("Freight", "lead, buyer", ("ana@example.com",))
    assert (ana.phone, ana.url, ana.birthday) == (("4915112345", "+49 30 1"), (), "1980-05-06")
    assert (ana.cadence_days, ana.met, ana.snooze) == (42, date(2020, 1, 2), date(2026, 12, 24))
    assert ana.relation == ""


@pytest.mark.parametrize("cadence", [None, "", "now and then", True, {"a": 1}])
def test_no_cadence(cadence: Any) -> None:
    ana = network(person("Ana Ruiz", properties={"cadence": cadence, "met": "last year"})).people
    assert ana["People/Ana Ruiz.md"].cadence_days is None
    assert ana["People/Ana Ruiz.md"].met is None
