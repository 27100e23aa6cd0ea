"""Look-ups beside a daemon say what the commands say, and all else is left to the commands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mdnet.cli.outlet import EXIT_CODE
from mdnet.cli.quick import Asked, understood
from tests.daemons import RunningDaemon
from tests.support import require
from tests.town import TOWN, write_notes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LOOK_UPS: list[list[str]] = [
    ["show", "Ana Ruiz"],
    ["show", "ana", "--json"],
    ["search", "attorney"],
    ["search", "-n", "1", "a*"],
    ["search", "nothing", "says", "this"],
    ["search", "attorney", "--json", "--number=2"],
]
REFUSED = [["show", "nobody at all"], ["show", "a", "b"], ["search"], ["search", "-n", "0", "x"], ["show", "--bad"]]


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["show", "Ana"], Asked("show", ["Ana"])),
        (["--vault", "a", "show", "Ana", "--json"], Asked("show", ["Ana"], vault="a", as_json=True)),
        (["--vault=a", "show", "--vault", "b", "Ana"], Asked("show", ["Ana"], vault="b")),
        (["search", "one", "two", "-n", "3"], Asked("search", ["one", "two"], number=3)),
        (["search", "--number=3", "one"], Asked("search", ["one"], number=3)),
    ],
)
def test_understands_a_look_up(arguments: list[str], asked: Asked) -> None:
    assert understood(arguments) == asked


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["show"],
        ["show", ""],
        ["show", "a", "b"],
        ["show", "-"],
        ["show", "--", "-a"],
        ["show", "-h"],
        ["show", "a", "-n", "3"],
        ["--json", "show", "a"],
        ["--vault"],
        ["--vault=", "show", "a"],
        ["show", "a", "--vault"],
        ["show", "a", "--fresh"],
        ["show", "a", "--json=yes"],
        ["search", "-n3", "a"],
        ["search", "-n=3", "a"],
        ["search", "a", "-n"],
        ["search", "a", "-n", "0"],
        ["search", "a", "-n", "03"],
        ["search", "a", "-n", "٣"],
        ["search", "a", "-n", "9" * 30],
        ["search", "-"],
        ["review", "a"],
        ["review"],
    ],
)
def test_leaves_all_else_to_the_commands(arguments: list[str]) -> None:
    assert understood(arguments) is None


BY_CLICK = "from mdnet.cli.main import main; main(prog_name='mdnet')"
AT_THE_START = "from mdnet.cli.start import main; main()"
WITHOUT_CLICK = f"import sys; sys.modules['click'] = None; {AT_THE_START}"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of commands about a vault that a daemon watches."""
    home = tmp_path_factory.mktemp("watched")
    vault = home / "vault"
    write_notes(vault, TOWN | {"Wrong.md": "---\n: : [\n---\n"})
    daemon = RunningDaemon(vault, home, MDNET_TODAY="2026-11-24", PYTHONIOENCODING="utf-8")
    daemon.wait_for(daemon.is_fresh)
    yield daemon.environment | {"MDNET_VAULT": str(vault)}
    daemon.stop()


def run(code: str, arguments: Sequence[str], environment: dict[str, str]) -> tuple[int, str, str]:
    """Exit code, output and errors."""
    call = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(call, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("arguments", LOOK_UPS, ids=" ".join)
def test_a_look_up_beside_a_daemon_needs_no_click(watched: dict[str, str], arguments: list[str]) -> None:
    quickly = run(WITHOUT_CLICK, arguments, watched)
    assert quickly == run(BY_CLICK, arguments, watched)
    assert quickly[0] == 0
    assert ("problem" in quickly[2]) is ("--json" not in arguments)


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
def test_what_goes_wrong_is_told_as_ever(watched: dict[str, str], arguments: list[str]) -> None:
    told = run(AT_THE_START, arguments, watched)
    assert told == run(BY_CLICK, arguments, watched)
    assert told[0] in (2, 5)


def test_what_was_just_saved_is_found(watched: dict[str, str]) -> None:
    note = Path(watched["MDNET_VAULT"], "Just now.md")
    note.write_text("a zeppelin over the harbour\n")
    assert run(WITHOUT_CLICK, ["search", "zeppelin"], watched)[1].startswith("Just now Just now.md:1\n")
    note.unlink()
    assert run(WITHOUT_CLICK, ["search", "zeppelin"], watched)[1] == "Nothing found.\n"


@pytest.mark.parametrize(
    "more",
    [{"PYTHONIOENCODING": "latin-1"}, {"MDNET_TODAY": "some day"}, {"_MDNET_COMPLETE": "bash_source"}],
    ids=lambda more: next(iter(more)),
)
def test_click_does_what_it_does_better(watched: dict[str, str], more: dict[str, str]) -> None:
    told = run(AT_THE_START, ["show", "ana"], watched | more)
    assert told == run(BY_CLICK, ["show", "ana"], watched | more)


def test_nobody_reads_on(watched: dict[str, str]) -> None:
    require(os.path.exists("/dev/full"), "/dev/full")
    ours, theirs = os.pipe()
    os.close(ours)
    call = [sys.executable, "-c", AT_THE_START, "show", "ana", "--json"]
    done = subprocess.run(call, env=watched, stdout=theirs, stderr=subprocess.PIPE, text=True, check=False)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (EXIT_CODE, "")
    with open("/dev/full", "w") as full:
        done = subprocess.run(call, env=watched, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    said = "mdnet: the output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (EXIT_CODE, said)


def test_full_errors_are_no_matter_where_there_is_nothing_to_tell(watched: dict[str, str]) -> None:
    require(os.path.exists("/dev/full"), "/dev/full")
    call = [sys.executable, "-c", AT_THE_START, "show", "ana", "--json"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            call, env=watched | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=full, check=False
        )
    assert (done.returncode, b"Ana Ruiz" in done.stdout) == (0, True)


def test_stopped_while_nobody_reads(watched: dict[str, str]) -> None:
    for number in range(700):
        Path(watched["MDNET_VAULT"], f"Many {number}.md").write_text(f"blockword {number} {'x ' * 100}\n")
    assert "blockword" in run(AT_THE_START, ["search", "blockword"], watched)[1]
    # What runs in the background of a script has Ctrl-C ignored, and all that it starts as well.
    heeding = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {AT_THE_START}"
    call = [sys.executable, "-c", heeding, "search", "blockword", "-n", "1000"]
    told = subprocess.Popen(call, env=watched, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert told.stdout is not None
    assert told.stdout.read(1)  # it prints, and the pipe holds less than all of it
    told.send_signal(signal.SIGINT)
    _, errors = told.communicate(timeout=30)
    assert (told.returncode, errors.strip().splitlines()[-1]) == (1, "Aborted!")


def test_without_a_daemon_all_is_as_ever(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    write_notes(vault, TOWN)
    environment = {**os.environ, **{f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "CACHE", "STATE")}}
    arguments = ["--vault", str(vault), "show", "ana"]
    told = run(AT_THE_START, arguments, environment)
    assert told == run(BY_CLICK, arguments, environment)
    assert told[0] == 0
    assert run(WITHOUT_CLICK, arguments, environment)[0] != 0
