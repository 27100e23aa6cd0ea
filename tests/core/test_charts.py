from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core import charts
from mdnet.core.charts_map import LINE, MAX_PEOPLE, ROW, WIDTH, arrange, network_map

TODAY = date(2026, 11, 22)


# Bars


def test_a_bar_gives_to_the_right_and_takes_to_the_left() -> None:
    bar = charts.diverging(gave=2, asked=3, got=1, most=4)
    assert bar == {
        "width": 200,
        "zero": 100,
        "gave": {"x": 100, "w": 50.0},
        "got": {"x": 75.0, "w": 25.0},
        "open": {"x": 25.0, "w": 50.0},
    }


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 50))
def test_a_bar_stays_in_its_picture_and_its_parts_do_not_overlap(gave: int, asked: int, got: int, most: int) -> None:
    bar = charts.diverging(gave, asked, got, most)
    assert bar["open"]["x"] >= 0
    assert bar["open"]["x"] + bar["open"]["w"] == pytest.approx(bar["got"]["x"], abs=0.02)
    assert bar["got"]["x"] + bar["got"]["w"] == pytest.approx(bar["zero"], abs=0.02)
    assert bar["gave"]["x"] + bar["gave"]["w"] <= bar["width"]
    assert (bar["open"]["w"] > 0) == (min(max(asked, got), max(most, 1)) > min(got, max(most, 1)))


# A year of contact


def test_a_year_ends_with_this_week() -> None:
    year = charts.contact_year([(TODAY, "met"), (date(2026, 11, 16), "gave"), (date(2026, 11, 15), "met")], TODAY)
    assert [(cell["x"], cell["n"], cell["gave"], cell["first"]) for cell in year["cells"]] == [
        (51, 1, False, "2026-11-09"),
        (52, 2, True, "2026-11-16"),
    ]
    assert (year["count"], year["last"]) == (3, "2026-11-22")


def test_what_is_older_or_to_come_is_left_out() -> None:
    monday = date(2026, 11, 16)
    first = monday - timedelta(weeks=52)
    days = [(first - timedelta(days=1), "met"), (first, "met"), (TODAY + timedelta(days=1), "met")]
    year = charts.contact_year(days, TODAY)
    assert [cell["x"] for cell in year["cells"]] == [0]
    assert charts.contact_year([], TODAY) == {"weeks": 53, "cells": [], "count": 0, "last": None}


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.lists(st.integers(-9, 400), max_size=40))
def test_every_contact_of_a_year_is_in_one_cell(today: date, ago: list[int]) -> None:
    year = charts.contact_year([(today - timedelta(days=n), "met") for n in ago], today)
    assert sum(cell["n"] for cell in year["cells"]) == year["count"] <= len(ago)
    assert year["count"] >= sum(0 <= n <= 364 for n in ago)
    assert all(0 <= cell["x"] < 53 and 1 <= cell["level"] <= 3 for cell in year["cells"])


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_about_twelve_months_begin_in_a_year(today: date) -> None:
    ticks = charts.month_ticks(today)
    assert len(ticks) in (11, 12, 13)  # 11 where a year of weeks begins after the first of its month and ends on a 31st
    assert [tick["x"] for tick in ticks] == sorted({tick["x"] for tick in ticks})
    assert all(0 <= tick["x"] < 53 for tick in ticks)
    assert ticks[-1]["month"] == today.month


# Lines and columns


def test_a_line_goes_from_left_to_right_and_zero_is_below() -> None:
    line = charts.line([0, 2, 4], 100, 40)
    assert line["line"] == "M0 40L50 20L100 0"
    assert line["area"] == "M0 40L50 20L100 0V40H0Z"
    assert (line["top"], line["end"]) == (4, {"x": 100.0, "y": 0.0})


def test_a_line_is_broken_where_nothing_is_known() -> None:
    line = charts.line([None, 1, None, 2, 4], 100, 40)
    assert line["line"] == "M25 30h0 M75 20L100 0"
    empty = charts.line([None, None], 100, 40)
    assert (empty["line"], empty["area"], empty["end"]) == ("", "", None)
    assert charts.line([], 100, 40)["end"] is None


