"""Write a trained network in the form that `mdnet.adapters.embed.net` reads: int8 with one scale per output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

POSITIONS = 256


def write(
    path: Path, base: Any, lower: int, layers: Any, turn: Any, joint: Any, sides: Any, head: Any
) -> None:  # fmt: skip
    """All arrays into one uncompressed npz file."""
    arrays: dict[str, Any] = {}
    words = base.words.numpy()
    scale = np.abs(words).max(axis=1) / 127 + 1e-12
    arrays["words.q"] = np.round(words / scale[:, None]).astype(np.int8)
    arrays["words.s"] = scale.astype(np.float32)
    arrays["positions"] = base.positions[:POSITIONS].numpy().astype(np.float16)
    _norm(arrays, "norm", base.norm)
    for name, part in (("lower", list(base.layers)[:lower]), ("vector", layers), ("judge", joint)):
        for number, layer in enumerate(part):
            _layer(arrays, f"{name}.{number}", layer)
    arrays["turn"] = turn.numpy().astype(np.float16)
    arrays["sides"] = sides.numpy().astype(np.float32)
    _linear(arrays, "head1", head[0])
    _linear(arrays, "head2", head[2])
    arrays["vocabulary"] = np.frombuffer(base.vocabulary.encode("utf-8"), dtype=np.uint8)
    np.savez(path, **arrays)


def _layer(arrays: dict[str, Any], name: str, layer: Any) -> None:
    parts = (layer.query, layer.key, layer.value)
    weight = np.concatenate([part.weight.detach().numpy().T for part in parts], axis=1)
    _weights(arrays, f"{name}.qkv", weight, np.concatenate([part.bias.detach().numpy() for part in parts]))
    for part in ("out", "inner", "outer"):
        _linear(arrays, f"{name}.{part}", getattr(layer, part))
    for part in ("norm1", "norm2"):
        _norm(arrays, f"{name}.{part}", getattr(layer, part))


def _linear(arrays: dict[str, Any], name: str, part: Any) -> None:
    _weights(arrays, name, part.weight.detach().numpy().T, part.bias.detach().numpy())


def _weights(arrays: dict[str, Any], name: str, weight: Any, bias: Any) -> None:
    scale = np.abs(weight).max(axis=0) / 127 + 1e-12
    arrays[f"{name}.q"] = np.round(weight / scale).clip(-127, 127).astype(np.int8)
    arrays[f"{name}.s"] = scale.astype(np.float32)
    arrays[f"{name}.b"] = bias.astype(np.float16)


def _norm(arrays: dict[str, Any], name: str, part: Any) -> None:
    arrays[f"{name}.w"] = part.weight.detach().numpy().astype(np.float16)
    arrays[f"{name}.b"] = part.bias.detach().numpy().astype(np.float16)
