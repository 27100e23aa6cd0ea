"""Looking at a folder on disk, with all that may lie in it."""

import os
import socket
import time
from pathlib import Path

import pytest

from mdnet.adapters.vault import Vault
from mdnet.core.settings import Settings
from mdnet.core.store import GoneError, Scan, UnreadableError, UnsettledError
from mdnet.errors import ConfigError, VaultNotFoundError
from tests.vaults import as_nobody


def scan(folder: Path, **settings: tuple[str, ...]) -> Scan:
    return Vault(folder).scan(Settings(**settings))


def messages(found: Scan) -> dict[str, str]:
    return {problem.path: problem.message for problem in found.problems}


def test_what_is_not_a_file_is_named_and_never_opened(folder: Path) -> None:
    os.mkfifo(folder / "fifo.md")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "socket.md"))
    (folder / "folder.md").mkdir()
    (folder / "folder.md" / "inside.md").write_text("x")
    os.mkfifo(folder / "fifo.txt")
    began = time.monotonic()
    found = scan(folder)
    assert list(found.stamps) == ["folder.md/inside.md"]
    assert messages(found) == dict.fromkeys(("fifo.md", "socket.md"), "not a regular file, so it is not read")
    for name in ("fifo.md", "socket.md", "folder.md"):
        with pytest.raises(UnreadableError):
            Vault(folder).read(name)
    assert time.monotonic() - began < 30, "waited for the other end of a FIFO"


def test_links_never_lead_out_and_never_read_a_note_twice(folder: Path) -> None:
    vault = folder / "vault"
    outside = folder / "vault-evil"
    (vault / ".data").mkdir(parents=True)
    (vault / "People").mkdir()
    outside.mkdir()
    (outside / "secret.md").write_text("x")
    (vault / "People/Ann.md").write_text("x")
    (vault / ".data/Joe.md").write_text("joe")
    for link, target in {
        "out.md": outside / "secret.md",
        "passwd.md": "/etc/passwd",
        "zero.md": "/dev/zero",
        "broken.md": "nowhere.md",
        "loop.md": "loop.md",
        "again.md": "People/Ann.md",
        "Joe.md": ".data/Joe.md",
        "Joe again.md": ".data/Joe.md",
        "to-folder.md": "People",
        "self": ".",
        "parent": "..",
        "evil": outside,
        "plain.txt": "People/Ann.md",
    }.items():
        (vault / link).symlink_to(target)
    found = scan(vault)
    assert sorted(found.stamps) == ["Joe again.md", "People/Ann.md"]
    assert found.stamps["Joe again.md"].size == 3
    assert messages(found) == {
        "out.md": "a symbolic link out of the vault, not read",
        "passwd.md": "a symbolic link out of the vault, not read",
        "zero.md": "a symbolic link out of the vault, not read",
        "broken.md": "a symbolic link that leads nowhere",
        "loop.md": "a symbolic link that loops",
        "again.md": "a symbolic link to People/Ann.md, which is read under that name",
        "Joe.md": "a symbolic link to Joe again.md, which is read under that name",
        "to-folder.md": "a symbolic link to something that is not a regular file, not read",
        "self": "a symbolic link to a folder, not followed",
        "parent": "a symbolic link to a folder, not followed",
        "evil": "a symbolic link to a folder, not followed",
    }
    store = Vault(vault)
    for path in ("out.md", "passwd.md", "evil/secret.md", "parent/vault-evil/secret.md"):
        with pytest.raises(UnreadableError, match="leads out of the vault"):
            store.read(path)
    store.scan(Settings())
    assert store.read("Joe again.md") == (b"joe", found.stamps["Joe again.md"])
    assert store.read("again.md")[0] == b"x"
    for path in ("loop.md", "broken.md"):
        with pytest.raises(UnreadableError):
            store.read(path)
    assert store.scan(Settings(), ["self/People/Ann.md", "evil"]).stamps == {}


@pytest.mark.parametrize(("link", "target"), [("a.md", ".data/n.md"), ("a.md", "nowhere.md"), ("a", "People")])
def test_whether_there_are_symbolic_links(folder: Path, link: str, target: str) -> None:
    for name in (".data/n.md", "People/Ann.md"):
        (folder / name).parent.mkdir()
        (folder / name).write_text("x")
    (folder / "plain.txt").symlink_to("People/Ann.md")
    assert not scan(folder).links
    (folder / link).symlink_to(target)
    assert scan(folder).links
    assert not Vault(folder).scan(Settings(), ["People"]).links


def test_a_folder_that_became_a_link_is_not_trusted_for_long(folder: Path) -> None:
    vault = folder / "vault"
    (vault / "a").mkdir(parents=True)
    (vault / "a/n.md").write_text("mine")
    (folder / "n.md").write_text("not mine")
    store = Vault(vault)
    store.scan(Settings())
    assert store.read("a/n.md")[0] == b"mine"
    (vault / "a/n.md").unlink()
    (vault / "a").rmdir()
    (vault / "a").symlink_to(folder)
    store.scan(Settings())
    with pytest.raises(UnreadableError, match="leads out"):
        store.read("a/n.md")


