"""Writing down what was said, in a vault on disk."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from mdnet.app import capture, states
from mdnet.app.sync import sync
from mdnet.app.writing import refresh
from mdnet.core.lookup import find_need
from mdnet.errors import AmbiguousError, MdnetError, NotFoundError, UnsafeTextError, WriteRefusedError
from tests.town import TODAY, TOWN, read_notes

if TYPE_CHECKING:
    from collections.abc import Callable

    from mdnet.app.workspace import Workspace


TOWN_NOTES = {path: text for path, text in TOWN.items() if path.endswith(".md")}


def changed_lines(before: dict[str, str], after: dict[str, str]) -> dict[str, list[str]]:
    """By note: the lines that came, with + before them, and those that went, with -."""
    result: dict[str, list[str]] = {}
    for path in before.keys() | after.keys():
        old, new = before.get(path, "").split("\n"), after.get(path, "").split("\n")
        if old != new:
            kept = set(old) & set(new)
            result[path] = [f"-{x}" for x in old if x not in kept] + [f"+{x}" for x in new if x not in kept]
    return result


def test_a_need_goes_under_needs(town: Workspace) -> None:
    network = town.index.network()
    people = capture.find_people(network, "ana")
    change = capture.write_record(town, people, capture.Said("need", "a lawyer", TODAY, due=date(2026, 12, 24)))
    assert change.path == "People/Ana Ruiz.md"
    assert changed_lines(TOWN_NOTES, read_notes(town.root)) == {
        "People/Ana Ruiz.md": ["+- [ ] a lawyer ➕ 2026-11-24 📅 2026-12-24"]
    }
    refresh(town, change.path)
    need = capture.new_need(town.index.network(), people[0], "a lawyer")
    assert need is not None
    assert (need.text, need.due) == ("a lawyer", date(2026, 12, 24))


def test_several_people_get_one_line(town: Workspace) -> None:
    people = capture.find_people(town.index.network(), "Ana, joe")
    capture.write_record(town, people, capture.Said("met", "coffee", date(2026, 11, 23)))
    assert changed_lines(TOWN_NOTES, read_notes(town.root)) == {
        "People/Ana Ruiz.md": ["+- 2026-11-23 #met [[Ana Ruiz]] and [[Joe Chen]]: coffee"]
    }
    refresh(town, "People/Ana Ruiz.md")
    met = [x for x in town.index.network().exchanges if x.date == date(2026, 11, 23)]
    assert sorted(x.person for x in met) == ["Ana Ruiz", "Joe Chen"]


def test_the_example_of_what_is_typed(town: Workspace) -> None:
    network = town.index.network()
    assert [p.name for p in capture.find_people(network, "Ana and Joe")] == ["Ana Ruiz", "Joe Chen"]
    assert [p.name for p in capture.find_people(network, "anita", ["zoe"])] == ["Ana Ruiz", "Zoë Ångström"]
    with pytest.raises(NotFoundError):
        capture.find_people(network, "Bob")
    with pytest.raises(AmbiguousError):
        capture.find_people(network, "n")


def test_a_new_person(town: Workspace) -> None:
    change = capture.add_person(town, "Bo Ek")
    assert read_notes(town.root)["People/Bo Ek.md"] == capture.NEW_PERSON
    assert change.written.id
    refresh(town, change.path)
    with pytest.raises(WriteRefusedError, match="already"):
        capture.add_person(town, "bo ek")
    with pytest.raises(WriteRefusedError, match="already"):
        capture.add_person(town, "Anita")


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/x",
        "a/b",
        "a\\b",
        "a\nb",
        "",
        " ",
        ".",
        "..",
        "x" * 300,
        "a|b",
        "a#b",
        "a^b",
        "[[x]]",
        "CON",
        "a:b",
        "a?",
    ],
)
def test_names_that_cannot_be_notes(town: Workspace, name: str) -> None:
    with pytest.raises(MdnetError):
        capture.add_person(town, name)
    assert read_notes(town.root) == TOWN_NOTES


@pytest.mark.parametrize("name", ["O'Neil $(touch x) `y`", "Bo 🎈", "Nul % 20", "-rf"])
def test_names_that_look_dangerous_and_are_not(town: Workspace, name: str) -> None:
    change = capture.add_person(town, name)
    refresh(town, change.path)
    assert name in {person.name for person in town.index.people().values()}


def test_heard_makes_the_daily_note_from_the_users_template(opener: Callable[[dict[str, str]], Workspace]) -> None:
    notes = {
        ".obsidian/daily-notes.json": '{"folder": "Days", "format": "YYYY/MM-DD", "template": "Templates/Day"}',
        "Templates/Day.md": "# {{title}} {{date:DD.MM.YYYY}}\n\n- [ ] tidy\n",
    }
    work = opener(notes)
    change = capture.write_heard(work, "a printer gives away paper", TODAY)
    assert change.path == "Days/2026/11-24.md"
    expected = "# 11-24 24.11.2026\n\n- [ ] tidy\n- a printer gives away paper\n"
    assert (work.root / change.path).read_text("utf-8") == expected
    capture.write_heard(work, "snow", TODAY)
    assert (work.root / change.path).read_text("utf-8") == expected + "- snow\n"


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (["Daily/2026-11-24"], "Daily/2026-11-24.md"),
        (["Log/2026/2026-11-24", "2025-11-23", "2025-11-22"], "Log/2026/2026-11-24.md"),
        (["Daily/2026-11-22", "Daily/2026-11-23", "Meetings/2026-11-23 Fair"], "Daily/2026-11-24.md"),
        (["Daily/2026-11-22", "Old/2026-11-21"], "2026-11-24.md"),
        (["Daily/2026-11-24", "Old/2026-11-24"], "2026-11-24.md"),
        (["2026-11-23"], "2026-11-24.md"),
        ([], "2026-11-24.md"),
    ],
)
def test_heard_goes_where_the_daily_notes_are_when_no_folder_is_set(
    opener: Callable[[dict[str, str]], Workspace], there: list[str], expected: str
) -> None:
    work = opener({f"{path}.md": "- rain\n" for path in there})
    assert capture.write_heard(work, "snow", TODAY).path == expected


@pytest.mark.parametrize(
    ("setting", "expected"), [('folder = "Days"', "Days/2026-11-24.md"), ('format = "DD-MM-YYYY"', "24-11-2026.md")]
)
def test_heard_goes_where_the_settings_say(
    opener: Callable[[dict[str, str]], Workspace], setting: str, expected: str
) -> None:
    work = opener({"Daily/2026-11-24.md": "- rain\n", "mdnet.toml": f"[daily]\n{setting}\n"})
    assert capture.write_heard(work, "snow", TODAY).path == expected


def test_a_meeting_note(town: Workspace) -> None:
    change = capture.meeting_note(town, capture.find_people(town.index.network(), "joe")[0], TODAY)
    assert "[[Joe Chen]]" in read_notes(town.root)[change.path]
    again = capture.meeting_note(town, capture.find_people(town.index.network(), "joe")[0], TODAY)
    assert again.path == change.path
    assert not again.written.id


def test_a_kind_word_before_asking_again(town: Workspace) -> None:
    network = town.index.network()
    people = capture.find_people(network, "joe, ana")
    assert capture.word_of_balance(network, people, TODAY) == [
        "Joe Chen: you asked twice and gave nothing: ask how you can help first"
    ]


def test_states_where_the_need_stands(town: Workspace) -> None:
    def network() -> object:
        sync(town.vault, town.index, town.settings)
        return town.index.network()

    for words, state in (("plumber", "helped"), ("supervisor", "dropped"), ("dog", "helping")):
        net = town.index.network()
        states.set_state(town, net, find_need(net.needs, words), state, TODAY)  # type: ignore[arg-type]
    network()
    net = town.index.network()
    states.snooze_need(town, net, find_need(net.needs, "^fork"), date(2027, 1, 10), TODAY)
    assert changed_lines(TOWN_NOTES, read_notes(town.root)) == {
        "People/Ana Ruiz.md": [
            "-  - a plumber who works on Sundays   # the tap",
            "-- [ ] a night-shift warehouse supervisor ➕ 2026-10-01",
            "-- [/] a used forklift ➕ 2026-09-01 ^fork",
            '+  - "[x] a plumber who works on Sundays ✅ 2026-11-24"   # the tap',
            "+- [-] a night-shift warehouse supervisor ➕ 2026-10-01 ❌ 2026-11-24",
            "+- [/] a used forklift ➕ 2026-09-01 ⏳ 2027-01-10 ^fork",
        ],
        "Daily/2026-11-19.md": [
            "-- #need [[Joe Chen]] somebody to look after the dog in January",
            "+- [/] #need [[Joe Chen]] somebody to look after the dog in January",
        ],
    }


def test_a_person_can_be_snoozed(town: Workspace) -> None:
    joe = capture.find_people(town.index.network(), "joe")[0]
    states.snooze_person(town, joe, date(2027, 1, 10))
    assert changed_lines(TOWN_NOTES, read_notes(town.root)) == {"People/Joe Chen.md": ["+snooze: 2027-01-10"]}


def test_a_dry_run_writes_nothing_and_shows_the_difference(town: Workspace) -> None:
    people = capture.find_people(town.index.network(), "ana")
    change = capture.write_record(town, people, capture.Said("got", "a map", TODAY), dry_run=True)
    assert "+- 2026-11-24 #got a map" in change.written.diff
    assert read_notes(town.root) == TOWN_NOTES


def test_text_that_would_mean_something_else_is_made_plain_or_refused(town: Workspace) -> None:
    people = capture.find_people(town.index.network(), "ana")
    capture.write_record(town, people, capture.Said("gave", "a #need and ^id", TODAY))
    assert "- 2026-11-24 #gave a \\#need and \\^id" in read_notes(town.root)["People/Ana Ruiz.md"]
    with pytest.raises(UnsafeTextError):
        capture.write_record(town, people, capture.Said("need", "\n", TODAY))


def test_a_name_with_blanks_too_many_and_one_of_a_file(town: Workspace) -> None:
    assert capture.add_person(town, " Bo   Ek.md ").path == "People/Bo Ek.md"
    with pytest.raises(UnsafeTextError, match="The name is empty"):
        capture.add_person(town, " @ ")


def test_my_own_needs_and_offers(town: Workspace) -> None:
    network = town.index.network()
    with pytest.raises(NotFoundError):
        capture.find_people(network, "me")
    people = capture.find_people(network, "Me", me=True)
    change = capture.write_record(town, people, capture.Said("need", "a bigger kiln", TODAY))
    assert change.path == "Me.md"
    assert read_notes(town.root)["Me.md"].endswith("## Needs\n- [ ] a bigger kiln ➕ 2026-11-24\n")
    refresh(town, "Me.md")
    need = find_need(town.index.network().needs, "kiln")
    assert (need.person, need.state) == ("Me", "open")
    states.set_state(town, town.index.network(), need, "helped", TODAY)
    assert "- [x] a bigger kiln ➕ 2026-11-24 ✅ 2026-11-24\n" in read_notes(town.root)["Me.md"]


def test_nobody_is_me_without_a_note(opener: Callable[[dict[str, str]], Workspace]) -> None:
    work = opener({"People/Ana Ruiz.md": ""})
    with pytest.raises(NotFoundError, match=r"Me\.md"):
        capture.find_people(work.index.network(), "me", me=True)
    (work.root / "People/Me.md").write_text("")
    refresh(work, "People/Me.md")
    assert [person.path for person in capture.find_people(work.index.network(), "me", me=True)] == ["People/Me.md"]


def test_others_named_in_a_line_about_several_are_not_concerned(town: Workspace) -> None:
    network = town.index.network()
    people = capture.find_people(network, "ana, joe")
    said = capture.Said("met", "on [[Zoë Ångström|Zoë]]'s loan, see [[2026-11-19]]", TODAY)
    change = capture.write_record(town, people, said)
    assert read_notes(town.root)[change.path].endswith(
        "- 2026-11-24 #met [[Ana Ruiz]] and [[Joe Chen]]: on Zoë's loan, see [[2026-11-19]]\n"
    )
    refresh(town, change.path)
    met = [item.person for item in town.index.network().exchanges if "loan" in item.text and item.verb == "met"]
    assert sorted(met) == ["Ana Ruiz", "Joe Chen"]
