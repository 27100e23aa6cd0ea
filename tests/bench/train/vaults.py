"""Labelled vaults, as models read them: what is trained on and fitted to."""

from __future__ import annotations

import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mdnet.core.match import Surroundings, compare, said, told, wanted
from mdnet.core.match_rules import NeedSide, own_side
from tests.bench.netbench import Opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mdnet.core.match import Pool
    from mdnet.core.match_model import Model
    from mdnet.core.match_score import Features
    from mdnet.core.model import Need

VAULTS = Path(__file__).with_name("vaults.zip")
TRAINED = (
    "va", "vb", "vc", "vd", "ve", "vg", "vi", "vj", "vk", "vo", "vp", "vq", "vr", "vs", "vt", "vu", "vv",
)  # fmt: skip
"""The vaults that the model was trained on; the weights of what it says are fitted to the others."""
NEVER = -3.0
"""Log-odds by whose words it is, below which a pair teaches nothing."""


@contextmanager
def unpacked(path: Path = VAULTS) -> Iterator[dict[str, Path]]:
    """The folders of all labelled vaults in a ZIP file, by name, as long as they are needed."""
    with tempfile.TemporaryDirectory() as place:
        with zipfile.ZipFile(path) as file:
            file.extractall(place)
        yield {folder.name: folder for folder in sorted(Path(place).iterdir()) if (folder / "labels").is_dir()}


def pairs_of(opened: Opened, model: Model | None) -> tuple[Pool, list[tuple[Need, int, Features]]]:
    """All pairs of a vault that the matcher looks at; see `compare`."""
    network = opened.network
    return compare(
        network.needs,
        [passage for note in opened.notes for passage in note.passages],
        today=opened.today,
        around=Surroundings(network.people, {note.path: note.present for note in opened.notes}),
        model=model,
    )


@dataclass
class Lessons:
    """What one vault teaches about which passage helps with which need, by their numbers."""

    needs: list[str]
    passages: list[str]
    """As they are judged ..."""
    said: list[str]
    """... and as vectors are made of them."""
    helpful: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """Need to its helpful passages, each with its grade: 1 or 2."""
    lures: dict[int, list[int]] = field(default_factory=dict)
    likely: dict[int, list[int]] = field(default_factory=dict)
    """Need to the passages that the model has to judge."""
    unsure: set[tuple[int, int]] = field(default_factory=set)
    """Pairs that teach nothing: what stands beside help in the same note, and the person's own words."""


def lessons(opened: Opened, model: Model) -> Lessons:
    """What the vault teaches."""
    pool, chosen = pairs_of(opened, model)
    needs = list({need.id: need for need, _, _ in chosen}.values())
    numbers = {need.id: number for number, need in enumerate(needs)}
    passages = [other.passage for other in pool.sides]
    found = Lessons([wanted(need) for need in needs], list(map(told, passages)), list(map(said, passages)))
    present = {note.path: note.present for note in opened.notes}
    for number, need in enumerate(needs):
        helpful = opened.labels.helpful.get(need.id, {})
        notes = {path for path, _ in helpful}
        side = NeedSide.of(need, opened.network.people)
        for at, other in enumerate(pool.sides):
            passage = other.passage
            place = (passage.path, passage.line)
            odds = own_side(side, other, present.get(passage.path, frozenset()))
            if odds is None or odds < NEVER:
                found.unsure.add((number, at))
            elif place in helpful:
                found.helpful.setdefault(number, []).append((at, helpful[place][1]))
            elif place in opened.labels.lures.get(need.id, ()):
                found.lures.setdefault(number, []).append(at)
            elif passage.path in notes:
                found.unsure.add((number, at))
    for need, at, features in chosen:
        if features.judged is not None:
            found.likely.setdefault(numbers[need.id], []).append(at)
    return found


def taught(model: Model) -> list[Lessons]:
    """What the vaults teach that are trained on."""
    with unpacked() as folders:
        return [lessons(Opened(folders[name]), model) for name in TRAINED]
