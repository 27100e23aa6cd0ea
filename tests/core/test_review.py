from dataclasses import replace
from datetime import date, timedelta

import pytest

from mdnet.core import page
from mdnet.core.identity import passage_id
from mdnet.core.model import Helper, Network
from mdnet.core.review import Budget, Counts, as_json, build
from mdnet.core.review_matches import excerpt
from mdnet.core.ticks import helped_id, still_id, touch_id
from mdnet.core.weeks import parse_week, week_of
from tests.samples import (
    ADVISOR,
    ANA,
    BAKERY,
    DOCK,
    DONE,
    FREIGHT,
    GONE,
    HELPERS,
    JOE,
    LEAD,
    LEAD_MATCH,
    MATCHES,
    ME,
    MEI,
    NETWORK,
    OVEN,
    OVEN_MATCH,
    PIA,
    QUIET,
    RAJ,
    SAM,
    SHOP,
    SINCE,
    TODAY,
    TOM,
    TRUCK,
    VISA,
    VISA_MATCH,
    exchange,
    match,
    need,
    passage,
    person,
)

WEEK = week_of(TODAY)


def review(network=NETWORK, matches=MATCHES, helpers=HELPERS, pages=(), **fields):
    fields = {"week": WEEK, "since": SINCE, "today": TODAY} | fields
    return build(network, matches, helpers, pages=[page.read(text) for text in pages], **fields)


def form(*lines: str, week: str = "2026-W47") -> str:
    return f"---\ntype: mdnet-review\nweek: {week}\n---\n" + "\n".join(lines) + "\n"


def line(id_: str, mark: str = " ") -> str:
    return f"- [{mark}] something ^{id_}"


def names(items, field="person"):
    return [getattr(item, field) for item in items]


# Matches


def test_new_matches_come_first_then_those_still_undecided_best_first():
    found = review()
    assert names(found.matches) == ["Ana Ruiz", "Mei Tanaka", "Sam Whitcombe", "Olu Adeyemi"]
    assert [item.new for item in found.matches] == [True, True, True, False]
    assert (found.totals.matches, found.totals.new_matches, found.more_matches) == (4, 3, ())


def test_closed_dropped_and_put_off_needs_never_match():
    needs = (DONE, GONE, SHOP)
    found = review(matches=[match(one, FREIGHT, score=9) for one in needs])
    assert found.matches == ()
    spring = review(matches=[match(SHOP, FREIGHT)], today=SHOP.not_before)
    assert names(spring.matches) == ["Uma Novak"]


def test_a_low_score_is_not_shown_unless_it_waits_for_an_answer():
    weak = match(VISA, FREIGHT, score=0.9, new=False)
    assert review(matches=[weak]).matches == ()
    assert names(review(matches=[weak], pages=[form(line(weak.id), week="2026-W45")]).matches) == ["Olu Adeyemi"]


@pytest.mark.parametrize("mark", ["x", "X", "-"])
def test_what_was_answered_on_any_page_does_not_come_back(mark):
    found = review(pages=[form(line(OVEN_MATCH.id, mark), week="2026-W40")])
    assert "Mei Tanaka" not in names(found.matches)
    again = match(replace(OVEN, id="reworded"), BAKERY)
    assert names(review(matches=[again], pages=[form(line(OVEN_MATCH.id, mark))]).matches) == ["Mei Tanaka"]


@pytest.mark.parametrize("mark", [" ", "?", "/"])
def test_an_empty_box_or_an_unknown_sign_decides_nothing(mark):
    assert "Mei Tanaka" in names(review(pages=[form(line(OVEN_MATCH.id, mark))]).matches)


def test_the_log_line_remembers_what_was_passed_on_when_the_page_is_gone():
    logged = exchange("gave", MEI, TODAY, "the bakery", block_id=OVEN_MATCH.id)
    network = replace(NETWORK, exchanges=(*NETWORK.exchanges, logged))
    assert "Mei Tanaka" not in names(review(network).matches)


def test_a_passage_that_stands_in_two_notes_is_shown_once():
    twin = replace(FREIGHT, path="Clippings/FreightCo.md")
    found = review(matches=[LEAD_MATCH, replace(LEAD_MATCH, passage=twin, score=3.0, new=False)])
    assert len(found.matches) == 1
    assert found.matches[0].new


def test_one_need_does_not_fill_the_page_and_its_matches_stand_together():
    many = [match(LEAD, passage(f"warehouse lead number {i}", "a.md"), score=5 - i / 100) for i in range(6)]
    other = match(OVEN, BAKERY, score=4.999)
    found = review(matches=[*many, other])
    assert names(found.matches) == ["Ana Ruiz"] * 3 + ["Mei Tanaka"]
    assert names(found.more_matches) == ["Ana Ruiz"] * 3


