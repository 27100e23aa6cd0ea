"""Geometry of the pages' pictures: plain numbers from plain numbers; templates draw them as SVG and as text.

All lengths are in the units of the picture's own `viewBox`, y downwards. Every value is rounded, so that equal
data give equal bytes.
"""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

YEAR_WEEKS = 53
"""A year of contact is shown as so many weeks, this one last: 53 x 7 days always hold the day a year ago."""
BAR_HALF = 100
"""Width of one side of a balance bar."""


def diverging(gave: int, asked: int, got: int, most: int) -> dict[str, Any]:
    """One bar, twice `BAR_HALF` wide: given to the right, taken to the left, `most` being a side's full length.

    What was asked for and has not come (`asked` beyond `got`) is drawn as `open`, beyond what was `got`.
    """
    most = max(most, 1)

    def wide(count: int) -> float:
        return round(BAR_HALF * min(count, most) / most, 2)

    came, taken = wide(got), wide(max(asked, got))
    return {
        "width": 2 * BAR_HALF,
        "zero": BAR_HALF,
        "gave": {"x": BAR_HALF, "w": wide(gave)},
        "got": {"x": round(BAR_HALF - came, 2), "w": came},
        "open": {"x": round(BAR_HALF - taken, 2), "w": round(taken - came, 2)},
    }


def contact_year(days: Iterable[tuple[date, str]], today: date) -> dict[str, Any]:
    """The weeks up to `today` in which there was contact; `days` are pairs of day and verb, in any order.

    `cells`: x from 0 (`YEAR_WEEKS` - 1 is this week), `n` contacts, `level` 1 to 3, `gave` where something was
    given, `first` the week's Monday. `count` is the number of contacts, `last` the latest day or None.
    """
    monday = today - timedelta(days=today.weekday())
    start = monday - timedelta(weeks=YEAR_WEEKS - 1)
    weeks: Counter[int] = Counter()
    given: set[int] = set()
    last: date | None = None
    for day, verb in days:
        if not start <= day <= today:
            continue
        at = (day - start).days // 7
        weeks[at] += 1
        last = day if last is None else max(last, day)
        if verb == "gave":
            given.add(at)
    cells = [
        {
            "x": at,
            "n": weeks[at],
            "level": min(weeks[at], 3),
            "gave": at in given,
            "first": (start + timedelta(weeks=at)).isoformat(),
        }
        for at in sorted(weeks)
    ]
    return {
        "weeks": YEAR_WEEKS,
        "cells": cells,
        "count": sum(weeks.values()),
        "last": last.isoformat() if last else None,
    }


def month_ticks(today: date) -> list[dict[str, Any]]:
    """Where, in a `contact_year`, each month begins: `x` in weeks, `month` 1 to 12."""
    monday = today - timedelta(days=today.weekday())
    start = monday - timedelta(weeks=YEAR_WEEKS - 1)
    ticks = []
    year, month = start.year, start.month
    for _ in range(14):
        first = date(year, month, 1)
        if start <= first <= today:
            ticks.append({"x": round((first - start).days / 7, 2), "month": month})
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return ticks


def line(values: Sequence[float | None], width: float, height: float) -> dict[str, Any]:
    """A line through `values`, evenly spaced, from 0 at the bottom to `top` (the next round number above them).

    `line` and `area` are SVG path data, broken where a value is None; `end` is the last point or None.
    """
    known = [value for value in values if value is not None]
    top = nice_top(max(known, default=0))
    step = width / max(len(values) - 1, 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((round(at * step, 1), round(height - height * min(value, top) / top, 1)))
    runs = [run for run in runs if run]
    return {
        "width": width,
        "height": height,
        "top": top,
        "line": " ".join(_path(run) for run in runs),
        "area": " ".join(f"{_path(run)}V{height:g}H{run[0][0]:g}Z" for run in runs),
        "end": {"x": runs[-1][-1][0], "y": runs[-1][-1][1]} if runs else None,
    }


def _path(run: Sequence[tuple[float, float]]) -> str:
    if len(run) == 1:  # a point, drawn by the line's round cap
        return f"M{run[0][0]:g} {run[0][1]:g}h0"
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in run)


def columns(
    rows: Sequence[Mapping[str, int]], keys: Sequence[str], width: float, height: float, *, gap: float = 0.28
) -> dict[str, Any]:
    """Stacked columns, one a row, the first key lowest; `gap` is the share of a column's room left free.

    `bars` holds for each row its `x`, `w` and `parts`, each with `key`, `y`, `h` and the number `n`.
    """
    top = nice_top(max((sum(row[key] for key in keys) for row in rows), default=0))
    room = width / max(len(rows), 1)
    bars = []
    for at, row in enumerate(rows):
        parts = []
        y = height
        for key in keys:
            high = height * row[key] / top
            y -= high
            if row[key]:
                parts.append({"key": key, "y": round(y, 2), "h": round(high, 2), "n": row[key]})
        bars.append({"x": round(at * room + room * gap / 2, 2), "w": round(room * (1 - gap), 2), "parts": parts})
    return {"width": width, "height": height, "top": top, "bars": bars}


def nice_top(value: float) -> int:
    """The next of 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, ... that is not below `value`: a scale's upper end."""
    if value <= 4:
        return 4
    unit: int = 10 ** math.floor(math.log10(value))
    for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        top = step * unit
        if top >= value and top == int(top):
            return int(top)
    return 10 * unit
