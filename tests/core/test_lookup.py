"""Finding people and needs by what somebody typed in a hurry."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.lookup import NamesIn, find_need, find_person
from mdnet.core.model import Need, Person
from mdnet.errors import AmbiguousError, NotFoundError


def person(name: str, *aliases: str, folder: str = "People") -> Person:
    return Person(path=f"{folder}/{name}.md", name=name, aliases=aliases)


PEOPLE = [
    person("Ana Ruiz", "Anita"),
    person("Joana Ruizdael"),
    person("Jörg Petersen"),
    person("Joe Chen"),
    person("Joe Chenoweth"),
    person("Max Roe"),
    person("Max Roe", folder="Club"),
]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Ana Ruiz", "Ana Ruiz"),
        ("ana", "Ana Ruiz"),
        ("an ru", "Ana Ruiz"),
        ("anita", "Ana Ruiz"),
        ("ruizd", "Joana Ruizdael"),
        ("ruiz", "Ana Ruiz"),
        ("jorg", "Jörg Petersen"),
        ("JÖRG", "Jörg Petersen"),
        ("peters", "Jörg Petersen"),
        ("joe chen", "Joe Chen"),
        ("[[Joe Chen]]", "Joe Chen"),
        ("@Joe Chen", "Joe Chen"),
        ("oweth", "Joe Chenoweth"),
    ],
)
def test_a_unique_part_of_a_name_is_enough(query: str, name: str) -> None:
    people = PEOPLE if query != "ruiz" else PEOPLE[:1]
    assert find_person(people, query).name == name


def test_an_ambiguous_name_lists_the_candidates() -> None:
    with pytest.raises(AmbiguousError) as caught:
        find_person(PEOPLE, "joe")
    assert caught.value.candidates == ("Joe Chen", "Joe Chenoweth")
    assert str(caught.value) == "'joe' may be Joe Chen, Joe Chenoweth: type more of the name"


def test_two_of_one_name_are_listed_by_path_and_found_by_it() -> None:
    with pytest.raises(AmbiguousError) as caught:
        find_person(PEOPLE, "Max Roe")
    assert caught.value.candidates == ("People/Max Roe.md", "Club/Max Roe.md")
    assert find_person(PEOPLE, "Club/Max Roe").path == "Club/Max Roe.md"


def test_nobody() -> None:
    with pytest.raises(NotFoundError, match="did you mean Ana Ruiz"):
        find_person(PEOPLE, "Ann Ruiz")
    with pytest.raises(NotFoundError, match="empty"):
        find_person(PEOPLE, " ")


def need(text: str, state: str = "open", block_id: str | None = None) -> Need:
    return Need(
        id=f"id{len(text)}",
        person="Ana Ruiz",
        person_path="People/Ana Ruiz.md",
        text=text,
        state=state,  # type: ignore[arg-type]
        path="People/Ana Ruiz.md",
        line=3,
        block_id=block_id,
    )


NEEDS = [
    need("a warehouse lead in Ohio"),
    need("a warehouse"),
    need("a plumber", "helped"),
    need("a café", "open", "x1"),
]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("ohio", "a warehouse lead in Ohio"),
        ("lead warehouse", "a warehouse lead in Ohio"),
        ("a warehouse", "a warehouse"),
        ("plumber", "a plumber"),
        ("cafe", "a café"),
        ("^x1", "a café"),
        ("id24", "a warehouse lead in Ohio"),
        ("ana ohio", "a warehouse lead in Ohio"),
    ],
)
def test_needs_by_words_or_id(query: str, text: str) -> None:
    assert find_need(NEEDS, query).text == text


def test_needs_that_are_not_one() -> None:
    with pytest.raises(AmbiguousError) as caught:
        find_need(NEEDS, "warehouse")
    assert len(caught.value.candidates) == 2
    with pytest.raises(AmbiguousError, match="by more words or its id"):
        find_need([need("a van", "open", "x1"), *NEEDS], "^x1")
    with pytest.raises(NotFoundError, match="mdnet needs"):
        find_need(NEEDS, "submarine")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("coffee with joe chen and ana", ["joe chen", "ana"]),
        ("joe chenoweth", ["joe"]),
        ("anatomy of banana", []),
        ("ana-ana, joe", ["ana", "ana", "joe"]),
        ("o'neil met chen", ["o'neil"]),
        ("ann o'neil", ["ann o'neil"]),
    ],
)
def test_names_in_a_text(text: str, found: list[str]) -> None:
    assert NamesIn(["ana", "joe", "joe chen", "o'neil", "ann o'neil"]).find(text) == found


@given(st.sets(st.from_regex(r"[ab]{1,2}([ '-][ab]{1,2})?", fullmatch=True)), st.text("ab '-_"))
def test_names_are_found_as_a_pattern_of_all_of_them_would(names: set[str], text: str) -> None:
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or "(?!)"
    assert NamesIn(names).find(text) == re.findall(rf"(?<!\w)(?:{pattern})(?!\w)", text)
