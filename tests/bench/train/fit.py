"""`python -m tests.bench.train.fit [--model FILE] [FOLDER ...]`: fit the weights of `mdnet.core.match_score.JOTTED`.

Each FOLDER is a labelled vault, as for `tests.bench.netbench`; without any those in `vaults.zip` here. Each need is
compared with all passages of its vault by the product's own code. With a model (FILE, or `auto` for what the extras
install) the vaults that it was trained on are left out. Prints the weights with their standard errors, and what a fit
to the other vaults reaches on each: the share of log-odds above even that helps, that misleads, and of what helps that
lies there.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mdnet.core.match_rules import portrait
from mdnet.core.match_score import JUDGED_MOST
from tests.bench.netbench import Opened
from tests.bench.train.vaults import TRAINED, pairs_of, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mdnet.core.match_model import Model
    from mdnet.core.match_score import Features

WORDS = ("lexical", "length", "gone")
NEAR = ("lexical", "cosine", "above", "length", "gone")
JUDGED = (*NEAR, "judged", "agreed", "together")
LURE = 5.0
"""So many times as much as another passage one counts that misleads, among those that were judged. Most of what does
not help is told at a glance, and to know it still better is of no use: with this, of what is shown more is right and
fewer are lures, on vaults and on retrieval collections (not by words alone, which cannot tell them). The bias is then
fitted anew with all counted alike, for it says how much there is."""
DECAY = 1.0
"""How much a weight of 1 costs, in log-likelihood, twice over."""


def held_out(need: str) -> bool:
    """Whether a need of `pairs.jsonl.gz` is kept from the training of the network: a fifth of them, by hash."""
    return int(hashlib.md5(need.encode(), usedforsecurity=False).hexdigest(), 16) % 5 == 0


def load(path: Path) -> list[dict[str, Any]]:
    """The rows of `pairs.jsonl.gz`."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return [json.loads(line) for line in text.splitlines()]


@dataclass
class Table:
    """Pairs of one vault: a column for each feature, what is added to the log-odds anyway, whether they help or
    mislead, and whether they were judged."""

    columns: dict[str, Any]
    fixed: Any
    helps: Any
    lures: Any
    judged: Any

    @classmethod
    def of(cls, pairs: Sequence[tuple[Features, float, bool, bool]]) -> Table:
        """Of pairs: what is known of each, what is added, whether it helps, whether it misleads."""
        rows = [_weighable(seen) for seen, _, _, _ in pairs]
        return cls(
            {name: np.array([row[name] for row in rows]) for name in rows[0]},
            np.array([fixed for _, fixed, _, _ in pairs]),
            np.array([helps for _, _, helps, _ in pairs], dtype=float),
            np.array([misleads for _, _, _, misleads in pairs]),
            np.array([seen.judged is not None for seen, _, _, _ in pairs]),
        )

    def matrix(self, names: Sequence[str], rows: Any) -> Any:
        """The named columns of these rows, after one of ones."""
        return np.stack([np.ones(int(rows.sum())), *(self.columns[name][rows] for name in names)], axis=1)


def _weighable(seen: Features) -> dict[str, float]:
    """What may have a weight."""
    judged = max(-JUDGED_MOST, min(JUDGED_MOST, seen.judged or 0.0))
    return {
        "lexical": seen.lexical,
        "cosine": seen.cosine,
        "above": seen.above,
        "length": seen.length,
        "gone": float(seen.cues.gone),
        "judged": judged,
        "agreed": judged * seen.lexical,
        "together": seen.together,
    }


def table(folder: Path, model: Model | None) -> Table:
    """All pairs of a labelled vault that the matcher looks at."""
    opened = Opened(folder)
    pool, pairs = pairs_of(opened, model)
    found = []
    for need, number, seen in pairs:
        passage = pool.sides[number].passage
        place = passage.path, passage.line
        helps = place in opened.labels.helpful.get(need.id, {})
        found.append((seen, seen.side + portrait(passage), helps, place in opened.labels.lures.get(need.id, ())))
    return Table.of(found)


def logistic(x: Any, y: Any, fixed: Any, counts: Any, decay: float = DECAY) -> tuple[Any, Any]:
    """Weights of a logistic regression, and their standard errors (Huber's, "The behavior of maximum likelihood
    estimates under nonstandard conditions", 1967), by Newton's method with a little weight decay.

    `fixed` is what is added to the log-odds of each row anyway, `counts` how many rows each counts for.
    """
    weights = np.zeros(x.shape[1])
    for _ in range(60):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ weights + fixed, -30.0, 30.0)))
        hessian = (x * (counts * p * (1.0 - p))[:, None]).T @ x + decay * np.eye(x.shape[1])
        gradients = x * (counts * (y - p))[:, None]
        step = np.linalg.solve(hessian, gradients.sum(axis=0) - decay * weights)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    inverse = np.linalg.inv(hessian)
    return weights, np.sqrt(np.diag(inverse @ (gradients.T @ gradients) @ inverse))


def fitted(tables: Sequence[Table], names: Sequence[str], *, judged: bool) -> tuple[Any, Any]:
    """The weights for these columns, the bias first, and their errors."""
    rows = [one.judged if judged else np.ones(len(one.helps), dtype=bool) for one in tables]

    def every(column: str) -> Any:
        return np.concatenate([getattr(one, column)[chosen] for one, chosen in zip(tables, rows, strict=True)])

    x = np.concatenate([one.matrix(names, chosen) for one, chosen in zip(tables, rows, strict=True)])
    helps, fixed = every("helps"), every("fixed")
    weights, errors = logistic(x, helps, fixed, np.where(every("lures"), LURE if judged else 1.0, 1.0))
    alike = np.ones(len(helps))
    (more,), _ = logistic(alike[:, None], helps, fixed + x @ weights, alike, decay=0.0)
    weights[0] += more
    return weights, errors


def report(name: str, tables: Mapping[str, Table], columns: Sequence[str], *, judged: bool) -> None:
    """Fit to all vaults and print the weights; then to all but each one, and print what that reaches there."""
    weights, errors = fitted(list(tables.values()), columns, judged=judged)
    told = (f"{n} {w:.2f} ± {e:.2f}" for n, w, e in zip(("bias", *columns), weights, errors, strict=True))
    print(f"{name}: {', '.join(told)}")
    for vault, one in tables.items():
        others = [other for key, other in tables.items() if key != vault]
        if not others:
            continue
        rows = one.judged if judged else np.ones(len(one.helps), dtype=bool)
        odds = one.matrix(columns, rows) @ fitted(others, columns, judged=judged)[0] + one.fixed[rows]
        helps = one.helps[rows]
        above = odds > 0.0
        right, wrong = (values[above].mean() if above.any() else 0.0 for values in (helps, one.lures[rows]))
        print(f"  {vault}: {int(above.sum())} above even, {right:.2f} of them help, {wrong:.2f} mislead, "
              f"{helps[above].sum():.0f} of {one.helps.sum():.0f}")  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.train.fit", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--model")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        folders = {folder.name: folder for folder in options.folders} or stack.enter_context(unpacked())
        if options.model is None:
            report("words", {name: table(folder, None) for name, folder in folders.items()}, WORDS, judged=False)
            return 0
        from mdnet.adapters.embed import Lazy, open_model

        model = open_model().model if options.model == "auto" else Lazy(Path(options.model))
        tables = {name: table(folder, model) for name, folder in folders.items() if name not in TRAINED}
    report("near", tables, NEAR, judged=False)
    report("judged", tables, JUDGED, judged=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