def test_the_budget_cuts_and_the_totals_tell():
    needs = [need(ANA, f"thing number {i}") for i in range(100)]
    found = review(matches=[match(one, FREIGHT) for one in needs], budget=Budget(matches=5, more_matches=7))
    assert (len(found.matches), len(found.more_matches), found.totals.matches) == (5, 7, 100)


def test_an_excerpt_is_cut_around_the_marked_words():
    text = "lorem ipsum " * 60 + "the warehouse lead\n\tin Ohio " + "dolor sit " * 60
    at = text.index("warehouse")
    spans = excerpt(text, [(at, at + len("warehouse"))])
    whole = "".join(span.text for span in spans)
    assert [span.text for span in spans if span.mark] == ["warehouse"]
    assert "warehouse lead in Ohio" in whole
    assert whole.startswith("… ")
    assert whole.endswith(" …")
    assert len(whole) <= 250


@pytest.mark.parametrize(
    ("around", "shown"),
    [("Notes from the  harbour fair", "Notes from the harbour fair"), ("", ""), ("a warehouse operations lead", "")],
)
def test_what_stands_around_a_passage_is_shown_unless_it_says_the_need_again(around, shown):
    seen = match(LEAD, passage("Lena runs a depot in Dayton", "Daily/x.md", TODAY, context=around))
    assert [item.context for item in review(matches=[seen]).matches] == [shown]


def test_the_line_before_is_shown_where_nothing_stands_around() -> None:
    seen = passage("They look for a warehouse lead", "Daily/x.md", TODAY, before=("Pallet " * 50, "Joe Chen"))
    (item,) = review(matches=[match(LEAD, seen)]).matches
    assert item.context == "Pallet " * 16 + "Pallet…"
    assert item.id == match(LEAD, replace(seen, before=())).id
    (item,) = review(matches=[match(LEAD, replace(seen, context="Notes"))]).matches
    assert item.context == "Notes"


def test_an_excerpt_of_a_short_text_is_the_text():
    assert [span.text for span in excerpt("a b", [(0, 1)])] == ["a", " b"]
    assert "".join(span.text for span in excerpt("x" * 1000)) == "x" * 240 + " …"
    assert excerpt("") == ()
    assert [span.text for span in excerpt("abc", [(-5, 99)])] == ["abc"]


# Introductions


def test_who_can_help_is_told_apart_from_who_needs_the_same():
    kinds = {(item.kind, item.person, item.other) for item in review().introductions}
    assert kinds == {
        ("introduce", "Olu Adeyemi", "Joe Chen"),
        ("introduce", "Mei Tanaka", "Tom O'Hara"),
        ("meet", "Olu Adeyemi", "Raj Patel"),
    }


def test_a_helper_who_needs_the_same_is_to_be_met_not_asked():
    found = review(helpers=[Helper(VISA, RAJ, 9.0, ("lawyer",))]).introductions
    assert [(item.kind, item.other) for item in found] == [("meet", "Raj Patel")]


def test_nobody_is_introduced_to_themselves_or_for_a_closed_need_or_twice():
    helpers = [
        Helper(OVEN, MEI, 5),
        Helper(DONE, JOE, 5),
        Helper(VISA, JOE, 2),
        Helper(VISA, JOE, 3),
        Helper(OVEN, ME, 5),
    ]
    found = [item for item in review(helpers=helpers).introductions if item.kind == "introduce"]
    assert [(item.person, item.other, item.score) for item in found] == [("Olu Adeyemi", "Joe Chen", 3)]


def test_introductions_for_new_needs_come_first():
    for since in (SINCE, LEAD.created):
        found = review(helpers=[Helper(VISA, JOE, 9), Helper(LEAD, RAJ, 1)], since=since).introductions
        assert (found[0].person, found[0].other) == ("Ana Ruiz", "Raj Patel")


def alike(*texts: str, **fields):
    """A network of people who need one of these each."""
    people = [person(f"Person {at:02}") for at in range(len(texts))]
    needs = [need(who, text, **fields) for who, text in zip(people, texts, strict=True)]
    return replace(NETWORK, people={who.path: who for who in people}, needs=tuple(needs)), needs


def meetings(network, **fields):
    return [(names(item.people), item.more, item.same) for item in review(network, (), (), **fields).introductions]


