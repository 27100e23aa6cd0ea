"""The language model that matching uses: the one that ships with mdnet, and a stronger one beside it where installed.

Nothing is ever downloaded. A model that is missing or damaged is said so, and matching goes on by words alone.
"""

from __future__ import annotations

import importlib.util
import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdnet.core.hashing import sha256
from mdnet.core.match_model import ModelUnusableError
from mdnet.core.settings import MATCHING
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.adapters.embed.both import Encoder
    from mdnet.adapters.embed.own import Own
    from mdnet.core.match_model import Model

# The texts are short: more threads only wait for each other, and the machine is the user's. Read when numpy is loaded.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

OWN = Path(__file__).parent.parent.parent / "models" / "match-1.npz"
OWN_SHA256 = "e93926ca1fea293666a39783a907e7ee3601d7d41f48b0f2ea4800707a860921"
PACKAGED = "granite-embedding-30m-english"
"""The model that the extra `granite` installs."""
OWN_WIDTH = 384
"""Numbers in a vector of the own model."""
CHOICES = MATCHING
"""The own model and a stronger one where the extra is installed; the own model alone; words alone."""
DEFAULT = "MDNET_MATCHING"
"""The environment variable that says which on this computer, where the vault's settings do not."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The model to use, or None; `message` says in one line what is used, or why only words are compared."""

    model: Model | None
    message: str


def open_model(choice: str = "auto", *, path: Path = OWN, checksum: str = OWN_SHA256) -> Opened:
    """The model for `choice`, one of `CHOICES` or the folder of a model of the user's own (ONNX, with its tokenizer).

    Costs next to nothing: the model is loaded when it is first asked, which takes about a quarter of a second.
    `path` and `checksum` (hexadecimal SHA-256, "" for none) name the file of the own model.
    """
    if choice == "auto":
        choice = os.environ.get(DEFAULT) or choice
    if choice == "none":
        return Opened(None, "matching by words alone")
    folder = Path(choice).expanduser() if choice not in CHOICES else None
    if folder is not None and not folder.is_absolute():
        known = ", ".join(CHOICES)
        return Opened(
            None, f"there is no matching model called {choice} (known: {known}, or a folder); matching by words alone"
        )
    if importlib.util.find_spec("numpy") is None:
        return Opened(None, "numpy is not installed; matching by words alone")
    if not path.is_file():
        return Opened(None, f"the matching model {path.name} is missing; matching by words alone (reinstall mdnet)")
    own = Lazy(path, checksum)
    stronger, problem = _stronger(choice, folder)
    if stronger is None:
        return Opened(own, f"matching with {own.name}{problem}")
    model = Stronger(own, *stronger)
    return Opened(model, f"matching with {model.name}")


def _stronger(choice: str, folder: Path | None) -> tuple[tuple[Path, Path | None] | None, str]:
    """The file of the stronger model and the user's folder that it is in (None: it is that of the extra); or why there
    is none."""
    if choice == "small":
        return None, ""
    from mdnet.adapters.embed import places

    if folder is None:
        file = places.packaged()
        return (None if file is None else (file, None)), ""
    if not (places.runnable("onnxruntime") and places.runnable("tokenizers")):
        return None, f"; for the model in {folder} install 'mdnet-vault[onnx]'"
    file = places.in_folder(folder)
    return (None, f"; {folder} has no model.onnx with tokenizer.json") if file is None else ((file, folder), "")


class Lazy:
    """A `core.match_model.Model` that is loaded when it is first asked something."""

    judge_width = 0
    simpler = None

    def __init__(self, path: Path, checksum: str = "") -> None:
        self._path, self._checksum = path, checksum
        self._loaded: Own | None = None
        self.name = f"{path.stem} {checksum[:8]}".strip()

    def load(self) -> Own:
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


class Stronger:
    """The own model with a stronger one beside it."""

    judge_width = OWN_WIDTH

    def __init__(self, own: Lazy, file: Path, folder: Path | None) -> None:
        self._own, self._file, self._folder = own, file, folder
        self.simpler = own
        self._loaded: Model | None = None
        about = file.stat()
        called = f"{folder.name} {about.st_size:x}-{int(about.st_mtime):x}" if folder else PACKAGED
        self.name = f"{own.name} + {called}"

    def load(self) -> Model:
        """Both models. Raises ModelUnusableError."""
        if self._loaded is None:
            from mdnet.adapters.embed.both import Both

            self._loaded = Both(self._own.load(), self._encoder(), self.name)
        return self._loaded

    def _encoder(self) -> Encoder:
        if self._folder is None:
            from mdnet.adapters.embed import granite, places

            return granite.Encoder(self._file, checksum=places.PACK_SHA256)
        from mdnet.adapters.embed import onnx

        return onnx.Encoder(self._file, onnx.folder_tokens(self._folder))

    def unload(self) -> None:
        """Let go of the memory of both."""
        self._loaded = None
        self._own.unload()

    def needs(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self.load().needs(texts)

    def passages(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self.load().passages(texts)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """See `Model`."""
        return self._own.judge(pairs)

    def words(self, words: Sequence[str]) -> Any:
        """See `Model`."""
        return self._own.words(words)


def _load(path: Path, checksum: str) -> Own:
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
    if checksum and sha256(data).hexdigest() != checksum:
        raise ValueError("its checksum is wrong")
    return data
