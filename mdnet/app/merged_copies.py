"""The copies that were merged, put aside in the state folder with what is needed to bring them back as they were."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from mdnet.adapters.config import vault_key
from mdnet.adapters.vault.exchange import sync_folder
from mdnet.core.hashing import blake2b
from mdnet.core.values import dataclass
from mdnet.errors import WriteRefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from mdnet.app.workspace import Workspace


@dataclass(frozen=True, slots=True)
class MergedCopy:
    """One of them: `path` was its name in the vault, `group` the write that took it over ("" where it is not known)."""

    file: Path
    path: str
    group: str
    data: bytes
    mode: int | None = None
    times: tuple[int, int] | None = None
    """When it was last read and changed, in nanoseconds."""


def kept_folder(work: Workspace) -> Path:
    """Where they lie."""
    return work.folders.state / f"{vault_key(work.root)}.merged"


def keep(work: Workspace, path: str, data: bytes, group: str) -> Path:
    """Put the copy aside, on the disk, before it is taken out of the vault. Returns where it lies."""
    folder = kept_folder(work)
    said: dict[str, object] = {"path": path, "group": group}
    with suppress(OSError):
        known = (work.root / path).stat()
        said |= {"mode": stat.S_IMODE(known.st_mode), "times": [known.st_atime_ns, known.st_mtime_ns]}
    entry = json.dumps(said).encode()
    name = blake2b(entry + b"\n" + data, digest_size=8).hexdigest()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(entry + b"\n" + data)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(str(folder))
        sync_folder(str(folder.parent))
    except OSError as error:
        raise WriteRefusedError(f"{folder}: the copy cannot be kept there ({error.strerror}), so it stays") from error
    return folder / name


def merged_copies(work: Workspace) -> list[MergedCopy]:
    """All that lie there, the last first."""
    try:
        files = [path for path in kept_folder(work).iterdir() if path.is_file()]
    except FileNotFoundError:
        return []
    return [_read(file) for file in sorted(files, key=lambda file: file.stat().st_mtime_ns, reverse=True)]


def _read(file: Path) -> MergedCopy:
    head, _, data = file.read_bytes().partition(b"\n")
    try:
        said = json.loads(head)
        path, group = str(said["path"]), str(said["group"])
        if "mode" not in said:  # of long ago
            return MergedCopy(file, path, group, data)
        read, changed = map(int, said["times"])
        return MergedCopy(file, path, group, data, stat.S_IMODE(said["mode"]), (read, changed))
    except (ValueError, KeyError, TypeError):
        return MergedCopy(file, "", "", data)


def put_back(work: Workspace, copy: MergedCopy) -> None:
    """Put one back into the vault as it was. Raises WriteRefusedError where something has that name by now."""
    work.vault.create(copy.path, copy.data)
    with suppress(OSError):  # its bytes are what counts
        if copy.mode is not None:
            (work.root / copy.path).chmod(copy.mode)
        if copy.times is not None:
            os.utime(work.root / copy.path, ns=copy.times)
    copy.file.unlink()