def test_columns_stack_the_first_lowest() -> None:
    chart = charts.columns([{"a": 1, "b": 3}, {"a": 0, "b": 0}], ("a", "b"), 100, 40, gap=0.2)
    assert chart["top"] == 4
    assert chart["bars"][0] == {
        "x": 5.0,
        "w": 40.0,
        "parts": [{"key": "a", "y": 30.0, "h": 10.0, "n": 1}, {"key": "b", "y": 0.0, "h": 30.0, "n": 3}],
    }
    assert chart["bars"][1]["parts"] == []
    assert charts.columns([], ("a",), 100, 40)["bars"] == []


@given(st.integers(0, 10**7))
def test_a_scale_ends_just_above_its_values(value: int) -> None:
    top = charts.nice_top(value)
    assert value <= top <= max(4, 2 * value)


# The map


def edge(source: str, target: str) -> dict[str, object]:
    return {"source": source, "target": target}


def test_a_map_has_people_once_and_needs_as_arcs_with_their_numbers() -> None:
    drawn = network_map([edge("b", "a"), edge("c", "a"), edge("b", "a"), edge("d", "d")], {"a": "Ana", "b": "Bo"})
    assert sorted(person["path"] for person in drawn["people"]) == ["a", "b", "c"]
    assert [(arc["source"], arc["target"], arc["numbers"]) for arc in drawn["arcs"]] == [
        ("b", "a", [1, 3]),
        ("c", "a", [2]),
    ]
    assert [person["full"] for person in drawn["people"] if person["path"] == "c"] == ["c"]
    assert (drawn["height"], drawn["left_out"]) == (3 * ROW, 0)


def test_an_edge_of_several_is_several_arcs_of_one_number() -> None:
    drawn = network_map([{**edge("b", "a"), "also": ["c", "d"]}, edge("c", "a")], {})
    arcs = [(arc["source"], arc["target"], arc["numbers"]) for arc in drawn["arcs"]]
    assert arcs == [("b", "a", [1]), ("c", "a", [1, 2]), ("d", "a", [1])]


def test_both_ways_are_two_arcs_of_different_width() -> None:
    drawn = network_map([edge("a", "b"), edge("b", "a")], {})
    assert len({arc["x"] for arc in drawn["arcs"]}) == 2


def test_an_empty_map_is_a_map() -> None:
    assert network_map([], {})["people"] == []


EDGES = st.lists(st.tuples(*[st.sampled_from("abcdefghijklmnopqrstuvwxyzåäöABCDEFGHIJ")] * 2), max_size=60)


@given(EDGES)
def test_a_map_can_be_read(pairs: list[tuple[str, str]]) -> None:
    drawn = network_map([edge(*pair) for pair in pairs], {name: name * 40 for name in "abc"})
    people = drawn["people"]
    assert len(people) <= MAX_PEOPLE
    assert [person["y"] for person in people] == [at * ROW + ROW / 2 for at in range(len(people))]
    assert all(len(person["name"]) <= 20 for person in people)
    places = [(arc["x"], arc["y"]) for arc in drawn["arcs"]]
    assert len(places) == len(set(places)), "no number hides another"
    assert all(LINE < x <= WIDTH - 2 for x, _ in places)
    numbers = [number for arc in drawn["arcs"] for number in arc["numbers"]]
    assert len(numbers) + drawn["left_out"] == sum(a != b for a, b in pairs)


@given(EDGES, st.randoms())
def test_the_order_of_people_depends_on_the_edges_alone(pairs: list[tuple[str, str]], random) -> None:
    people = sorted({name for pair in pairs for name in pair})
    mixed = list(people)
    random.shuffle(mixed)
    assert arrange(people, pairs) == arrange(mixed, pairs)
    assert sorted(arrange(people, pairs)) == people


def test_who_hangs_together_stands_together() -> None:
    order = arrange(list("abcdef"), [("a", "f"), ("b", "e"), ("c", "f")])
    assert {order[0], order[1], order[2]} == {"a", "c", "f"}
    assert order[1] == "f"
