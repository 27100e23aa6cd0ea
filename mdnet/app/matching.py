"""Find what was noted that would help somebody: what is new against all needs, new needs against all notes."""

from __future__ import annotations

import functools
import heapq
import math
from typing import TYPE_CHECKING

from mdnet.app.kept import key_of
from mdnet.app.match_cache import keep, keep_places, places, recall
from mdnet.app.matcher import form
from mdnet.app.model_memory import Nearest, remembering
from mdnet.app.model_use import with_model
from mdnet.app.passages import Reader, by_age
from mdnet.core.identity import match_id, need_id
from mdnet.core.languages import MOST_READ
from mdnet.core.match import MAYBE, Answers, Surroundings, rank
from mdnet.core.match_distinct import distinct, order
from mdnet.core.match_lexical import Lexicon, passage_bag, query_terms
from mdnet.core.match_rules import is_open
from mdnet.core.model import Need
from mdnet.core.terms import terms
from mdnet.core.ticks import split_match_id
from mdnet.core.values import dataclass, field, replace

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Sequence
    from collections.abc import Set as AbstractSet

    from mdnet.adapters.index import Index, NoteRow
    from mdnet.app.model_memory import Remembering
    from mdnet.app.model_use import Notice
    from mdnet.app.passages import NotePassages
    from mdnet.core.match_model import Model
    from mdnet.core.model import Match, Network, Passage
    from mdnet.core.settings import Settings
    from mdnet.core.store import Store

    Progress = Callable[[int, int], None]
    _Read = Callable[[str], NotePassages]

SMALL_NOTES = 400
"""Up to so many notes, a new need is compared with all of them; in larger vaults with those that share a word or that a
model has read before and finds near."""
CANDIDATE_NOTES = 60
"""Older notes that a new need is compared with in a large vault, and a search for each of its words brings up."""
BACKGROUND_NOTES, READ_BACKGROUND = 200, 40
"""Older notes that say what is usual, so that only what fits better than usual is shown; and with a model."""
READ_CLOSELY = 60
"""Of the passages of those notes so many, the nearest by words, are shown to a model; and so many of all that it has
read before, the nearest by meaning."""
MOST_JUDGED = 4000
"""So many pairs, the most probable, the model judges in one look, at about 15 ms each: all those of 200 needs at least.
With ten thousand needs all of them would take hours."""
KEPT_NOTES = 1000
"""So many notes are held in memory for the needs that come after, which often lead to the same ones."""
KEEP_EVERY = 20
"""After so many needs what the model found out is written down."""
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
    notice: Notice | None = None,
) -> list[Match]:
    """Matches that reach `floor`, best first: at or above a score of 1.0 they are worth showing.

    Notes dated on `since` or later meet all open needs; needs noted since then meet all notes. With `needs`
    (or `text`, a need of nobody) these meet all notes. `since` None: everything is new. `undecided` holds ids
    of matches shown before: they are found again wherever they stand. `new` of a match says that its younger half
    is new. `limit` is the most that are returned. `repeated` looks at every note, however many there are, and leaves in
    several passages of a note and the same news told twice. `progress` is told how many notes of how many are read,
    `notice` in one line that `model` cannot be used, and what is used instead.
    """
    wanted = _wanted(network, needs, text, today)
    if not wanted:
        return []
    by_id = {need.id: need for need in wanted}
    spoken = answers or Answers()
    key = key_of(
        *(index.generation(), form(), model.name if model else "", since, today, floor, limit, repeated, text),
        *(needs is not None, sorted(by_id), sorted(undecided), sorted(spoken.dismissed), sorted(spoken.accepted)),
    )
    known = recall(index, key, by_id)
    if known is not None:
        return known
    everywhere = needs is not None or text is not None
    reader = Reader(index, vault, settings, network.people)

    def look(chosen: Model | None) -> list[Match]:
        least, most = (0.0, 10_000) if repeated else (floor, 50)
        memory = remembering(chosen, index, progress)
        search = _Search(index, reader, network, today, spoken, memory, least, most, progress)
        return search.run(wanted, since, undecided, everywhere=everywhere, repeated=repeated)

    found, used = with_model(model, look, notice)
    found = found if limit is None else found[:limit]
    if used is model:  # a model that cannot be used may be mended
        keep(index, key, found)
    return found


