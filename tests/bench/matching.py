"""`python -m tests.bench.matching COLLECTION...`: ranking quality of the product's matcher on a retrieval collection.

A collection is a folder with `corpus.jsonl(.gz)` {_id, title, text}, `queries.jsonl(.gz)` {_id, text} and
`qrels.tsv(.gz)` (header, then query-id, corpus-id, score; above 0 is relevant). Prints one JSON object a folder:
mean nDCG@10 (gain = score), recall@10 and MRR@10 over the queries that have an answer.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdnet.adapters.embed import CHOICES, open_model
from mdnet.core.match import rank
from mdnet.core.model import Need, Passage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mdnet.core.match_model import Model

TODAY = date(2026, 1, 5)


def lines(folder: Path, name: str) -> Iterator[str]:
    """The lines of `name` or `name`.gz in `folder`."""
    plain = folder / name
    if plain.exists():
        with plain.open(encoding="utf-8") as file:
            yield from file
    else:
        with gzip.open(folder / f"{name}.gz", "rt", encoding="utf-8") as file:
            yield from file


def load(folder: Path) -> tuple[list[Need], list[Passage], dict[str, dict[str, float]]]:
    """Queries as needs, documents as passages (path = id), and the judgements by query."""
    passages = []
    for line in lines(folder, "corpus.jsonl"):
        row: dict[str, Any] = json.loads(line)
        passages.append(Passage(path=row["_id"], line=1, text=row["text"] or row["title"], title=row["title"]))
    needs = []
    for line in lines(folder, "queries.jsonl"):
        row = json.loads(line)
        needs.append(Need(row["_id"], "", "", row["text"], "open", f"query {row['_id']}", 1))
    judged: dict[str, dict[str, float]] = {}
    for number, line in enumerate(lines(folder, "qrels.tsv")):
        if number and line.strip():
            query, document, score = line.rstrip("\n").split("\t")[:3]
            judged.setdefault(query, {})[document] = float(score)
    return needs, passages, judged


def measure(ranked: Mapping[str, Sequence[str]], judged: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Means over the queries that have an answer; `ranked` holds document ids, best first, each once."""
    ndcg, recall, mrr = [], [], []
    for query, scores in judged.items():
        gains = {document: score for document, score in scores.items() if score > 0}
        if not gains:
            continue
        top = ranked.get(query, ())[:10]
        got = sum(gains.get(d, 0.0) / math.log2(i + 2) for i, d in enumerate(top))
        ideal = sum(g / math.log2(i + 2) for i, g in enumerate(sorted(gains.values(), reverse=True)[:10]))
        ndcg.append(got / ideal)
        recall.append(sum(d in gains for d in top) / len(gains))
        mrr.append(next((1.0 / (i + 1) for i, d in enumerate(top) if d in gains), 0.0))
    n = len(ndcg) or 1
    return {
        "queries": len(ndcg),
        "ndcg@10": round(sum(ndcg) / n, 4),
        "recall@10": round(sum(recall) / n, 4),
        "mrr@10": round(sum(mrr) / n, 4),
    }


def run(folder: Path, model: Model | None = None) -> dict[str, Any]:
    """Figures of one collection, with the seconds that ranking took. Needs without an answer are not ranked."""
    needs, passages, judged = load(folder)
    needs = [need for need in needs if any(score > 0 for score in judged.get(need.id, {}).values())]
    started = time.perf_counter()
    ranked: dict[str, list[str]] = {}
    for match in rank(needs, passages, today=TODAY, model=model, floor=0.0):
        documents = ranked.setdefault(match.need.id, [])
        if len(documents) < 10 and match.passage.path not in documents:
            documents.append(match.passage.path)
    return {
        "collection": folder.name,
        "model": model.name if model else "words only",
        **measure(ranked, judged),
        "passages": len(passages),
        "seconds": round(time.perf_counter() - started, 2),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="COLLECTION")
    parser.add_argument("--model", default="auto", choices=CHOICES, help="which model (default: the best installed)")
    options = parser.parse_args(arguments)
    model = open_model(options.model).model
    found = []
    for folder in options.folders:
        found.append(run(folder, model))
        print(json.dumps(found[-1]), flush=True)
    if len(found) > 1:
        print(json.dumps({"mean_ndcg@10": round(sum(one["ndcg@10"] for one in found) / len(found), 4)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
