"""`python -m tests.bench.netbench FOLDER`: what the review of a labelled vault would show, and how good it is.

FOLDER holds `vault/` and `labels/` with pairs.tsv (person, need, note, substring, grade, kind), decoys.tsv (person,
need, note, substring, why) and people.tsv (person, need, helper, grade, why). Prints one JSON object. All figures
come from the product's own matcher; nothing is fitted to the labels.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import re
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdnet.adapters.config import read_settings
from mdnet.adapters.embed import CHOICES, OWN, open_model
from mdnet.adapters.index import Index
from mdnet.adapters.vault import Vault
from mdnet.app.matching import find_matches
from mdnet.app.passages import Reader
from mdnet.app.sync import sync
from mdnet.core.facts import facts
from mdnet.core.helpers import people_who_could_help
from mdnet.core.identity import normalise
from mdnet.core.match_distinct import distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mdnet.core.match_model import Model
    from mdnet.core.model import Match, Need, Passage

_MARKUP = re.compile(r"\[\[(?:[^\]|]*\|)?([^\]]*)\]\]|[*_`~]+|==|#\w+")


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a tab-separated file with a header."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def plain(text: str) -> str:
    """`text` without formatting, for comparing a label with a passage."""
    return re.sub(r"\W+", " ", normalise(_MARKUP.sub(lambda found: found[1] or "", text))).strip()


class Labelled:
    """The labels tied to the passages that the product cuts."""

    def __init__(self, folder: Path, passages: dict[str, list[Passage]], needs: Sequence[Need], vault: Path) -> None:
        self._passages, self._vault = passages, vault
        by_text = {(plain(need.person), plain(need.text)): need for need in needs}
        self.missing: list[str] = []
        self.helpful: dict[str, dict[tuple[str, int], tuple[str, int]]] = defaultdict(dict)
        """Need id to passage (path, line) to (kind, grade)."""
        self.lures: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self.people: dict[str, set[str]] = defaultdict(set)
        for row in table(folder, "pairs.tsv"):
            need = self._need(by_text, row)
            if need and (place := self._place(row)):
                self.helpful[need.id].setdefault(place, (row["kind"], int(row["grade"])))
        for row in table(folder, "decoys.tsv"):
            need = self._need(by_text, row)
            if need and (place := self._place(row)) and place not in self.helpful.get(need.id, {}):
                self.lures[need.id].add(place)
        for row in table(folder, "people.tsv"):
            if need := self._need(by_text, row):
                self.people[need.id].add(row["helper"])

    def _need(self, by_text: dict[tuple[str, str], Need], row: dict[str, str]) -> Need | None:
        need = by_text.get((plain(row["person"]), plain(row["need"])))
        if need is None:
            self.missing.append(f"{row['person']}: {row['need']}")
        return need

    def _place(self, row: dict[str, str]) -> tuple[str, int] | None:
        """The passage that holds the label's substring, by its words, else by its line."""
        wanted = plain(row["substring"])
        inside = [passage for passage in self._passages.get(row["note"], ()) if wanted in plain(passage.text)]
        if inside:
            return row["note"], inside[0].line
        text = (self._vault / row["note"]).read_text(encoding="utf-8")
        line = text[: text.find(row["substring"])].count("\n") + 1
        before = [passage.line for passage in self._passages.get(row["note"], ()) if passage.line <= line]
        if not before:
            self.missing.append(f"{row['note']}: {row['substring']}")
            return None
        return row["note"], max(before)


def place(match: Match) -> tuple[str, int]:
    """Where a match's passage stands."""
    return match.passage.path, match.passage.line


def average_precision(hits: Sequence[bool], relevant: int) -> float:
    """Mean of the precision at each hit; relevant passages that were not ranked count as never found."""
    found, total = 0, 0.0
    for rank, hit in enumerate(hits, 1):
        if hit:
            found += 1
            total += found / rank
    return total / relevant if relevant else 0.0


def calibration_error(pairs: Iterable[tuple[float, bool]], bins: int = 10) -> float:
    """Expected calibration error: mean distance of probability and share of helpful, over bins of equal width."""
    groups: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for probability, hit in pairs:
        groups[min(int(probability * bins), bins - 1)].append((probability, hit))
    total = sum(map(len, groups.values()))
    gap = sum(abs(sum(p for p, _ in group) - sum(h for _, h in group)) for group in groups.values())
    return gap / total if total else 0.0


