"""`python -m tests.bench.train.fit [--model FILE] PAIRS`: fit the weights of `mdnet.core.match_score`.

PAIRS is `pairs.jsonl.gz` (see README.md here). The passages of many needs are thrown together, as in a vault, and each
need is compared with all of them by the product's own code; what was written to help it counts as helpful, everything
else does not. With a model only the needs held out from its training are used. Prints the weights.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mdnet.core.identity import need_id
from mdnet.core.match import compare
from mdnet.core.match_score import JUDGED_MOST, SHOWN
from mdnet.core.model import Need, Passage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.core.match_model import Model
    from mdnet.core.match_score import Features

TODAY = date(2026, 1, 5)
POOL = 111
"""Needs whose passages are thrown together: with 10 passages each about the size of a small vault."""
FIRST = ("cosine", "above", "gone", "refused", "wanted")
FINAL = ("cosine", "above", "against", "for", "agreed", "gone", "refused", "wanted")
LEXICAL = {"FIRST": 2.5, "FINAL": 0.3}
"""The weight of shared words beside a model is set by hand: the pairs were written with lures that share words on
purpose, so a fit would turn it against them; on the retrieval collections it helps."""


def held_out(need: str) -> bool:
    """Whether a need is kept from the training of the network: a fifth of them, by hash."""
    return int(hashlib.md5(need.encode(), usedforsecurity=False).hexdigest(), 16) % 5 == 0


def load(path: Path) -> list[dict[str, Any]]:
    """The rows of PAIRS."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def table(rows: Sequence[dict[str, Any]], model: Model | None) -> tuple[list[Features], list[bool], int]:
    """Features and labels of all pairs that the matcher looks at, and how many helpful ones it does not look at."""
    features: list[Features] = []
    labels: list[bool] = []
    missed = 0
    for start in range(0, len(rows), POOL):
        part = rows[start : start + POOL]
        texts = [row["need"] for row in part]
        needs = [Need(need_id(str(i), text), "", "", text, "open", f"n{i}", 1) for i, text in enumerate(texts)]
        place = {need.id: i for i, need in enumerate(needs)}
        passages = [Passage(f"p{i}", j, p["text"]) for i, row in enumerate(part) for j, p in enumerate(row["passages"])]
        pool, pairs = compare(needs, passages, today=TODAY, model=model)
        found = 0
        for need, number, seen in pairs:
            passage = pool.sides[number].passage
            own = passage.path == f"p{place[need.id]}"
            good = own and part[place[need.id]]["passages"][passage.line]["label"] > 0
            features.append(seen)
            labels.append(good)
            found += good
        missed += sum(p["label"] > 0 for row in part for p in row["passages"]) - found
    return features, labels, missed


def matrix(features: Sequence[Features], names: Sequence[str]) -> Any:
    """One row a pair, one column a name, and a column of ones."""
    rows = []
    for one in features:
        judged = max(-JUDGED_MOST, min(JUDGED_MOST, one.judged or 0.0))
        values = {
            "lexical": one.lexical,
            "cosine": one.cosine,
            "above": one.above,
            "against": min(0.0, judged),
            "for": max(0.0, judged),
            "agreed": judged * one.lexical,
            "gone": float(one.cues.gone),
            "refused": float(one.cues.refused),
            "wanted": float(one.cues.wanted),
        }
        rows.append([1.0, *(values[name] for name in names)])
    return np.array(rows)


def logistic(x: Any, y: Any, fixed: Any = 0.0, strength: float = 1e-2) -> Any:
    """Weights of a logistic regression by Newton's method, the bias first, with a little weight decay.

    `fixed` is what is added to the log-odds of each row anyway.
    """
    weights = np.zeros(x.shape[1])
    decay = strength * len(y) * np.eye(x.shape[1]) * 0.01
    decay[0, 0] = 0.0
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ weights + fixed, -30, 30)))
        step = np.linalg.solve(
            (x * (p * (1 - p))[:, None]).T @ x + decay + 1e-9 * np.eye(x.shape[1]), x.T @ (p - y) + decay @ weights
        )
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def report(name: str, names: Sequence[str], features: Sequence[Features], labels: Sequence[bool], extra: int) -> None:
    """Fit, and print the weights with what they reach."""
    x, y = matrix(features, names), np.array(labels, dtype=float)
    fixed = LEXICAL.get(name, 0.0) * np.array([one.lexical for one in features])
    weights = logistic(x, y, fixed)
    p = 1.0 / (1.0 + np.exp(-(x @ weights + fixed)))
    shown = p >= SHOWN
    print(
        f"{name}: bias {weights[0]:.3f} "
        + " ".join(f"{n} {w:.3f}" for n, w in zip(names, weights[1:], strict=True))
        + f" | pairs {len(y)} helpful {int(y.sum())}+{extra} shown {int(shown.sum())}"
        + f" precision {y[shown].mean() if shown.any() else 0:.3f} recall {y[shown].sum() / (y.sum() + extra):.3f}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.train.fit", description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args(arguments)
    rows = load(options.pairs)
    if options.model is None:
        features, labels, missed = table(rows, None)
        report("WORDS", ("lexical", "gone", "refused", "wanted"), features, labels, missed)
        return 0
    from mdnet.adapters.embed import Lazy

    features, labels, missed = table([row for row in rows if held_out(row["need"])], Lazy(options.model))
    report("FIRST", FIRST, features, labels, missed)
    judged = [at for at, one in enumerate(features) if one.judged is not None]
    left = sum(labels) - sum(labels[at] for at in judged)
    report("FINAL", FINAL, [features[at] for at in judged], [labels[at] for at in judged], missed + left)
    return 0


if __name__ == "__main__":
    sys.exit(main())
