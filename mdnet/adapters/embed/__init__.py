"""The language model that matching uses: the one that ships with mdnet, and a stronger one beside it where installed.

Nothing is ever downloaded. A model that is missing or damaged is said so, and matching goes on by words alone.
"""

from __future__ import annotations

import functools
import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdnet.adapters.embed import places
from mdnet.adapters.embed.places import checked, damages
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

OWN = Path(__file__).parent.parent.parent / "models" / "match-3.npz"
OWN_SHA256 = "4bf0633dff9cc378cc28c48aaa026049823498d57c8bc44f1458ffebc105b42c"
PACKAGED = "granite-embedding-30m-english"
"""The model that the extra `granite` installs."""
JUDGE = OWN.with_name("judge-2.npz")
"""What was trained for the stronger judge, beside what the extra `mpnet` installs."""
JUDGE_SHA256 = "9bf11f12b099a5e53ccb1f8355af1e9b4257950b5d5655ccb6db3856413bdf07"
OWN_WIDTH = 384
"""Numbers in a vector of the own model."""
CHOICES = MATCHING
"""The own model and a stronger one where the extra is installed; the own model alone; words alone."""
DEFAULT = "MDNET_MATCHING"
"""The environment variable that says which on this computer, where the vault's settings do not."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The model to use, or None; `message` says in one line what is used, or why only words are compared. `missing`:
    it is not the one that was asked for."""

    model: Model | None
    message: str
    missing: bool = False


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
    # In this way a home folder of nobody is no error.
    folder = Path(os.path.expanduser(choice)) if choice not in CHOICES else None  # noqa: PTH111
    if folder is not None and not folder.is_absolute():
        known = ", ".join(CHOICES)
        return Opened(
            None,
            f"there is no matching model called {choice} (known: {known}, or a folder); matching by words alone",
            missing=True,
        )
    if importlib.util.find_spec("numpy") is None:
        return Opened(None, "numpy is not installed; matching by words alone", missing=True)
    if not path.is_file():
        message = f"the matching model {path.name} is missing; matching by words alone (reinstall mdnet)"
        return Opened(None, message, missing=True)
    own = Lazy(path, checksum)
    if choice == "small":
        return Opened(own, f"matching with {own.name}")
    encoder, problem = _encoder(folder)
    judge = _judge(keep)
    if encoder is None and judge is None:
        return Opened(own, f"matching with {own.name}{problem}", missing=bool(problem))
    model = Stronger(own, encoder, judge)
    return Opened(model, f"matching with {model.name}{problem}", missing=bool(problem))


@dataclass(frozen=True, slots=True)
class _Part:
    """What a stronger model adds to the own one: its name, and what loads it."""

    name: str
    load: Callable[[Own], Any]


def _encoder(folder: Path | None) -> tuple[_Part | None, str]:
    """The encoder in the user's `folder`, or that of the extra; or why there is none."""
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
    from mdnet.adapters.embed import granite

    return granite.Encoder(pack, checksum=places.PACK_SHA256)


def _users(file: Path, folder: Path, _: Own) -> Any:
    from mdnet.adapters.embed import onnx

    return onnx.Encoder(file, onnx.folder_tokens(folder))


def _judge(keep: Keep | None) -> _Part | None:
    parts = places.judge_parts()
    if not (parts and JUDGE.is_file()):
        return None
    return _Part(f"{JUDGE.stem} {JUDGE_SHA256[:8]} (all-mpnet-base-v2)", functools.partial(_mpnet, parts, keep))


def _mpnet(parts: list[Path], keep: Keep | None, own: Own) -> Any:
    from mdnet.adapters.embed import mpnet, mpnet_base

    try:
        arrays = mpnet_base.weights(parts, JUDGE, keep, checksums=(places.JUDGE_SHA256, JUDGE_SHA256))
        return mpnet.Judge(arrays, own.tokens)
    except damages() as error:
        raise ModelUnusableError(f"the judging model all-mpnet-base-v2 cannot be used ({error})") from error


class Lazy:
    """A `core.match_model.Model` that is loaded when it is first asked something."""

    judge_width = 0
    strong_judge = False
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


JUDGE_COUNTS, OWN_COUNTS = 1.0, 0.15
"""How much the log-odds of a stronger judge count, and those of the own model beside them: both err, and not alike."""


class Stronger:
    """A `core.match_model.Model`: the own one with an encoder, whose vectors stand beside the own ones, or a judge,
    beside whose judgement the own one counts a little, or both. Each is loaded when it is first needed."""

    def __init__(self, own: Lazy, encoder: _Part | None, judge: _Part | None) -> None:
        self._own, self._encoder, self._judge = own, encoder, judge
        self.simpler = own
        self.judge_width = OWN_WIDTH if encoder else 0
        self.strong_judge = judge is not None
        self.name = (
            own.name + (f" + {encoder.name}" if encoder else "") + (f", judged by {judge.name}" if judge else "")
        )
        self._loaded: dict[str, Any] = {}

    def _load(self, part: _Part) -> Any:
        if part.name not in self._loaded:
            self._loaded[part.name] = part.load(self._own.load())
        return self._loaded[part.name]

    def unload(self) -> None:
        """Let go of the memory of all."""
        self._loaded.clear()
        self._own.unload()

    def needs(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._joined(self._own.needs(texts), texts)

    def passages(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._joined(self._own.passages(texts), texts)

    def _joined(self, own: Any, texts: Sequence[str]) -> Any:
        if self._encoder is None:
            return own
        import numpy as np

        encoder = self._load(self._encoder)
        other = encoder(texts) if len(texts) else np.zeros((0, encoder.width), dtype=np.float32)
        # Side by side, and of length 1 together.
        return np.concatenate((own, other), axis=1) * np.float32(0.5**0.5)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """See `Model`."""
        own = self._own.judge(pairs)
        return own if self._judge is None else JUDGE_COUNTS * self._load(self._judge)(pairs) + OWN_COUNTS * own

    def words(self, words: Sequence[str]) -> Any:
        """See `Model`."""
        return self._own.words(words)


def _load(path: Path, checksum: str) -> Own:
    """The model in `path`. Raises ModelUnusableError."""
    import io

    import numpy as np

    from mdnet.adapters.embed.own import Own

    try:
        with np.load(io.BytesIO(checked(path, checksum)), allow_pickle=False) as file:
            return Own({name: file[name] for name in file.files}, path.stem)
    except damages() as error:
        raise ModelUnusableError(
            f"the matching model {path.name} is damaged ({error}); matching by words alone (reinstall mdnet)"
        ) from error
