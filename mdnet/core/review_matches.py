"""The review's matches: which are shown, in which order, and what of a passage."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mdnet.core.identity import passage_id
from mdnet.core.mdtext import cut, marked_line
from mdnet.core.model import WORTH_SHOWING
from mdnet.core.review_model import MatchItem, Span
from mdnet.core.review_view import NEED_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mdnet.core.model import Match
    from mdnet.core.review_view import View

EXCERPT, CONTEXT_LENGTH = 240, 120
"""So many characters of a passage are shown, and of what stands around it."""
_BEFORE = 50  # of them before the first marked word


def choose_matches(view: View, matches: Iterable[Match]) -> tuple[list[MatchItem], list[MatchItem], list[Match]]:
    """(shown, folded, all to decide): new ones first, then those still undecided, the best need first in each.

    Left out: what was answered on any page or has its log line, closed and put-off needs, low scores.
    """
    known = view.answers
    logged = {pair for item in view.network.exchanges if (pair := known.pair_of(item.block_id))}
    settled = known.dismissed | known.passed_on | logged
    waiting = {need for need, _ in known.undecided}
    seen: dict[str, str] = {}
    best: dict[tuple[str, str], Match] = {}
    for match in matches:
        need, text = match.need, match.passage.text
        low = match.score < WORTH_SHOWING
        if not view.is_live(need) or need.id in known.helped or (low and need.id not in waiting):
            continue
        if text not in seen:
            seen[text] = passage_id(text)
        pair = (need.id, seen[text])
        if pair in settled or (low and pair not in known.undecided):
            continue
        twin = best.get(pair)
        if twin is None or (match.new, match.score) > (twin.new, twin.score):
            best[pair] = match
    ranked = sorted(best.items(), key=lambda entry: (not entry[1].new, -entry[1].score, entry[0]))
    room: dict[str, int] = defaultdict(lambda: view.budget.per_need)
    shown: list[Match] = []
    more: list[Match] = []
    for _, match in ranked:
        if len(shown) < view.budget.matches and room[match.need.id]:
            room[match.need.id] -= 1
            shown.append(match)
        elif len(more) < view.budget.more_matches:
            more.append(match)
    place: dict[tuple[bool, str], int] = {}
    for at, match in enumerate(shown):
        place.setdefault((match.new, match.need.id), at)
    shown.sort(key=lambda match: place[match.new, match.need.id])
    return _items(view, shown), _items(view, more), [match for _, match in ranked]


def _items(view: View, matches: Iterable[Match]) -> list[MatchItem]:
    return [
        MatchItem(
            id=match.id,
            need=match.need.id,
            person=match.need.person,
            person_path=match.need.person_path,
            link=view.link(match.need.person_path),
            text=cut(match.need.text, NEED_LENGTH),
            state=match.need.state,
            path=match.passage.path,
            line=match.passage.line,
            note_link=view.link(match.passage.path),
            title=match.passage.title,
            heading=match.passage.heading,
            date=match.passage.date,
            passage=match.passage.text,
            spans=excerpt(match.passage.text, match.marks),
            context=context(match),
            source=match.passage.source,
            score=match.score,
            why=match.why,
            judged_by=match.judged_by,
            new=match.new,
            mine=view.mine(match.need),
            private=view.private(match.need) or match.passage.private or view.private_person(match.passage.owner),
        )
        for match in matches
    ]


def context(match: Match) -> str:
    """The item above, or the line before where the passage points back to it, unless it only says what is needed."""
    around = " ".join((match.passage.context or "".join(match.passage.before[:1])).split())
    return "" if around in match.need.text else cut(around, CONTEXT_LENGTH)


def excerpt(text: str, marks: Sequence[tuple[int, int]] = ()) -> tuple[Span, ...]:
    """`text` on one line, in marked and plain pieces; of a longer one the `EXCERPT` characters with most marks."""
    line, flags = marked_line(text, marks)
    start, end = _window(line, flags)
    pieces: list[Span] = [Span("… ")] if start else []
    at = start
    for stop in range(start + 1, end + 1):
        if stop == end or flags[stop] != flags[at]:
            pieces.append(Span(line[at:stop], flags[at]))
            at = stop
    return (*pieces, Span(" …")) if end < len(line) else tuple(pieces)


def _window(line: str, flags: Sequence[bool]) -> tuple[int, int]:
    """[start, end) of the piece to show: whole words, the earliest of those with most marked characters."""
    if len(line) <= EXCERPT:
        return 0, len(line)
    total = [0]
    for flag in flags:
        total.append(total[-1] + flag)
    starts = [0] + [max(at - _BEFORE, 0) for at in range(1, len(line)) if flags[at] and not flags[at - 1]]
    start = max(starts, key=lambda at: (total[min(at + EXCERPT, len(line))] - total[at], -at))
    start = max(min(start, len(line) - EXCERPT), 0)
    end = min(start + EXCERPT, len(line))
    if start and (space := line.find(" ", start, start + _BEFORE // 2)) >= 0:
        start = space + 1
    if end < len(line) and (space := line.rfind(" ", end - _BEFORE, end + 1)) > start:
        end = space
    return start, end
