"""`python -m tests.bench.train.further PAIRS BASE MODEL OUT`: train both halves further, on vaults. Needs torch.

PAIRS and BASE are as for `network.py`, MODEL the file that it wrote, OUT the file to write: the same but for its upper
halves. The vaults are those of `vaults.TRAINED`. There the pairs are such as the matcher meets in life: one in five of
the likely helps. Every fourth step is on PAIRS, so that what was learnt there is not forgotten. Vectors are held near
to what they were, and those of texts that tell of no life near to BASE's: they serve other questions too.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import random
import re
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as nnf
from torch import nn

from mdnet.adapters.embed import Lazy, net
from mdnet.adapters.embed.own import NEED_TOKENS, PASSAGE_TOKENS
from tests.bench.train.export import judging, vectorising
from tests.bench.train.fit import held_out, load
from tests.bench.train.network import (
    SHARPNESS,
    WIDTH,
    Base,
    Layer,
    forever,
    judge,
    judging_loss,
    schedule,
    step,
    vectors,
)
from tests.bench.train.vaults import Lessons, taught

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Read = Callable[[Sequence[str], int], list[Any]]

SIZE = 8
"""Needs in a step ..."""
HELPFUL, LIKELY, LURES, OTHERS = 4, 6, 2, 2
"""... each with at most so many passages that help, that the matcher would have judged, that mislead, of any kind."""
TARGETS = (0.02, 0.7, 0.95)
"""As in `network`, where all help was written to be found."""
TOGETHER, BESIDE = 12, 30
"""Needs of one vault whose vectors are trained in a step, and passages of any kind beside theirs."""
SHARES = (0.0, 0.5, 1.0)
"""How much a passage that does not help, may help, and helps counts as one that does."""
HOLD = 1.0
"""How much it costs that a vector leaves its place, by 1 - cosine."""
ELSEWHERE, HOLD_ELSEWHERE = 32, 5.0
"""So many texts in a step tell of no life, and how much it costs that their vectors leave those of the base."""
MOST_ELSEWHERE = 3000


class Vectors:
    """The half of a model file that makes vectors, to be trained."""

    def __init__(self, arrays: Mapping[str, Any], plain: nn.ModuleList) -> None:
        self.layers = _layers(arrays, "vector")
        self.before = copy.deepcopy(self.layers).eval()
        self.plain = plain.eval()
        self.turn = nn.Parameter(torch.tensor(arrays["turn"].astype(np.float32)))

    def loss(
        self, needs: Sequence[Any], passages: Sequence[Any], elsewhere: Sequence[Any], share: Any, unsure: Any
    ) -> Any:
        """Of these needs, passages and texts from elsewhere, by the states of each. `share`: how much a passage counts
        as help for a need, a need a row; `unsure`: which pairs teach nothing."""
        every = vectors(self.layers.train(), [*needs, *passages, *elsewhere], 0.1)
        made, others = every.split([len(needs) + len(passages), len(elsewhere)])
        with torch.no_grad():
            before, plain = vectors(self.before, [*needs, *passages]), vectors(self.plain, elsewhere)
        turned = nnf.normalize(made[: len(needs)] @ self.turn.T, dim=-1)
        near = (SHARPNESS * turned @ made[len(needs) :].T).masked_fill(unsure, -1e4)
        rest = torch.logsumexp(near.masked_fill(share > 0, -1e4), 1, keepdim=True)
        loss = ((torch.logaddexp(near, rest) - near) * share).sum() / share.sum().clamp(min=1.0)
        helping = (share > 0).any(0)
        back = nnf.cross_entropy(SHARPNESS * (turned @ made[len(needs) :][helping].T).T, share[:, helping].argmax(0))
        held = HOLD * (1 - (made * before).sum(-1)).mean() + HOLD_ELSEWHERE * (1 - (others * plain).sum(-1)).mean()
        return loss + 0.3 * back + held


class Judge:
    """The judging half of a model file, to be trained."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self.layers = _layers(arrays, "judge")
        self.sides = nn.Parameter(torch.tensor(arrays["sides"].astype(np.float32)))
        self.head = nn.Sequential(nn.Linear(4 * WIDTH, 256), nn.GELU(), nn.Linear(256, 1))
        for module, name in ((self.head[0], "head1"), (self.head[2], "head2")):
            linear = net.linear(arrays, name)
            _fill(module, linear.weight.T, linear.bias)

    def __call__(self, pairs: Sequence[Any]) -> Any:
        return judge(self.layers.train(), self.sides, self.head, pairs, 0.1)


