"""Writing a file on disk: what stays as it was, and what is refused."""

import errno
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest.mock import Mock

import pytest

from mdnet.adapters.vault import Vault, attributes, exchange
from mdnet.core.settings import Settings
from mdnet.errors import BusyError, UnsafeTextError, WriteRefusedError
from tests.support import require, small_disk
from tests.vaults import as_nobody, leftovers, refused, replace

# What stays


def test_mode_owner_and_attributes_stay(note: Path, way: str) -> None:
    note.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(note, 1234, 4321)
    try:
        os.setxattr(note, "user.colour", b"blue")
    except OSError:
        require(False, "extended attributes on this file system")
    replace(note)
    found = note.stat()
    assert note.read_bytes() == b"new\n"
    assert found.st_mode & 0o7777 == 0o640
    assert os.getxattr(note, "user.colour") == b"blue"
    if os.geteuid() == 0:
        assert (found.st_uid, found.st_gid) == (1234, 4321)


def test_access_lists_stay(note: Path) -> None:
    require(shutil.which("setfacl"), "setfacl (Debian package acl)")
    subprocess.run(["setfacl", "-m", "u:1234:rw", note], check=True)
    # The folder's default list, which new files get, is not the note's.
    subprocess.run(["setfacl", "-d", "-m", "u:4321:rwx", note.parent], check=True)
    before = subprocess.run(["getfacl", "-cE", note], capture_output=True, check=True).stdout
    assert b"1234" in before
    replace(note)
    after = subprocess.run(["getfacl", "-cE", note], capture_output=True, check=True).stdout
    assert (note.read_bytes(), after) == (b"new\n", before)


def test_a_link_inside_the_vault_is_written_through(folder: Path) -> None:
    (folder / ".data").mkdir()
    (folder / ".data/a.md").write_bytes(b"old\n")
    (folder / "a.md").symlink_to(".data/a.md")
    stamp = replace(folder / "a.md")
    assert (folder / "a.md").is_symlink()
    assert (folder / ".data/a.md").read_bytes() == b"new\n"
    assert Vault(folder).read("a.md") == (b"new\n", stamp)
    assert leftovers(folder) == []


def test_the_longest_name(folder: Path, way: str) -> None:
    note = folder / ("ä" * 126 + ".md")
    note.write_bytes(b"old\n")
    replace(note)
    assert note.read_bytes() == b"new\n"


def test_the_time_is_that_of_the_write(note: Path) -> None:
    os.utime(note, (1, 1))
    replace(note)
    assert abs(note.stat().st_mtime - time.time()) < 600


def test_other_hidden_files_are_nobody_elses_business(note: Path) -> None:
    for name in (".mdnet-notes", ".mdnet-zzzzzzzz", "mdnet-0011aabb", ".mdnet-0011aabb.md"):
        (note.parent / name).write_text("the user's")
    replace(note)
    Vault(note.parent).clean_temporaries()
    assert len(list(note.parent.iterdir())) == 5


# What is refused


def test_read_only_file(note: Path) -> None:
    note.chmod(0o444)
    refused(note, r"a.md: not written, the file is read-only")


def test_read_only_folder(folder: Path, note: Path) -> None:
    with as_nobody(folder):
        folder.chmod(0o555)
        refused(note, r"a.md: not written, no permission to write in its folder")
        with pytest.raises(WriteRefusedError, match=r"b.md: not written, no permission"):
            Vault(folder).create("b.md", b"x")
        with pytest.raises(WriteRefusedError, match="permission"):
            Vault(folder).delete_created("a.md", b"old\n")
    assert note.read_bytes() == b"old\n"


def test_somebody_elses_file(folder: Path, note: Path) -> None:
    require(os.geteuid() == 0, "root, to give a file to somebody else")
    folder.chmod(0o777)
    note.chmod(0o666)
    with as_nobody(folder):
        note_owner = 1234
        os.seteuid(0)
        os.chown(note, note_owner, note_owner)
        os.seteuid(65534)
        refused(note, "belong to somebody else")
    assert note.stat().st_uid == 1234


