"""Folders that come with mdnet: inside the installed package, or beside it in a checkout or an editable install."""

from __future__ import annotations

from pathlib import Path

import mdnet
from mdnet.errors import NotFoundError

_PACKAGE = Path(mdnet.__file__).resolve().parent


def templates_dir() -> Path:
    """The folder of mdnet's own templates."""
    return _folder("_templates", "templates")


def example_vault() -> Path:
    """The example vault; to be copied, not to be written to."""
    return _folder("_example_vault", "example-vault")


def _folder(packed: str, beside: str) -> Path:
    for folder in (_PACKAGE / packed, _PACKAGE.parent / beside):
        if folder.is_dir():
            return folder
    raise NotFoundError(f"the folder '{beside}' that belongs to mdnet is missing: please install mdnet anew")
