"""The matcher's own network in plain numpy: a small BERT whose upper half exists twice.

The lower layers read needs and passages apart. From there one upper half makes a vector of each text (to find
candidates by cosine), the other reads a need and a passage together (to judge whether the passage helps). The
architecture is that of Devlin et al., "BERT" (2019), with the split of MacAvaney et al., "PreTTR" (2020); weights
are int8 with one scale per output. How they were trained: `tests/bench/train/`.

The layers that it is made of (`Layer`, `run_layers`) serve `granite` and `mpnet` as well.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from mdnet.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Array = np.ndarray[Any, np.dtype[Any]]

HEADS = 12
_BATCH_TOKENS = 384
"""Small enough that what a layer makes stays in the processor's cache."""
_EPSILON = 1e-12
_FEW, _CORES = 4, min(4, os.cpu_count() or 1)
"""Fewer batches than this are run one after the other; more on so many cores at once."""


@dataclass(frozen=True, slots=True)
class Linear:
    """y = x W + b, with W as (inputs, outputs)."""

    weight: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        """y, for x of shape (..., inputs)."""
        return np.asarray(x @ self.weight + self.bias)


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation."""

    weight: Array
    bias: Array
    epsilon: float = _EPSILON

    def __call__(self, x: Array) -> Array:
        """x with mean 0 and variance 1 over its last axis, then scaled."""
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = (centred * centred).mean(axis=-1, keepdims=True)
        return np.asarray(centred / np.sqrt(variance + np.float32(self.epsilon)) * self.weight + self.bias)


@dataclass(frozen=True, slots=True)
class Layer:
    """One encoder layer: self-attention and a feed-forward part, each added to its input and normalised."""

    qkv: Linear
    out: Linear
    norm1: Norm
    inner: Linear
    outer: Linear
    norm2: Norm

    def __call__(self, x: Array, bias: Array) -> Array:
        """New states for x (texts, tokens, width); `bias` is 0 for tokens and very low for padding."""
        batch, length, width = x.shape
        size = width // HEADS
        parts = self.qkv(x).reshape(batch, length, 3, HEADS, size).transpose(2, 0, 3, 1, 4)
        query, key, value = parts[0], parts[1], parts[2]
        weights = softmax(query @ key.transpose(0, 1, 3, 2) / np.float32(size**0.5) + bias)
        mixed = (weights @ value).transpose(0, 2, 1, 3).reshape(batch, length, width)
        x = self.norm1(x + self.out(mixed))
        return self.norm2(x + self.outer(gelu(self.inner(x))))


def softmax(x: Array) -> Array:
    """Over the last axis."""
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def gelu(x: Array) -> Array:
    """The Gaussian error linear unit, by its tanh form (within .0005 of the exact one)."""
    inner: Array = x * x
    inner *= np.float32(-0.0713548163)  # -2 sqrt(2 / pi) x (1 + .044715 x^2)
    inner -= np.float32(1.5957691216)
    inner *= x
    np.minimum(inner, np.float32(60.0), out=inner)
    np.exp(inner, out=inner)
    inner += np.float32(1.0)
    np.divide(x, inner, out=inner)
    return inner


class Network:
    """The weights in use. Raises KeyError or ValueError where `arrays` are not those of such a network."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._words, self._word_scale = arrays["words.q"], arrays["words.s"]
        self._positions = arrays["positions"].astype(np.float32)
        self._norm = norm(arrays, "norm")
        self._lower = layers(arrays, "lower")
        self._upper = layers(arrays, "vector")
        self._joint = layers(arrays, "judge")
        self._turn = arrays["turn"].astype(np.float32)
        self._sides = arrays["sides"].astype(np.float32)
        self._head1, self._head2 = linear(arrays, "head1"), linear(arrays, "head2")
        self.width = int(self._words.shape[1])

    def embedded(self, tokens: Sequence[int]) -> Array:
        """The input of the first layer for one text: (tokens, width)."""
        found = self._words[tokens].astype(np.float32) * self._word_scale[tokens].astype(np.float32)[:, None]
        return np.asarray(self._norm(found + self._positions[: len(tokens)]))

    def read(self, texts: Sequence[Sequence[int]]) -> list[Array]:
        """The lower half: for each text (token numbers) its states, (tokens, width)."""
        return run_layers(self._lower, [self.embedded(text) for text in texts])

    def vectors(self, states: Sequence[Array], *, need: bool) -> Array:
        """A vector of length 1 for each text, from the states of the lower half; needs are turned towards help."""
        if not states:
            return np.zeros((0, self.width), dtype=np.float32)
        found = np.stack([state.mean(axis=0) for state in run_layers(self._upper, states)])
        found /= np.linalg.norm(found, axis=1, keepdims=True) + _EPSILON
        if need:
            found = found @ self._turn.T
            found /= np.linalg.norm(found, axis=1, keepdims=True) + _EPSILON
        return np.asarray(found)

    def judge(self, pairs: Sequence[tuple[Array, Array]]) -> Array:
        """Log-odds that the second text of each pair helps with the first, from the states of the lower half."""
        return judged(self._joint, self._sides, (self._head1, self._head2), pairs)


