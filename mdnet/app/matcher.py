"""Which language model matching uses here, and what results depend on beside the notes; nothing is loaded for it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mdnet.adapters.config import user_folders
from mdnet.adapters.embed import Opened, open_model
from mdnet.adapters.embed.places import Keep
from mdnet.app.model_use import usable
from mdnet.core.shipped import version

if TYPE_CHECKING:
    from pathlib import Path

    from mdnet.app.workspace import Workspace
    from mdnet.core.match_model import Model

FORM = 25
"""To be raised with every change of what matching finds, so that no older result is shown."""


def form() -> str:
    """What results depend on beside notes and settings: how matching goes, and the glossaries."""
    return f"{FORM} {version()}"


@lru_cache(maxsize=4)
def open_matcher(choice: str) -> Opened:
    """The language model that `matching` in `mdnet.toml` names, loaded once and only when it is asked."""
    return open_model(choice, keep=Keep(user_folders().cache / "models", _write))


def matcher(work: Workspace) -> Model | None:
    """The model that is used in this vault, as far as is known by now; None for words alone."""
    opened = open_matcher(work.settings.matching)
    if opened.missing and work.notice is not None:
        work.notice(opened.message)
    return usable(opened.model)


def model_name(work: Workspace) -> str:
    """The name of that model; "" where there is none."""
    model = matcher(work)
    return model.name if model else ""


def _write(path: Path, data: bytes) -> None:
    from mdnet.adapters.outfile import write_file

    write_file(path, data)
