from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdnet.core.balance import GIVEN_ALONE, Balance, ledger, months_before
from mdnet.core.model import Network
from tests.samples import ANA, JOE, NETWORK, PIA, RAJ, TODAY, VIC, exchange


def test_the_ledger_counts_by_person_what_was_given_asked_and_got():
    sums = ledger(NETWORK, TODAY)
    assert sums[JOE.path] == Balance(
        "Joe Chen", JOE.path, asked=2, got=1, last_asked=date(2026, 9, 30), last_got=date(2026, 8, 25)
    )
    assert (sums[VIC.path].gave, sums[VIC.path].last_gave) == (4, date(2026, 8, 1))
    assert set(sums) == {JOE.path, VIC.path, RAJ.path}
    assert PIA.path not in sums, "to meet is neither to give nor to take"


def test_what_is_older_than_the_period_or_still_to_come_does_not_count():
    days = [date(2025, 11, 20), date(2025, 11, 21), date(2026, 11, 20), date(2026, 11, 21)]
    network = Network(exchanges=tuple(exchange("gave", ANA, day, str(day)) for day in days))
    assert ledger(network, TODAY)[ANA.path].gave == 2
    assert ledger(network, TODAY, months=13)[ANA.path].gave == 3
    assert ledger(network, date(2020, 1, 1)) == {}


def test_a_record_doubled_by_a_sync_tool_counts_once():
    line = exchange("gave", ANA, TODAY, "the article", block_id="m-01234567-89abcdef")
    moved = replace(line, line=99, date=date(2026, 11, 19))
    plain = exchange("gave", ANA, TODAY, "Lunch")
    network = Network(exchanges=(line, moved, plain, replace(plain, text="lunch ")))
    assert ledger(network, TODAY)[ANA.path].gave == 2


@pytest.mark.parametrize(
    ("gave", "asked", "got", "tilt"),
    [
        (0, 0, 0, None),
        (0, 1, 1, None),
        (0, 2, 0, "ask-first"),
        (0, 0, 2, "ask-first"),
        (1, 2, 2, None),
        (1, 3, 1, "ask-first"),
        (2, 4, 0, "ask-first"),
        (3, 5, 0, None),
        (GIVEN_ALONE - 1, 0, 0, None),
        (GIVEN_ALONE, 0, 0, "do-not-tire"),
        (GIVEN_ALONE, 1, 0, "do-not-tire"),
        (9, 0, 1, None),
    ],
)
def test_when_it_tips(gave, asked, got, tilt):
    balance = Balance("Ana Ruiz", ANA.path, gave, asked, got)
    assert balance.tilt == tilt
    assert bool(balance.warning) == (tilt is not None)


def test_the_warnings_say_what_happened_and_what_to_do():
    assert Balance("A", "a", 0, 2, 0).warning == "you asked twice and gave nothing: ask how you can help first"
    assert Balance("A", "a", 1, 0, 3).warning == "you got help 3 times and gave once: ask how you can help first"
    assert Balance("A", "a", 5, 0, 0).warning == "you gave 5 times and nothing came back: do not tire"


def test_months_before_ends_at_the_end_of_a_shorter_month():
    assert months_before(date(2024, 2, 29), 12) == date(2023, 2, 28)
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 1) == date(2025, 12, 15)


@settings(deadline=None)
@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_months_before_never_goes_forward(day, months):
    before = months_before(day, months)
    assert before <= day
    assert (day.year - before.year) * 12 + day.month - before.month == months
