from __future__ import annotations

from datetime import date

import pytest

from mdnet.core.facts import facts, profile_text
from mdnet.core.helpers import people_who_could_help
from mdnet.core.identity import need_id
from mdnet.core.model import Exchange, Need, Network, Offer, Passage, Person
from mdnet.core.privacy import Veil, public_helpers

TODAY = date(2026, 11, 22)


def person(name: str, **more: object) -> Person:
    return Person(f"People/{name}.md", name, **more)  # type: ignore[arg-type]


def need(text: str, name: str, state: str = "open") -> Need:
    path = f"People/{name}.md"
    return Need(need_id(name, text), name, path, text, state, path, 3)  # type: ignore[arg-type]


PEOPLE = {
    one.path: one
    for one in (
        person("Ana Ruiz", role="owner", company="Ruiz Freight", location="Columbus"),
        person("Joe Chen", role="immigration attorney", company="Chen Law", location="Toledo", tags=("person",)),
        person("Mia Berg", role="gardener", tags=("person", "fruit-trees")),
        person("Ola Nordin", role="teacher"),
        person("Pia Lund"),
    )
}


def network(**more: object) -> Network:
    return Network(people=PEOPLE, **more)  # type: ignore[arg-type]


def names(found: list[object]) -> list[str]:
    return [helper.person.name for helper in found]  # type: ignore[attr-defined]


def test_roles_and_offers_and_logs() -> None:
    known = network(
        needs=(need("an immigration attorney", "Ana Ruiz"), need("somebody to prune fruit trees", "Ola Nordin")),
        offers=(Offer("Pia Lund", "People/Pia Lund.md", "prunes fruit trees for coffee", "People/Pia Lund.md", 4),),
    )
    found = people_who_could_help(known, today=TODAY)
    by_need = {text: [h.person.name for h in found if h.need.text == text] for text in {h.need.text for h in found}}
    assert by_need["an immigration attorney"][0] == "Joe Chen"
    assert by_need["somebody to prune fruit trees"][:2] == ["Pia Lund", "Mia Berg"]
    assert found[0].why


def test_nobody_helps_themselves() -> None:
    known = network(needs=(need("an immigration attorney", "Joe Chen"),))
    assert "Joe Chen" not in names(list(people_who_could_help(known, today=TODAY)))


def test_closed_needs_need_nobody() -> None:
    known = network(needs=(need("an immigration attorney", "Ana Ruiz", "helped"),))
    assert people_who_could_help(known, today=TODAY) == []


def test_of_two_equals_the_closer_comes_first() -> None:
    twins = {one.path: one for one in (person("Abe A", role="plumber"), person("Zoe Z", role="plumber"))}
    met = Exchange("met", "Zoe Z", "People/Zoe Z.md", date(2026, 11, 1), "line", "", "Daily/x.md", 1)
    ana = person("Ana Ruiz")
    known = Network(people={**twins, ana.path: ana}, needs=(need("a plumber", "Ana Ruiz"),), exchanges=(met,))
    assert names(list(people_who_could_help(known, today=TODAY))) == ["Zoe Z", "Abe A"]


def told(text: str, **more: object) -> Passage:
    return Passage("Meetings/x.md", 7, text, **more)  # type: ignore[arg-type]


def test_what_was_said_in_a_meeting_speaks_for_those_who_were_there() -> None:
    known = network(needs=(need("a cheap cello for a child", "Ana Ruiz"),))
    said = told("her uncle's cello stands in the cellar, too small for anybody but a child")
    notes = [([said], frozenset({"People/Mia Berg.md"}))]
    assert people_who_could_help(known, today=TODAY) == []
    found = people_who_could_help(known, today=TODAY, known=facts(known, notes))
    assert names(list(found)) == ["Mia Berg"]
    assert found[0].fact == said
    assert "cello" in found[0].why


def test_whom_a_passage_tells_of() -> None:
    known = network()
    mia, ola, pia = "People/Mia Berg.md", "People/Ola Nordin.md", "People/Pia Lund.md"
    notes = [
        (
            [
                told("Ola Nordin's sister plays the cello"),
                told("somebody plays the flute"),
                told("looks for a flute", verb="need"),
                told("lends a bicycle", people=("People/Mia Berg",)),
                told("has moved", owner=pia),
            ],
            frozenset({mia, "People/Gone.md"}),
        )
    ]
    heard = [(fact.people, fact.there) for fact in facts(known, notes) if fact.passage.path == "Meetings/x.md"]
    assert heard == [
        ((ola,), (mia,)),
        ((mia,), ()),
        ((mia,), ()),
        ((pia,), (mia,)),
    ]


def test_a_name_of_two_people_is_nobodys() -> None:
    two = {one.path: one for one in (person("Ana Ruiz", aliases=("Ana",)), person("Ana Berg", aliases=("Ana",)))}
    known = Network(people=two)
    assert facts(known, [([told("Ana has a van")], frozenset())]) == []