def _layers(arrays: Mapping[str, Any], part: str) -> nn.ModuleList:
    """The layers of a part of a model file."""
    return nn.ModuleList(map(_layer, net.layers(arrays, part)))


def _layer(read: net.Layer) -> Layer:
    layer = Layer()
    for name, start in (("query", 0), ("key", WIDTH), ("value", 2 * WIDTH)):
        part = slice(start, start + WIDTH)
        _fill(getattr(layer, name), read.qkv.weight[:, part].T, read.qkv.bias[part])
    for name in ("out", "inner", "outer"):
        linear = getattr(read, name)
        _fill(getattr(layer, name), linear.weight.T, linear.bias)
    for name in ("norm1", "norm2"):
        norm = getattr(read, name)
        _fill(getattr(layer, name), norm.weight, norm.bias)
    return layer


def _fill(module: Any, weight: Any, bias: Any) -> None:
    module.weight.data, module.bias.data = torch.tensor(weight), torch.tensor(bias)


def of_vault(one: Lessons, need: int) -> list[tuple[str, str, int]]:
    """Some pairs of one need with its vault's passages: need, passage, label."""
    helpful = random.sample(one.helpful[need], min(HELPFUL, len(one.helpful[need])))
    taken = {at for at, _ in one.helpful[need]} | {at for number, at in one.unsure if number == need}
    rest: list[int] = []
    for among, most in ((one.likely.get(need, []), LIKELY), (one.lures.get(need, []), LURES)):
        free = [at for at in among if at not in taken]
        rest += random.sample(free, min(most, len(free)))
    rest += [at for at in random.sample(range(len(one.passages)), OTHERS) if at not in taken]
    labelled = [*helpful, *((at, 0) for at in dict.fromkeys(rest))]
    return [(one.needs[need], one.passages[at], label) for at, label in labelled]


def in_turn(
    vaults: Sequence[Lessons], rows: Sequence[dict[str, Any]], steps: int, every: int
) -> Iterator[list[list[tuple[str, str, int]]]]:
    """For each step some pairs of each of `SIZE` needs: of the vaults, but in each `every`th step of `rows`."""
    of_vaults = forever([(one, need) for one in vaults for need in one.helpful], SIZE)
    of_rows = forever(rows, SIZE)
    for done in range(1, steps + 1):
        if done % every == 0:
            yield [[(row["need"], p["text"], p["label"]) for p in row["passages"]] for row in next(of_rows)]
        else:
            yield [of_vault(one, need) for one, need in next(of_vaults)]


def loss_of(batch: Sequence[list[tuple[str, str, int]]], judged: Callable[[list[tuple[str, str]]], Any]) -> Any:
    """See `judging_loss`; `judged` gives the log-odds of pairs."""
    pairs = [(need, passage) for group in batch for need, passage, _ in group]
    label = torch.tensor([label for group in batch for _, _, label in group])
    group = torch.tensor([number for number, of_one in enumerate(batch) for _ in of_one])
    return judging_loss(judged(pairs), label, group, TARGETS)


def of_needs(one: Lessons, needs: Sequence[int]) -> tuple[list[int], Any, Any]:
    """Passages of a vault for these needs, and the two arrays of `Vectors.loss`."""
    chosen: dict[int, None] = {}
    for need in needs:
        chosen.update((at, None) for at, _ in one.helpful[need])
        for among, most in ((one.likely.get(need, []), LIKELY + 1), (one.lures.get(need, []), LURES)):
            chosen.update((at, None) for at in random.sample(among, min(most, len(among))))
    chosen.update((at, None) for at in random.sample(range(len(one.passages)), BESIDE))
    passages = list(chosen)
    share = torch.zeros(len(needs), len(passages))
    for row, need in enumerate(needs):
        for at, grade in one.helpful[need]:
            share[row, passages.index(at)] = SHARES[grade]
    unsure = torch.tensor([[(need, at) in one.unsure for at in passages] for need in needs])
    return passages, share, unsure


def elsewhere() -> Iterator[str]:
    """Paragraphs of English: what the modules that come with Python say of themselves."""
    for file in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if "site-packages" in file.parts:
            continue
        with contextlib.suppress(SyntaxError, UnicodeDecodeError, ValueError):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                    yield from filter(_is_prose, (ast.get_docstring(node) or "").split("\n\n"))


