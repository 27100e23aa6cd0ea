"""What was meant as a record and is none is told of once; remarks and prose are not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.model import Exchange, Problem
from mdnet.core.overlooked import far_ahead
from mdnet.core.parse import parse_note
from mdnet.core.settings import Settings

PERSON, NOTE = "People/Ana Ruiz.md", "Notes/a.md"


def told(text: str, path: str = PERSON) -> list[tuple[int, str]]:
    note = parse_note(path, text.encode(), Settings(), date(2026, 11, 28))
    return [(problem.line, problem.message) for problem in note.problems]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("## Needs\n- a flute\n", 2, "put a box before it, as in - [ ] a flute"),
        ("---\ntype: person\n---\n# Needs:\n\n1. a flute\n", 6, "“a flute” is read as no need"),
        ("#need a boat\n", 1, "this #need is no list item"),
        ("Met her.\n#met at the fair\n", 2, "this #met is no list item"),
        ("## Needs\n- [ ] a boat that\n  sails well\n", 3, "no part of the need “a boat that”"),
        ("## Needs\n- [ ] a boat that\nsails well\n", 3, "no part of the need “a boat that”"),
        ("## Needs\n- [ ] a boat that\n  sails well\n  and is red\n", 3, "which ends with its own line"),
        ("## Offers\n- [ ] lessons in\n  the cello\n", 3, "no part of the offer “lessons in”"),
    ],
)
def test_in_a_persons_own_note(text: str, line: int, says: str) -> None:
    ((at, message),) = told(text)
    assert at == line
    assert says in message


@pytest.mark.parametrize(
    "text",
    [
        "## Needs\n- [ ] a boat\n  - she told me so\n    and again\n",
        "## Needs\n- [ ] a boat ➕ 2026-11-01\n  She prefers wood.\n",
        "## Needs\n- [ ] a boat ^boat\n  She prefers wood.\n",
        "## Needs\n- [ ] a boat.\n  She prefers wood.\n",
        "## Needs\n- [ ] a boat  \n  She prefers wood.\n",
        "## Needs\n- [ ] a boat\n\n  She prefers wood.\n",
        "## Needs\n- [ ] a boat\n\nShe prefers wood.\n",
        "## Needs\n- Work\n  - [ ] a job\n- at home:\n- [ ]\n- \n",
        "## Needs\nShe needs little.\n\n#person #met\n",
        "## Needs\n```\n- a flute\n#need a boat\n```\n> - a flute\n",
        "## Offers\n- cello lessons\n",
        "## Notes\n- a flute\n",
        "- #met at the fair,\n  where it rained\n",
    ],
)
def test_remarks_and_prose_are_left_alone(text: str) -> None:
    assert told(text) == []


def test_in_other_notes_a_link_makes_it_a_record_that_was_meant() -> None:
    assert told("#need [[Ana Ruiz]] a boat\n", NOTE) == [
        (1, "this #need is no list item, so it is read as text: write “- ” before it")
    ]
    assert told("#need #idea a boat\n\n## Needs\n- a flute\n", NOTE) == []


LINES = st.sampled_from(["## Needs", "- a", "- [ ] b", "  c", "#need d", "- #offer e", "", "> f", "```", "  - g"])


@given(st.lists(st.one_of(LINES, st.text(max_size=8)), max_size=12))
def test_each_line_is_told_of_once(lines: list[str]) -> None:
    found = [line for line, message in told("\n".join(lines)) if "list item" in message or "no part" in message]
    assert len(found) == len(set(found))


def test_a_contact_more_than_a_year_ahead_is_told() -> None:
    far, near = date(2036, 11, 3), date(2027, 1, 1)
    said = [Exchange("met", "Ana", "People/Ana.md", day, "line", "x", "Daily/a.md", 3) for day in (far, near)]
    assert list(far_ahead(said, date(2026, 11, 3))) == [
        Problem("Daily/a.md", 3, "2036-11-03 is more than a year ahead; is the year right?")
    ]