def test_full_disk(folder: Path) -> None:
    small = folder / "small"
    small.mkdir()
    with small_disk(small, "1m"):
        note = small / "a.md"
        note.write_bytes(b"x" * 700_000)
        refused(note, r"a.md: not written, the disk is full", old=b"x" * 700_000, new=b"y" * 700_001)
        with pytest.raises(WriteRefusedError, match="the disk is full"):
            Vault(small).create("deep/down/b.md", b"x" * 700_000)
        assert [p.name for p in small.iterdir()] == ["a.md"]
        replace(note, b"x" * 700_000, b"short")
        assert note.read_bytes() == b"short"


def test_read_only_disk(folder: Path) -> None:
    mount = folder / "mount"
    mount.mkdir()
    with small_disk(mount, "1m"):
        (mount / "a.md").write_bytes(b"old\n")
        subprocess.run(["mount", "-o", "remount,ro", mount], check=True)
        with pytest.raises(WriteRefusedError, match=r"not written, the (disk|file) is read-only"):
            replace(mount / "a.md")
        with pytest.raises(WriteRefusedError, match="the disk is read-only"):
            Vault(mount).create("b.md", b"x")
        assert list(Vault(mount).scan(Settings()).stamps) == ["a.md"]


def test_out_of_the_vault(folder: Path) -> None:
    vault = folder / "vault"
    evil = folder / "vault-evil"
    vault.mkdir()
    evil.mkdir()
    (evil / "a.md").write_bytes(b"old\n")
    (vault / "link").symlink_to(evil)
    (vault / "a.md").symlink_to(evil / "a.md")
    for path in ("a.md", "link/a.md"):
        with pytest.raises(WriteRefusedError, match="leads out of the vault"):
            Vault(vault).replace(path, b"old\n", b"new\n", quiet=0)
    for path in ("link/b.md", "link/deep/b.md"):
        with pytest.raises(WriteRefusedError, match="leads out of the vault"):
            Vault(vault).create(path, b"x")
    with pytest.raises(UnsafeTextError):
        Vault(vault).create("../vault-evil/b.md", b"x")
    assert os.listdir(evil) == ["a.md"]
    assert (evil / "a.md").read_bytes() == b"old\n"


def test_the_vault_is_gone(folder: Path) -> None:
    root = folder / "vault"
    root.mkdir()
    (root / "a.md").write_bytes(b"old\n")
    vault = Vault(root)
    root.rename(folder / "elsewhere")
    for call in (
        lambda: vault.replace("a.md", b"old\n", b"new\n", quiet=0),
        lambda: vault.create("b.md", b"x"),
        lambda: vault.delete_created("a.md", b"old\n"),
    ):
        with pytest.raises(WriteRefusedError, match=r"the vault is gone|not there any more"):
            call()
    assert not root.exists()


def test_hard_links_are_not_parted(note: Path) -> None:
    os.link(note, note.with_name("b.md"))
    refused(note, r"the file has 2 names \(hard links\)")


def test_what_is_no_file(note: Path) -> None:
    note.unlink()
    os.mkfifo(note)
    with pytest.raises(WriteRefusedError, match="not a regular file"):
        replace(note)


def test_a_note_open_for_writing(note: Path, way: str) -> None:
    require(platform.system() == "Linux", "file leases, which Linux has")
    with open(note, "r+b"):
        refused(note, "another program is writing it now", BusyError)
    with open(note, "rb"):
        replace(note)


@pytest.mark.parametrize("remote", [True, False])
def test_a_server_that_grants_no_leases(note: Path, monkeypatch: pytest.MonkeyPatch, remote: bool) -> None:
    """NFS and SMB say of every file that another program is writing it, where the server has granted nothing."""
    require(sys.platform == "linux", "file leases, which Linux has")
    import fcntl

    real = fcntl.fcntl

    def refuse(handle: int, what: int, value: int = 0) -> int:
        if what == fcntl.F_SETLEASE:
            raise BlockingIOError(errno.EAGAIN, "no delegation")
        return real(handle, what, value)

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    monkeypatch.setattr(attributes, "_is_remote", lambda _: remote)
    if remote:
        replace(note)
        assert note.read_bytes() == b"new\n"
    else:
        refused(note, "another program is writing it")


