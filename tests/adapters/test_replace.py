"""Writing a file on disk: what stays as it was, what is refused, and what becomes of a save in the same moment."""

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

from mdnet.adapters.vault import Vault, exchange, temporaries
from mdnet.core.settings import Settings
from mdnet.errors import BusyError, UnsafeTextError, WriteRefusedError
from tests.support import require
from tests.vaults import as_nobody, leftovers


@pytest.fixture
def note(folder: Path) -> Path:
    path = folder / "a.md"
    path.write_bytes(b"old\n")
    return path


@pytest.fixture(params=["exchange", "rename"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With and without a file system that can exchange two names."""
    if request.param == "rename":

        def refuse(one: str, other: str) -> None:
            raise exchange.ExchangeUnsupportedError(errno.EINVAL, "Invalid argument")

        monkeypatch.setattr(exchange, "exchange", refuse)
    return str(request.param)


def replace(note: Path, old: bytes = b"old\n", new: bytes = b"new\n", quiet: float = 0) -> object:
    return Vault(note.parent).replace(note.name, old, new, quiet=quiet)


def refused(note: Path, match: str, error: type[Exception] = WriteRefusedError, **how: object) -> None:
    before = note.read_bytes()
    with pytest.raises(error, match=match):
        replace(note, **how)
    assert note.read_bytes() == before
    assert [n for n in leftovers(note.parent) if "bak" not in n] == []


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
    require(os.geteuid() == 0, "root, to mount a small file system")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True)
    require(mounted.returncode == 0, "leave to mount a small file system")
    try:
        note = small / "a.md"
        note.write_bytes(b"x" * 700_000)
        refused(note, r"a.md: not written, the disk is full", old=b"x" * 700_000, new=b"y" * 700_001)
        with pytest.raises(WriteRefusedError, match="the disk is full"):
            Vault(small).create("deep/down/b.md", b"x" * 700_000)
        assert [p.name for p in small.iterdir()] == ["a.md"]
        replace(note, b"x" * 700_000, b"short")
        assert note.read_bytes() == b"short"
    finally:
        subprocess.run(["umount", small], check=True)


def test_read_only_disk(folder: Path) -> None:
    mount = folder / "mount"
    mount.mkdir()
    require(os.geteuid() == 0, "root, to mount a small file system")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount], capture_output=True)
    require(mounted.returncode == 0, "leave to mount a small file system")
    try:
        (mount / "a.md").write_bytes(b"old\n")
        subprocess.run(["mount", "-o", "remount,ro", mount], check=True)
        with pytest.raises(WriteRefusedError, match=r"not written, the (disk|file) is read-only"):
            replace(mount / "a.md")
        with pytest.raises(WriteRefusedError, match="the disk is read-only"):
            Vault(mount).create("b.md", b"x")
        assert list(Vault(mount).scan(Settings()).stamps) == ["a.md"]
    finally:
        subprocess.run(["umount", mount], check=True)


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
            replace(note, quiet=0.2)
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


# A save in the same moment


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

        later = threading.Timer(0.2, save)
        later.start()
        return later

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


# After a kill


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


# Editors that hold unsaved text


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
