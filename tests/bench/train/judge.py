"""`python -m tests.bench.train.judge PAIRS BASE OUT [--further FILE]`: train the stronger judge, or what is in FILE
further, on the labelled vaults of `vaults.TRAINED`. Needs torch, safetensors, tokenizers.

PAIRS is `pairs.jsonl.gz`; BASE the folder of all-mpnet-base-v2 (`model.safetensors`, `tokenizer.json`; Apache-2.0; it
lies in a ZIP file that the packages of the extra `mpnet` hold the parts of); OUT the file for `mdnet/models/`. The six
lower layers stay as they are, so their states are computed once. To the matrices of the upper six others of low rank
are added (Hu et al., "LoRA", 2021), and only these are trained, with the norms and the head. See README.md.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as nnf
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn

from mdnet.adapters.embed import OWN, Lazy
from mdnet.adapters.embed.mpnet_base import LAYERS, LOWER, MATRICES, NORMS, read_trained
from tests.bench.train.fit import held_out, load
from tests.bench.train.further import SIZE, in_turn, loss_of
from tests.bench.train.network import forever, judging_loss, schedule, step
from tests.bench.train.vaults import taught

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.train.vaults import Lessons

WIDTH, HEADS, RANK = 768, 12, 32
LIMIT = 96
"""Tokens of a text in training."""
BATCH_TOKENS = 1500


class Added(nn.Module):
    """A linear layer that stays as it is, and what is added to it."""

    def __init__(self, weight: Any, bias: Any) -> None:
        super().__init__()
        self.weight, self.bias = weight, bias
        self.a = nn.Parameter(torch.randn(RANK, weight.shape[1]) / math.sqrt(weight.shape[1]))
        self.b = nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, x: Any) -> Any:
        return nnf.linear(x, self.weight, self.bias) + (x @ self.a.T) @ self.b.T


class Layer(nn.Module):
    """One layer of MPNet; `train` says whether something is added to its matrices."""

    def __init__(self, weights: dict[str, Any], number: int, *, train: bool) -> None:
        super().__init__()
        name = f"encoder.layer.{number}."
        for ours, theirs in MATRICES:
            weight, bias = (weights[f"{name}{theirs}.{kind}"] for kind in ("weight", "bias"))
            if train:
                setattr(self, ours, Added(weight, bias))
            else:
                linear = nn.Linear(weight.shape[1], weight.shape[0])
                linear.weight.data, linear.bias.data = weight, bias
                setattr(self, ours, linear)
        for ours, theirs in NORMS:
            norm = nn.LayerNorm(WIDTH, eps=1e-5)
            norm.load_state_dict({kind: weights[f"{name}{theirs}.{kind}"].clone() for kind in ("weight", "bias")})
            setattr(self, ours, norm)

    def forward(self, x: Any, bias: Any, drop: float) -> Any:
        batch, length, _ = x.shape
        parts = [
            part(x).view(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2) for part in (self.q, self.k, self.v)
        ]
        mixed = nnf.scaled_dot_product_attention(*parts, attn_mask=bias).transpose(1, 2).reshape(batch, length, WIDTH)
        x = self.norm1(x + nnf.dropout(self.out(mixed), drop, self.training))
        return self.norm2(x + nnf.dropout(self.outer(nnf.gelu(self.inner(x))), drop, self.training))


class Base:
    """The pretrained network; its upper layers are ready to be trained."""

    def __init__(self, folder: Path) -> None:
        weights = {
            name.removeprefix("mpnet."): value for name, value in load_file(folder / "model.safetensors").items()
        }
        self.words = weights["embeddings.word_embeddings.weight"]
        self.places = weights["embeddings.position_embeddings.weight"][2:]
        self.norm = nn.LayerNorm(WIDTH, eps=1e-5)
        self.norm.load_state_dict({kind: weights[f"embeddings.LayerNorm.{kind}"] for kind in ("weight", "bias")})
        self.distances = weights["encoder.relative_attention_bias.weight"]
        self.lower = nn.ModuleList(Layer(weights, number, train=False) for number in range(LOWER)).eval()
        self.upper = nn.ModuleList(Layer(weights, number, train=True) for number in range(LOWER, LAYERS))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(LIMIT)

    def bias(self, length: int) -> Any:
        """What the distance of two tokens adds to their attention, as in MPNet (and T5)."""
        places = torch.arange(length)
        away = places[:, None] - places[None, :]
        far = away.abs()
        large = 8 + (torch.log(far.clamp(min=1) / 8) / math.log(128 / 8) * 8).long()
        bucket = torch.where(far < 8, far, large.clamp(max=15)) + 16 * (away < 0)
        return self.distances[bucket].permute(2, 0, 1)[None]

    def run(self, layers: Any, inputs: Sequence[Any], drop: float = 0.0) -> list[Any]:
        """`layers` over texts of different lengths, in batches of about the same length."""
        order = sorted(range(len(inputs)), key=lambda number: len(inputs[number]))
        batches: list[list[int]] = [[]]
        for number in order:
            if batches[-1] and (len(batches[-1]) + 1) * len(inputs[number]) > BATCH_TOKENS:
                batches.append([])
            batches[-1].append(number)
        found: list[Any] = [None] * len(inputs)
        for batch in batches:
            length = len(inputs[batch[-1]])
            x = torch.stack([nnf.pad(inputs[i].float(), (0, 0, 0, length - len(inputs[i]))) for i in batch])
            mask = torch.zeros(len(batch), 1, 1, length)
            for row, i in enumerate(batch):
                mask[row, :, :, len(inputs[i]) :] = -1e9
            bias = self.bias(length) + mask
            for layer in layers:
                x = layer(x, bias, drop)
            for row, i in enumerate(batch):
                found[i] = x[row, : len(inputs[i])]
        return found

    @torch.no_grad()
    def states(self, texts: Sequence[str]) -> dict[str, Any]:
        """The states of each text after the lower layers, (tokens, width), as half-precision numbers."""
        found: dict[str, Any] = {}
        every = list(dict.fromkeys(texts))
        for start in range(0, len(every), 256):
            part = every[start : start + 256]
            ids = [torch.tensor(self.tokenizer.encode(text).ids) for text in part]
            embedded = [self.norm(self.words[one] + self.places[: len(one)]) for one in ids]
            found.update((text, state.half()) for text, state in zip(part, self.run(self.lower, embedded), strict=True))
        return found


class Judge(nn.Module):
    """The upper layers, the marks of the two sides, and the head."""

    def __init__(self, base: Base) -> None:
        super().__init__()
        self.layers, self._run = base.upper, base.run
        self.sides = nn.Parameter(torch.randn(2, WIDTH) * 0.02)
        self.head = nn.Sequential(nn.Linear(4 * WIDTH, 256), nn.GELU(), nn.Linear(256, 1))

    def forward(self, pairs: Sequence[Any], drop: float = 0.0) -> Any:
        joined = [torch.cat((need.float() + self.sides[0], text.float() + self.sides[1])) for need, text in pairs]
        seen = []
        for (need, _), state in zip(pairs, self._run(self.layers, joined, drop), strict=True):
            one, other = state[: len(need)].mean(0), state[len(need) :].mean(0)
            seen.append(torch.cat((one, other, one * other, (one - other).abs())))
        return self.head(nnf.dropout(torch.stack(seen), drop, drop > 0))[:, 0]


def strangers(rows: Sequence[dict[str, Any]], states: dict[str, Any]) -> dict[str, list[str]]:
    """For each need the passages of other needs that lie nearest to it by their lower states, and a few by chance."""
    texts = [(passage["text"], i) for i, row in enumerate(rows) for passage in row["passages"]]
    passages = torch.stack([states[text].float().mean(0) for text, _ in texts])
    needs = torch.stack([states[row["need"]].float().mean(0) for row in rows])
    passages, needs = (nnf.normalize(nnf.normalize(one) - nnf.normalize(one).mean(0)) for one in (passages, needs))
    found = {}
    for i, row in enumerate(rows):
        order = (passages @ needs[i]).argsort(descending=True)[:50].tolist()
        hard = [texts[at][0] for at in order if texts[at][1] != i][:20]
        found[row["need"]] = hard + [random.choice(texts)[0] for _ in range(20)]
    return found


def train(base: Base, rows: Sequence[dict[str, Any]], steps: int) -> Judge:
    """A judge that has seen `steps` batches of 8 needs with 11 passages each."""
    judge = Judge(base)
    states = base.states([text for row in rows for text in (row["need"], *(p["text"] for p in row["passages"]))])
    others = strangers(rows, states)
    added = [one for one in judge.layers.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": added, "lr": 4e-4}, {"params": [judge.sides, *judge.head.parameters()], "lr": 5e-4}],
        weight_decay=0.02,
    )
    planned = schedule(optimizer, steps, 20)
    total = 0.0
    for done, batch in enumerate(islice(forever(rows, SIZE), steps), 1):
        pairs, label, group = [], [], []
        for number, row in enumerate(batch):
            mine = random.sample(row["passages"], min(10, len(row["passages"])))
            for text, value in [*((p["text"], p["label"]) for p in mine), (random.choice(others[row["need"]]), 0)]:
                pairs.append((states[row["need"]], states[text]))
                label.append(value)
                group.append(number)
        loss = judging_loss(judge.train()(pairs, 0.05), torch.tensor(label), torch.tensor(group))
        step(loss, optimizer, planned, judge)
        total += loss.item()
        if done % 20 == 0:
            print(f"step {done}: loss {total / 20:.3f}", flush=True)
            total = 0.0
    return judge


def read(path: Path, judge: Judge) -> None:
    """The opposite of `write`."""
    arrays = read_trained(path)

    def fill(parameter: Any, name: str) -> None:
        parameter.data = torch.tensor(arrays[name].astype(np.float32))

    fill(judge.sides, "sides")
    for number, layer in enumerate(judge.layers, LOWER):
        for name, _ in MATRICES:
            for side in ("a", "b"):
                fill(getattr(getattr(layer, name), side), f"{number}.{name}.{side}")
        for name, _ in NORMS:
            fill(getattr(layer, name).weight, f"{number}.{name}.w")
            fill(getattr(layer, name).bias, f"{number}.{name}.b")
    for name in ("0", "2"):
        fill(judge.head[int(name)].weight, f"head.{name}.w")
        fill(judge.head[int(name)].bias, f"head.{name}.b")


def further(base: Base, judge: Judge, vaults: Sequence[Lessons], rows: Sequence[dict[str, Any]], steps: int) -> None:
    """`steps` more steps, of which every fifth is on `rows`. A text's states are computed when it is first met."""
    added = [one for one in judge.layers.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": [*added, judge.sides, *judge.head.parameters()], "lr": 2e-4}], weight_decay=0.02
    )
    planned = schedule(optimizer, steps, 8)
    states: dict[str, Any] = {}

    def verdict(pairs: Sequence[tuple[str, str]]) -> Any:
        texts = dict.fromkeys(text for pair in pairs for text in pair)
        states.update(base.states([text for text in texts if text not in states]))
        return judge.train()([(states[need], states[passage]) for need, passage in pairs], 0.05)

    total = 0.0
    for done, batch in enumerate(in_turn(vaults, rows, steps, every=5), 1):
        loss = loss_of(batch, verdict)
        step(loss, optimizer, planned, judge)
        total += loss.item()
        if done % 10 == 0:
            print(f"step {done}: loss {total / 10:.3f}", flush=True)
            total = 0.0


