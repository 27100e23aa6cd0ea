"""The daemon as a service of the platform: what it is to be started with, and where."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mdnet.adapters.config import vault_key
from mdnet.adapters.service import Service, Spec, service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mdnet.adapters.config import UserFolders

_KEPT = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
"""What tells mdnet where its folders are, and what a service manager may not know."""


def vault_service(
    root: Path,
    folders: UserFolders,
    options: Sequence[str] = (),
    *,
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
    platform: str = sys.platform,
) -> Service:
    """The service that watches the vault in `root`; `options` are those of `mdnet watch`."""
    known = os.environ if environ is None else environ
    key = vault_key(root)
    python = sys.executable
    if platform == "win32" and python.lower().endswith("python.exe"):
        python = f"{python[:-10]}pythonw.exe"  # without a window
    spec = Spec(
        key,
        root,
        (python, "-m", "mdnet", "--vault", str(root), "watch", *options),
        {name: known[name] for name in _KEPT if known.get(name)},
        folders.state / f"{key}.err",
    )
    return service(spec, home or Path.home(), platform)
