from __future__ import annotations

import pytest

from mdnet.core.towns import elsewhere, towns


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a warehouse in south Leeds, 300 square metres", {"Leeds"}),
        ("to let in Glasgow, near Perth", {"Glasgow", "Perth"}),
        ("eine Wohnung in Köln", {"Cologne"}),
        ("two weeks in New York", {"New York"}),
        ("un piso en Sevilla", {"Seville"}),
        ("Charlotte likes reading, and Florence is nice", set()),
        ("in Yorkshire", set()),
        ("", set()),
    ],
)
def test_towns(text: str, found: set[str]) -> None:
    assert towns(text) == found


def test_elsewhere() -> None:
    assert elsewhere("a flat in Leeds", "a flat in Glasgow, cheap")
    assert not elsewhere("a flat in Leeds", "a flat in Headingley, cheap")
    assert not elsewhere("a flat", "a flat in Glasgow")
    assert not elsewhere("a flat in Leeds or in Hull", "moves out in Hull, came from a house in York")
    assert not elsewhere("Wohnung in München", "a flat in Munich")
