"""The review's parts about people and open ends: who is due, what to ask again, what is owed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from mdnet.core.balance import distinct
from mdnet.core.mdtext import cut
from mdnet.core.model import LIVE, WORTH_ASKING
from mdnet.core.review_model import (
    Ask,
    BalanceItem,
    DoneItem,
    DueItem,
    FollowUp,
    MyNeed,
    Soon,
    StillItem,
    Unanswered,
)
from mdnet.core.review_view import NEED_LENGTH
from mdnet.core.ticks import helped_id, person_hash, still_id, touch_id, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from mdnet.core.balance import Balance
    from mdnet.core.cadence import Due
    from mdnet.core.model import Exchange, Helper, Need, Person
    from mdnet.core.page import PageForm
    from mdnet.core.review_view import View
    from mdnet.core.weeks import Week

SETTLE_DAYS = 7
"""So long after something was given comes the question whether it helped."""
PATIENCE_DAYS = 14
"""So long after something was asked for it counts as unanswered, unless a day was set."""
LOOK_AGAIN_DAYS = 28
"""A need at which the user looked within this time is not asked about."""
SOON_DAYS, PAST_DAYS = 14, 60
"""Wanted-by days so near are shown, and those so long past no longer."""
FORGET_DAYS = 365
"""What was given or asked for longer ago is not followed up."""
WARM = 60
"""From so many people whose needs are not known, those last in touch, each week takes its few in turn."""
_TEXT = 140


def due_items(view: View, due: Iterable[Due]) -> list[DueItem]:
    """Who is due, but for those for whom the page has been answered this week."""
    with_needs = _with_needs(view)
    answered = _answered(view)
    items = [
        _due_item(
            view, item.person, item.every, item.due_on, item.days_over, no_need=item.person.path not in with_needs
        )
        for item in due
        if person_hash(item.person.name) not in answered
    ]
    return list({item.id: item for item in reversed(items)}.values())[::-1]  # of two with one name, the first


def without_need(view: View, due: Iterable[DueItem]) -> list[DueItem]:
    """People of whom no need is known: "How can I help?". Those who are `due` are left out.

    Of those last in touch, a few each week, in turn, so that everybody's turn comes.
    """
    known = _with_needs(view)
    asked = _answered(view) | {person_hash(item.person) for item in due}
    people: dict[str, Person] = {}
    for path, person in view.network.people.items():
        snoozed = person.snooze is not None and person.snooze > view.today
        name = person_hash(person.name)
        if path not in known and person.cadence_days != 0 and not snoozed and name not in asked:
            people.setdefault(name, person)
    ranked = sorted(
        people.values(),
        key=lambda person: (-_ordinal(view.contacts.get(person.path)), person.name.casefold(), person.path),
    )
    few, warm = view.budget.no_need, ranked[:WARM]
    if len(warm) > few:
        turn = (view.week.first.toordinal() // 7 * few) % len(warm)
        ranked = [*warm[turn:], *warm[:turn], *ranked[WARM:]]
    return [_due_item(view, person, None, None, 0, no_need=True) for person in ranked]


def _with_needs(view: View) -> set[str]:
    """Paths of the people of whom some need is known, also one that is put off."""
    return {need.person_path for need in view.network.needs if need.state in LIVE}


def _answered(view: View) -> set[str]:
    """Hashes of the people for whom this week's question was answered."""
    return {name for name, week in view.answers.touched | view.answers.not_touched if week == str(view.week)}


def _ordinal(day: date | None) -> int:
    return day.toordinal() if day else 0


def _due_item(
    view: View, person: Person, every: int | None, due_on: date | None, days_over: int, *, no_need: bool
) -> DueItem:
    last = view.latest.get(person.path)
    shown = last is not None and last.date == view.contacts.get(person.path)
    return DueItem(
        id=touch_id(person.name, view.week),
        person=person.name,
        person_path=person.path,
        link=view.link(person.path),
        about=cut(", ".join(filter(None, (person.role, person.company))), _TEXT),
        every=every,
        last_contact=view.contacts.get(person.path),
        last_text=cut(last.text, _TEXT) if last and shown else "",
        due_on=due_on,
        days_over=days_over,
        no_need=no_need,
        private=person.private or (last is not None and shown and last.private),
    )