def judged(
    stack: Sequence[Layer],
    sides: Array,
    head: tuple[Linear, Linear],
    pairs: Sequence[tuple[Array, Array]],
    distances: Callable[[int], Array] | None = None,
) -> Array:
    """Log-odds for pairs of texts, from the states of each, read together by `stack`: (n,). `sides` marks whose a token
    is; `distances` as in `run_layers`."""
    joined = [np.concatenate((need + sides[0], passage + sides[1])) for need, passage in pairs]
    found = np.zeros(len(pairs), dtype=np.float32)
    for number, state in enumerate(run_layers(stack, joined, distances)):
        length = len(pairs[number][0])
        need, passage = state[:length].mean(axis=0), state[length:].mean(axis=0)
        seen = np.concatenate((need, passage, need * passage, np.abs(need - passage)))
        found[number] = head[1](gelu(head[0](seen)))[0]
    return found


def run_layers(
    stack: Sequence[Layer], inputs: Sequence[Array], distances: Callable[[int], Array] | None = None
) -> list[Array]:
    """All layers of `stack` over texts of different lengths, in batches of about the same length, on several cores.

    `distances` gives for a length what the distance of two tokens adds to their attention: (1, heads, length, length).
    """
    if not inputs:
        return []
    width = inputs[0].shape[1]
    order = sorted(range(len(inputs)), key=lambda number: len(inputs[number]))
    batches: list[list[int]] = []
    for number in order:
        if batches and (len(batches[-1]) + 1) * len(inputs[number]) <= _BATCH_TOKENS:
            batches[-1].append(number)
        else:
            batches.append([number])
    found: list[Array] = [np.zeros((0, width), dtype=np.float32)] * len(inputs)

    def run(batch: list[int]) -> None:
        length = len(inputs[batch[-1]])
        x = np.zeros((len(batch), length, width), dtype=np.float32)
        bias = np.full((len(batch), 1, 1, length), -1e9, dtype=np.float32)
        for row, number in enumerate(batch):
            x[row, : len(inputs[number])] = inputs[number]
            bias[row, :, :, : len(inputs[number])] = 0.0
        if distances is not None:
            bias = bias + distances(length)
        for layer in stack:
            x = layer(x, bias)
        for row, number in enumerate(batch):
            found[number] = x[row, : len(inputs[number])]

    if len(batches) < _FEW or _CORES == 1:
        for batch in batches:
            run(batch)
    else:  # numpy lets other threads run while it computes
        with ThreadPoolExecutor(_CORES) as pool:
            list(pool.map(run, batches))
    return found


def linear(arrays: Mapping[str, Array], name: str) -> Linear:
    """The weights called `name`, from int8 and a scale for each output."""
    weight = arrays[f"{name}.q"].astype(np.float32) * arrays[f"{name}.s"].astype(np.float32)
    return Linear(weight, arrays[f"{name}.b"].astype(np.float32))


def norm(arrays: Mapping[str, Array], name: str, epsilon: float = _EPSILON) -> Norm:
    """The normalisation called `name`."""
    return Norm(arrays[f"{name}.w"].astype(np.float32), arrays[f"{name}.b"].astype(np.float32), epsilon)


def layers(arrays: Mapping[str, Array], part: str, epsilon: float = _EPSILON) -> list[Layer]:
    """The layers of a `part`. Raises KeyError where one is not whole, ValueError where there are none."""
    found = []
    number = 0
    while f"{part}.{number}.qkv.q" in arrays:
        name = f"{part}.{number}"
        found.append(
            Layer(
                linear(arrays, f"{name}.qkv"),
                linear(arrays, f"{name}.out"),
                norm(arrays, f"{name}.norm1", epsilon),
                linear(arrays, f"{name}.inner"),
                linear(arrays, f"{name}.outer"),
                norm(arrays, f"{name}.norm2", epsilon),
            )
        )
        number += 1
    if not found:
        raise ValueError(f"no layers called {part}")
    return found
