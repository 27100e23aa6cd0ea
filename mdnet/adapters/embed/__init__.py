"""The language model that matching uses: it ships with mdnet.

Nothing is ever downloaded. A model that is missing or damaged is said so, and matching goes on by words alone.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdnet.core.match_model import ModelUnusableError
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.core.match_model import Model

# The texts are short: more threads only wait for each other, and the machine is the user's. Read when numpy is loaded.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

OWN = Path(__file__).parent.parent.parent / "models" / "match-1.npz"
OWN_SHA256 = "124226679ecb3e547db73c67ddb0241c62d98899a5c9a19746c4730de56a5dd1"
CHOICES = ("auto", "none")


@dataclass(frozen=True, slots=True)
class Opened:
    """The model to use, or None; `message` says in one line what is used, or why only words are compared."""

    model: Model | None
    message: str


def open_model(choice: str = "auto", *, path: Path = OWN, checksum: str = OWN_SHA256) -> Opened:
    """The model for `choice`: `auto` (the one that ships with mdnet) or `none`.

    Costs next to nothing: the model is loaded when it is first asked, which takes about a quarter of a second.
    `path` and `checksum` (hexadecimal SHA-256, "" for none) name the file of the own model.
    """
    if choice == "none":
        return Opened(None, "matching by words alone")
    if choice not in CHOICES:
        known = ", ".join(CHOICES)
        return Opened(None, f"there is no matching model called {choice} (known: {known}); matching by words alone")
    if importlib.util.find_spec("numpy") is None:
        return Opened(None, "numpy is not installed; matching by words alone")
    if not path.is_file():
        return Opened(None, f"the matching model {path.name} is missing; matching by words alone (reinstall mdnet)")
    model = Lazy(path, checksum)
    return Opened(model, f"matching with {model.name}")


class Lazy:
    """A `core.match_model.Model` that is loaded when it is first asked something."""

    def __init__(self, path: Path, checksum: str = "") -> None:
        self._path, self._checksum = path, checksum
        self._loaded: Model | None = None
        self.name = f"{path.stem} {checksum[:8]}".strip()

    def load(self) -> Model:
        """The model itself. Raises ModelUnusableError."""
        if self._loaded is None:
            self._loaded = _load(self._path, self._checksum)
        return self._loaded

    def unload(self) -> None:
        """Let go of the model's memory until it is asked again."""
        self._loaded = None

    def needs(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self.load().needs(texts)

    def passages(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self.load().passages(texts)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """See `Model`."""
        return self.load().judge(pairs)

    def words(self, words: Sequence[str]) -> Any:
        """See `Model`."""
        return self.load().words(words)


def _load(path: Path, checksum: str) -> Model:
    """The model in `path`. Raises ModelUnusableError."""
    import io
    import zipfile

    import numpy as np

    from mdnet.adapters.embed.own import Own

    try:
        with np.load(io.BytesIO(_read(path, checksum)), allow_pickle=False) as file:
            return Own({name: file[name] for name in file.files}, path.stem)
    except (OSError, ValueError, KeyError, EOFError, IndexError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelUnusableError(
            f"the matching model {path.name} is damaged ({error}); matching by words alone (reinstall mdnet)"
        ) from error


def _read(path: Path, checksum: str) -> bytes:
    data = path.read_bytes()
    if checksum and hashlib.sha256(data).hexdigest() != checksum:
        raise ValueError("its checksum is wrong")
    return data
