"""The map of who could help whom: people on one line, needs as arcs, laid out so that it reads on any screen.

An arc diagram: names stand below each other and never overlap, whatever the width, and each need is an arc from
who may help to who needs. The order of people keeps the arcs short. The same data give the same picture.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ROW = 36
"""Height of one person's row."""
LINE = 150
"""x of the line on which the people stand, their names left of it."""
WIDTH = 340
MAX_PEOPLE = 28
"""More would be no picture any more: arcs beyond are left to the list."""
_NAME = 20  # characters that fit left of the line
_REACH = WIDTH - LINE - 16
_ROUNDS = 40
_BADGE = 17.0  # how far apart two numbers must stand
_TURNS = [side * at * 0.09 for at in range(15) for side in ((1, -1) if at else (1,))]  # along an arc, from its middle


def network_map(edges: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, Any]:
    """The picture of `edges`, each with `source` (path of who may help) and `target` (path of who needs), and maybe
    `also`: paths of further ones that have an arc to the target.

    Edges are numbered from 1 in their order; several between the same two are one arc with several numbers.
    `people` holds `path`, `name` (cut to fit), `full`, `y`; `arcs` hold `d` (path data), the arrow's `head`
    (points), `numbers` and where they stand, `x` and `y`. `left_out` counts the arcs beyond `MAX_PEOPLE`.
    """
    arcs: dict[tuple[str, str], list[int]] = {}
    kept: dict[str, None] = {}
    left_out = 0
    for number, edge in enumerate(edges, 1):
        for source in (edge["source"], *edge.get("also", ())):
            ends = (str(source), str(edge["target"]))
            if ends[0] == ends[1]:
                continue
            if len(kept.keys() | set(ends)) > MAX_PEOPLE:
                left_out += 1
                continue
            kept.update(dict.fromkeys(ends))
            arcs.setdefault(ends, []).append(number)
    order = arrange(sorted(kept), list(arcs))
    row = {path: at for at, path in enumerate(order)}
    both = {ends for ends in arcs if ends[::-1] in arcs}
    height = ROW * max(len(order), 1)
    return {
        "width": WIDTH,
        "height": height,
        "line": LINE,
        "people": [
            {"path": path, "name": _cut(names.get(path, path)), "full": names.get(path, path), "y": _y(row[path])}
            for path in order
        ],
        "arcs": _apart(
            [_arc(row, ends, arcs[ends], wider=ends in both and ends[0] > ends[1]) for ends in sorted(arcs)]
        ),
        "left_out": left_out,
    }


def _apart(arcs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`arcs` with their numbers where they hide no other: at the arc's furthest point, or along it."""
    placed: list[tuple[float, float]] = []
    for arc in arcs:
        wide, high = arc.pop("radii")
        spots = [
            (round(LINE + 7 + wide * math.cos(turn), 1), round(arc["y"] + high * math.sin(turn), 1)) for turn in _TURNS
        ]

        def room(spot: tuple[float, float]) -> float:
            return min((math.dist(spot, other) for other in placed), default=math.inf)

        spot = next((spot for spot in spots if room(spot) >= _BADGE), None) or max(spots, key=room)
        placed.append(spot)
        arc["x"], arc["y"] = spot
    return arcs


def _y(row: int) -> float:
    return row * ROW + ROW / 2


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else name[: _NAME - 1].rstrip() + "…"


def _arc(row: Mapping[str, int], ends: tuple[str, str], numbers: list[int], *, wider: bool) -> dict[str, Any]:
    start, end = _y(row[ends[0]]), _y(row[ends[1]])
    high = abs(end - start) / 2
    wide = min(22 + high, _REACH - 12) + (12 if wider else 0)
    x, down = LINE + 7, int(end > start)
    return {
        "source": ends[0],
        "target": ends[1],
        "d": f"M{x:g} {start:g}A{wide:.1f} {high:.1f} 0 0 {down} {x + 3:g} {end:g}",
        "head": f"{x:g},{end:g} {x + 7:g},{end - 4:g} {x + 7:g},{end + 4:g}",
        "numbers": numbers,
        "x": x + wide,
        "y": (start + end) / 2,
        "radii": (wide, high),
    }


def arrange(people: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[str]:
    """`people` in an order that keeps the arcs short: what hangs together stands together.

    Each group begins with who has most arcs and grows along them; then single people are moved as long as that
    shortens the arcs. Ties fall by name, so the order depends on nothing but the edges.
    """
    near: dict[str, set[str]] = defaultdict(set)
    for one, other in edges:
        near[one].add(other)
        near[other].add(one)
    groups: list[list[str]] = []
    seen: set[str] = set()
    for person in sorted(people, key=lambda path: (-len(near[path]), path)):
        if person in seen:
            continue
        group, wave = [], [person]
        seen.add(person)
        while wave:
            group += wave
            wave = sorted({other for one in wave for other in near[one]} - seen)
            seen.update(wave)
        groups.append(_shortened(group, edges))
    groups.sort(key=lambda group: (-len(group), group[0]))
    return [person for group in groups for person in group]


def _shortened(group: list[str], edges: Sequence[tuple[str, str]]) -> list[str]:
    """`group` with single people moved to where the arcs are shortest in sum, until no move helps."""
    inside = [edge for edge in edges if edge[0] in group]

    def length(order: Sequence[str]) -> int:
        at = {person: place for place, person in enumerate(order)}
        return sum(abs(at[one] - at[other]) for one, other in inside)

    best = length(group)
    for _ in range(_ROUNDS):
        before = best
        for person in sorted(group):
            rest = [other for other in group if other != person]
            tries = [[*rest[:place], person, *rest[place:]] for place in range(len(group))]
            lengths = [length(order) for order in tries]
            if min(lengths) < best:
                best = min(lengths)
                group = tries[lengths.index(best)]
        if best == before:
            break
    return group