def test_all_who_need_the_same_should_meet_at_once():
    four = [f"Person {at:02}" for at in range(4)]
    network, _ = alike(*["a projector for the talk"] * 4)
    found = review(network, (), ())
    assert meetings(network) == [(four, 0, True)]
    assert found.totals.introductions == 1
    (item,) = found.introductions
    assert (item.person, item.other, item.why) == (*four[:2], ("projector", "talk"))
    network, _ = alike(*["a projector for the talk"] * 7)
    assert meetings(network) == [(four, 3, True)]


def test_what_very_many_need_is_no_reason_to_meet():
    twelve, thirteen = (alike(*["feedback on the draft"] * number)[0] for number in (12, 13))
    assert [more for _, more, _ in meetings(twelve)] == [8]
    assert meetings(thirteen) == []


def test_who_should_meet_says_what_each_needs_where_the_words_differ():
    network, _ = alike("a used 3D scanner", "a used 3D printer", "used 3d printers")
    (found,) = review(network, (), ()).introductions
    assert not found.same
    assert names(found.people, "text") == ["a used 3D scanner", "a used 3D printer", "used 3d printers"]
    assert [same for _, _, same in meetings(alike("a used 3D printer", "used 3d printers")[0])] == [True]


def test_who_meets_for_one_need_is_not_brought_together_for_another_once_more():
    network, _ = alike("feedback on the draft", "feedback on the draft", "printer cartridge HP")
    more = [need(who, "printer cartridge HP") for who in list(network.people.values())[:2]]
    network = replace(network, needs=(*network.needs, *more))
    assert sorted(names for names, _, _ in meetings(network)) == [["Person 00", "Person 01", "Person 02"]]


def test_who_needs_what_very_many_need_is_nobodys_help_with_it():
    network, needs = alike(*["feedback on the draft"] * 13)
    helper = Helper(needs[0], network.people[needs[1].person_path], 9.0, ("feedback",))
    assert review(network, (), [helper]).introductions == ()


def test_those_who_should_meet_leave_room_for_those_who_may_help():
    things = ("piano teacher", "garden shed", "winter tyres", "rowing boat", "apple press", "tax adviser")
    network, _ = alike(*(thing for thing in things for _ in range(2)), created=TODAY)
    network = replace(network, people=network.people | NETWORK.people, needs=(*network.needs, *NETWORK.needs))
    helpers = [Helper(LEAD, who, 2.0) for who in (JOE, RAJ)] + [Helper(DOCK, TOM, 2.0), Helper(OVEN, JOE, 2.0)]
    kinds = names(review(network, (), helpers).introductions, "kind")
    assert (kinds.count("meet"), kinds.count("introduce")) == (3, 3)
    kinds = names(review(network, (), helpers[:1]).introductions, "kind")
    assert (kinds.count("meet"), kinds.count("introduce")) == (5, 1)
    assert names(review(network, (), ()).introductions, "kind") == ["meet"] * 6


# People


def test_due_people_say_when_and_what_it_was_about():
    due = review().due
    assert names(due) == ["Vic Moreau", "Ana Ruiz", "Sam Whitcombe", "Mei Tanaka"]
    ana = due[1]
    assert (ana.id, ana.last_contact, ana.last_text, ana.every, ana.about) == (
        touch_id("Ana Ruiz", WEEK),
        date(2026, 10, 1),
        "coffee, she opens a second hub",
        30,
        "COO, Harbor Freight Lines",
    )
    assert [item.no_need for item in due] == [True, False, False, False]


@pytest.mark.parametrize("mark", ["x", "-"])
def test_who_was_answered_this_week_is_not_asked_about_again_but_next_week(mark):
    text = form(line(touch_id("Ana Ruiz", WEEK), mark))
    assert "Ana Ruiz" not in names(review(pages=[text]).due)
    later = review(pages=[text], week=WEEK.after, today=TODAY + timedelta(days=7))
    assert "Ana Ruiz" in names(later.due)


def test_people_without_a_known_need_are_neither_due_nor_never_nor_snoozed():
    found = review()
    assert names(found.no_need) == ["Joe Chen"]
    tom = replace(TOM, cadence_days=None)
    assert names(review(Network({tom.path: tom, PIA.path: PIA})).no_need) == []
    assert names(review(Network({tom.path: tom, PIA.path: PIA}), today=TOM.snooze).no_need) == ["Tom O'Hara"]


def test_everybody_without_a_known_need_has_their_turn():
    people = [person(f"Person {i:02}") for i in range(10)]
    network = Network({one.path: one for one in people})
    seen, week = [], WEEK
    for _ in range(5):
        seen += names(build(network, (), (), week=week, since=None, today=week.first).no_need)
        week = week.after
    assert len(seen) == 20
    assert set(seen) == {one.name for one in people}


