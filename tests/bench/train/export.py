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
    for number, layer in enumerate(list(base.layers)[:lower]):
        _layer(arrays, f"lower.{number}", layer)
    arrays |= vectorising(layers, turn) | judging(joint, sides, head)
    arrays["vocabulary"] = np.frombuffer(base.vocabulary.encode("utf-8"), dtype=np.uint8)
    np.savez(path, **arrays)


def vectorising(layers: Any, turn: Any) -> dict[str, Any]:
    """The arrays of the half that makes vectors."""
    arrays: dict[str, Any] = {"turn": turn.numpy().astype(np.float16)}
    for number, layer in enumerate(layers):
        _layer(arrays, f"vector.{number}", layer)
    return arrays


def judging(layers: Any, sides: Any, head: Any) -> dict[str, Any]:
    """The arrays of the judging half."""
    arrays: dict[str, Any] = {"sides": sides.numpy().astype(np.float32)}
    for number, layer in enumerate(layers):
        _layer(arrays, f"judge.{number}", layer)
    _linear(arrays, "head1", head[0])
    _linear(arrays, "head2", head[2])
    return arrays


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
