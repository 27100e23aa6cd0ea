"""The review's introductions: who may help whom, and who should meet because they need the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from mdnet.core.mdtext import cut
from mdnet.core.model import WORTH_SHOWING
from mdnet.core.review_model import Introduction, Wish
from mdnet.core.review_view import NEED_LENGTH
from mdnet.core.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from mdnet.core.model import Helper, Need
    from mdnet.core.review_view import View

ALIKE_WORDS, ALIKE_SHARE = 2, 0.5
"""Two needs are taken for the same when they share so many words, and this share of all words of both."""
_COMMON = 25  # a word in more needs than this tells none of them apart
MOST_MEET = 12
"""What more people need is a common need, and no reason to meet."""
NAMED = 4
"""Of those who should meet so many are named."""

_Near = dict[str, dict[str, float]]
"""By the id of a need those of others that are alike, with the share of their words that they have in common."""


def introductions(view: View, helpers: Iterable[Helper]) -> list[Introduction]:
    """Whom to bring together: those who can help each other, for needs new since the last review first.

    Those who need the same cannot help each other with it, but should meet: one introduction for all of them.
    """
    live = {need.id: need for need in view.live if not view.mine(need)}
    near, words = _alike(list(live.values()))
    meeting = {
        frozenset((live[one].person_path, live[other].person_path)) for one, others in near.items() for other in others
    }
    groups = _groups(live, near)
    found = [(any(_is_new(view, need) for need in group), _meet(view, group, near, words)) for group in groups]
    taken: set[tuple[str, str]] = set()
    per_need: Counter[str] = Counter()
    for helper in sorted(helpers, key=lambda helper: (-helper.score, helper.need.id, helper.person.path)):
        need, person = helper.need, helper.person
        pair = (need.person_path, person.path)
        if helper.score < WORTH_SHOWING:
            break  # the rest is less sure still
        if need.id not in live or person.path not in view.network.people or pair in taken or pair[0] == pair[1]:
            continue
        if frozenset(pair) in meeting or per_need[need.id] >= view.budget.per_need:
            continue
        taken.add(pair)
        per_need[need.id] += 1
        introduction = Introduction(
            kind="introduce",
            need=need.id,
            person=need.person,
            person_path=need.person_path,
            link=view.link(need.person_path),
            text=cut(need.text, NEED_LENGTH),
            other=person.name,
            other_path=person.path,
            other_link=view.link(person.path),
            other_text="",
            people=(),
            more=0,
            same=False,
            score=helper.score,
            why=helper.why,
            private=view.private(need) or person.private,
        )
        found.append((_is_new(view, live[need.id]), introduction))

    def order(entry: tuple[bool, Introduction]) -> tuple[bool, bool, float, str, str]:
        new, item = entry
        return (not new, item.kind == "meet", -item.score, item.need, item.other_path)

    return [item for _, item in sorted(found, key=order)]


def few(together: Sequence[Introduction], room: int) -> list[Introduction]:
    """Of introductions, the best first, so many as there is room for: who should meet leaves half of it to who may
    help, where there are so many."""
    helping = sum(item.kind == "introduce" for item in together)
    left = {"meet": max(room // 2, room - helping), "introduce": room}
    chosen: list[Introduction] = []
    for item in together:
        if len(chosen) < room and left[item.kind]:
            left[item.kind] -= 1
            chosen.append(item)
    return chosen


def _is_new(view: View, need: Need) -> bool:
    return view.since is None or (need.created is not None and need.created >= view.since)


def _alike(needs: Sequence[Need]) -> tuple[_Near, dict[str, dict[str, str]]]:
    """Which needs of different people are the same, and of each need its words by their stems."""
    words = {need.id: {term.stem: need.text[term.start : term.end] for term in terms(need.text)} for need in needs}
    holders: dict[str, list[Need]] = defaultdict(list)
    for need in sorted(needs, key=_by_name):
        for stem in words[need.id]:
            holders[stem].append(need)
    shared: Counter[tuple[str, str]] = Counter()
    for holding in holders.values():
        if len(holding) <= _COMMON:
            shared.update(
                (one.id, other.id) for one, other in combinations(holding, 2) if one.person_path != other.person_path
            )
    near: _Near = defaultdict(dict)
    for (one_id, other_id), count in shared.items():
        share = count / len(words[one_id].keys() | words[other_id].keys())
        if count >= ALIKE_WORDS and share >= ALIKE_SHARE:
            near[one_id][other_id] = near[other_id][one_id] = share
    return near, words


def _groups(live: Mapping[str, Need], near: _Near) -> list[list[Need]]:
    """The needs that are the same, one of each person, best first: around each need that has most others alike those
    that no group has yet. A group of people who are together in another one already is left out."""
    centres = sorted(near, key=lambda need: (-len(near[need]), -sum(near[need].values()), _by_name(live[need])))
    grouped: set[str] = set()
    found: list[tuple[float, list[Need]]] = []
    for centre in centres:
        if centre in grouped:
            continue
        others = sorted(near[centre].keys() - grouped, key=lambda need: (-near[centre][need], _by_name(live[need])))
        group = {live[centre].person_path: live[centre]}
        for other in others:
            group.setdefault(live[other].person_path, live[other])
        grouped |= {centre, *others}
        if 1 < len(group) <= MOST_MEET:
            found.append((max(near[centre][other] for other in others), sorted(group.values(), key=_by_name)))
    result: list[list[Need]] = []
    together: list[AbstractSet[str]] = []
    for _, needs in sorted(found, key=lambda entry: (-entry[0], -len(entry[1]), entry[1][0].id)):
        people = {need.person_path for need in needs}
        if not any(people <= known for known in together):
            together.append(people)
            result.append(needs)
    return result


def _meet(view: View, group: Sequence[Need], near: _Near, words: Mapping[str, Mapping[str, str]]) -> Introduction:
    """The introduction of all who need the same."""
    ids = [need.id for need in group]
    everywhere = set.intersection(*(set(words[need]) for need in ids))
    named = tuple(
        Wish(need.id, need.person, need.person_path, view.link(need.person_path), cut(need.text, NEED_LENGTH))
        for need in group[:NAMED]
    )
    one, other, *_ = named
    return Introduction(
        kind="meet",
        need=one.need,
        person=one.person,
        person_path=one.person_path,
        link=one.link,
        text=one.text,
        other=other.person,
        other_path=other.person_path,
        other_link=other.link,
        other_text=other.text,
        people=named,
        more=max(0, len(group) - NAMED),
        same=all(words[need].keys() == words[one.need].keys() for need in ids),
        score=max(near[a].get(b, 0.0) for a, b in combinations(ids, 2)),
        why=tuple(words[one.need][stem] for stem in words[one.need] if stem in everywhere),
        private=any(view.private(need) for need in group),
    )


def _by_name(need: Need) -> tuple[str, str]:
    return need.person.casefold(), need.id
