from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mdnet.core.cadence import due, last_contacts
from mdnet.core.model import Network
from tests.samples import ANA, EXCHANGES, JOE, ME, NETWORK, PIA, TODAY, TOM, VIC, exchange, person


def network(*people, exchanges=()):
    return Network({one.path: one for one in people}, me=ME, exchanges=tuple(exchanges))


def test_due_by_own_cadence_longest_due_first_and_never_contacted_last():
    found = due(NETWORK, TODAY)
    assert [(item.person.name, item.days_over, item.every) for item in found] == [
        ("Vic Moreau", 81, 30),
        ("Ana Ruiz", 20, 30),
        ("Sam Whitcombe", 17, 14),
        ("Mei Tanaka", 0, 90),
    ]
    assert found[0].due_on == date(2026, 8, 31)
    assert found[-1].due_on is None


def test_due_on_the_very_day_and_not_the_day_before():
    met = [exchange("met", ANA, date(2026, 10, 1))]
    assert due(network(ANA, exchanges=met), date(2026, 10, 31))[0].days_over == 0
    assert due(network(ANA, exchanges=met), date(2026, 10, 30)) == []


def test_every_verb_is_a_contact_a_plan_is_none_and_the_latest_counts_in_any_order():
    for verb in ("met", "gave", "asked", "got"):
        exchanges = [
            exchange(verb, JOE, date(2026, 5, 1)),
            exchange("met", JOE, date(2026, 3, 1)),
            exchange("met", JOE, TODAY + timedelta(days=1)),
        ]
        assert last_contacts(network(JOE, exchanges=exchanges), TODAY) == {JOE.path: date(2026, 5, 1)}


def test_the_day_they_first_met_counts_where_nothing_later_is_noted():
    joe = replace(JOE, met=date(2026, 6, 1))
    assert last_contacts(network(joe), TODAY)[joe.path] == date(2026, 6, 1)
    later = [exchange("met", joe, date(2026, 7, 1))]
    assert last_contacts(network(joe, exchanges=later), TODAY)[joe.path] == date(2026, 7, 1)
    assert last_contacts(network(replace(joe, met=TODAY + timedelta(days=9))), TODAY) == {}


def test_never_and_snoozed_are_not_due_and_the_snooze_ends_on_its_day():
    assert due(network(PIA), TODAY, default=1) == []
    assert due(network(TOM), TODAY) == []
    assert [item.person for item in due(network(TOM), TOM.snooze)] == [TOM]


def test_the_default_is_for_those_without_a_cadence_only():
    plain = person("Wim Plain")
    assert due(network(plain), TODAY) == []
    assert [item.every for item in due(network(plain, VIC), TODAY, default=200)] == [30, 200]


@settings(deadline=None)
@given(st.permutations(EXCHANGES), st.lists(st.sampled_from(EXCHANGES), max_size=3))
def test_an_old_record_found_late_never_moves_the_last_contact_back(order, again):
    known = last_contacts(NETWORK, TODAY)
    assert last_contacts(replace(NETWORK, exchanges=(*order, *again)), TODAY) == known