def still_true(view: View, elsewhere: AbstractSet[str]) -> list[StillItem]:
    """Open needs of others not looked at for longest: since they were noted, or answered about on any page."""
    found: list[tuple[date, Need, date | None]] = []
    for need in view.live:
        looked = view.answers.looked_at.get(need.id)
        last = max(filter(None, (need.created, looked)), default=date.min)
        if need.state != "open" or need.id in elsewhere or view.mine(need) or need.id in view.answers.refuted:
            continue
        if last <= view.today - timedelta(days=LOOK_AGAIN_DAYS):
            found.append((last, need, looked))
    found.sort(key=lambda entry: (entry[0], -entry[1].priority, entry[1].person.casefold(), entry[1].id))
    return [
        StillItem(
            id=still_id(need.id, view.week),
            need=need.id,
            person=need.person,
            person_path=need.person_path,
            link=view.link(need.person_path),
            text=cut(need.text, NEED_LENGTH),
            created=need.created,
            looked_at=looked,
            path=need.path,
            line=need.line,
            private=view.private(need),
        )
        for _, need, looked in found
    ]


def follow_ups(view: View) -> list[FollowUp]:
    """Needs with which something was passed on, or that are being helped with, and no word of how it went.

    One question a need: about what was given last. A need that was answered with "no" is asked about again only
    when something else was given.
    """
    given: dict[str, tuple[Exchange, str]] = {}
    for gift in distinct(view.network.exchanges):
        pair = view.answers.pair_of(gift.block_id) if gift.verb == "gave" else None
        if pair and (pair[0] not in given or gift.date >= given[pair[0]][0].date):
            given[pair[0]] = (gift, pair[1])
    settled = view.today - timedelta(days=SETTLE_DAYS)
    found: list[FollowUp] = []
    for need in view.live:
        last = given.get(need.id)
        exchange = last[0] if last else None
        passage = last[1] if last else None
        day = exchange.date if exchange else need.created
        if exchange is None and need.state != "helping":
            continue
        if (day is not None and day > settled) or need.id in view.answers.helped:
            continue
        if (need.id, passage) in view.answers.not_helped:
            continue
        found.append(
            FollowUp(
                id=helped_id(need.id, passage),
                need=need.id,
                person=need.person,
                person_path=need.person_path,
                link=view.link(need.person_path),
                text=cut(need.text, NEED_LENGTH),
                what=cut(exchange.text, _TEXT) if exchange else "",
                date=exchange.date if exchange else None,
                path=exchange.path if exchange else need.path,
                line=exchange.line if exchange else need.line,
                mine=view.mine(need),
                private=view.private(need) or (exchange is not None and exchange.private),
            )
        )
    return sorted(found, key=lambda item: (item.date is None, item.date or date.min, item.id))


def unanswered(view: View) -> list[Unanswered]:
    """What was asked for a while ago, or by a day now past, with nothing got from that person since."""
    got: dict[str, date] = {}
    for exchange in view.network.exchanges:
        if exchange.verb == "got" and exchange.date <= view.today:
            got[exchange.person_path] = max(exchange.date, got.get(exchange.person_path, exchange.date))
    found = []
    for exchange in distinct(view.network.exchanges):
        if exchange.verb != "asked" or exchange.done or exchange.date > view.today:
            continue
        if exchange.date <= view.today - timedelta(days=FORGET_DAYS):
            continue
        if got.get(exchange.person_path, date.min) >= exchange.date:
            continue
        patient = exchange.due or exchange.date + timedelta(days=PATIENCE_DAYS)
        if patient >= view.today:
            continue
        found.append(
            Unanswered(
                person=exchange.person,
                person_path=exchange.person_path,
                link=view.link(exchange.person_path),
                text=cut(exchange.text, _TEXT),
                date=exchange.date,
                due=exchange.due,
                path=exchange.path,
                line=exchange.line,
                private=exchange.private or view.private_person(exchange.person_path),
            )
        )
    return sorted(found, key=lambda item: (item.due or item.date, item.person.casefold(), item.path, item.line))