def _is_prose(text: str) -> bool:
    if not re.fullmatch(r"[A-Z].*[.?!]", text.strip(), re.DOTALL) or not 8 <= len(text.split()) <= 110:
        return False
    return sum(sign.isalpha() or sign.isspace() for sign in text) > 0.93 * len(text)


def train_vectors(
    made: Vectors,
    vaults: Sequence[Lessons],
    rows: Sequence[dict[str, Any]],
    others: Sequence[str],
    read: Read,
    steps: int,
) -> None:
    """`steps` steps; prints the loss."""
    optimizer = torch.optim.AdamW(
        [{"params": made.layers.parameters(), "lr": 5e-5}, {"params": [made.turn], "lr": 2e-4}], weight_decay=0.01
    )
    planned = schedule(optimizer, steps, 10)
    total = 0.0
    for done in range(1, steps + 1):
        if done % 4 == 0:
            batch = random.sample(list(rows), TOGETHER)
            needs = [row["need"] for row in batch]
            owned = [(number, p) for number, row in enumerate(batch) for p in row["passages"]]
            texts = [passage["text"] for _, passage in owned]
            share = torch.zeros(len(needs), len(texts))
            for at, (number, passage) in enumerate(owned):
                share[number, at] = SHARES[passage["label"]]
            unsure = torch.zeros(share.shape, dtype=torch.bool)
        else:
            one = random.choice(vaults)
            chosen = random.sample(list(one.helpful), min(TOGETHER, len(one.helpful)))
            passages, share, unsure = of_needs(one, chosen)
            needs, texts = [one.needs[need] for need in chosen], [one.said[at] for at in passages]
        beside = random.sample(others, ELSEWHERE)
        loss = made.loss(
            read(needs, NEED_TOKENS), read(texts, PASSAGE_TOKENS), read(beside, PASSAGE_TOKENS), share, unsure
        )
        step(loss, optimizer, planned, made.layers)
        total += loss.item()
        if done % 20 == 0:
            print(f"vectors, step {done}: loss {total / 20:.3f}", flush=True)
            total = 0.0


def train_judge(
    judged: Judge, vaults: Sequence[Lessons], rows: Sequence[dict[str, Any]], read: Read, steps: int
) -> None:
    """`steps` steps; prints the loss."""
    optimizer = torch.optim.AdamW(
        [
            {"params": judged.layers.parameters(), "lr": 5e-5},
            {"params": [judged.sides, *judged.head.parameters()], "lr": 1e-4},
        ],
        weight_decay=0.02,
    )
    planned = schedule(optimizer, steps, 15)

    def verdict(pairs: Sequence[tuple[str, str]]) -> Any:
        needs = read([need for need, _ in pairs], NEED_TOKENS)
        passages = read([passage for _, passage in pairs], PASSAGE_TOKENS)
        return judged(list(zip(needs, passages, strict=True)))

    total = 0.0
    for done, batch in enumerate(in_turn(vaults, rows, steps, every=4), 1):
        loss = loss_of(batch, verdict)
        step(loss, optimizer, planned, judged.layers)
        total += loss.item()
        if done % 55 == 0:
            print(f"judge, step {done}: loss {total / 55:.3f}", flush=True)
            total = 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.train.further", description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=330, help="for the judge")
    parser.add_argument("--vectors", type=int, default=200, help="steps for the vectors")
    options = parser.parse_args(arguments)
    random.seed(7)
    torch.manual_seed(7)
    model = Lazy(options.model)
    vaults = taught(model)
    arrays = dict(np.load(options.model))

    def read(texts: Sequence[str], limit: int) -> list[Any]:
        return [torch.tensor(state) for state in model.load().states(texts, limit)]

    made, judged = Vectors(arrays, Base(options.base).upper()), Judge(arrays)
    rows = [row for row in load(options.pairs) if row["lang"] == "en" and not held_out(row["need"])]
    train_judge(judged, vaults, rows, read, options.steps)
    others = sorted({" ".join(text.split()) for text in elsewhere()})
    others = random.sample(others, min(MOST_ELSEWHERE, len(others)))
    train_vectors(made, vaults, rows, others, read, options.vectors)
    arrays |= vectorising(made.layers, made.turn.detach()) | judging(judged.layers, judged.sides.detach(), judged.head)
    np.savez(options.out, **arrays)
    return 0


if __name__ == "__main__":
    sys.exit(main())