def test_unreadable_folders_and_files(folder: Path) -> None:
    for name in ("shut/a.md", "listed/b.md", "open/c.md"):
        (folder / name).parent.mkdir()
        (folder / name).write_text("x")
    with as_nobody(folder):
        (folder / "shut").chmod(0)
        (folder / "listed").chmod(0o444)  # names, but nothing about them
        (folder / "open/c.md").chmod(0)
        vault = Vault(folder)
        found = vault.scan(Settings())
        with pytest.raises(UnreadableError, match=r"open/c.md: cannot be read: permission denied"):
            vault.read("open/c.md")
    assert list(found.stamps) == ["open/c.md"]
    assert found.unlisted == ("listed", "shut")
    assert all("cannot be read" in message for message in messages(found).values())
    assert list(messages(found)) == ["listed", "shut"]


def test_what_cannot_be_reached_is_not_gone(folder: Path) -> None:
    (folder / "shut/in").mkdir(parents=True)
    (folder / "shut/in/a.md").write_text("x")
    with as_nobody(folder):
        (folder / "shut").chmod(0)
        found = Vault(folder).scan(Settings(), ["shut/in/", "shut/b.md", "gone/in/", "gone/b.md"])
    assert found.unlisted == ("shut/b.md", "shut/in")
    assert messages(found) == {
        "shut/b.md": "cannot be looked at (Permission denied)",
        "shut/in": "the folder cannot be read (Permission denied): its notes stay as they were",
    }


def test_names_of_all_kinds(folder: Path) -> None:
    names = [
        "new\nline.md", "quo'te\".md", "$(touch x).md", "`x`.md", "-dash.md", " blank.md", "😀.md", "a|b#c^d[e].md",
        "Zoë.md", "Zoe\u0308.md", "x" * 252 + ".md",
    ]  # fmt: skip
    for name in names:
        (folder / name).write_text("x")
    (folder / os.fsdecode(b"caf\xe9.md")).write_text("x")
    (folder / os.fsdecode(b"dir\xff")).mkdir()
    (folder / os.fsdecode(b"dir\xff") / "x.md").write_text("x")
    found = scan(folder)
    assert sorted(found.stamps) == sorted(names)
    assert sorted(messages(found)) == ["caf\\xe9.md", "dir\\xff"]
    assert all("not valid UTF-8" in message for message in messages(found).values())
    for name in names:
        assert Vault(folder).read(name)[0] == b"x"


def test_sparse_and_huge_files_are_stamped_and_read_no_further_than_asked(folder: Path) -> None:
    with open(folder / "huge.md", "wb") as file:
        file.write(b"---\ntype: person\n---\n")
        file.truncate(20_000_000_000)
    found = scan(folder)
    assert found.stamps["huge.md"].size == 20_000_000_000
    data, stamp = Vault(folder).read("huge.md", 1000)
    assert len(data) == 1000
    assert stamp == found.stamps["huge.md"]
    with pytest.raises(UnreadableError, match=r"too large to be read whole \(20,000,000,000 bytes\)"):
        Vault(folder).read("huge.md")


def test_times_before_1970_and_in_the_future(folder: Path) -> None:
    for name, when in (("old.md", -86_400), ("new.md", 4_000_000_000)):
        (folder / name).write_text("x")
        os.utime(folder / name, (when, when))
    found = scan(folder)
    assert found.stamps["old.md"].mtime_ns == -86_400 * 10**9
    assert found.stamps["new.md"].mtime_ns == 4 * 10**18


def test_an_edit_that_keeps_size_and_time_has_another_stamp(folder: Path) -> None:
    note = folder / "a.md"
    note.write_text("one")
    os.utime(note, ns=(10**18, 10**18))
    before = scan(folder).stamps["a.md"]
    time.sleep(0.02)
    note.write_text("two")
    os.utime(note, ns=(10**18, 10**18))
    after = scan(folder).stamps["a.md"]
    assert (before.size, before.mtime_ns) == (after.size, after.mtime_ns)
    assert before != after