def test_a_record_counts_once() -> None:
    offer = Offer("Pia Lund", "People/Pia Lund.md", "prunes fruit trees", "People/Pia Lund.md", 4)
    line = Passage("People/Pia Lund.md", 4, "prunes fruit trees", owner="People/Pia Lund.md")
    known = network(offers=(offer,))
    assert len(facts(known, [([line], frozenset())])) == len(facts(known))


def test_who_is_only_known_to_help_by_a_private_line_is_private() -> None:
    known = network(needs=(need("a cheap cello for a child", "Ana Ruiz"),))
    notes = [([told("her uncle's cello is in the cellar", private=True)], frozenset({"People/Mia Berg.md"}))]
    found = people_who_could_help(known, today=TODAY, known=facts(known, notes), floor=0.0)
    assert found
    assert public_helpers(found, Veil(known)) == []


def log(verb: str, name: str, text: str, **more: object) -> Exchange:
    path = f"People/{name}.md"
    return Exchange(verb, name, path, date(2026, 11, 7), "line", text, path, 9, **more)  # type: ignore[arg-type]


def test_what_was_given_tells_that_they_could_not_and_what_was_got_that_they_can() -> None:
    wanted = need("a lift to the station", "Ola Nordin")
    gave = log("gave", "Pia Lund", "a lift to the station")
    known = network(needs=(wanted,), exchanges=(gave,))
    line = Passage(gave.path, gave.line, gave.text, owner=gave.path, kind="record", verb="gave")
    below = Passage(gave.path, 10, "to the station, as far as the lift", owner=gave.path, kind="item", verb="gave")
    present = frozenset({"People/Mia Berg.md"})
    found = people_who_could_help(known, today=TODAY, known=facts(known, [([line, below], present)]))
    assert names(list(found)) == []
    known = network(needs=(wanted,), exchanges=(log("got", "Pia Lund", "a lift to the station"),))
    assert names(list(people_who_could_help(known, today=TODAY))) == ["Pia Lund"]


def test_of_whom_a_gift_speaks_it_tells_what_they_can() -> None:
    speaks = "an introduction to Mia Berg, who restores ovens"
    for linked in (
        (log("gave", "Pia Lund", speaks),),
        (log("gave", "Pia Lund", speaks), log("gave", "Mia Berg", speaks)),
    ):
        told_of = [fact.people for fact in facts(network(exchanges=linked)) if fact.passage.text == speaks]
        assert told_of == [("People/Mia Berg.md",)], linked
    alone = network(exchanges=(log("gave", "Mia Berg", "helped Mia Berg with the ovens"),))
    assert [fact.passage.text for fact in facts(alone) if fact.passage.heading == "log"] == []


def test_an_offer_in_the_very_words_of_the_need_helps() -> None:
    said = "a lift to the station"
    offer = Offer("Pia Lund", "People/Pia Lund.md", said, "People/Pia Lund.md", 4)
    known = network(needs=(need(said, "Ola Nordin"),), offers=(offer,))
    assert names(list(people_who_could_help(known, today=TODAY))) == ["Pia Lund"]


def test_a_match_that_was_passed_on_tells_of_nobody_again() -> None:
    quoted = log("gave", "Pia Lund", "Mia Berg has a cello to lend", block_id="m-0123abcd-0123abcd")
    assert len(facts(network(exchanges=(quoted,)))) == len(facts(network()))


def test_who_helps_for_no_reason_is_not_named() -> None:
    class Near:
        """Takes everything for near, but no two words."""

        name, judge_width, strong_judge, simpler = "near", 0, False, None

        def needs(self, texts: list[str]) -> object:
            return numpy.ones((len(texts), 1), dtype="float32")

        passages = needs

        def judge(self, pairs: list[tuple[str, str]]) -> object:
            return numpy.full(len(pairs), 6.0)

        def words(self, words: list[str]) -> object:
            return numpy.zeros((len(words), 1), dtype="float32")

    numpy = pytest.importorskip("numpy")
    known = network(needs=(need("a boat", "Pia Lund"),))
    everybody = people_who_could_help(known, today=TODAY, model=Near(), floor=0.0, reasoned=False)  # type: ignore[arg-type]
    assert everybody
    assert all(not helper.why for helper in everybody)
    assert people_who_could_help(known, today=TODAY, model=Near(), floor=0.0) == []  # type: ignore[arg-type]


def test_profile() -> None:
    assert profile_text(PEOPLE["People/Joe Chen.md"]) == "immigration attorney, Chen Law, Toledo"
    assert profile_text(PEOPLE["People/Mia Berg.md"]) == "gardener; fruit trees"
    assert profile_text(PEOPLE["People/Pia Lund.md"]) == ""
