"""Lists, briefs, matches on demand and searches, in a vault on disk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from mdnet.app import matches
from mdnet.app.needs import NeedFilter, list_needs, matches_for
from mdnet.app.people import Filter, brief, find, list_people
from mdnet.app.search import search
from mdnet.core.lookup import find_person
from mdnet.errors import AmbiguousError, NotFoundError
from tests.town import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdnet.app.workspace import Workspace
    from mdnet.core.model import Person


@pytest.mark.parametrize(
    ("wanted", "sort", "names"),
    [
        (Filter(), "due", ["Joe Chen", "Ana Ruiz", "Zoë Ångström"]),
        (Filter(), "name", ["Ana Ruiz", "Joe Chen", "Zoë Ångström"]),
        (Filter(), "contact", ["Zoë Ångström", "Joe Chen", "Ana Ruiz"]),
        (Filter(due=True), "due", ["Joe Chen"]),
        (Filter(text="ohio freight"), "due", ["Ana Ruiz"]),
        (Filter(text="angstrom"), "due", ["Zoë Ångström"]),
        (Filter(no_need=True), "due", ["Zoë Ångström"]),
        (Filter(with_need=True), "name", ["Ana Ruiz", "Joe Chen"]),
        (Filter(tag="#nothing"), "due", []),
    ],
)
def test_people(town: Workspace, wanted: Filter, sort: str, names: list[str]) -> None:
    rows = list_people(town.index.network(), town.settings, TODAY, wanted, sort)
    assert [row.person.name for row in rows] == names


@pytest.mark.parametrize(
    ("tag", "names"),
    [
        ("friends", ["Ana", "Bo", "Cy"]),
        ("#Friends/", ["Ana", "Bo", "Cy"]),
        ("FRIENDS/close", ["Ana", "Bo"]),
        ("friends/close/old", ["Bo"]),
        ("friend", []),
        ("close", []),
    ],
)
def test_a_tag_has_those_below_it(opener: Callable[[dict[str, str]], Workspace], tag: str, names: list[str]) -> None:
    tags = {"Ana": "friends/close", "Bo": "Friends/Close/old", "Cy": "friends", "Di": "friendship"}
    work = opener({f"People/{name}.md": f"---\ntags: [{tag}]\n---\n" for name, tag in tags.items()})
    rows = list_people(work.index.network(), work.settings, TODAY, Filter(tag=tag), "name")
    assert [row.person.name for row in rows] == names


def test_a_brief_of_one_person_says_what_the_whole_network_says(town: Workspace) -> None:
    found = brief(town, "joe", TODAY)
    assert (found.gave, found.asked, found.got) == (0, 2, 2)
    assert found.warning == "you asked twice and gave nothing: ask how you can help first"
    assert (found.last_contact, found.due_on, found.is_due) == (date(2026, 9, 10), date(2026, 10, 10), True)
    assert [need.text for need in found.needs] == [
        "an old piano to take apart",
        "somebody to look after the dog in January",
    ]
    assert [offer.text for offer in found.offers] == ["plumbing, on any day of the week"]
    assert found.mentioned_in == ("Daily/2026-11-19.md",)


def test_who_may_help_is_found_anew_where_what_was_got_was_given(opener: Callable[[dict[str, str]], Workspace]) -> None:
    said = "a lift to the station in her van"
    work = opener({"People/K.md": f"- 2026-11-01 #got {said}\n", "People/Z.md": "- [ ] #need a lift to the station\n"})
    network = work.index.network()
    assert [helper.person.name for helper in matches.helpers(work, network, today=TODAY)] == ["K"]
    given = replace(network, exchanges=tuple(replace(event, verb="gave") for event in network.exchanges))
    assert matches.helpers(work, given, today=TODAY) == []


NAMES = ["Ana", "Ána", "José  Ruiz", "Jose Ruiz Junior", "Straße", "Strasse", "İpek", "ANITA", "@Zoe", "O'Neil", "李"]
ALIASES = {"ANITA": ["Ana B.", "strasse 9"], "@Zoe": ["Zoë", "anita"], "李": ["Li", "José Ruiz"]}


@pytest.mark.parametrize(
    "query",
    [*NAMES, "ana b.", "Jose Ruiz", "josé ruiz", "ipek", "strasse", "strasse 9", "zoe", "Zoë", "anita", "li", "[[Ána]]",
     "@ana", "People/Ana.md", "People/Ána", "", " ", "nobody", "Me", "an", "o'neil", "1", "[[1"],
)  # fmt: skip
def test_a_whole_name_is_found_in_the_index_as_among_all_people(
    query: str, opener: Callable[[dict[str, str]], Workspace]
) -> None:
    notes = {f"People/{name}.md": f"---\naliases: {ALIASES.get(name, [])}\n---\n" for name in NAMES}
    work = opener({**notes, "Me.md": "---\naliases: [Nobody]\n---\n", "1.md": "---\ntype: person\n---\n"})

    def outcome(look: Callable[[], Person]) -> str:
        try:
            return look().path
        except (AmbiguousError, NotFoundError) as error:
            return str(error)

    assert outcome(lambda: find(work, query)) == outcome(lambda: find_person(work.index.people().values(), query))


def test_needs(town: Workspace) -> None:
    network = town.index.network()
    texts = [need.text for need in list_needs(network, NeedFilter())]
    assert texts[0] == "an old piano to take apart"
    assert len(texts) == 6
    mine = list_needs(network, NeedFilter(mine=True))
    assert [need.text for need in mine] == ["a tenant for the room above the shop"]
    assert [need.text for need in list_needs(network, NeedFilter(text="ana fork"))] == ["a used forklift"]
    assert [need.block_id for need in list_needs(network, NeedFilter(state="helping"))] == ["fork"]
    assert list_needs(network, NeedFilter(due=True)) == []
    assert len(list_needs(network, NeedFilter(person_path="People/Joe Chen.md", state="all"))) == 2


def test_matches_for_somebody(town: Workspace) -> None:
    found = matches_for(town, "ana", since=None, show_all=True, today=TODAY)
    assert {match.need.person for match in found.matches} == {"Ana Ruiz"}
    best = found.matches[0]
    assert best.passage.text.startswith("the distribution centre in Grove City closes")
    assert {"warehouse"} <= set(best.why)
    assert all(best.passage.text[start:end].strip() for start, end in best.marks)
    helpers = {(helper.person.name, helper.need.text) for helper in found.helpers}
    assert ("Joe Chen", "a plumber who works on Sundays") in helpers
    later = matches_for(town, "ana", since=date(2026, 11, 20), show_all=True, today=TODAY)
    assert all(match.passage.date and match.passage.date >= date(2026, 11, 20) for match in later.matches)


def test_matches_for_a_text_both_ways(town: Workspace) -> None:
    heard = matches_for(town, "five night-shift warehouse supervisors", since=None, show_all=True, today=TODAY)
    assert "a night-shift warehouse supervisor" in {match.need.text for match in heard.matches}
    needed = matches_for(town, "somebody who looks after a dog", since=None, show_all=True, today=TODAY)
    assert "the vet's sister looks after a dog or two in winter" in {match.passage.text for match in needed.matches}


def test_a_short_word_that_may_be_several_people_is_not_taken_for_a_text(town: Workspace) -> None:
    with pytest.raises(AmbiguousError):
        matches_for(town, "n", since=None, show_all=False, today=TODAY)


def test_search_gives_the_best_line(town: Workspace) -> None:
    hits = search(town, "forklifts", 5)
    assert [(hit.path, hit.line, hit.text) for hit in hits] == [
        ("People/Ana Ruiz.md", 19, "- 2026-11-02 #gave the article about forklifts")
    ]
    assert search(town, '"rain all"', 5)[0].line == 2
    assert search(town, "wareh*", 1)[0].path in ("Daily/2026-11-19.md", "People/Ana Ruiz.md")
    assert search(town, "no such thing", 5) == []
    assert search(town, "", 5) == []


def test_where_nothing_is_found_words_may_go_on(opener: Callable[[dict[str, str]], Workspace]) -> None:
    texts = {"a.md": "zwei alte Nähmaschinen", "b.md": "Sewing with Ana", "c.md": "mandatory; Ana* Ruizova"}
    work = opener({path: f"{text}\n" for path, text in texts.items()})
    assert [(hit.path, hit.text) for hit in search(work, "Nähmaschine", 5)] == [("a.md", texts["a.md"])]
    assert [hit.path for hit in search(work, "Nähmaschine alte", 5)] == ["a.md"]
    assert search(work, "zwe", 5) == []  # too short: it begins too much
    assert search(work, '"Nähmaschine" alte', 5) == []  # what stands in quotes is meant as it is
    assert [hit.path for hit in search(work, "ana sewing", 5)] == ["b.md"]  # found as it is, so nothing wider


def test_scripts_without_spaces_are_searched(opener: Callable[[dict[str, str]], Workspace]) -> None:
    work = opener({"a.md": "京都の古い図書館で本を読む\n", "b.md": "Straße nach Köln\n"})
    assert [hit.path for hit in search(work, "図書館", 5)] == ["a.md"]
    assert [hit.path for hit in search(work, "koln", 5)] == ["b.md"]


def test_what_is_found_is_shown_with_its_line_in_any_script(opener: Callable[[dict[str, str]], Workspace]) -> None:
    texts = ["京都の古い図書館で本を読む", "그는 서울특별시에 산다", "ห้องสมุดเก่า", "読む、京都"]
    work = opener({f"{at}.md": f"# A title\n\n{text}\n" for at, text in enumerate(texts)})
    for at, words in enumerate(["図書館", "서울", "สมุด", "京都 読む"]):
        assert (f"{at}.md", 3, texts[at]) in [(hit.path, hit.line, hit.text) for hit in search(work, words, 5)]


def test_a_sign_is_found_alone_and_beside_words(opener: Callable[[dict[str, str]], Workspace]) -> None:
    work = opener({
        "Daily/2026-11-19.md": "the first line\n🎂 Ana's birthday\n",
        "b.md": "Ana's birthday, without one\n",
        "Daily/2026-11-20.md": "call Ana\n\n- a cake🎂 for Ana ❤️\n",
        "Reviews/2026-W47.md": "---\ntype: mdnet-review\n---\n🎂\n",
    })  # fmt: skip
    assert [(hit.path, hit.line) for hit in search(work, "🎂", 5)] == [
        ("Daily/2026-11-20.md", 3),
        ("Daily/2026-11-19.md", 2),
    ]
    assert [(hit.path, hit.text) for hit in search(work, "birthday 🎂", 5)] == [
        ("Daily/2026-11-19.md", "🎂 Ana's birthday")
    ]
    assert [hit.path for hit in search(work, "🎂 ❤", 5)] == ["Daily/2026-11-20.md"]
    assert len(search(work, "🎂", 1)) == 1
    assert [hit.path for hit in search(work, "ana", 5)] != []
    assert search(work, "🚀", 5) == search(work, "-", 5) == []


def test_who_could_help_is_worked_out_once(
    opener: Callable[[dict[str, str]], Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    town = opener({
        "People/Ana Ruiz.md": "- [ ] #need a plumber for the old house\n",
        "People/Joe Chen.md": "---\nrole: plumber\n---\n",
    })  # fmt: skip
    found = matches.helpers(town, town.index.network(), today=TODAY)
    assert any(one.fact is not None and one.fact.line == 0 for one in found)  # what a profile says stands in no line
    monkeypatch.setattr(matches, "_find_helpers", None)
    assert matches.helpers(town, town.index.network(), today=TODAY) == found


def test_the_newest_notes(opener: Callable[[dict[str, str]], Workspace]) -> None:
    days = {f"Daily/2026-11-0{day}.md": "x" for day in (3, 1, 2)}
    work = opener({**days, "b.md": "---\ndate: 2026-11-02\n---\n", "Me.md": "---\ndate: 2026-11-09\n---\n"})
    paths = [path for path, _ in work.index.newest(3, without=("me",))]
    assert paths == ["Daily/2026-11-03.md", "b.md", "Daily/2026-11-02.md"]
    assert work.index.newest(1, without=("me",)) == [(paths[0], work.index.stamps()[paths[0]].mtime_ns)]