def test_two_of_one_name_and_a_need_written_twice_stand_on_the_page_once():
    twin = replace(ANA, path="People/Old/Ana Ruiz.md", cadence_days=1)
    again = replace(DOCK, path="Daily/2026-05-04.md", line=3)
    network = replace(
        NETWORK, people={**NETWORK.people, twin.path: twin}, needs=(*NETWORK.needs, again), exchanges=NETWORK.exchanges
    )
    found = review(network)
    ids = [item.id for part in (found.matches, found.due, found.no_need, found.still_true) for item in part]
    assert len(ids) == len(set(ids))
    assert found.matches[0].link == "People/Ana Ruiz", "a link that says which one is meant"
    assert names(found.still_true, "path") == [DOCK.path]


# Needs


def test_needs_not_looked_at_for_longest_come_first():
    assert names(review(matches=()).still_true, "need") == [QUIET.id, DOCK.id, OVEN.id, VISA.id]
    assert names(review().still_true, "need") == [DOCK.id], "those on the page are looked at now"


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (line(still_id(DOCK.id, parse_week("2026-W46")), "x"), False),
        (line(still_id(DOCK.id, parse_week("2026-W40")), "x"), True),
        (line(still_id(DOCK.id, parse_week("2026-W40")), "x") + " ✅ 2026-11-01", False),
        (line(still_id(DOCK.id, parse_week("2026-W40")), "-"), False),
        (line(f"m-{DOCK.id}-{passage_id('whatever')}", "-"), False),
        (line(f"m-{DOCK.id}-{passage_id('whatever')}", " "), True),
    ],
)
def test_any_answer_about_a_need_is_a_look_at_it(answer, asked):
    pages = [form(answer, week="2026-W46" if "m-" in answer else "2026-W40")]
    assert (DOCK.id in names(review(pages=pages, matches=()).still_true, "need")) == asked


def test_follow_ups_ask_about_what_was_given_last():
    assert [(item.id, item.what, item.date) for item in review().follow_ups] == [
        (helped_id(TRUCK.id, "0123abcd"), "the job fair at the union hall", date(2026, 11, 3))
    ]
    late = exchange("gave", RAJ, date(2026, 11, 5), "two names", block_id=f"m-{TRUCK.id}-9999zzzz")
    again = replace(NETWORK, exchanges=(*NETWORK.exchanges, late))
    assert names(review(again).follow_ups, "what") == ["two names"]
    just_now = replace(late, date=TODAY - timedelta(days=6))
    assert review(replace(NETWORK, exchanges=(*NETWORK.exchanges, just_now))).follow_ups == ()


def test_a_need_being_helped_with_is_followed_up_without_a_record_too():
    lonely = replace(NETWORK, exchanges=())
    assert [(item.id, item.what) for item in review(lonely).follow_ups] == [(helped_id(TRUCK.id), "")]


@pytest.mark.parametrize("mark", ["x", "-"])
def test_an_outcome_once_told_is_not_asked_for_again(mark):
    pages = [form(line(helped_id(TRUCK.id, "0123abcd"), mark), week="2026-W46")]
    assert review(pages=pages).follow_ups == ()


def test_what_was_asked_and_never_answered():
    assert [(item.person, item.text) for item in review().unanswered] == [("Joe Chen", "for a referral")]
    asked = exchange("asked", JOE, date(2026, 9, 30), "for a referral")
    for changed in (
        [replace(asked, done=True)],
        [replace(asked, due=TODAY)],
        [replace(asked, date=TODAY - timedelta(days=14))],
        [replace(asked, date=TODAY - timedelta(days=365))],
        [asked, exchange("got", JOE, date(2026, 9, 30))],
    ):
        assert review(replace(NETWORK, exchanges=tuple(changed))).unanswered == ()
    overdue = replace(asked, date=TODAY - timedelta(days=2), due=TODAY - timedelta(days=1))
    assert len(review(replace(NETWORK, exchanges=(overdue,))).unanswered) == 1


def test_my_own_needs_say_whom_to_ask_with_the_balance_in_view():
    (mine,) = review().my_needs
    assert (mine.need, names(mine.ask)) == (ADVISOR.id, ["Vic Moreau", "Joe Chen"])
    assert mine.ask[0].warning == ""
    assert "ask how you can help first" in mine.ask[1].warning
    assert ADVISOR.id not in names(review().introductions, "need")


