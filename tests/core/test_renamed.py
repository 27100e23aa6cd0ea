import time
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdnet.core.identity import need_id, passage_id
from mdnet.core.links import Named, Names
from mdnet.core.model import Need, Network, Person
from mdnet.core.page import PageForm, read
from mdnet.core.renamed import found_again, with_todays_ids
from mdnet.core.ticks import person_hash

ANA = Person(path="People/Ana Lopez.md", name="Ana Lopez")
TEXTS = ("a plumber", "a plumber who works on Sundays", "someone; cheap, if possible")
NEEDS = tuple(
    Need(need_id(ANA.name, text), ANA.name, ANA.path, text, "open", ANA.path, at) for at, text in enumerate(TEXTS)
)
NETWORK = Network(people={ANA.path: ANA}, needs=NEEDS)
OLD = [need_id("Ana", text) for text in TEXTS]
PASSAGE = passage_id("Joe does plumbing")
PAGE = "Reviews/2026-W48.md"
NAMES = Names(named=lambda key: [Named(ANA.path, "person")] if key == "ana lopez" else [], called=lambda _: [])


def again(page: PageForm, network: Network = NETWORK) -> PageForm:
    ((path, found),) = found_again([(PAGE, page)], network, NAMES)
    assert path == PAGE
    return found


def asked(line: str) -> tuple[str | None, str | None]:
    """(need id, hash of the person) of a page's one question."""
    (tick,) = again(read(line)).ticks
    return tick.need_id, tick.person_hash


@pytest.mark.parametrize("number", range(len(TEXTS)))
@pytest.mark.parametrize(
    "line",
    [
        "- [x] **[[Ana Lopez]]** needs {} ← “**plumbing**” ([[2026-11-19]]) · *plumbing* ^m-{}-{}",
        "- [ ] 🔒 **[[People/Ana Lopez|Ana]]** needed {} ← something (3 Nov 2026) ^h-{}-{}",
        "- [-] **[[ana lopez]]** needs {} · since 1 Feb 2026 ^s-{}-2026w48",
        "- [-] [[Ana Lopez]] needs {} ^h-{}",
    ],
)
def test_a_need_is_found_by_whom_the_line_links_and_what_it_says(line: str, number: int) -> None:
    assert asked(line.format(TEXTS[number], OLD[number], PASSAGE)) == (NEEDS[number].id, None)


@pytest.mark.parametrize(
    "line",
    [
        "- [x] **[[Ana Lopez]]** needs a plumber who is tall ← “plumbing” ^m-{}-{}",
        "- [x] **[[Ana Lopez]]** needs nothing ← “a plumber” ^m-{}-{}",
        "- [x] **[[Ana]]** needs a plumber ← “plumbing” ^m-{}-{}",
        "- [x] a plumber ^m-{}-{}",
    ],
)
def test_what_was_reworded_is_not_found(line: str) -> None:
    assert asked(line.format(OLD[0], PASSAGE)) == (OLD[0], None)


def test_who_is_to_be_in_touch_with() -> None:
    today = person_hash(ANA.name)
    assert asked(f"- [x] **[[Ana Lopez]]** · every 30 days ^t-{person_hash('Ana')}-2026w48") == (None, today)
    assert asked(f"- [x] **[[Joe]]** · every 30 days ^t-{person_hash('Ana')}-2026w48") == (None, person_hash("Ana"))


def test_what_is_known_stays_as_it_is() -> None:
    page = read(f"- [x] **[[Joe]]** needs a plumber ← “x” ^m-{NEEDS[0].id}-{PASSAGE}\n- [ ] of the user's\n")
    assert again(page) is page
    assert again(page, replace(NETWORK, people={}, needs=())) is page


def test_open_questions_on_a_page_get_todays_ids_and_nothing_else_changes() -> None:
    line = "> - [{}] **[[Ana Lopez]]** needs a plumber ← “plumbing” ✅ 2026-11-24 ^m-{}-{}  \r"
    others = ["\ufeff# Mine ^m-", "", f"```\n- [ ] **[[Ana Lopez]]** needs a plumber ^s-{OLD[0]}-2026w48\n```", "end"]
    answered = [line.format(sign, OLD[0], PASSAGE) for sign in "x-"]
    text = "\n".join([*others, *answered, line.format(" ", OLD[0], PASSAGE)])
    expected = "\n".join([*others, *answered, line.format(" ", NEEDS[0].id, PASSAGE)])
    assert with_todays_ids(PAGE, text, NETWORK, NAMES) == expected
    assert with_todays_ids(PAGE, expected, NETWORK, NAMES) == expected


@pytest.mark.parametrize("filler", ["*", "a", "[[", "[[a|", " .;,", "\\", "_ ", "[[Ana Lopez]] needs a plumber "])
def test_a_huge_line_takes_no_long_time(filler: str) -> None:
    line = f"- [x] [[Ana Lopez]] {filler * (80_000 // len(filler))} ^m-{OLD[0]}-{PASSAGE}"
    begin = time.process_time()
    page = read(line)
    unit = time.process_time() - begin
    begin = time.process_time()
    again(page)
    assert time.process_time() - begin < 400 * unit


@given(st.text(), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_no_line_is_too_odd(text: str, day: date) -> None:
    line = f"- [x] [[Ana Lopez]] {text} {day} ^m-{OLD[0]}-{PASSAGE}"
    page = again(read(line))
    assert all(tick.id == f"m-{OLD[0]}-{PASSAGE}" for tick in page.ticks)