def write(path: Path, judge: Judge) -> None:
    """What was trained, for `mdnet/adapters/embed/mpnet_base.py`."""
    arrays: dict[str, Any] = {"sides": judge.sides.detach().numpy()}
    for number, layer in enumerate(judge.layers, LOWER):
        for name, _ in MATRICES:
            for side in ("a", "b"):
                _small(arrays, f"{number}.{name}.{side}", getattr(getattr(layer, name), side))
        for name, _ in NORMS:
            norm = getattr(layer, name)
            arrays |= {
                f"{number}.{name}.w": norm.weight.detach().numpy(),
                f"{number}.{name}.b": norm.bias.detach().numpy(),
            }
    for name in ("0", "2"):
        linear = judge.head[int(name)]
        _small(arrays, f"head.{name}.w", linear.weight)
        arrays[f"head.{name}.b"] = linear.bias.detach().numpy()
    np.savez(path, allow_pickle=False, **arrays)


def _small(arrays: dict[str, Any], name: str, matrix: Any) -> None:
    """int8 numbers, and a scale for each row."""
    numbers = matrix.detach().numpy()
    scales = np.maximum(np.abs(numbers).max(axis=1), 1e-12) / np.float32(127.0)
    arrays[f"{name}.q"], arrays[f"{name}.s"] = np.rint(numbers / scales[:, None]).astype(np.int8), scales


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.train.judge", description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--further", type=Path, metavar="FILE", help="what was written before")
    parser.add_argument("--steps", type=int, help="380, or 90 further ones")
    options = parser.parse_args(arguments)
    random.seed(3)
    torch.manual_seed(3)
    rows = [row for row in load(options.pairs) if not held_out(row["need"])]
    base = Base(options.base)
    if options.further is None:
        judge = train(base, rows, options.steps or 380)
    else:
        judge = Judge(base)
        read(options.further, judge)
        further(base, judge, taught(Lazy(OWN)), [row for row in rows if row["lang"] == "en"], options.steps or 90)
    write(options.out, judge)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
