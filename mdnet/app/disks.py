"""Disks that are mounted in the vault: the notes on one that is away are not gone.

The daemon writes down which there are, for an empty folder does not say that something was mounted there.
"""

from __future__ import annotations

import contextlib
import json
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mdnet.app.daemon_files import daemon_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mdnet.adapters.config import UserFolders
    from mdnet.adapters.vault import Vault

V = TypeVar("V", bound="Vault")


def minding_disks(vault: V, folders: UserFolders) -> V:
    """The vault, whose scans know from now on which disks are away."""
    vault.away = partial(_away, vault.root, _file(vault, folders))
    return vault


def remember(vault: Vault, folders: UserFolders) -> None:
    """Write down which disks are mounted now, beside those that are away."""
    file = _file(vault, folders)
    known = _known(file)
    _write(file, known, known | _mounted(vault.root))


def forget(vault: Vault, folders: UserFolders, held: Iterable[str]) -> None:
    """Of the disks that are away, only those of which notes are `held` matter any more."""
    file = _file(vault, folders)
    if known := _known(file):
        held = tuple(held)
        mounted = _mounted(vault.root)
        kept = {disk for disk in known if disk in mounted or any(path.startswith(f"{disk}/") for path in held)}
        _write(file, known, kept)


def _file(vault: Vault, folders: UserFolders) -> Path:
    return daemon_files(Path(vault.root), folders).disks


def _away(root: str, file: Path) -> tuple[str, ...]:
    """The folders in the vault at which disks are missing. One that is not there any more was meant to go."""
    known = _known(file)
    if not known:
        return ()
    return tuple(sorted(disk for disk in known - _mounted(root) if os.path.isdir(f"{root}/{disk}")))  # noqa: PTH112


def _mounted(root: str) -> set[str]:
    from mdnet.adapters.watch.mounts import mounts_in

    return {mount.point[len(root) + 1 :] for mount in mounts_in(root) if mount.point != root}


def _known(file: Path) -> set[str]:
    try:
        return {str(disk) for disk in json.loads(file.read_bytes())}
    except (OSError, ValueError, TypeError):
        return set()


def _write(file: Path, before: set[str], now: set[str]) -> None:
    if now == before:
        return
    new = file.with_name(f"{file.name}.new")
    with contextlib.suppress(OSError):  # then they are not known the next time
        new.write_text(json.dumps(sorted(now)), "utf-8")
        new.replace(file)