def test_wanted_soon_in_order_of_the_day():
    assert [(item.person, item.mine, item.overdue) for item in review().soon] == [
        ("Mei Tanaka", False, False),
        ("Me", True, False),
    ]
    assert review(today=date(2026, 12, 5)).soon[0].overdue
    assert review(today=date(2026, 10, 1)).soon == ()
    assert review(today=date(2027, 3, 1)).soon == ()


def test_balance_lists_those_to_mind_first():
    found = review()
    assert names(found.balance) == ["Vic Moreau", "Joe Chen", "Raj Patel"]
    assert names(found.warnings) == ["Vic Moreau", "Joe Chen"]


# The whole


def test_what_was_answered_this_week_stays_as_a_record():
    answered = f"> - [x] the oven ✅ 2026-11-19 ^{OVEN_MATCH.id}"
    found = review(pages=[form(answered, line(LEAD_MATCH.id)), form(line(VISA_MATCH.id, "x"), week="2026-W46")])
    assert [(item.kind, item.line) for item in found.done] == [
        ("match", f"- [x] the oven ✅ 2026-11-19 ^{OVEN_MATCH.id}")
    ]


def test_in_public_there_is_nothing_private():
    secret = exchange("gave", RAJ, date(2026, 11, 1), "Sam Whitcombe's number")
    network = replace(NETWORK, exchanges=(*NETWORK.exchanges, secret, exchange("gave", SAM, TODAY)))
    named = match(DOCK, passage("Sam Whitcombe knows a cheaper dock tool", "a.md"))
    told = Helper(DOCK, SAM, 3.0)
    fields = {"network": network, "matches": [*MATCHES, named], "helpers": [*HELPERS, told]}
    assert "Whitcombe" in str(as_json(review(**fields)))
    shown = str(as_json(review(**fields, public=True, counts=Counts(conflicts=("People/Sam Whitcombe (1).md",)))))
    assert "Whitcombe" not in shown
    assert "hiring" not in shown
    assert "Ana Ruiz" in shown


def test_private_things_are_marked_in_the_users_own_page():
    found = review()
    assert [item.person for item in (*found.matches, *found.due, *found.still_true) if item.private] == [SAM.name] * 2


def test_the_json_form_has_stable_keys_and_plain_values():
    data = as_json(review(counts=Counts(notes=3)))
    assert data["schema"] == "mdnet-1"
    assert data["week"] == "2026-W47"
    keys = {"id", "need", "person", "text", "path", "line", "passage", "score", "why", "new"}
    assert keys <= data["matches"][0].keys()
    assert data["matches"][0]["date"] == "2026-11-19"
    assert data["footer"]["notes"] == 3
    assert data["decisions"] == 4 + 4 + 1 + 1 + 1

    def plain(value):
        if isinstance(value, dict):
            return all(isinstance(key, str) and plain(item) for key, item in value.items())
        if isinstance(value, list):
            return all(map(plain, value))
        return value is None or type(value) in (str, int, float, bool)

    assert plain(data)


def test_the_review_does_not_depend_on_the_order_of_what_it_gets():
    network = replace(NETWORK, people=dict(reversed(NETWORK.people.items())), needs=NETWORK.needs[::-1])
    assert as_json(review(network, MATCHES[::-1], HELPERS[::-1])) == as_json(review())


def test_an_empty_network_gives_an_empty_review():
    found = review(Network(), (), ())
    assert found.decisions == 0
    assert not any(as_json(found)["totals"].values())


def test_a_large_network_stays_within_the_budget():
    people = [person(f"Person {i:04}", cadence_days=30 if i % 2 else None) for i in range(2000)]
    needs = [need(people[i * 3], f"a specialist for subject {i}", date(2025, 1, 1), due=TODAY) for i in range(500)]
    matches = [
        match(one, passage(f"somebody who knows subject {i} {j}", f"Daily/{j}.md", TODAY), score=1 + j / 10)
        for i, one in enumerate(needs)
        for j in range(6)
    ]
    helpers = [Helper(one, people[-i - 1], 2.0) for i, one in enumerate(needs)]
    exchanges = [exchange("gave", one, date(2026, 3, 1), str(i)) for one in people[:300] for i in range(5)]
    network = Network({one.path: one for one in people}, ME, tuple(needs), (), tuple(exchanges))
    found = review(network, matches, helpers)
    limit = Budget()
    assert len(found.matches) == limit.matches
    assert len(found.more_matches) == limit.more_matches
    assert len(found.due) == limit.due
    assert len(found.more_due) == limit.more_due
    assert len(found.introductions) == limit.introductions
    assert len(found.still_true) == limit.still_true
    assert len(found.soon) == limit.soon
    assert len(found.warnings) == limit.warnings
    assert found.decisions <= 40
    assert found.totals.matches == 3000
