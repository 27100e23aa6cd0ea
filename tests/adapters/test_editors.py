"""Editors that hold unsaved text of a note."""

import os
import platform
import subprocess
import threading
import time
from pathlib import Path

import pytest

from mdnet.adapters.vault import Vault
from mdnet.errors import BusyError
from tests.vaults import refused, replace


def swap(note: Path, pid: int, *, dirty: bool, host: str = "", maker: bytes = b"b0VIM 9.1") -> Path:
    header = bytearray(4096)
    header[: len(maker)] = maker
    header[24:28] = pid.to_bytes(4, "little")
    name = (host or platform.node()).encode()
    header[68 : 68 + len(name)] = name
    header[1007] = 0x55 if dirty else 0
    path = note.with_name(f".{note.name}.swp")
    path.write_bytes(header)
    return path


def dead_process() -> int:
    child = subprocess.Popen(["true"])
    child.wait()
    return child.pid


def test_vim_with_unsaved_text(note: Path) -> None:
    swap(note, os.getpid(), dirty=True)
    refused(note, r"a.md: not written, vim \(process \d+\) holds unsaved text of it", BusyError)
    swap(note, os.getpid(), dirty=True, maker=b"b0nano 7.2")
    refused(note, "nano", BusyError)
    with pytest.raises(BusyError, match="nano"):
        Vault(note.parent).delete_created("a.md", b"old\n")


def test_text_typed_while_we_wrote_is_waited_for(note: Path) -> None:
    vault = Vault(note.parent)
    stamp = vault.replace("a.md", b"old\n", b"ours\nold\n")
    typing = swap(note, os.getpid(), dirty=True, maker=b"b0nano 7.2")

    def save() -> None:
        note.write_bytes(b"old\ntyped\n")
        typing.unlink()

    timer = threading.Timer(0.3, save)
    timer.start()
    assert vault.saved_over("a.md", stamp) == b"old\ntyped\n"
    timer.join()


def test_no_two_writes_in_one_second_while_nano_has_the_note_open(note: Path) -> None:
    """It compares whole seconds and inodes, and an inode may come back."""
    swap(note, os.getpid(), dirty=False, maker=b"b0nano 7.2")
    times = [note.stat().st_mtime]
    for number in range(2):
        replace(note, *(b"old\n", b"new\n") if number == 0 else (b"new\n", b"newer\n"))
        times.append(note.stat().st_mtime)
    assert int(times[0]) < int(times[1]) < int(times[2])


def test_vim_on_another_computer(note: Path) -> None:
    path = swap(note, 1, dirty=True, host="elsewhere")
    refused(note, "vim on elsewhere", BusyError)
    os.utime(path, (time.time() - 7200, time.time() - 7200))
    replace(note)


def test_an_open_note_without_unsaved_text_is_written(note: Path) -> None:
    swap(note, os.getpid(), dirty=False)
    replace(note)
    swap(note, dead_process(), dirty=True)
    replace(note, b"new\n", b"newer\n")
    note.with_name(".a.md.swp").write_bytes(b"not a swap file")
    replace(note, b"newer\n", b"newest\n")
    os.unlink(note.with_name(".a.md.swp"))
    os.mkfifo(note.with_name(".a.md.swp"))
    replace(note, b"newest\n", b"last\n")


def test_neovim_keeps_swap_files_elsewhere(note: Path, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    swaps = folder / "state" / "nvim" / "swap"
    swaps.mkdir(parents=True)
    swap(note, os.getpid(), dirty=True).rename(swaps / (str(note).replace("/", "%") + ".swp"))
    refused(note, "vim", BusyError)


def test_emacs_with_unsaved_text(note: Path) -> None:
    lock = note.with_name(".#a.md")
    lock.symlink_to(f"ann@{platform.node()}.{os.getpid()}:1700000000")
    refused(note, r"emacs \(process \d+\) holds unsaved text", BusyError)
    lock.unlink()
    lock.symlink_to(f"ann@{platform.node()}.{dead_process()}")
    replace(note)
    lock.unlink()
    lock.symlink_to("ann@far.example.1234:1700000000")
    refused(note, r"emacs on far.example", BusyError, old=b"new\n")
