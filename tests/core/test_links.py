"""Wiki-links: what Obsidian would open, and never a guess."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.links import clean_target, is_elsewhere, key_of, person_name, target_key
from mdnet.core.model import Note, NoteKind
from tests import plain


def note(path: str, kind: NoteKind = "note", *aliases: str) -> Note:
    return Note(path, path.rpartition("/")[2].removesuffix(".md"), kind=kind, aliases=aliases)


def person(path: str, *aliases: str) -> Note:
    return note(path, "person", *aliases)


def answers(notes: list[Note], target: str, source: str = "Daily/2026-11-03.md") -> list[str]:
    return [named.path for named in plain.names(notes).answer(target, source)]


ANA, JOE = "People/Ana Ruiz.md", "People/Joe Chen.md"


@pytest.mark.parametrize(
    "target",
    ["Ana Ruiz", "ana ruiz", "ANA RUIZ.md", " Ana Ruiz ", "Ana Ruiz#Log", "Ana Ruiz#^abc", "People/Ana Ruiz",
     "people/ana ruiz.MD#a#b", "/People/Ana Ruiz", "../People/Ana Ruiz", "Ana Ruiz\\", "Ana Ruiz|Ana",
     "Ana\u00a0Ruiz"],
)  # fmt: skip
def test_one_note_by_every_spelling(target: str) -> None:
    assert answers([person(ANA), person(JOE)], target) == [ANA]


def test_unicode_forms_are_one() -> None:
    composed, apart = "People/Zoë Müller.md", unicodedata.normalize("NFD", "zoë müller")
    assert answers([person(composed)], apart) == [composed]
    decomposed = unicodedata.normalize("NFD", composed)
    assert answers([person(decomposed)], "Zoë Müller") == [decomposed]


def test_sharp_s_is_not_double_s() -> None:
    double, sharp = "People/Max Strauss.md", "People/Max Strauß.md"
    assert answers([person(double), person(sharp)], "max strauß") == [sharp]


def test_two_notes_of_one_name_are_both_answers() -> None:
    notes = [person("People/Ana Ruiz.md"), note("Old/Ana Ruiz.md")]
    assert answers(notes, "Ana Ruiz") == ["Old/Ana Ruiz.md", "People/Ana Ruiz.md"]
    assert answers(notes, "People/Ana Ruiz") == ["People/Ana Ruiz.md"]
    assert answers(notes, "/Old/Ana Ruiz") == ["Old/Ana Ruiz.md"]


def test_an_exact_path_goes_before_a_path_that_ends_so() -> None:
    notes = [person("People/Ana Ruiz.md"), note("Archive/People/Ana Ruiz.md")]
    assert answers(notes, "People/Ana Ruiz") == ["People/Ana Ruiz.md"]
    assert answers(notes[1:], "People/Ana Ruiz") == ["Archive/People/Ana Ruiz.md"]
    assert answers(notes, "chive/People/Ana Ruiz") == []


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("./Note", "A/B/Note.md"),
        ("../Note", "A/Note.md"),
        ("../../Note", "Note.md"),
        ("../../../Note", None),
        ("./C/Note", None),
        ("../B/./Note", "A/B/Note.md"),
    ],
)
def test_relative(target: str, found: str | None) -> None:
    notes = [note("Note.md"), note("A/Note.md"), note("A/B/Note.md")]
    assert answers(notes, target, "A/B/Here.md") == ([found] if found else [])


def test_a_heading_alone_is_the_note_itself() -> None:
    notes = [note("A/Here.md"), note("B/Here.md")]
    assert answers(notes, "#Heading", "B/Here.md") == ["B/Here.md"]


def test_aliases_come_after_names() -> None:
    notes = [person(ANA, "Ana", "Anita"), person(JOE, "Joe"), note("Ana.md")]
    assert answers(notes, "anita") == [ANA]
    assert answers(notes, "Ana") == ["Ana.md"]
    assert answers([*notes, person("People/Ana Lima.md", "Anita")], "Anita") == ["People/Ana Lima.md", ANA]


def test_at_sign_before_a_name() -> None:
    ben = "Team/@Ben Ode.md"
    assert person_name(ben) == "Ben Ode"
    assert answers([person(ben)], "Ben Ode") == answers([person(ben)], "@ben ode") == [ben]


@pytest.mark.parametrize(
    "target", ["2026-11-03", "Daily/2026-11-03", "photo.JPG", "a/b.pdf#page=3", "https://example.com"]
)
def test_links_that_no_note_must_answer(target: str) -> None:
    assert is_elsewhere(target)


@pytest.mark.parametrize("target", ["Dr. No", "v1.5", "Ana Ruiz", "2026-11-03 Meeting", "mp3"])
def test_links_that_a_note_must_answer(target: str) -> None:
    assert not is_elsewhere(target)


def test_near_names() -> None:
    notes = [person(ANA, "Anita"), person("People/Anna Ruiz.md"), person(JOE), note("Ana Ruis of old.md")]
    assert plain.names(notes).near("Ana Ruis") == ("Ana Ruiz", "Anna Ruiz")
    assert plain.names(notes).near("Quux") == ()
    assert plain.names(notes).near("x/joe chem#h") == ("Joe Chen",)


@given(st.text(), st.text())
def test_nothing_raises(target: str, source: str) -> None:
    names = plain.names([person(ANA, target), note("x/" + target.replace("/", "") + ".md")])
    names.answer(target, source)
    names.near(target)
    is_elsewhere(target)


@given(st.text(alphabet=st.characters(exclude_characters="/#|\\\n", exclude_categories=["Cs"]), min_size=1))
def test_every_name_answers_to_itself(name: str) -> None:
    path = f"People/{name}.md"
    if clean_target(name) == name and not name.startswith(".") and key_of(name):
        assert answers([person(path)], name) == [path]
        assert target_key(name) == target_key(f"People/{name}#heading")
