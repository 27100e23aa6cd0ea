"""A save by somebody else in the very moment of a write: the user's text wins."""

import errno
import os
import platform
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mdnet.adapters.vault import Vault, exchange
from mdnet.adapters.vault.replace import _LINGER
from mdnet.core.settings import Settings
from mdnet.errors import BusyError, WriteRefusedError
from tests.support import require
from tests.vaults import leftovers, replace

Save = Callable[[Path, bytes], threading.Thread | None]


def in_place(note: Path, text: bytes = b"the user's\n") -> threading.Thread:
    """Another program's save in place; it may have to wait until we let it in."""
    thread = threading.Thread(target=note.write_bytes, args=(text,))
    thread.start()
    thread.join(0.1)
    return thread


def by_rename(note: Path, text: bytes = b"the user's\n") -> None:
    new = note.with_name("a.md.new")
    new.write_bytes(text)
    new.rename(note)


def as_vim(note: Path, text: bytes = b"the user's\n") -> None:
    note.rename(note.with_name("a.md~"))
    note.write_bytes(text)


def later(seconds: float, do: Callable[..., object], *given: object) -> threading.Timer:
    """Has something happen while we go on."""
    timer = threading.Timer(seconds, do, given)
    timer.start()
    return timer


@pytest.fixture
def at_exchange(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Lets things happen just before the first, second, ... exchange."""
    real = exchange.exchange
    running: list[threading.Thread] = []

    def happen(*moments: Callable[[], object]) -> None:
        left = iter(moments)

        def trade(one: str, other: str) -> None:
            for moment in left:
                if isinstance(started := moment(), threading.Thread):
                    running.append(started)
                break
            real(one, other)

        monkeypatch.setattr(exchange, "exchange", trade)

    yield happen
    for thread in running:
        thread.join()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a moment is long."""
    monkeypatch.setattr("mdnet.adapters.vault.replace._LINGER", 1.0)


def settled(note: Path, text: bytes) -> bool:
    """Whether the note comes to say so, once those who waited have saved."""
    end = time.monotonic() + 10
    while note.read_bytes() != text and time.monotonic() < end:
        time.sleep(0.01)
    return note.read_bytes() == text


@pytest.mark.parametrize("save", [in_place, by_rename, as_vim])
def test_a_save_just_before_the_exchange_wins(note: Path, at_exchange: Callable[..., None], save: Save) -> None:
    at_exchange(lambda: save(note))
    with pytest.raises(BusyError, match="changed since it was read"):
        replace(note)
    assert settled(note, b"the user's\n")
    assert leftovers(note.parent) == []


@pytest.mark.parametrize("save", [in_place, by_rename, as_vim])
def test_a_save_while_rolling_back_wins_over_the_one_before(
    note: Path, at_exchange: Callable[..., None], save: Save
) -> None:
    at_exchange(lambda: by_rename(note, b"first\n"), lambda: save(note))
    with pytest.raises(BusyError):
        replace(note)
    assert settled(note, b"the user's\n")
    assert leftovers(note.parent) == []


def conflict_copies(note: Path) -> list[bytes]:
    return [path.read_bytes() for path in note.parent.glob("*(conflicted copy*).md")]


@pytest.mark.parametrize("save", [by_rename, as_vim])
def test_what_a_save_made_from_our_text_would_undo_becomes_a_conflict_copy(
    note: Path, at_exchange: Callable[..., None], save: Save
) -> None:
    at_exchange(
        lambda: by_rename(note, b"old\nfirst\n"),
        lambda: save(note, note.read_bytes() + b"second\n"),  # our text stands there for a moment
    )
    with pytest.raises(BusyError):
        replace(note)
    assert settled(note, b"new\nsecond\n")
    assert conflict_copies(note) == [b"old\nfirst\n"]
    assert leftovers(note.parent) == []


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("save", [in_place, by_rename, as_vim])
def test_a_save_made_from_our_text_after_it_was_rolled_back(
    note: Path, at_exchange: Callable[..., None], save: Save
) -> None:
    at_exchange(
        lambda: by_rename(note, b"old\nfirst\n"),
        lambda: later(0.02, save, note, note.read_bytes() + b"second\n"),  # our text stands there for a moment
    )
    with pytest.raises(BusyError):
        replace(note)
    assert settled(note, b"new\nsecond\n")
    assert conflict_copies(note) == [b"old\nfirst\n"]
    assert leftovers(note.parent) == []


def test_a_save_that_holds_the_one_before_needs_no_copy(note: Path, at_exchange: Callable[..., None]) -> None:
    at_exchange(lambda: by_rename(note, b"old\nfirst\n"), lambda: by_rename(note, b"old\nfirst\nsecond\n"))
    with pytest.raises(BusyError):
        replace(note)
    assert settled(note, b"old\nfirst\nsecond\n")
    assert conflict_copies(note) == []


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("pause", [0.0, 0.02])
def test_a_save_that_nobody_made_from_our_text_needs_no_copy(
    note: Path, at_exchange: Callable[..., None], pause: float
) -> None:
    """Somebody types in the middle of a line, and the editor saves all the time."""

    at_exchange(lambda: by_rename(note, b"old, and s\n"), lambda: later(pause, by_rename, note, b"old, and so\n"))
    with pytest.raises(BusyError):
        replace(note)
    assert settled(note, b"old, and so\n")
    assert conflict_copies(note) == []
    assert leftovers(note.parent) == []


@pytest.mark.parametrize("first", [b"a van\nold\na van\n", b"old\na van\n"], ids=["a twin", "moved"])
def test_a_copy_is_made_for_a_line_that_stands_elsewhere_too(
    note: Path, at_exchange: Callable[..., None], first: bytes
) -> None:
    note.write_bytes(b"a van\nold\n")
    at_exchange(lambda: by_rename(note, first), lambda: by_rename(note, note.read_bytes() + b"second\n"))
    with pytest.raises(BusyError):
        replace(note, b"a van\nold\n", b"a van\nold\nnew\n")
    assert settled(note, b"a van\nold\nnew\nsecond\n")
    assert conflict_copies(note) == [first]


@pytest.mark.parametrize("room", [True, False])
def test_a_save_that_may_become_a_copy_is_on_the_disk_all_the_time(
    note: Path, at_exchange: Callable[..., None], monkeypatch: pytest.MonkeyPatch, room: bool
) -> None:
    class Killed(BaseException):
        pass

    def kill(_: object, saves: object) -> None:
        by_rename(note, b"new\nsecond\n")
        raise Killed

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    def first() -> None:
        by_rename(note, b"old\nfirst\n")
        if not room:
            monkeypatch.setattr("mdnet.adapters.vault.replace.write_file", full)

    monkeypatch.setattr("mdnet.adapters.vault.replace.Replacement._keep_unseen", kill)
    at_exchange(first)
    with pytest.raises(Killed):
        replace(note)
    Vault(note.parent).clean_temporaries()
    assert conflict_copies(note) == [b"old\nfirst\n"]
    assert leftovers(note.parent) == []


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("back", [True, False])
def test_a_note_that_is_gone_while_it_is_rolled_back(note: Path, at_exchange: Callable[..., None], back: bool) -> None:
    def move_away() -> threading.Timer:
        note.rename(note.with_name("b.md"))
        return later(0.01, note.write_bytes if back else bool, b"old\nfirst\nsecond\n")

    at_exchange(lambda: by_rename(note, b"old\nfirst\n"), move_away)
    with pytest.raises(BusyError):
        replace(note)
    if back:
        assert settled(note, b"old\nfirst\nsecond\n")
    assert conflict_copies(note) == ([] if back else [b"old\nfirst\n"])
    assert leftovers(note.parent) == []


@pytest.mark.parametrize("first", [in_place, by_rename])
def test_without_leases_a_save_is_seen_by_its_text(
    note: Path, at_exchange: Callable[..., None], monkeypatch: pytest.MonkeyPatch, first: Save
) -> None:
    monkeypatch.delattr("fcntl.F_SETLEASE", raising=False)
    at_exchange(lambda: first(note, b"first\n"), lambda: in_place(note))
    with pytest.raises(BusyError):
        replace(note)
    assert settled(note, b"the user's\n")
    replace(note, b"the user's\n", b"new\n")
    assert note.read_bytes() == b"new\n"
    assert leftovers(note.parent) == []


def test_an_editor_that_wants_to_open_the_note_in_the_last_moment(note: Path, at_exchange: Callable[..., None]) -> None:
    require(platform.system() == "Linux", "file leases, which Linux has")

    def save() -> None:
        with open(note, "r+b") as file:  # not truncated by opening
            file.truncate()
            file.write(b"the user's\n")

    def start() -> threading.Thread:
        thread = threading.Thread(target=save)
        thread.start()
        thread.join(0.1)
        return thread

    at_exchange(start)
    with pytest.raises(BusyError):
        replace(note)
    assert settled(note, b"the user's\n")


def test_an_editor_that_opened_ours_while_it_was_rolled_back(note: Path, at_exchange: Callable[..., None]) -> None:
    require(platform.system() == "Linux", "file leases, which Linux has")

    def open_ours() -> threading.Timer:
        opened = open(note, "r+b")  # noqa: SIM115 -- that is our new text, for a moment

        def save() -> None:
            with opened:
                opened.truncate()
                opened.write(b"the user's\n")

        return later(0.2, save)

    at_exchange(lambda: by_rename(note, b"first\n"), open_ours)
    with pytest.raises(BusyError):
        replace(note)
    assert settled(note, b"the user's\n")
    assert leftovers(note.parent) == []


def test_a_changed_mode_in_the_last_moment(note: Path, at_exchange: Callable[..., None]) -> None:
    note.chmod(0o644)
    at_exchange(lambda: note.chmod(0o600))
    with pytest.raises(BusyError):
        replace(note)
    assert (note.read_bytes(), note.stat().st_mode & 0o777) == (b"old\n", 0o600)


@pytest.mark.parametrize("put", ["link", "folder"])
def test_a_note_replaced_by_something_else_in_the_last_moment(
    note: Path, at_exchange: Callable[..., None], put: str
) -> None:
    def change() -> None:
        note.unlink()
        if put == "link":
            note.symlink_to("b.md")
        else:
            note.mkdir()

    at_exchange(change)
    with pytest.raises(BusyError):
        replace(note)
    assert note.is_symlink() if put == "link" else note.is_dir()
    assert leftovers(note.parent) == []


def test_deleted_in_the_last_moment(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = exchange.exchange

    def trade(one: str, other: str) -> None:
        note.unlink()
        real(one, other)

    monkeypatch.setattr(exchange, "exchange", trade)
    with pytest.raises(WriteRefusedError, match="not there any more"):
        replace(note)
    assert list(note.parent.iterdir()) == []


@pytest.mark.parametrize("save", [in_place, by_rename])
def test_without_exchange_a_save_before_the_last_comparison_wins(
    note: Path, monkeypatch: pytest.MonkeyPatch, save: Save
) -> None:
    monkeypatch.setattr(exchange, "_CALL", None)
    real = os.link

    def link(source: str, target: str) -> None:
        save(note)
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(BusyError):
        replace(note)
    assert settled(note, b"the user's\n")
    assert leftovers(note.parent) == []
    assert note.stat().st_nlink == 1


def test_without_exchange_a_save_in_place_before_the_rename_wins(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_CALL", None)
    real = os.replace
    once = iter([None])

    def rename(source: str, target: str) -> None:
        for _ in once:
            note.write_bytes(b"the user's\n")
        real(source, target)

    monkeypatch.setattr(os, "replace", rename)
    with pytest.raises(BusyError):
        replace(note)
    assert note.read_bytes() == b"the user's\n"


def test_the_stamp_is_that_of_what_was_written(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = exchange.sync_folder

    def sync(folder: str) -> None:
        real(folder)
        time.sleep(0.02)
        note.write_bytes(b"at once\n")

    monkeypatch.setattr(exchange, "sync_folder", sync)
    stamp = replace(note)
    assert Vault(note.parent).scan(Settings()).stamps["a.md"] != stamp


def test_delete_gives_way_to_a_save(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.rename

    def rename(source: str, target: str) -> None:
        note.write_bytes(b"the user's\n")
        real(source, target)

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(BusyError):
        Vault(note.parent).delete_created("a.md", b"old\n")
    assert note.read_bytes() == b"the user's\n"
    assert leftovers(note.parent) == []


@pytest.fixture
def other_side(folder: Path) -> Iterator[Path]:
    """The folder that is mounted at `folder / "drive"`, as another computer sees it."""
    there, here = folder / "there", folder / "drive"
    there.mkdir()
    here.mkdir()
    require(shutil.which("bindfs") is not None, "bindfs (Debian package bindfs)")
    if subprocess.run(["bindfs", str(there), str(here)], capture_output=True, check=False).returncode:
        pytest.skip("bindfs is not allowed here")
    yield there
    subprocess.run(["fusermount", "-uz", str(here)], check=False)


def test_a_save_on_the_other_side_of_a_network_drive(
    folder: Path, other_side: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system remembers for a while how long a file is: what was added meanwhile is not read."""
    monkeypatch.delattr("fcntl.F_SETLEASE", raising=False)
    (other_side / "a.md").write_bytes(b"old\n")
    real = time.sleep

    def wait(seconds: float) -> None:
        if seconds == _LINGER:
            with open(other_side / "a.md", "ab") as file:
                file.write(b"the user's\n")
        real(seconds)

    monkeypatch.setattr(time, "sleep", wait)
    with pytest.raises(BusyError):
        replace(folder / "drive" / "a.md")
    assert (other_side / "a.md").read_bytes() == b"old\nthe user's\n"