@dataclass(slots=True)
class _Search:
    """One look for matches."""

    index: Index
    reader: Reader
    network: Network
    today: dt.date
    answers: Answers
    memory: Remembering | None
    floor: float
    limit: int
    progress: Progress | None
    notes: dict[str, NotePassages] = field(default_factory=dict)
    """The notes that meet all needs."""
    background: list[Passage] = field(default_factory=list)
    """What is usual in the older ones; read when it is needed."""
    answered: list[Passage] = field(default_factory=list)
    """What was dismissed or passed on."""
    places: dict[str, str] = field(default_factory=dict)
    """Where matches stood that were looked for again, by their ids."""
    every: list[Need] = field(init=False)
    """All needs that are open."""

    def __post_init__(self) -> None:
        self.every = [need for need in self.network.needs if is_open(need, self.today)]

    def run(
        self,
        wanted: Sequence[Need],
        since: dt.date | None,
        undecided: Collection[str],
        *,
        everywhere: bool,
        repeated: bool,
    ) -> list[Match]:
        """See `find_matches`."""
        rows, news = self._rows(since, repeated=repeated)
        settled = self._settled(wanted, rows)
        self.answered = [passage for known in settled.values() for passage in known]
        young = wanted if everywhere or since is None else [n for n in wanted if n.created and n.created >= since]
        found = self._of_notes(wanted, news, rows)
        read = functools.lru_cache(maxsize=KEPT_NOTES)(self._read)
        if news is not rows:
            found += self._of_needs(young, rows, read)
        kept = set(undecided)
        if lost := _not_among(found, kept, wanted):
            found += self._again(lost, rows, read)
        if self.memory:
            self.memory.keep()
        fresh = {need.id for need in young}
        found = [replace(one, new=one.passage.path in self.notes or one.need.id in fresh) for one in found]
        found = [one for one in found if one.new or one.id in kept]
        if since is not None and not everywhere:
            keep_places(self.index, {**{one.id: one.passage.path for one in found}, **self.places})
        found.sort(key=order)
        return found if repeated else distinct(found, settled)

    def _of_notes(self, wanted: Sequence[Need], news: Sequence[NoteRow], rows: Sequence[NoteRow]) -> list[Match]:
        """All needs against the notes that are new."""
        for at, row in enumerate(news):
            self.notes[row.path] = self._read(row.path)
            if self.progress is not None:
                self.progress(at + 1, len(news))
        if self.notes:
            self.background = self._usual(rows)
        if self.memory:
            self.memory.expect_needs(self.every)
        return self._rank(wanted, list(self.notes.values()), self.background)

    def _of_needs(self, young: Sequence[Need], rows: Sequence[NoteRow], read: _Read) -> list[Match]:
        """Each need that is new against the other notes."""
        if len(rows) <= SMALL_NOTES:  # each meets all of them: together, so that they are each other's rivals
            paths = [row.path for row in rows if row.path not in self.notes]
            return self._rank(young, [read(path) for path in paths], []) if young else []
        found: list[Match] = []
        near = self.memory.nearest(young, READ_CLOSELY) if self.memory else [Nearest()] * len(young)
        for at, (need, nearest) in enumerate(zip(young, near, strict=True)):
            if self.progress is not None and not self.notes:
                self.progress(at, len(young))
            paths = list(dict.fromkeys((*_candidates(self.index, rows, need), *nearest.keys)))
            others = [read(path) for path in paths if path not in self.notes]
            if self.memory:
                others = _closest(need, others, nearest)
            found += self._rank([need], others, [])
            if self.memory and at % KEEP_EVERY == KEEP_EVERY - 1:  # so that an interruption loses little
                self.memory.keep()
        return found

    def _again(self, lost: dict[Need, set[str]], rows: Sequence[NoteRow], read: _Read) -> list[Match]:
        """The matches with these ids, wherever they stand."""
        shown: dict[str, NotePassages] = {}
        before = places(self.index)
        for need, ids in lost.items():
            for path in dict.fromkeys(before[one] for one in sorted(ids) if one in before):
                self._add_again(shown, need, ids, path, read)
            left = ids - self.places.keys()
            for path in _candidates(self.index, rows, need) if left else ():
                self._add_again(shown, need, left, path, read)
        taken = {passage for note in shown.values() for passage in note.passages}
        usual = [passage for note in self.notes.values() for passage in note.passages]
        usual += self.background or self._usual(rows)
        usual = [passage for passage in usual if passage not in taken]  # else each would be compared with itself
        return self._rank(list(lost), list(shown.values()), usual)

    def _add_again(
        self, shown: dict[str, NotePassages], need: Need, ids: AbstractSet[str], path: str, read: _Read
    ) -> None:
        """Add to `shown` what an older note says of the matches of `need` with these ids."""
        if path not in self.notes:
            note = _only(need, ids, read(path))
            _add(shown, note)
            self.places |= {match_id(need, passage): path for passage in note.passages}

    def _rows(self, since: dt.date | None, *, repeated: bool) -> tuple[list[NoteRow], list[NoteRow]]:
        """All notes, and those that meet all needs. With `since`, what is dated after today has not been written yet: a
        week that is over is seen as of its last day."""
        rows = self.index.notes()
        if since is None:  # all notes of a small vault, and of a large one those that share a word with a need
            return rows, rows if len(rows) <= SMALL_NOTES or repeated else []
        rows = [row for row in rows if row.date is None or row.date <= self.today]
        return rows, [row for row in rows if row.date is not None and row.date >= since]

    def _settled(self, wanted: Sequence[Need], rows: Sequence[NoteRow]) -> dict[str, list[Passage]]:
        """By need the passages that were dismissed or passed on."""
        ids = _by_need({*self.answers.dismissed, *self.answers.accepted}, wanted)
        found: dict[str, list[Passage]] = {}
        for need, pairs in ids.items():
            for path in _candidates(self.index, rows, need):
                found.setdefault(need.id, []).extend(_only(need, pairs, self.reader.read(path)).passages)
        return found

    def _read(self, path: str) -> NotePassages:
        note = self.reader.read(path)
        if self.memory:
            self.memory.expect(note)
        return note

    def _usual(self, rows: Sequence[NoteRow]) -> list[Passage]:
        """Passages of the newest of the older notes; fewer of them where a model has to read them."""
        older = by_age(row for row in rows if row.path not in self.notes)
        chosen = older[-(READ_BACKGROUND if self.memory else BACKGROUND_NOTES) :]
        return [passage for row in chosen for passage in self._read(row.path).passages]

    def _rank(self, needs: Sequence[Need], notes: Sequence[NotePassages], background: Sequence[Passage]) -> list[Match]:
        return rank(
            needs,
            [passage for note in notes for passage in note.passages],
            today=self.today,
            background=background,
            answers=self.answers,
            around=Surroundings(self.network.people, {note.path: note.present for note in notes}),
            model=self.memory,
            floor=self.floor,
            limit=self.limit,
            answered=self.answered,
            others=self.every,
            judgements=MOST_JUDGED,
        )