def test_a_file_on_a_local_disk_is_not_remote(note: Path) -> None:
    with open(note, "rb") as file:
        assert not attributes._is_remote(file.fileno())


def test_a_lease_that_was_taken_from_us_can_be_given_back(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require(sys.platform == "linux", "file leases, which Linux has")
    import fcntl

    with open(note, "rb") as file:
        lease = attributes.Lease(file.fileno())
        monkeypatch.setattr(fcntl, "fcntl", Mock(side_effect=BlockingIOError(errno.EAGAIN, "broken")))
        lease.release()
        assert lease.taken is None


def test_waits_until_the_note_is_left_alone(note: Path) -> None:
    note.write_bytes(b"old\n")
    began = time.monotonic()
    replace(note, quiet=0.3)
    assert time.monotonic() - began >= 0.25
    os.utime(note, (time.time() + 1000, time.time() + 1000))  # a clock that is ahead says nothing
    began = time.monotonic()
    replace(note, b"new\n", b"newer\n", quiet=0.3)
    assert time.monotonic() - began >= 0.25


def test_our_own_write_is_not_waited_for(note: Path) -> None:
    vault = Vault(note.parent)
    vault.replace("a.md", b"old\n", b"1", quiet=0)
    began = time.monotonic()
    vault.replace("a.md", b"1", b"2", quiet=5)
    assert time.monotonic() - began < 5
    note.write_bytes(b"3")
    with pytest.raises(BusyError, match="changed"):
        vault.replace("a.md", b"2", b"4", quiet=0.2)


def test_a_note_that_is_saved_over_and_over(note: Path) -> None:
    stop = threading.Event()

    def save() -> None:
        while not stop.wait(0.01):
            note.write_bytes(b"old\n")

    thread = threading.Thread(target=save)
    thread.start()
    try:
        with pytest.raises(BusyError, match="saved over and over"):
            replace(note, quiet=0.5)  # longer than a busy machine may keep the thread from saving
    finally:
        stop.set()
        thread.join()
    assert note.read_bytes() == b"old\n"


def test_create_is_complete_at_once_and_takes_nobodys_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = exchange.move_new

    def move(source: str, target: str) -> None:
        assert not Path(target).exists()
        Path(target).write_bytes(b"the user's")  # at the last moment
        real(source, target)

    monkeypatch.setattr(exchange, "move_new", move)
    with pytest.raises(WriteRefusedError, match=r"new/b.md: not made, it is there already"):
        Vault(folder).create("new/b.md", b"ours")
    assert (folder / "new/b.md").read_bytes() == b"the user's"
    assert leftovers(folder) == []


@pytest.mark.parametrize("missing", ["renameat2", "renameat2 and hard links"])
def test_create_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setattr(exchange, "_CALL", None)
    if "links" in missing:

        def link(source: str, target: str) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", link)
    vault = Vault(folder)
    stamp = vault.create("b.md", b"ours")
    assert vault.read("b.md") == (b"ours", stamp)
    with pytest.raises(WriteRefusedError, match="is there already"):
        vault.create("b.md", b"other")
    assert sorted(os.listdir(folder)) == ["b.md"]
    stamp = vault.replace("b.md", b"ours", b"newer", quiet=0)
    assert vault.read("b.md") == (b"newer", stamp)
    vault.delete_created("b.md", b"newer")
    assert not (folder / "b.md").exists()


def test_without_exchange_the_last_text_is_kept_for_a_while(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_CALL", None)
    replace(note)
    replace(note, b"new\n", b"newest\n")
    kept = leftovers(note.parent)
    assert [Path(name).name[:11] for name in kept] == [".mdnet-bak-"]
    assert (note.parent / kept[0]).read_bytes() == b"new\n"
    assert note.read_bytes() == b"newest\n"
    assert note.stat().st_nlink == 1
