"""Whose note a file is: what makes it a person's."""

from datetime import date

import pytest

from mdnet.core.parse import parse_note
from mdnet.core.settings import DailyNotes, Settings

DAILY = Settings(daily=(DailyNotes("journals", "YYYY_MM_DD"), DailyNotes("Diary", "MMMM D, YYYY")))


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("People/Ana Ruiz.md", "", "person"),
        ("Work/@Ana Ruiz.md", "", "person"),
        ("Work/Ana Ruiz.md", "---\ntype: contact\n---\n", "person"),
        ("Work/Ana Ruiz.md", "---\ntags: [work, Person]\n---\n", "person"),
        ("Work/Ana Ruiz.md", "A lawyer. #person\n", "person"),
        ("Work/Ana Ruiz.md", "`#person`\n", "note"),
        ("Work/Ana Ruiz.md", "#persons\n", "note"),
        # in a day's note the tag is about somebody in it
        ("2026-11-03.md", "- #person\n  - Ana Ruiz\n", "note"),
        ("Meetings/2026-11-03 Lunch.md", "With a new #contact\n", "note"),
        ("journals/2026_11_03.md", "- #Person\n", "note"),
        ("Diary/November 3, 2026.md", "- #person\n", "note"),
        ("2026-11-03 Ana.md", "---\ntags: person\n---\n", "person"),
        ("1984 Society.md", "#contact\n", "person"),
    ],
)
def test_kind(path: str, text: str, kind: str) -> None:
    assert parse_note(path, text.encode(), DAILY, date(2026, 11, 24)).kind == kind
