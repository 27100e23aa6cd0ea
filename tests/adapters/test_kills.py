"""What a killed process leaves behind, and what becomes of it."""

import os
import platform
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mdnet.adapters.vault import Vault, exchange, temporaries
from mdnet.core.settings import Settings
from mdnet.errors import WriteRefusedError
from tests.support import require
from tests.vaults import leftovers, replace


def ready_name(note: Path, old: bytes, new: bytes) -> Path:
    return Path(temporaries.ready(str(note), old, new))


@pytest.mark.parametrize("text", [b"old\n", b"new\n"])
def test_killed_with_a_known_text_left(note: Path, text: bytes) -> None:
    note.write_bytes(b"new\n" if text == b"old\n" else b"old\n")
    ready_name(note, b"old\n", b"new\n").write_bytes(text)
    Path(temporaries.partial(str(note.parent))).write_bytes(b"ne")
    before = note.read_bytes()
    assert Vault(note.parent).clean_temporaries() == ()
    assert (note.read_bytes(), leftovers(note.parent)) == (before, [])


def test_killed_with_the_users_save_swapped_out(note: Path) -> None:
    note.write_bytes(b"new\n")
    ready_name(note, b"old\n", b"new\n").write_bytes(b"the user's\n")
    assert Vault(note.parent).clean_temporaries() == ()
    assert (note.read_bytes(), leftovers(note.parent)) == (b"the user's\n", [])


def test_killed_and_the_user_saved_again(note: Path) -> None:
    note.write_bytes(b"something else\n")
    ready_name(note, b"old\n", b"new\n").write_bytes(b"the user's\n")
    vault = Vault(note.parent)
    (problem,) = vault.clean_temporaries()
    assert "was being saved when mdnet was killed" in problem.message
    assert (note.parent / problem.path).read_bytes() == b"the user's\n"
    assert note.read_bytes() == b"something else\n"
    assert vault.scan(Settings()).conflicts == ((problem.path, "a.md"),)
    assert list(vault.scan(Settings()).stamps) == ["a.md"]


def test_killed_and_the_later_save_has_all_of_it(note: Path) -> None:
    note.write_bytes(b"the user's\nand more\n")
    ready_name(note, b"old\n", b"new\n").write_bytes(b"the user's\n")
    assert Vault(note.parent).clean_temporaries() == ()
    assert leftovers(note.parent) == []


def test_killed_and_the_note_is_gone(note: Path) -> None:
    ready_name(note, b"old\n", b"new\n").write_bytes(b"the user's\n")
    note.unlink()
    (problem,) = Vault(note.parent).clean_temporaries()
    assert (note.parent / problem.path).read_bytes() == b"the user's\n"


def test_killed_while_deleting(note: Path) -> None:
    aside = Path(temporaries.partial(str(note.parent)) + ".d")
    aside.mkdir()
    note.rename(aside / "a.md")
    assert Vault(note.parent).clean_temporaries() == ()
    assert (note.read_bytes(), leftovers(note.parent)) == (b"old\n", [])
    aside.mkdir()
    (aside / "a.md").write_bytes(b"other\n")
    (problem,) = Vault(note.parent).clean_temporaries()
    assert (note.parent / problem.path).read_bytes() == b"other\n"
    assert (note.read_bytes(), leftovers(note.parent)) == (b"old\n", [])


def test_cleaning_waits_for_a_writer(note: Path) -> None:
    require(platform.system() == "Linux", "locks on folders")
    import fcntl

    handle = os.open(note.parent, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    left = Path(temporaries.partial(str(note.parent)))
    left.write_bytes(b"ne")
    thread = threading.Thread(target=Vault(note.parent).clean_temporaries)
    thread.start()
    time.sleep(0.1)
    assert left.exists()
    os.close(handle)
    thread.join()
    assert not left.exists()


def killed_at(note: Path, step: int, call: Callable[[], object], *, save_before: str = "") -> bool:
    """Run `call` in a child that is killed before its `step`th system call; False once it has fewer.

    With `save_before`, the user saves just before the first call of that name.
    """
    real_replace = os.replace
    child = os.fork()
    if child == 0:
        counted = 0

        def counting(name: str, real: Callable[..., object]) -> Callable[..., object]:
            saves = iter([b"the user's\n"] if name == save_before else [])

            def run(*args: object, **kwargs: object) -> object:
                nonlocal counted
                for text in saves:
                    with open(note.with_name("a.md.new"), "wb") as file:
                        file.write(text)
                    real_replace(note.with_name("a.md.new"), note)
                    open(note.with_name("saved"), "wb").close()  # none of this is counted
                if counted == step:
                    os.kill(os.getpid(), 9)
                counted += 1
                return real(*args, **kwargs)

            return run

        for name in ("open", "write", "fsync", "rename", "replace", "link", "unlink", "mkdir", "rmdir", "close"):
            setattr(os, name, counting(name, getattr(os, name)))
        for name in ("exchange", "move_new"):
            setattr(exchange, name, counting(name, getattr(exchange, name)))
        try:
            call()
        except WriteRefusedError:
            pass
        except BaseException:
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert status in (0, 9)
    return status == 9


def test_killed_at_any_step(note: Path, way: str) -> None:
    step = 0
    while killed_at(note, step, lambda: replace(note)):
        assert note.read_bytes() in (b"old\n", b"new\n")
        assert Vault(note.parent).clean_temporaries() == ()
        assert [n for n in leftovers(note.parent) if "bak" not in n] == []
        assert note.read_bytes() in (b"old\n", b"new\n")
        assert note.stat().st_nlink == 1
        note.write_bytes(b"old\n")
        step += 1
    assert step > 10
    assert note.read_bytes() == b"new\n"


@pytest.mark.parametrize("moment", ["exchange", "fsync", "link"])
def test_killed_at_any_step_while_the_user_saves(note: Path, way: str, moment: str) -> None:
    if (way, moment) == ("exchange", "link"):
        moment = "rename"
    step = 0
    killed = True
    while killed:
        note.write_bytes(b"old\n")
        note.with_name("saved").unlink(missing_ok=True)
        killed = killed_at(note, step, lambda: replace(note), save_before=moment)
        problems = Vault(note.parent).clean_temporaries()
        assert [n for n in leftovers(note.parent) if "bak" not in n] == []
        assert problems == ()
        assert note.read_bytes() == (b"the user's\n" if note.with_name("saved").exists() else b"old\n")
        step += 1
    assert note.read_bytes() == b"the user's\n"


def test_killed_at_any_step_of_making_and_deleting(folder: Path) -> None:
    vault = Vault(folder)
    note = folder / "deep/a.md"
    step = 0
    while killed_at(note, step, lambda: vault.create("deep/a.md", b"made\n")):
        vault.clean_temporaries()
        assert leftovers(folder) == []
        assert not note.exists() or note.read_bytes() == b"made\n"
        shutil.rmtree(folder / "deep", ignore_errors=True)
        step += 1
    assert step > 5
    step = 0
    while killed_at(note, step, lambda: vault.delete_created("deep/a.md", b"made\n")):
        vault.clean_temporaries()
        assert leftovers(folder) == []
        assert not note.exists() or note.read_bytes() == b"made\n"
        note.write_bytes(b"made\n")
        step += 1
    assert step > 5
    assert not note.exists()
