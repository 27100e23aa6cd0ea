"""The language model that matching uses: the one that ships with mdnet, and a stronger one beside it where installed.

Nothing is ever downloaded. A model that is missing or damaged is said so, and matching goes on by words alone.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdnet.core.hashing import sha256
from mdnet.core.match_model import ModelUnusableError
from mdnet.core.settings import MATCHING
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mdnet.adapters.embed.own import Own
    from mdnet.adapters.embed.places import Keep
    from mdnet.core.match_model import Model

# The texts are short: more threads only wait for each other, and the machine is the user's. Read when numpy is loaded.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

OWN = Path(__file__).parent.parent.parent / "models" / "match-1.npz"
OWN_SHA256 = "e93926ca1fea293666a39783a907e7ee3601d7d41f48b0f2ea4800707a860921"
PACKAGED = "granite-embedding-30m-english"
"""The model that the extra `granite` installs."""
JUDGE = OWN.with_name("judge-1.npz")
"""What was trained for the stronger judge, beside what the extra `mpnet` installs."""
JUDGE_SHA256 = "f5553c75639adc4e5c6524cfadc9adfc52584a2c98a1518c0c0a2582049c594e"
OWN_WIDTH = 384
"""Numbers in a vector of the own model."""
CHOICES = MATCHING
"""The own model and a stronger one where the extra is installed; the own model alone; words alone."""
DEFAULT = "MDNET_MATCHING"
"""The environment variable that says which on this computer, where the vault's settings do not."""


_DAMAGES = (OSError, ValueError, KeyError, EOFError, IndexError, zipfile.BadZipFile, zlib.error)
"""What is raised where a model's file is not whole."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The model to use, or None; `message` says in one line what is used, or why only words are compared."""

    model: Model | None
    message: str


def open_model(
    choice: str = "auto", *, keep: Keep | None = None, path: Path = OWN, checksum: str = OWN_SHA256
) -> Opened:
    """The model for `choice`, one of `CHOICES` or the folder of a model of the user's own (ONNX, with its tokenizer).

    Costs next to nothing: the model is loaded when it is first asked, which takes about a quarter of a second. `keep`
    says where what is read of a large model may be kept, so that it takes no longer the next time.
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
    if choice == "small":
        return Opened(own, f"matching with {own.name}")
    encoder, problem = _encoder(folder)
    judge = _judge(keep)
    if encoder is None and judge is None:
        return Opened(own, f"matching with {own.name}{problem}")
    model = Stronger(own, encoder, judge)
    return Opened(model, f"matching with {model.name}{problem}")


@dataclass(frozen=True, slots=True)
class _Part:
    """What a stronger model adds to the own one: its name, and what loads it."""

    name: str
    load: Callable[[Own], Any]


def _encoder(folder: Path | None) -> tuple[_Part | None, str]:
    """The encoder in the user's `folder`, or that of the extra; or why there is none."""
    from mdnet.adapters.embed import places

    if folder is None:
        pack = places.packaged()
        return (_Part(PACKAGED, functools.partial(_granite, pack)) if pack else None), ""
    if not (places.runnable("onnxruntime") and places.runnable("tokenizers")):
        return None, f"; for the model in {folder} install 'mdnet-vault[onnx]'"
    file = places.in_folder(folder)
    if file is None:
        return None, f"; {folder} has no model.onnx with tokenizer.json"
    about = file.stat()
    name = f"{folder.name} {about.st_size:x}-{int(about.st_mtime):x}"
    return _Part(name, functools.partial(_users, file, folder)), ""


def _granite(pack: Path, _: Own) -> Any:
    from mdnet.adapters.embed import granite, places

    return granite.Encoder(pack, checksum=places.PACK_SHA256)


def _users(file: Path, folder: Path, _: Own) -> Any:
    from mdnet.adapters.embed import onnx

    return onnx.Encoder(file, onnx.folder_tokens(folder))


def _judge(keep: Keep | None) -> _Part | None:
    from mdnet.adapters.embed import places

    parts = places.judge_parts()
    if not (parts and JUDGE.is_file()):
        return None
    return _Part(f"{JUDGE.stem} {JUDGE_SHA256[:8]} (all-mpnet-base-v2)", functools.partial(_mpnet, parts, keep))


def _mpnet(parts: list[Path], keep: Keep | None, own: Own) -> Any:
    from mdnet.adapters.embed import mpnet, mpnet_base, places

    try:
        arrays = mpnet_base.weights(parts, JUDGE, keep, checksums=(places.JUDGE_SHA256, JUDGE_SHA256))
        return mpnet.Judge(arrays, own.tokens)
    except _DAMAGES as error:
        raise ModelUnusableError(f"the judging model all-mpnet-base-v2 cannot be used ({error})") from error


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
    """The own model with an encoder beside it, a stronger judge, or both."""

    def __init__(self, own: Lazy, encoder: _Part | None, judge: _Part | None) -> None:
        self._own, self._encoder, self._judge = own, encoder, judge
        self.simpler = own
        self.judge_width = OWN_WIDTH if encoder else 0
        self.name = (
            own.name + (f" + {encoder.name}" if encoder else "") + (f", judged by {judge.name}" if judge else "")
        )
        self._loaded: Model | None = None

    def load(self) -> Model:
        """All of them. Raises ModelUnusableError."""
        if self._loaded is None:
            from mdnet.adapters.embed.both import Both

            own = self._own.load()
            encoder = self._encoder.load(own) if self._encoder else None
            judge = functools.partial(self._judge.load, own) if self._judge else None
            self._loaded = Both(own, self.name, encoder, judge)
        return self._loaded

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
        return self.load().judge(pairs)

    def words(self, words: Sequence[str]) -> Any:
        """See `Model`."""
        return self._own.words(words)


def _load(path: Path, checksum: str) -> Own:
    """The model in `path`. Raises ModelUnusableError."""
    import io

    import numpy as np

    from mdnet.adapters.embed.own import Own

    try:
        with np.load(io.BytesIO(_read(path, checksum)), allow_pickle=False) as file:
            return Own({name: file[name] for name in file.files}, path.stem)
    except _DAMAGES as error:
        raise ModelUnusableError(
            f"the matching model {path.name} is damaged ({error}); matching by words alone (reinstall mdnet)"
        ) from error


def _read(path: Path, checksum: str) -> bytes:
    data = path.read_bytes()
    if checksum and sha256(data).hexdigest() != checksum:
        raise ValueError("its checksum is wrong")
    return data