def test_ignored_by_obsidian_expressions(folder: Path) -> None:
    for name in ("a/x.md", "b/y.md", "b/deep/z.md", "c.excalidraw.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    assert sorted(scan(folder, ignore=("/^b/d/", "*.excalidraw.md")).stamps) == ["a/x.md", "b/y.md"]
    with pytest.raises(ConfigError, match="not a regular expression"):
        scan(folder, ignore=("/(/",))


def test_sync_tools_own_files_are_left_out(folder: Path) -> None:
    for name in (
        ".stversions/Ann~20261103.md", ".stfolder/x.md", ".syncthing.Ann.md.tmp", "~syncthing~Ann.md.tmp", "Ann.md~",
        "#Ann.md#", ".#Ann.md", ".Ann.md.swp", "4913", ".dropbox.cache/Ann.md", ".git/Ann.md", ".mdnet-0011aabb",
    ):  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    found = scan(folder)
    assert (found.stamps, found.problems, found.conflicts, found.leftovers) == ({}, (), (), False)


def test_old_temporary_files_are_noticed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".mdnet-0011aabb").write_text("half")
    (folder / ".mdnet-bak-0011aabb").write_text("whole")
    now = time.time()
    vault = Vault(folder)
    assert not vault.scan(Settings()).leftovers
    monkeypatch.setattr(time, "time", lambda: now + 3600)
    assert vault.scan(Settings()).leftovers
    vault.clean_temporaries()
    assert not vault.scan(Settings()).leftovers
    assert (folder / ".mdnet-bak-0011aabb").exists()
    monkeypatch.setattr(time, "time", lambda: now + 8 * 86_400)
    assert vault.scan(Settings()).leftovers
    vault.clean_temporaries()
    assert list(folder.iterdir()) == []


def test_no_vault(folder: Path) -> None:
    with pytest.raises(VaultNotFoundError, match="no such folder"):
        Vault(folder / "nowhere")
    gone = folder / "gone"
    gone.mkdir()
    vault = Vault(gone)
    gone.rmdir()
    with pytest.raises(VaultNotFoundError, match="Is its disk mounted"):
        vault.scan(Settings())
    gone.mkdir()
    with as_nobody(folder):
        gone.chmod(0)
        with pytest.raises(VaultNotFoundError, match="cannot be listed"):
            vault.scan(Settings())


def test_a_linked_vault(folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "real/a.md").write_text("x")
    (folder / "link").symlink_to("real")
    vault = Vault(folder / "link")
    assert list(vault.scan(Settings()).stamps) == ["a.md"]
    assert vault.read("a.md")[0] == b"x"


def test_a_note_that_is_written_while_it_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = folder / "a.md"
    note.write_bytes(b"first")
    real = os.read
    saves = iter([b"second, longer", b"third"])

    def read(handle: int, size: int) -> bytes:
        data = real(handle, size)
        if (save := next(saves, None)) is not None:
            note.write_bytes(save)
        return data

    monkeypatch.setattr(os, "read", read)
    assert Vault(folder).read("a.md")[0] == b"third"
    saves = iter([b"x" * n for n in range(100)])
    with pytest.raises(UnsettledError, match="being written over and over"):
        Vault(folder).read("a.md")


def test_deep_and_wide(folder: Path) -> None:
    deep = folder.joinpath(*["d"] * 50)
    deep.mkdir(parents=True)
    (deep / "n.md").write_text("x")
    (folder / "wide").mkdir()
    for n in range(2000):
        (folder / "wide" / f"{n}.md").touch()
    assert len(scan(folder).stamps) == 2001


def test_a_folder_that_goes_while_it_is_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a").mkdir()
    (folder / "a/n.md").write_text("x")
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("/a"):
            (folder / "a").rename(folder / ".moved")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = scan(folder)
    assert found.unlisted == ("a",)
    assert found.problems == ()


def test_reading_a_note_that_is_a_folder_by_now(folder: Path) -> None:
    (folder / "a").write_text("x")
    with pytest.raises(GoneError):
        Vault(folder).read("a/b.md")


def test_what_a_scan_saw_saves_a_look_but_is_not_trusted(folder: Path) -> None:
    (folder / "sub").mkdir()
    for name in ("same.md", "longer.md", "gone.md", "replaced.md", "sub/folder.md"):
        (folder / name).write_bytes(b"as it was\n")
    vault = Vault(folder)
    seen = vault.scan(Settings()).stamps
    assert vault.read("same.md", None, seen["same.md"]) == (b"as it was\n", seen["same.md"])
    assert vault.read("same.md", 2, seen["same.md"]) == (b"as", seen["same.md"])
    (folder / "longer.md").write_bytes(b"as it is now\n")
    (folder / "new").write_bytes(b"as it IS.\n")
    (folder / "new").replace(folder / "replaced.md")
    (folder / "gone.md").unlink()
    (folder / "sub/folder.md").unlink()
    (folder / "sub/folder.md").mkdir()
    for name in ("longer.md", "replaced.md"):
        data, stamp = vault.read(name, None, seen[name])
        assert (data, stamp) == ((folder / name).read_bytes(), vault.scan(Settings()).stamps[name])
        assert stamp != seen[name]
    with pytest.raises(GoneError):
        vault.read("gone.md", None, seen["gone.md"])
    with pytest.raises(UnreadableError, match="not a regular file"):
        vault.read("sub/folder.md", None, seen["sub/folder.md"])
