"""The last results of matching, as they are kept in the index."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from mdnet.app import kept
from mdnet.core.model import Helper, Match, Passage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mdnet.adapters.index import Index
    from mdnet.core.model import Need, Person

_MATCHES, _HELPERS, _PLACES = "matches", "helpers", "match_places"
_OTHERS = 3
_MOST = 2000
"""A longer result is not kept."""
_MOST_HELPERS = 60_000
_MOST_PLACES = 10_000


def recall_helpers(
    index: Index, key: str, needs: Mapping[str, Need], people: Mapping[str, Person]
) -> list[Helper] | None:
    """The helpers kept under `key`; None where there are none or they name a need or person that is gone."""
    try:
        return [
            Helper(needs[need], people[person], score, tuple(why), _passage(fact) if fact else None)
            for need, person, score, why, fact in kept.recall(index, _HELPERS, key)
        ]
    except (KeyError, TypeError, ValueError):
        return None


def keep_helpers(index: Index, key: str, helpers: Sequence[Helper]) -> None:
    """Keep helpers in the place of those that were kept before."""
    if len(helpers) > _MOST_HELPERS:
        return
    rows = [(one.need.id, one.person.path, one.score, one.why, one.fact and _said(one.fact)) for one in helpers]
    kept.keep(index, _HELPERS, key, rows)


def recall(index: Index, key: str, needs: Mapping[str, Need]) -> list[Match] | None:
    """The result kept under `key`; None where there is none or it names a need that is not in `needs`."""
    try:
        return [_match(row, needs) for row in kept.recall(index, _MATCHES, key)]
    except (KeyError, TypeError, ValueError):
        return None


def places(index: Index) -> dict[str, str]:
    """By the ids of matches the notes in which their passages stood when they were last looked for."""
    try:
        return dict(kept.recall(index, _PLACES, ""))
    except (TypeError, ValueError):
        return {}


def keep_places(index: Index, found: Mapping[str, str]) -> None:
    """Add to what `places` returns; of too many the oldest are forgotten."""
    before = places(index)
    now = {one: path for one, path in before.items() if one not in found} | dict(found)
    if now.items() != before.items():
        kept.keep(index, _PLACES, "", dict(list(now.items())[-_MOST_PLACES:]))


def keep(index: Index, key: str, matches: Sequence[Match]) -> None:
    """Keep a result beside the last few."""
    if len(matches) <= _MOST:
        kept.keep(index, _MATCHES, key, [_row(match) for match in matches], others=_OTHERS)


def _said(passage: Passage) -> dict[str, Any]:
    row: dict[str, Any] = {"path": passage.path, "line": passage.line, "text": passage.text}
    row |= {name: value for name, value in asdict(passage).items() if value}
    if passage.date is not None:
        row["date"] = passage.date.isoformat()
    return row


def _row(match: Match) -> dict[str, Any]:
    return {
        "need": match.need.id,
        "person": match.need.person_path,
        "passage": _said(match.passage),
        "score": match.score,
        "why": match.why,
        "marks": match.marks,
        "new": match.new,
        "probability": match.probability,
        "fit": match.fit,
    }


_PASSAGE = {field.name for field in fields(Passage)}


def _passage(row: Mapping[str, Any]) -> Passage:
    said = {name: value for name, value in row.items() if name in _PASSAGE}
    if "date" in said:
        said["date"] = dt.date.fromisoformat(said["date"])
    said |= {name: tuple(said[name]) for name in ("people", "before") if name in said}
    return Passage(**said)


def _match(row: Mapping[str, Any], needs: Mapping[str, Need]) -> Match:
    passage = _passage(row["passage"])
    need = needs[row["need"]]
    if need.person_path != row["person"]:
        raise KeyError(row["person"])
    marks = tuple((start, end) for start, end in row["marks"])
    return Match(need, passage, row["score"], tuple(row["why"]), marks, row["new"], row["probability"], row["fit"])