def my_needs(view: View, helpers: Iterable[Helper], ledger: Mapping[str, Balance]) -> list[MyNeed]:
    """The user's own needs, and whom to ask: best first, but those who gave more than they got last."""
    asks: dict[str, list[Ask]] = {}
    for helper in helpers:
        person = helper.person
        if helper.score < WORTH_ASKING or not view.mine(helper.need) or person.path not in view.network.people:
            continue
        sum_ = ledger.get(person.path)
        asks.setdefault(helper.need.id, []).append(
            Ask(
                person=person.name,
                person_path=person.path,
                link=view.link(person.path),
                why=helper.why,
                score=helper.score,
                gave=sum_.gave if sum_ else 0,
                asked=sum_.asked if sum_ else 0,
                got=sum_.got if sum_ else 0,
                warning=sum_.warning if sum_ and sum_.tilt == "ask-first" else "",
                private=person.private,
            )
        )
    mine = [need for need in view.live if view.mine(need)]
    mine.sort(key=lambda need: (-need.priority, need.due or date.max, need.created or date.max, need.id))
    found = []
    for need in mine:
        ask = sorted(asks.get(need.id, []), key=lambda ask: (bool(ask.warning), -ask.score, ask.person_path))
        found.append(
            MyNeed(
                need=need.id,
                text=cut(need.text, NEED_LENGTH),
                state=need.state,
                due=need.due,
                path=need.path,
                line=need.line,
                ask=tuple(ask[: view.budget.helpers]),
                private=need.private,
            )
        )
    return found


def soon(view: View) -> list[Soon]:
    """Needs with a wanted-by day that is near or not long past, in order of that day."""
    first, last = view.today - timedelta(days=PAST_DAYS), view.today + timedelta(days=SOON_DAYS)
    found = [
        Soon(
            need=need.id,
            person=need.person,
            person_path=need.person_path,
            link=view.link(need.person_path),
            text=cut(need.text, NEED_LENGTH),
            due=need.due,
            overdue=need.due < view.today,
            mine=view.mine(need),
            path=need.path,
            line=need.line,
            private=view.private(need),
        )
        for need in view.live
        if need.due is not None and first <= need.due <= last
    ]
    return sorted(found, key=lambda item: (item.due, item.person.casefold(), item.need))


def balance_items(view: View, ledger: Mapping[str, Balance]) -> list[BalanceItem]:
    """Everybody with whom something passed: those to mind first, then by how much passed."""
    found = [
        BalanceItem(
            person=sum_.person,
            person_path=path,
            link=view.link(path),
            gave=sum_.gave,
            asked=sum_.asked,
            got=sum_.got,
            last_gave=sum_.last_gave,
            last_asked=sum_.last_asked,
            last_got=sum_.last_got,
            warning=sum_.warning,
            private=view.private_person(path),
        )
        for path, sum_ in ledger.items()
    ]
    return sorted(
        found,
        key=lambda item: (
            not item.warning,
            -abs(item.gave - max(item.asked, item.got)) if item.warning else 0,
            -(item.gave + item.asked + item.got),
            item.person.casefold(),
            item.person_path,
        ),
    )


def done_items(pages: Iterable[PageForm], week: Week) -> tuple[DoneItem, ...]:
    """What was answered on this week's page, in the order in which it stands there."""
    found: dict[str, DoneItem] = {}
    for page in pages:
        if page.week == str(week):
            for tick in page.ticks:
                if tick.answer:
                    found.setdefault(tick.id, DoneItem(tick.kind, tick.id, unquoted(tick.raw)))
    return tuple(found.values())
