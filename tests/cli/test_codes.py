"""What the table of exit codes says of 0 and 5."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

EMPTY = ["search zzzz", "people zzz", "needs zzz", "match zzz", "people --tag zzz", "needs --person zoe"]
NOBODY = [
    "show zzz", "brief zzz", "need zzz a lamp", "met zzz", "due zzz --snooze 2027-01-01", "needs --person zzz",
    "done zzz", "snooze zzz --until 2027-01-01", "dismiss m-00000000-00000000", "undo", "undo 00000000",
    "draft help zzz", "draft thanks zoe", "draft pass-on zoe", "templates list zzz", "conflicts zzz.md",
]  # fmt: skip


@pytest.mark.parametrize("line", EMPTY)
def test_an_empty_list_is_no_error(call: Callable[..., Result], line: str) -> None:
    assert call(*line.split()).stdout


@pytest.mark.parametrize("line", NOBODY)
def test_what_was_named_and_is_not_there_is_one(call: Callable[..., Result], line: str) -> None:
    assert call(*line.split(), code=5).stdout == ""
