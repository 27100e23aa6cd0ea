"""Where and when a command is meant: the vault, the user's own folders, today."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mdnet.errors import ConfigError, VaultNotFoundError

if TYPE_CHECKING:
    from mdnet.adapters.config import UserFolders


def today() -> date:
    """Today, or the day in `MDNET_TODAY` (to see a page as of another day)."""
    pretended = os.environ.get("MDNET_TODAY")
    if not pretended:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(pretended)
    except ValueError:
        raise ConfigError(f"MDNET_TODAY must be a date such as 2026-11-24, not '{pretended}'") from None


def vault_meant(named: str | None) -> tuple[Path, UserFolders]:
    """The folder of the vault that a command is about, `named` or not, and the user's own folders.

    Raises VaultNotFoundError.
    """
    from mdnet.adapters.config import find_vault, user_folders

    folders = user_folders()
    try:
        here = Path.cwd()
    except OSError:  # it was deleted; its parents are nobody's guess
        here = Path("/")
    try:
        return find_vault(named, os.environ, here, folders.config), folders
    except FileNotFoundError:  # a relative path, from there
        raise VaultNotFoundError("the folder you are in is gone: name the vault by its whole path") from None
