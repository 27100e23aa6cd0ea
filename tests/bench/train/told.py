"""`python -m tests.bench.train.told [--weeks N] [--older N] COLLECTION...`: fit the weights of `match_score.TOLD`.

No labelled vault has enough needs that are told in many terms; the queries of retrieval collections are. COLLECTION is
a folder as for `tests.bench.weeks`, whose simulated weeks are looked at. Prints the weights with their standard errors,
and what a fit to the other collections reaches on each, as `fit` does.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mdnet.adapters.embed import CHOICES, open_model
from mdnet.core.match import compare
from tests.bench.matching import TODAY
from tests.bench.train.fit import Table, report
from tests.bench.weeks import OLDER, Once, several

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mdnet.core.match_model import Model

TOLD = ("lexical", "above", "judged")


def table(folder: Path, model: Model, weeks: int, older: int) -> Table:
    """All pairs of so many weeks that are judged."""
    once = Once(model)
    found = []
    for week in several(folder, weeks, 1, older):
        pool, pairs = compare(week.needs, week.fresh, today=TODAY, background=week.before, model=once)
        for need, number, seen in pairs:
            if seen.judged is not None:
                helps = (need.id, pool.sides[number].passage.path) in week.right
                found.append((seen, seen.side, helps, False))
    return Table.of(found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.train.told", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="COLLECTION")
    parser.add_argument("--model", default="auto", choices=[choice for choice in CHOICES if choice != "none"])
    parser.add_argument("--weeks", type=int, default=60)
    parser.add_argument("--older", type=int, default=OLDER)
    options = parser.parse_args(arguments)
    model = open_model(options.model).model
    if model is None:
        parser.error("there is no model")
    tables = {folder.name: table(folder, model, options.weeks, options.older) for folder in options.folders}
    report("told", tables, TOLD[:2], judged=True)
    report("told, with the judgement", tables, TOLD, judged=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
