from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.model import Network
from mdnet.core.stats import days_to_help, measure, neglected, usual_gap
from tests.samples import ANA, JOE, ME, MEI, NETWORK, PIA, TODAY, TOM, exchange, need, person


def network(*people, needs=(), exchanges=()) -> Network:
    known = {who.path: who for who in people or (ANA, JOE)}
    return Network(known, ME, tuple(needs), (), tuple(sorted(exchanges, key=lambda item: item.date)))


def helped(text: str, created: date | None, done: date | None, **fields):
    return need(ANA, text, created, state="helped", done=done, **{"created_source": "line", **fields})


def test_the_samples_are_counted_by_state_without_ones_own() -> None:
    stats = measure(NETWORK, TODAY)
    others = [item for item in NETWORK.needs if item.person_path != ME.path]
    assert stats.people == len(NETWORK.people)
    assert stats.open == sum(item.state == "open" for item in others)
    assert (stats.helping, stats.helped, stats.dropped) == (1, 1, 1)
    assert stats.undated_helped == 1
    assert stats.median_days_to_help is None


def test_the_days_to_help_are_counted_from_what_is_known_for_sure() -> None:
    day = date(2026, 11, 2)
    assert days_to_help(helped("x", day, day + timedelta(days=9))) == 9
    assert days_to_help(helped("x", day, day - timedelta(days=9))) == 0
    assert days_to_help(helped("x", None, day)) is None
    assert days_to_help(helped("x", day, None)) is None
    assert days_to_help(helped("x", day, day, created_source="file")) is None
    assert days_to_help(replace(helped("x", day, day), state="dropped")) is None


def test_a_week_counts_what_was_opened_and_helped_in_it_and_is_open_at_its_end() -> None:
    monday = date(2026, 11, 9)
    stats = measure(
        network(
            needs=[
                helped("a", monday - timedelta(days=10), monday),
                helped("b", monday + timedelta(days=6), monday + timedelta(days=7)),
                need(ANA, "c", monday - timedelta(days=1)),
                need(ANA, "d", monday, state="dropped"),
                need(ANA, "e", None),
            ]
        ),
        TODAY,
    )
    before, week, this = stats.weeks[-3:]
    assert (week.week, week.first) == ("2026-W46", monday)
    assert (before.opened, before.helped, before.open) == (1, 0, 3)  # c; a and c and e are open
    assert (week.opened, week.helped, week.open) == (2, 1, 3)  # b and d; a; b and c and e
    assert (this.opened, this.helped, this.open) == (0, 1, 2)
    assert (before.days_to_help, week.days_to_help, this.days_to_help) == (None, 10, 5.5)
    assert len(stats.weeks) == 26


def test_months_count_contacts_by_verb_and_each_line_once() -> None:
    twin = exchange("gave", ANA, date(2026, 10, 2), "a book")
    stats = measure(
        network(
            exchanges=[
                twin,
                twin,
                exchange("met", JOE, date(2026, 10, 3)),
                exchange("met", JOE, date(2026, 12, 3)),
                exchange("got", JOE, date(2025, 11, 30)),
            ]
        ),
        TODAY,
    )
    assert [month.month for month in stats.months][::11] == ["2025-12", "2026-11"]
    october = stats.months[-2]
    assert (october.met, october.gave, october.got, october.contacts) == (1, 1, 0, 2)
    assert sum(month.contacts for month in stats.months) == 2


def test_the_balance_is_spread_with_the_ends_together() -> None:
    gifts = [exchange("gave", ANA, date(2026, 10, day), f"gift {day}") for day in range(1, 8)]
    stats = measure(network(exchanges=[*gifts, exchange("asked", JOE, date(2026, 10, 3), "x")]), TODAY)
    assert dict(stats.balance) == {"-3": 0, "-2": 0, "-1": 1, "0": 0, "1": 0, "2": 0, "3": 1}


def test_who_was_silent_for_twice_their_cadence_is_neglected() -> None:
    def silent(days: int, who=ANA) -> list[str]:
        return [
            item.person
            for item in neglected(network(who, exchanges=[exchange("met", who, TODAY - timedelta(days=days))]), TODAY)
        ]

    assert silent(60) == []
    assert silent(61) == ["Ana Ruiz"]
    assert silent(120, JOE) == []
    assert silent(121, JOE) == ["Joe Chen"]
    assert silent(400, PIA) == [], "never"
    assert silent(400, TOM) == [], "snoozed"


def test_without_a_cadence_the_usual_gap_counts() -> None:
    who = person("Uma Novak")
    days = [TODAY - timedelta(days=ago) for ago in (200, 180, 160)]
    found = neglected(network(who, exchanges=[exchange("met", who, day) for day in days]), TODAY)
    assert [(item.days, item.usual, item.by_cadence) for item in found] == [(160, 20, False)]
    assert neglected(network(who, exchanges=[exchange("met", who, day) for day in days[:2]]), TODAY) == []
    assert neglected(network(who), TODAY) == []
    by_default = neglected(network(who, exchanges=[exchange("met", who, days[0])]), TODAY, 30)
    assert [(item.usual, item.by_cadence) for item in by_default] == [(30, True)]


def test_the_longest_silent_by_what_was_usual_comes_first() -> None:
    exchanges = [exchange("met", MEI, TODAY - timedelta(days=200)), exchange("met", ANA, TODAY - timedelta(days=190))]
    assert [item.person for item in neglected(network(ANA, MEI, exchanges=exchanges), TODAY)] == [
        "Ana Ruiz",
        "Mei Tanaka",
    ]


@given(st.lists(st.dates(date(2020, 1, 1), date(2026, 1, 1)), max_size=20))
def test_a_usual_gap_lies_between_the_shortest_and_the_longest(days: list[date]) -> None:
    gap = usual_gap(days)
    known = sorted(set(days))
    if len(known) < 3:
        assert gap is None
    else:
        gaps = [(b - a).days for a, b in pairwise(known)]
        assert min(gaps) <= gap <= max(gaps)


def test_an_empty_network_has_figures() -> None:
    stats = measure(Network(), TODAY)
    assert (stats.people, stats.open, stats.neglected, stats.median_days_to_help) == (0, 0, (), None)
    assert all(week.open == 0 for week in stats.weeks)
