"""Against editors saving the same note, and kill -9. Longer: `python -m tests.bench.race`, `crash`, `editors`."""

import os
from pathlib import Path

import pytest

from tests.bench import crash, editors, race
from tests.support import require

require_posix = pytest.mark.skipif(os.name != "posix", reason="processes, signals and terminals as POSIX has them")


@require_posix
@pytest.mark.parametrize("style", race.STYLES)
def test_no_line_of_either_is_lost(folder: Path, style: str) -> None:
    result = race.race(folder, style, 120, saves=5)
    assert result.ours > 0
    assert result.theirs == 5
    assert (result.ours_lost, result.theirs_lost, result.doubled, result.left_behind) == (0, 0, 0, 0)


@require_posix
@pytest.mark.parametrize("style", race.STYLES)
def test_no_line_of_the_user_is_lost_however_hard_both_save(folder: Path, style: str) -> None:
    result = race.race(folder, style, 120, hard=True, saves=250)
    assert result.theirs == 250
    assert result.ours > 0
    assert (result.theirs_lost, result.left_behind) == (0, 0)


@require_posix
@pytest.mark.parametrize("style", race.STYLES)
def test_no_line_of_the_user_is_lost_where_we_are_held_up(folder: Path, style: str) -> None:
    with race.slow_exchange():
        result = race.race(folder, style, 120, hard=True, saves=250)
    assert result.theirs == 250
    assert (result.theirs_lost, result.left_behind) == (0, 0)


@require_posix
@pytest.mark.parametrize("editor", editors.EDITORS)
def test_real_editors(folder: Path, editor: str) -> None:
    require(editors.installed(editor), f"{editor} (Debian packages vim-nox, emacs-nox, nano)")
    result = editors.race(folder, editor, 4)
    assert result.ours > 0
    assert result.theirs > 0
    assert (result.ours_lost, result.theirs_lost, result.left_behind) == (0, 0, 0)


@require_posix
def test_killed_at_random_moments(folder: Path) -> None:
    result = crash.crash(folder, 40, seed=os.getpid())
    assert result.steps > 5
    assert (result.damaged, result.lost, result.doubled, result.unjournaled, result.left_behind) == (0,) * 5
