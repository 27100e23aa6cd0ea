"""The span of weeks that `match --replay` is given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-W45", "2026-W47"),
        ("2026w45", "2026-11-16"),
        ("2026-11-08", "2026-W47"),
        ("2026-W47", "2026-W45"),
        ("2026-11-02", "2026-11-22"),
    ],
)
def test_weeks_are_named_as_pages_are_or_by_a_day(call: Callable[..., Result], first: str, last: str) -> None:
    said = json.loads(call("match", "--replay", first, last, "--json").stdout)
    assert [week["week"] for week in said["weeks"]] == ["2026-W45", "2026-W46", "2026-W47"]


def test_what_is_neither_is_refused(call: Callable[..., Result]) -> None:
    assert "2026 has no week 60" in call("match", "--replay", "2026-W60", "2026-W61", code=2).stderr
    assert "'xyz' is no date" in call("match", "--replay", "2026-W45", "xyz", code=2).stderr