def text_need(text: str) -> Need:
    """A need of nobody, for a look-up by text."""
    return Need(need_id("", text), "", "", text, "open", "", 0)


def _wanted(network: Network, needs: Sequence[Need] | None, text: str | None, today: dt.date) -> list[Need]:
    if text is not None:
        return [text_need(text)]
    return [need for need in (network.needs if needs is None else needs) if is_open(need, today)]


def _closest(need: Need, notes: Sequence[NotePassages], nearest: Nearest) -> list[NotePassages]:
    """Of `notes` just the passages that share most with the need's words, for a model takes 15 ms for each, and the
    `nearest`, which it has read before."""
    passages = [passage for note in notes for passage in note.passages]
    scores = Lexicon(map(passage_bag, passages)).scores(query_terms(need.text[:MOST_READ]))
    best = {passages[number] for number in heapq.nlargest(READ_CLOSELY, scores, key=lambda n: (scores[n], -n))}
    best.update(filter(nearest.has, passages))
    return [replace(note, passages=tuple(one for one in note.passages if one in best)) for note in notes]


def _not_among(found: Sequence[Match], undecided: AbstractSet[str], needs: Sequence[Need]) -> dict[Need, set[str]]:
    """Needs with the ids of their undecided matches that are not among `found`."""
    return _by_need(undecided - {match.id for match in found}, needs)


def _by_need(pairs: AbstractSet[str], needs: Sequence[Need]) -> dict[Need, set[str]]:
    """The ids of matches by those of `needs` that they are about."""
    found: dict[str, set[str]] = {}
    for pair in pairs:
        if split := split_match_id(pair):
            found.setdefault(split[0], set()).add(pair)
    return {need: found[need.id] for need in needs if need.id in found}


def _only(need: Need, ids: AbstractSet[str], note: NotePassages) -> NotePassages:
    """Just the passages whose matches with `need` have one of these ids."""
    return replace(note, passages=tuple(one for one in note.passages if match_id(need, one) in ids))


def _add(notes: dict[str, NotePassages], more: NotePassages) -> None:
    """Add passages to those of the same note, each once."""
    if more.passages:
        known = notes.get(more.path, more)
        notes[more.path] = replace(known, passages=tuple(dict.fromkeys((*known.passages, *more.passages))))


def _candidates(index: Index, rows: Sequence[NoteRow], need: Need) -> list[str]:
    """The notes in which help for `need` may stand."""
    if len(rows) <= SMALL_NOTES:
        return [row.path for row in rows]
    found = terms(need.text)
    words = dict.fromkeys([*(need.text[term.start : term.end] for term in found), *(term.english for term in found)])
    words.pop("", None)
    points: dict[str, float] = {}
    for word in list(words)[:MAX_WORDS]:
        hits = index.search(f'"{word}"', CANDIDATE_NOTES)
        rare = math.log(2.0 + CANDIDATE_NOTES / (1.0 + len(hits)))
        for hit in hits:
            points[hit.path] = points.get(hit.path, 0.0) + hit.score * rare
    return sorted(points, key=lambda path: (-points[path], path))[:CANDIDATE_NOTES]
