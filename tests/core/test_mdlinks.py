"""Markdown links to notes mean what wiki-links mean, seen from the folder of their note."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core import inline
from mdnet.core.links import is_elsewhere
from mdnet.core.mdlinks import as_wiki
from mdnet.core.parse import parse_note
from mdnet.core.passages import passages
from mdnet.core.persons import person_of
from mdnet.core.settings import Settings
from tests import plain

if TYPE_CHECKING:
    from mdnet.core.model import Note

ANA, JOE = "People/Ana Ruiz.md", "People/Joe Chen.md"
PEOPLE = {ANA: "", "People/Zoë.md": "", JOE: "", "Work/People/Joe Chen.md": "---\ntype: person\n---\n"}


def read(path: str, text: str) -> Note:
    return parse_note(path, text.encode(), Settings(), date(2026, 11, 28))


def concerned(text: str, path: str = "Daily/2026-11-03.md") -> tuple[list[str], list[str]]:
    """Whom the one record in a note concerns, and the problems of the vault."""
    network = plain.network([read(where, said) for where, said in {**PEOPLE, path: text}.items()], Settings())
    told = [problem.message for problem in network.problems if problem.path == path]
    return [item.person_path for item in (*network.needs, *network.exchanges)], told


@pytest.mark.parametrize(
    "link",
    [
        "[Ana](../People/Ana%20Ruiz.md)",
        "[Ana](../People/Ana%20Ruiz)",
        "[Ana](<../People/Ana Ruiz.md>)",
        "[Ana](<../People/Ana Ruiz>)",
        "[Ana](People/Ana%20Ruiz.md)",
        "[Ana](Ana%20Ruiz.md)",
        "[Ana](/People/Ana%20Ruiz.md)",
        "[Ana](../People/Ana%20Ruiz.md#Log)",
        '[Ana](../People/Ana%20Ruiz.md "her note")',
        "[](../People/Ana%20Ruiz.MD)",
        "[Ana | FreightCo](../People/Ana%20Ruiz.md)",
    ],
)
def test_every_spelling_names_the_person(link: str) -> None:
    assert concerned(f"- #need {link} a boat\n") == ([ANA], [])
    assert concerned(f"- [ ] {link} #need a boat\n") == ([ANA], [])
    note = read("Daily/2026-11-03.md", f"- #need {link} a boat\n")
    assert (note.records[0].text, note.records[0].lead, len(note.links)) == ("a boat", 1, 1)


def test_several_people_and_a_day() -> None:
    text = (
        "- [2026-11-03](../Daily/2026-11-03.md) #met [Ana](../People/Ana%20Ruiz.md) and [[People/Joe Chen]]: coffee\n"
    )
    assert concerned(text, "Notes/a.md") == ([ANA, JOE], [])
    record = read("Notes/a.md", text).records[0]
    assert (record.date, record.text, record.lead_text) == (date(2026, 11, 3), "coffee", "Ana and Joe Chen")


def test_the_folder_of_the_note_goes_first() -> None:
    need = "- #need [Joe](People/Joe%20Chen.md) a boat\n"
    assert concerned(need, "Work/a.md") == (["Work/People/Joe Chen.md"], [])
    assert concerned(need, "a.md") == ([JOE], [])
    assert concerned("- #need [Joe](Joe%20Chen.md) a boat\n", "People/b.md")[0] == [JOE]
    found, (told,) = concerned("- #need [Joe](Joe%20Chen.md) a boat\n", "a.md")
    assert found == []
    assert told.startswith("[[Joe Chen]] may be People/Joe Chen or Work/People/Joe Chen")


@pytest.mark.parametrize(
    "link",
    [
        "[a](https://x.example/Ana.md)",
        "[a](mailto:ana@x.example)",
        "![a](Ana%20Ruiz.md)",
        "`[a](Ana%20Ruiz.md)`",
        "\\[a](Ana%20Ruiz.md)",
        "[a](#Log)",
        "[a](//x.example/Ana.md)",
        "[a](<https://x.example/Ana.md>)",
        "[a](Ana Ruiz.md)",
    ],
)
def test_what_is_elsewhere_is_nobody(link: str) -> None:
    assert as_wiki(link) == link
    assert concerned(f"- #need {link} a boat\n") == ([], ["no person in this line: link one, as in [[Ana Ruiz]]"])


def test_a_note_that_is_not_there_is_told_and_what_may_be_none_is_not() -> None:
    need = "- #need [Ana](Ana%20Ruiz.md) a boat, see {}\n"
    assert concerned(need.format("[b](Boats.md)")) == ([ANA], ["no note or alias is called [[Boats]]"])
    for other in ("[b](Boats)", "[b](boats.example.com)", "[b](../a.pdf)"):
        assert concerned(need.format(other)) == ([ANA], [])
    assert is_elsewhere(".///Boats")
    assert not is_elsewhere(".//Boats")


def test_in_passages_and_properties() -> None:
    note = read("a.md", "- [Ana](People/Ana%20Ruiz.md) sells a boat\n")
    assert passages(note)[0].people == (".//People/Ana Ruiz",)
    person = read(ANA, '---\ncompany: "[FreightCo](../Firms/FreightCo.md)"\n---\n')
    assert person_of(person).company == "FreightCo"


def test_paths_are_decoded_as_utf_8() -> None:
    assert concerned("- #need [Z](../People/Zo%C3%AB.md) x, 100%25 sure\n") == (["People/Zoë.md"], [])
    assert as_wiki("[Z](Zo%C3.md)") == "[[.//Zo%C3|Z]]"


@given(st.text('[]()<>!\\`a/.md%2 #|"', max_size=40))
def test_any_text_becomes_a_text_with_its_links_read(text: str) -> None:
    wiki = as_wiki(text)
    assert len(list(inline.LINK.finditer(wiki))) >= wiki.count("[[.//")
    assert as_wiki(wiki) == wiki
