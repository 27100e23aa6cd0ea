"""Find what was noted that would help somebody: what is new against all needs, new needs against all notes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mdnet.app.passages import Reader
from mdnet.core.identity import need_id
from mdnet.core.match import MAYBE, Answers, Surroundings, distinct, rank
from mdnet.core.match_rules import is_open
from mdnet.core.model import Need
from mdnet.core.terms import terms

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Sequence

    from mdnet.adapters.index import Index, NoteRow
    from mdnet.app.passages import NotePassages
    from mdnet.core.match_model import Model
    from mdnet.core.model import Match, Network, Passage
    from mdnet.core.settings import Settings
    from mdnet.core.store import Store

    Progress = Callable[[int, int], None]

SMALL_NOTES = 400
"""Up to so many notes, a new need is compared with all of them; in larger vaults with those that share a word."""
CANDIDATE_NOTES = 60
"""Older notes that a new need is compared with in a large vault, and a search for each of its words brings up."""
BACKGROUND_NOTES = 200
"""Older notes that say what is usual, so that only what fits better than usual is shown."""
MAX_WORDS = 12
"""Of a long need so many words are searched."""


def find_matches(
    index: Index,
    vault: Store,
    settings: Settings,
    network: Network,
    *,
    since: dt.date | None,
    today: dt.date,
    answers: Answers | None = None,
    undecided: Collection[str] = (),
    needs: Sequence[Need] | None = None,
    text: str | None = None,
    model: Model | None = None,
    floor: float = MAYBE,
    limit: int | None = None,
    repeated: bool = False,
    progress: Progress | None = None,
) -> list[Match]:
    """Matches that reach `floor`, best first: at or above a score of 1.0 they are worth showing.

    Notes dated on `since` or later meet all open needs; needs noted since then meet all notes. With `needs`
    (or `text`, a need of nobody) these meet all notes. `since` None: everything is new. `undecided` holds ids
    of matches shown before: they are found again wherever they stand. `new` of a match says that its younger half
    is new. `limit` is the most that are returned. `repeated` leaves in several passages of a note
    and the same news told twice. `progress` is told how many notes of how many are read.
    """
    wanted = _wanted(network, needs, text, today)
    if not wanted:
        return []
    reader = Reader(index, vault, settings, network.people)
    rows = index.notes()
    everywhere = needs is not None or text is not None or since is None
    news = rows if since is None else [row for row in rows if row.date is not None and row.date >= since]
    young = wanted if everywhere else [need for need in wanted if need.created and since and need.created >= since]
    shown = {pair.split("-")[1] for pair in undecided if pair.count("-") == 2}
    again = [need for need in wanted if need.id in shown and need not in young]

    notes: dict[str, NotePassages] = {}
    for at, row in enumerate(news):
        notes[row.path] = reader.read(row.path)
        if progress is not None:
            progress(at + 1, len(news))
    match = Matching(network, today, answers, model, 0.0 if repeated else floor, 10_000 if repeated else 50)
    older = [row for row in rows if row.path not in notes]
    found = match.run(wanted, notes.values(), _background(reader, older) if notes else ())
    for need in [*young, *again] if since is not None else ():
        others = [reader.read(path) for path in _candidates(index, rows, need) if path not in notes]
        found += match.run([need], others)
    fresh = {need.id for need in young}
    found = [replace(one, new=one.passage.path in notes or one.need.id in fresh) for one in found]
    wanted_again = set(undecided)
    found = [one for one in found if one.new or one.id in wanted_again]
    found.sort(key=lambda one: (-one.score, one.need.id, one.passage.path, one.passage.line))
    if not repeated:
        found = distinct(found)
    return found if limit is None else found[:limit]


def text_need(text: str) -> Need:
    """A need of nobody, for a look-up by text."""
    return Need(need_id("", text), "", "", text, "open", "", 0, text)


def _wanted(network: Network, needs: Sequence[Need] | None, text: str | None, today: dt.date) -> list[Need]:
    if text is not None:
        return [text_need(text)]
    return [need for need in (network.needs if needs is None else needs) if is_open(need, today)]


@dataclass(frozen=True, slots=True)
class Matching:
    """What stays the same from one call of the matcher to the next."""

    network: Network
    today: dt.date
    answers: Answers | None
    model: Model | None
    floor: float
    limit: int

    def run(
        self, needs: Sequence[Need], notes: Iterable[NotePassages], background: Sequence[Passage] = ()
    ) -> list[Match]:
        """`needs` against all passages of `notes`."""
        notes = list(notes)
        return rank(
            needs,
            [passage for note in notes for passage in note.passages],
            today=self.today,
            background=background,
            answers=self.answers,
            around=Surroundings(self.network.people, {note.path: note.present for note in notes}),
            model=self.model,
            floor=self.floor,
            limit=self.limit,
        )


def _background(reader: Reader, older: Sequence[NoteRow]) -> list[Passage]:
    """Passages of the newest of the older notes."""
    newest = sorted(older, key=lambda row: (row.date.toordinal() if row.date else 0, row.path))[-BACKGROUND_NOTES:]
    return [passage for note in reader.read_all(row.path for row in newest) for passage in note.passages]


def _candidates(index: Index, rows: Sequence[NoteRow], need: Need) -> list[str]:
    """The notes in which help for `need` may stand."""
    if len(rows) <= SMALL_NOTES:
        return [row.path for row in rows]
    words = dict.fromkeys(need.text[term.start : term.end] for term in terms(need.text))
    points: dict[str, float] = {}
    for word in list(words)[:MAX_WORDS]:
        hits = index.search(f'"{word}"', CANDIDATE_NOTES)
        rare = math.log(2.0 + CANDIDATE_NOTES / (1.0 + len(hits)))
        for hit in hits:
            points[hit.path] = points.get(hit.path, 0.0) + hit.score * rare
    return sorted(points, key=lambda path: (-points[path], path))[:CANDIDATE_NOTES]
