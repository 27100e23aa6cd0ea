from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.told_day import first_day

WRITTEN = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("two drivers who will be free from February", date(2027, 2, 1)),
        ("will have a place from September", date(2027, 9, 1)),
        ("women engineers will speak at the museum on 20 January", date(2027, 1, 20)),
        ("on the 3rd of December", date(2026, 12, 3)),
        ("starting December 5, 2027", date(2027, 12, 5)),
        ("in mid-March", date(2027, 3, 1)),
        ("from January, but a first talk in November", date(2026, 11, 1)),
        ("Zimmer frei ab 1. Februar", date(2027, 2, 1)),
        ("libre à partir de février 2028", date(2028, 2, 1)),
        ("desde el 4 de marzo", date(2027, 3, 4)),
        ("disponible desde marzo", date(2027, 3, 1)),
        ("until February", None),
        ("before 5 December", None),
        ("she may come on Tuesday", None),
        ("from 31 February", None),
        ("April wants a dog", None),
        ("", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert first_day(text, WRITTEN) == day


@given(st.text(), st.dates(min_value=date(1, 1, 1), max_value=date(9998, 12, 31)))
def test_whatever_is_written(text: str, written: date) -> None:
    assert first_day(text, written) is None or isinstance(first_day(text, written), date)
    first_day(f"from {text} may 2020", written)
