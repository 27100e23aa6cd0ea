"""What the commands ask of the matcher: this week's matches, one need's, one text's, one by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdnet.app.kept import key_of
from mdnet.app.match_cache import keep_helpers, recall_helpers
from mdnet.app.matcher import form, matcher, model_name, open_matcher
from mdnet.app.matching import READ_BACKGROUND, find_matches
from mdnet.app.model_memory import remembering, used_model
from mdnet.app.model_use import with_model
from mdnet.app.passages import NotePassages, Reader, by_age
from mdnet.app.replay import Replay, replay
from mdnet.core.facts import facts, profile_text, profiles
from mdnet.core.helpers import people_who_could_help
from mdnet.core.identity import normalise
from mdnet.core.match import Answers, rank
from mdnet.core.model import WORTH_SHOWING, Passage
from mdnet.core.page import answers as page_answers
from mdnet.core.ticks import split_match_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from mdnet.app.workspace import Workspace
    from mdnet.core.match_model import Model
    from mdnet.core.model import Helper, Match, Need, Network
    from mdnet.core.page import Answers as PageAnswers
    from mdnet.core.page import PageForm

MODEL_FACTS = 2_000
"""So many facts about people are looked at. Where the people's own notes alone state more, the model is not asked:
each takes it some milliseconds."""
TELLING_NOTES = 400
"""The newest so many notes are searched for what they tell of people."""


def matcher_message(work: Workspace) -> str:
    """One line on the language model that is used. One that has never been used here yet is tried."""
    opened = open_matcher(work.settings.matching)
    if opened.model is None or opened.model.name == used_model(work.index):
        return opened.message
    faults: list[str] = []

    def ask(model: Model | None) -> None:
        if model is not None:
            model.needs([opened.message])
            model.judge([(opened.message, opened.message)])

    with_model(opened.model, ask, faults.append)
    return faults[-1] if faults else opened.message


def decided(forms: Iterable[PageForm]) -> Answers:
    """The decisions on all pages, as the matcher takes them."""
    return _answers(page_answers(forms))


def _answers(known: PageAnswers) -> Answers:
    return Answers(known.match_ids("dismissed"), known.match_ids("passed_on"))


def of_week(work: Workspace, network: Network, forms: Sequence[PageForm], *, since: date, today: date) -> list[Match]:
    """What is new since `since`, and what is still undecided on earlier pages; dated `today` at the latest.

    The user's own language model has judged the best few, where one is set up.
    """
    known = page_answers(forms)
    found = find_matches(
        work.index,
        work.vault,
        work.settings,
        network,
        since=since,
        today=today,
        answers=_answers(known),
        undecided=known.match_ids("undecided"),
        model=matcher(work),
        progress=work.progress,
        notice=work.notice,
    )
    found = [match for match in found if match.passage.date is None or match.passage.date <= today]
    if not work.settings.judge.url:
        return found
    from mdnet.app.judging import judged  # with all that it takes to speak HTTP

    return judged(work, network, found)


def of_needs(
    work: Workspace,
    network: Network,
    needs: Sequence[Need] | None,
    forms: Iterable[PageForm],
    *,
    since: date | None,
    today: date,
    floor: float = WORTH_SHOWING,
    repeated: bool = False,
) -> list[Match]:
    """Matches for these needs (None: all) in all notes, or in those from `since` on, that reach `floor`.

    `repeated` is that of `find_matches`.
    """
    found = find_matches(
        work.index,
        work.vault,
        work.settings,
        network,
        since=None,
        today=today,
        answers=decided(forms),
        needs=needs,
        floor=floor,
        model=matcher(work),
        repeated=repeated,
        progress=work.progress,
        notice=work.notice,
    )
    if since is None:
        return found
    return [match for match in found if match.passage.date is not None and match.passage.date >= since]


def replayed(
    work: Workspace, network: Network, forms: Iterable[PageForm], first: date, last: date, today: date
) -> Replay:
    """What the pages of the weeks from `first` to `last` would have shown, and what became of it."""
    return replay(
        work.index,
        work.vault,
        work.settings,
        network,
        first,
        last,
        today=today,
        answers=decided(forms),
        model=matcher(work),
        notice=work.notice,
    )


def of_text(work: Workspace, network: Network, text: str, *, today: date, floor: float = WORTH_SHOWING) -> list[Match]:
    """The needs that something seen or heard may help: `text` is the passage."""
    passage = Passage(path="", line=0, text=text, date=today)
    background = _background(work)
    usual = [passage for note in background for passage in note.passages]

    def look(model: Model | None) -> list[Match]:
        memory = remembering(model, work.index)
        if memory is not None:
            memory.expect_needs(network.needs)
            for note in background:
                memory.expect(note)
        found = rank(network.needs, [passage], today=today, background=usual, model=memory, floor=floor)
        if memory is not None:
            memory.keep()
        return [match for match in found if match.score >= floor]

    return with_model(matcher(work), look, work.notice)[0]


def notes_for_text(
    work: Workspace, network: Network, text: str, *, today: date, floor: float = WORTH_SHOWING
) -> list[Match]:
    """The notes that may help with what `text` says: it is taken for a need of nobody."""
    return find_matches(
        work.index,
        work.vault,
        work.settings,
        network,
        since=None,
        today=today,
        text=text,
        floor=floor,
        model=matcher(work),
        progress=work.progress,
        notice=work.notice,
    )


def of_note(work: Workspace, network: Network, path: str, said: str, *, today: date) -> list[Match]:
    """The needs that the passage saying `said` in the note at `path`, dated today, may help."""
    found = find_matches(work.index, work.vault, work.settings, network, since=today, today=today, model=matcher(work))
    wanted = normalise(said)
    return [
        match
        for match in found
        if match.passage.path == path
        and match.score >= WORTH_SHOWING
        and (normalise(match.passage.text) in wanted or wanted in normalise(match.passage.text))
    ]


def by_id(work: Workspace, network: Network, match_id: str, *, today: date) -> Match | None:
    """The match with that id, wherever its passage stands now."""
    pair = split_match_id(match_id)
    needs = [need for need in network.needs if pair and need.id == pair[0]]
    if not needs:
        return None
    for everywhere in (False, True):  # where nothing leads there from the need's words, every note is looked at
        found = of_needs(work, network, needs, (), since=None, today=today, floor=0.0, repeated=everywhere)
        for match in found:
            if match.id == match_id:
                return match
    return None


def helpers(work: Workspace, network: Network, *, today: date, needs: Sequence[Need] | None = None) -> list[Helper]:
    """People who could help with others' needs, and with the user's own."""
    wanted = list(network.needs) if needs is None else list(needs)
    if not wanted:
        return []
    telling = _telling(work)
    key = key_of(form(), model_name(work), today, telling, *_known(network, wanted))
    known = recall_helpers(work.index, key, {need.id: need for need in wanted}, network.people)
    if known is None:
        told = [path for path, _ in telling]
        model = matcher(work)
        found, used = with_model(
            model, lambda chosen: _find_helpers(work, network, wanted, told, today, chosen), work.notice
        )
        if needs is None and used is model:  # those of all needs are asked for by every page
            keep_helpers(work.index, key, found)
        return found
    return known


def _known(network: Network, needs: Sequence[Need]) -> list[object]:
    """All that is known when helpers are looked for, but what stands in the notes."""
    return [
        [(n.id, n.person, n.person_path, n.path, n.line, n.text, n.state, n.not_before) for n in needs],
        [(p.path, p.name, p.aliases, p.private, profile_text(p)) for p in network.people.values()],
        [(offer.person_path, offer.line, offer.private, offer.text) for offer in network.offers],
        [(e.verb, e.person_path, e.path, e.line, e.private, e.text, e.date, e.block_id) for e in network.exchanges],
    ]


def _telling(work: Workspace) -> list[tuple[str, int]]:
    """The newest notes, the newest first, and when each was changed: what is said there tells who could help."""
    return work.index.newest(TELLING_NOTES, without=("review", "me"))


def _find_helpers(
    work: Workspace,
    network: Network,
    needs: Sequence[Need],
    telling: Sequence[str],
    today: date,
    model: Model | None,
) -> list[Helper]:
    notes = list(Reader(work.index, work.vault, work.settings, network.people).read_all(telling))
    known = facts(network, [(note.passages, note.present) for note in notes])[:MODEL_FACTS]
    present = {note.path: note.present for note in notes if note.path not in network.people}
    stated = profiles(network)
    memory = remembering(model if len(stated) <= MODEL_FACTS else None, work.index)
    if memory is not None:
        memory.expect_needs([*network.needs, *needs])
        for note in [*notes, *(NotePassages(passage.path, (passage,)) for passage in stated)]:
            memory.expect(note)
    found = people_who_could_help(network, today=today, needs=needs, known=known, present=present, model=memory)
    if memory is not None:
        memory.keep()
    return found


def _background(work: Workspace) -> list[NotePassages]:
    """What is usual in this vault: its latest notes."""
    rows = by_age(work.index.notes())
    reader = Reader(work.index, work.vault, work.settings, {})
    return list(reader.read_all(row.path for row in rows[-READ_BACKGROUND:]))
