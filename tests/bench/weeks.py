"""`python -m tests.bench.weeks [--weeks N] [--seed N] [--older N] COLLECTION...`: what would be shown, week by week.

COLLECTION is a folder as for `tests.bench.matching`. Each simulated week has 40 of its queries as open needs and 60 of
its documents as new notes, 10 of them answers to one of the needs each; 200 others (or as many as `--older` says, where
there are so many that help with none of the needs) are the older notes. What the matcher shows, by the one threshold
there is, is compared with the judgements: what nobody judged counts as wrong. Prints one JSON object a folder:
precision of what is shown, the share of the planted answers that are shown, and the area under the precision-recall
curve over all pairs of all weeks. At the end the worst set, and how far the precision of any set is from the mean.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mdnet.adapters.embed import CHOICES, open_model
from mdnet.core.match import rank
from mdnet.core.model import WORTH_SHOWING
from tests.bench.matching import TODAY, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mdnet.core.match_model import Model
    from mdnet.core.model import Need, Passage

NEEDS, NOTES, ANSWERS, OLDER = 40, 60, 10, 200


class Once:
    """A `Model` that reads each text once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.name, self.judge_width, self.simpler = model.name, model.judge_width, model.simpler
        self.strong_judge = model.strong_judge
        self._known: dict[tuple[str, Any], Any] = {}

    def _each(self, kind: str, items: Sequence[Any], compute: Callable[[Sequence[Any]], Any]) -> Any:
        missing = [item for item in dict.fromkeys(items) if (kind, item) not in self._known]
        if missing:
            self._known.update(zip(((kind, item) for item in missing), compute(missing), strict=True))
        return np.stack([self._known[kind, item] for item in items]) if items else compute([])

    def needs(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._each("need", texts, self._model.needs)

    def passages(self, texts: Sequence[str]) -> Any:
        """See `Model`."""
        return self._each("passage", texts, self._model.passages)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """See `Model`."""
        return self._each("pair", pairs, self._model.judge)

    def words(self, words: Sequence[str]) -> Any:
        """See `Model`."""
        return self._each("word", words, self._model.words)


@dataclass(frozen=True)
class Week:
    """What is known in one simulated week."""

    needs: list[Need]
    fresh: list[Passage]
    before: list[Passage]
    right: set[tuple[str, str]]
    """Pairs of a need's id and a passage's path."""
    planted: int
    """How many of the pairs of `needs` with the planted answers are right."""


def simulated(
    needs: Sequence[Need],
    passages: Mapping[str, Passage],
    judged: Mapping[str, Mapping[str, float]],
    random_: random.Random,
    older: int = OLDER,
) -> Week:
    """One week."""
    asked = random_.sample(list(needs), min(NEEDS, len(needs)))
    right = {(need.id, name) for need in asked for name, score in judged[need.id].items() if score > 0}
    helpful = {name for _, name in right}
    planted: list[str] = []
    for need in random_.sample(asked, min(ANSWERS, len(asked))):
        names = [name for name, score in judged[need.id].items() if score > 0 and name in passages]
        planted += random_.sample(names, min(1, len(names)))
    planted = list(dict.fromkeys(planted))
    unhelpful = [name for name in passages if name not in helpful]
    others = random_.sample(unhelpful, min(len(unhelpful), NOTES - len(planted) + older))
    fresh = planted + others[: NOTES - len(planted)]
    random_.shuffle(fresh)
    return Week(
        asked,
        [passages[name] for name in fresh],
        [passages[name] for name in others[NOTES - len(planted) :]],
        right,
        sum((need.id, name) in right for need in asked for name in planted),
    )


def several(folder: Path, count: int, seed: int, older: int = OLDER) -> Iterator[Week]:
    """So many weeks of one collection."""
    needs, all_passages, judged = load(folder)
    needs = [need for need in needs if any(score > 0 for score in judged.get(need.id, {}).values())]
    passages = {passage.path: passage for passage in all_passages}
    random_ = random.Random(seed)
    for _ in range(count):
        yield simulated(needs, passages, judged, random_, older)


def area(pairs: Sequence[tuple[float, bool]], right: int) -> float:
    """The area under the precision-recall curve (average precision) of (score, right), best first."""
    hits, total = 0, 0.0
    for at, (_, hit) in enumerate(sorted(pairs, key=lambda pair: -pair[0]), 1):
        if hit:
            hits += 1
            total += hits / at
    return total / right if right else 0.0


def run(folder: Path, model: Model | None, weeks: int, seed: int, older: int = OLDER) -> dict[str, Any]:
    """Figures of one collection."""
    once = Once(model) if model else None
    pairs: list[tuple[float, bool]] = []
    shown: list[bool] = []
    right = 0
    for week in several(folder, weeks, seed, older):
        found = rank(week.needs, week.fresh, today=TODAY, background=week.before, model=once, floor=0.0)
        right += week.planted
        hits = [(match.need.id, match.passage.path) in week.right for match in found]
        pairs += zip([match.fit for match in found], hits, strict=True)
        shown += [hit for match, hit in zip(found, hits, strict=True) if match.score >= WORTH_SHOWING]
    return {
        "collection": folder.name,
        "model": model.name if model else "words only",
        "weeks": weeks,
        "shown_a_week": round(len(shown) / weeks, 2),
        "precision": round(sum(shown) / len(shown), 4) if shown else None,
        "recall": round(sum(shown) / right, 4) if right else None,
        "area": round(area(pairs, right), 4),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.weeks", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="COLLECTION")
    parser.add_argument("--model", default="auto", choices=CHOICES, help="which model (default: the best installed)")
    parser.add_argument("--weeks", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--older", type=int, default=OLDER, help="notes that the vault had already")
    options = parser.parse_args(arguments)
    model = open_model(options.model).model
    found = []
    for folder in options.folders:
        found.append(run(folder, model, options.weeks, options.seed, options.older))
        print(json.dumps(found[-1]), flush=True)
    precisions = [one["precision"] or 0.0 for one in found]
    mean = sum(precisions) / len(precisions)
    print(
        json.dumps(
            {
                "mean_precision": round(mean, 4),
                "worst": round(min(precisions), 4),
                "furthest_from_mean": round(max(abs(one - mean) for one in precisions), 4),
                "mean_area": round(sum(one["area"] for one in found) / len(found), 4),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