def quality(all_pairs: Sequence[Match], shown: Sequence[Match], labels: Labelled, live: set[str]) -> dict[str, Any]:
    """The figures on matches: `all_pairs` ranked without any floor, `shown` as a page would have them."""
    by_need: dict[str, list[Match]] = defaultdict(list)
    for match in all_pairs:
        by_need[match.need.id].append(match)
    helped = {need for need, places in labels.helpful.items() if places and need in live}
    precisions, recall = [], defaultdict(list)
    for need in helped:
        good = labels.helpful[need]
        ranked = by_need.get(need, [])
        precisions.append(average_precision([place(match) in good for match in ranked], len(good)))
        top = {place(match) for match in ranked[:10]}
        for where, (kind, _) in good.items():
            recall[kind].append(where in top)
    hit = [place(match) in labels.helpful.get(match.need.id, {}) for match in shown]
    lure = [place(match) in labels.lures.get(match.need.id, ()) for match in shown]
    served = {match.need.id for match, good in zip(shown, hit, strict=True) if good}
    best = all_pairs[:100]
    return {
        "average_precision": _share(precisions),
        "best_100_helpful": sum(place(match) in labels.helpful.get(match.need.id, {}) for match in best),
        "hits_in_top_10": {kind: _share(found) for kind, found in sorted(recall.items())},
        "shown": len(shown),
        "shown_precision": _share(hit),
        "needs_served": _share([need in served for need in helped]),
        "lures_shown": _share(lure),
        "closed_or_dropped_shown": sum(match.need.id not in live for match in shown),
        "calibration_error": round(
            calibration_error((m.probability, place(m) in labels.helpful.get(m.need.id, {})) for m in all_pairs), 4
        ),
        "calibration_error_shown": round(
            calibration_error((m.probability, h) for m, h in zip(shown, hit, strict=True)), 4
        ),
    }


def _share(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


class Opened:
    """A labelled vault, read: all that is measured or learnt from it begins here."""

    def __init__(self, folder: Path) -> None:
        root = folder / "vault"
        self.settings, _ = read_settings(root)
        self.vault, self.index = Vault(root), Index.memory(self.settings)
        sync(self.vault, self.index, self.settings)
        self.network = self.index.network()
        reader = Reader(self.index, self.vault, self.settings, self.network.people)
        self.notes = list(reader.read_all(row.path for row in self.index.notes()))
        self.passages = {note.path: list(note.passages) for note in self.notes}
        self.labels = Labelled(folder / "labels", self.passages, self.network.needs, root)
        self.today = max(_dates(root), default=dt.date(2026, 1, 1))
        """The day of the newest daily note."""


def run(folder: Path, model: Model | None, today: dt.date | None = None) -> dict[str, Any]:
    """All figures of one labelled vault."""
    opened = Opened(folder)
    network, notes, labels, today = opened.network, opened.notes, opened.labels, today or opened.today
    live = {need.id for need in network.needs if need.state in ("open", "helping")}
    started = time.perf_counter()
    every = find_matches(
        opened.index, opened.vault, opened.settings, network, since=None, today=today, model=model, repeated=True
    )
    seconds = time.perf_counter() - started
    shown = distinct([match for match in every if match.score >= 1.0])
    reciprocal = []
    known = facts(network, [(note.passages, note.present) for note in notes])
    present = {note.path: note.present for note in notes if note.path not in network.people}
    helpers = people_who_could_help(
        network, today=today, model=model, known=known, present=present, limit=50, floor=0.0, reasoned=False
    )
    ranked: dict[str, list[str]] = defaultdict(list)
    for helper in helpers:
        ranked[helper.need.id].append(helper.person.name)
    for need, good in labels.people.items():
        if need in live:
            reciprocal.append(next((1 / at for at, name in enumerate(ranked[need], 1) if name in good), 0.0))
    return {
        "vault": folder.name,
        "model": model.name if model else "words only",
        "notes": len(notes),
        "passages": sum(map(len, opened.passages.values())),
        "needs": len(live),
        "labels_without_a_place": len(set(labels.missing)),
        **quality(every, shown, labels, live),
        "people_mrr": _share(reciprocal),
        "seconds": round(seconds, 1),
    }


def _dates(root: Path) -> Iterable[dt.date]:
    for path in root.rglob("*.md"):
        if found := re.match(r"\d{4}-\d\d-\d\d", path.name):
            yield dt.date.fromisoformat(found[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.netbench", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--model", default="auto", choices=CHOICES, help="which model (default: the best installed)")
    parser.add_argument("--file", type=Path, default=OWN, help="the own model's file, to try another")
    options = parser.parse_args(arguments)
    for folder in options.folders:
        print(json.dumps(run(folder, open_model(options.model, path=options.file).model), indent=1), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
