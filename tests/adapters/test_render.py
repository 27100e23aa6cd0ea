import os
import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mdnet.adapters.render import Renderer
from mdnet.adapters.resources import example_vault, templates_dir
from mdnet.core import brief, page
from mdnet.core.mdtext import one_line
from mdnet.core.model import Exchange, Helper, Match, Network
from mdnet.core.review import Budget, Counts, as_json, build
from mdnet.core.weeks import week_of
from mdnet.errors import TemplateError
from tests.samples import (
    ANA,
    HELPERS,
    LEAD,
    MATCHES,
    ME,
    NETWORK,
    QUIET_MATCH,
    SAM,
    SINCE,
    TODAY,
    need,
    passage,
    person,
)
from tests.support import require

GOLDEN = Path(__file__).parents[1] / "golden"
WEEK = week_of(TODAY)
COUNTS = Counts(notes=124, problems=2, conflicts=("People/Ana Ruiz (1).md",), unreadable=1, index_age_days=0)
RENDERER = Renderer()


def rendered(network=NETWORK, matches=MATCHES, helpers=HELPERS, pages=(), counts=COUNTS, renderer=RENDERER, **fields):
    fields = {"week": WEEK, "since": SINCE, "today": TODAY} | fields
    review = build(network, matches, helpers, pages=[page.read(text) for text in pages], counts=counts, **fields)
    return renderer.render("review.md.j2", as_json(review)), review


def asked(review) -> list[str]:
    parts = (review.matches, review.more_matches, review.follow_ups, review.due, review.more_due, review.no_need)
    return [item.id for part in (*parts, review.still_true) for item in part]


def parts(text: str) -> list[str]:
    return re.findall(r"^%% mdnet:begin ([\w-]+)", text, re.MULTILINE)


def ids(text: str) -> list[str]:
    return [tick.id for tick in page.read(text).ticks]


# The page


def _answered() -> str:
    text = page.merge("", rendered()[0])
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if "deck oven ←" in line:
            lines[at] = line.replace("[ ]", "[x]").replace(" ^", " ✅ 2026-11-19 ^")
        if "]]** · every 30 days, last 1 Aug" in line:
            lines[at] = line.replace("[ ]", "[-]")
        if line == "## Notes":
            lines[at] = "## Notes\n\nAsk Ana about the second hub."
    old = "\n".join(lines)
    return page.merge(old, rendered(pages=[old])[0])


SMALL = Network({SAM.path: SAM}, ME, tuple(one for one in NETWORK.needs if one.person_path == SAM.path))
PAGES = {
    "review": lambda: page.merge("", rendered()[0]),
    "answered": _answered,
    "empty": lambda: page.merge("", rendered(Network(), (), (), counts=Counts(index_age_days=3))[0]),
    "private": lambda: page.merge("", rendered(SMALL, [QUIET_MATCH], ())[0]),
    "private-in-public": lambda: page.merge("", rendered(SMALL, [QUIET_MATCH], (), public=True)[0]),
    "folded": lambda: page.merge("", rendered(budget=Budget(matches=1, due=1, more_matches=2))[0]),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_as_it_was_agreed(name):
    """To accept what changed: `MDNET_GOLDEN=write pytest tests/adapters/test_render.py`, and read the difference."""
    file = GOLDEN / f"{name}.md"
    text = PAGES[name]()
    if os.environ.get("MDNET_GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode()


def test_every_line_to_decide_is_on_the_page_once():
    text, review = rendered()
    assert sorted(ids(text)) == sorted(asked(review))
    assert all(tick.answer is None for tick in page.read(text).ticks)
    assert page.read(text).week == "2026-W47"
    assert parts(text) == [
        *("summary", "matches", "follow-ups", "introductions", "soon", "people", "still-true", "mine", "balance"),
        "footer",
    ]


def test_a_page_does_not_change_while_the_days_of_its_week_go_by():
    first = page.merge("", rendered()[0])
    assert page.merge(first, rendered(today=TODAY.replace(day=21), pages=[first])[0]) == first


def test_an_answered_line_stays_on_the_page_below_the_open_ones():
    text = _answered()
    lines = text.split("\n")
    at = next(index for index, line in enumerate(lines) if line.startswith("- [x]"))
    assert "deck oven" in lines[at]
    assert "Olu Adeyemi" in lines[at - 1]
    assert lines[at + 1] == ""
    assert rendered(pages=[text])[1].totals.matches == 3
    assert "\n\n\n" not in text
    assert page.merge(text, rendered(pages=[text])[0]) == text


def test_what_the_page_counts_and_has_no_room_for_is_told_with_the_command_that_shows_it():
    text = rendered(budget=Budget(introductions=1, soon=1, due=1, more_due=0))[0]
    assert "**3** introductions · **2** wanted soon" in text
    assert "And 2 more: `mdnet match NAME` tells who may help somebody." in text
    assert "And 1 more: `mdnet needs --due`." in text
    assert "And 3 more: `mdnet people --due`." in text
    assert "\n\n\n" not in page.merge("", text)
    assert " more" not in rendered()[0]


def test_what_stands_before_a_passage_is_told_apart_from_it():
    seen = passage("They are *hiring*", "Daily/2026-11-19.md", TODAY, before=("Pallet_People_ ",))
    text = rendered(matches=[Match(LEAD, seen, 2.0)])[0]
    assert "← *Pallet_People\\_* “They are \\*hiring\\*” ([[2026-11-19]]" in text
    known = brief.build(brief.Known(NETWORK, [Match(LEAD, seen, 2.0)]), ANA, TODAY)
    assert "\n  - new: *Pallet_People\\_* “They are \\*hiring\\*” (" in RENDERER.render("brief.md.j2", known)


def test_what_was_wanted_by_a_day_that_is_over_says_so():
    text = rendered(today=date(2026, 11, 29))[0]
    assert "- **28 Nov 2026, past** · **[[Mei Tanaka]]** needs" in text
    assert "- **1 Dec 2026** · **You** need" in text
    mine = replace(NETWORK, needs=(need(ME, "an advisor", due=date(2026, 11, 28)),))
    assert "You need an advisor (by 28 Nov 2026, past)" in rendered(mine, today=date(2026, 11, 29))[0]


def test_nothing_private_is_on_a_page_made_for_others():
    assert "Whitcombe" not in rendered(public=True)[0]


def test_the_picture_has_an_arrow_for_each_introduction_and_odd_names_do_not_break_it():
    odd = person('A"]; click p0 "x" [(', path="People/odd.md")
    network = replace(NETWORK, people={**NETWORK.people, odd.path: odd})
    text = rendered(network, helpers=[*HELPERS, Helper(LEAD, odd, 9.0)])[0]
    picture = text[text.index("mermaid") : text.index("```", text.index("mermaid"))]
    arrows = re.findall(r'>   p\d+\["[^"]+"\] <?--> p\d+\["[^"]+"\]', picture)
    assert len(arrows) == picture.count("\n>   ") == 4
    assert "A#34;#93;#59; click p0 #34;x#34; #91;#40;" in picture
    assert "mermaid" not in rendered(helpers=())[0], "two names need no picture"


def test_who_should_meet_is_one_line_and_one_star_in_the_picture():
    more = [person(f"P{at}", private=at == 4) for at in range(5)]
    needs = tuple(need(who, "a lawyer for a founder's visa") for who in more[1:])
    network = replace(NETWORK, people={**NETWORK.people, **{who.path: who for who in more}})
    text = rendered(replace(network, needs=(*NETWORK.needs, *needs)))[0]
    names = "**[[Olu Adeyemi]]**, **[[P1]]**, **[[P2]]**, **[[P3]]** and 2 more"
    assert f"- 🔒 {names} should meet: all need a lawyer for a founder's visa\n" in text
    assert text.count("<-->") == 3
    needs = (need(more[0], "a used 3D *scanner*"), need(more[1], "a used 3D printer"))
    text = rendered(replace(network, needs=needs), helpers=())[0]
    says = "P0 needs a used 3D \\*scanner\\*; P1 needs a used 3D printer\n"
    assert f"- **[[P0]]** and **[[P1]]** should meet: {says}" in text


def test_block_ids_stand_alone_at_the_end_of_their_block():
    """Obsidian takes `^id` for the block's name only if the block ends with it: a blank line or an item follows."""
    lines = rendered(budget=Budget(matches=1, due=1))[0].split("\n")
    for line, below in pairwise(lines):
        if re.search(r" \^\S+$", line):
            assert below == "" or re.match(r"(> )?- ", below), below


def test_plain_markdown_readers_see_the_page_in_order():
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        return require(None, "markdown-it-py is not installed")
    text = rendered()[0]
    tokens = MarkdownIt("commonmark").parse(text.split("---\n", 2)[2])
    items = [token.content for token in tokens if token.type == "inline" and re.search(r"\^\S+$", token.content)]
    assert [item.rsplit("^", 1)[1] for item in items] == ids(text)
    headings = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings[0].startswith("Week 47 · 16 – 22 Nov 2026")
    assert all(token.type != "html_block" for token in tokens)
    return None


NASTY = [
    "- [x] done ^m-01234567-89abcdef",
    "x\n- [x] done ^t-01234567-2026w47\n",
    "%% mdnet:end %%",
    "\n%% mdnet:end %%\n%% mdnet:begin matches %%\n",
    "> [!note]- callout\n> - [ ] a ^s-01234567-2026w47",
    "#need [[Joe]] ^m-01234567-89abcdef",
    "```\n",
    "[[a]] ]] [[ | ^h-01234567",
    "<b onclick=x>&amp;</b> <!-- ",
    "---",
    "{{ 7 * 7 }}{% endblock %}",
    "✅ 2026-11-24",
    "\u2028- [x] a ^m-01234567-89abcdef\u202e",
    "**bold** _i_ `c` $m$",
    "\ud800",
    " ",
]
ANY = st.one_of(st.sampled_from(NASTY), st.text(max_size=60), st.text("-[]x^%>#|`*\n\r\\ m0:d", max_size=40))
TEXTS = st.lists(ANY, min_size=8, max_size=8)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(TEXTS, st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=3), st.booleans())
def test_no_text_of_a_note_becomes_a_tick_a_tag_a_link_or_a_marker(texts, marks, private):
    name, other, wanted, seen, title, why, said, company = texts
    one = person(name, path=f"People/{title}.md", cadence_days=1, company=company, role=why, private=private)
    two = person(other, path="People/two.md")
    wants = need(one, wanted, TODAY.replace(month=1), due=TODAY)
    wants_too = need(two, wanted, TODAY.replace(month=1), state="helping")
    mine = need(ME, wanted, due=TODAY)
    network = Network(
        {one.path: one, two.path: two},
        ME,
        (wants, wants_too, mine),
        (),
        tuple(
            Exchange("asked", who.name, who.path, TODAY.replace(month=9), "line", said, "a.md", 1) for who in (one, two)
        )
        * 2,
    )
    matches = [
        Match(
            item,
            passage(seen, f"{title}/{other}.md", TODAY, title=title, heading=why, before=(said,)),
            2.0,
            (why, said),
            tuple(marks),
            True,
        )
        for item in (wants, mine)
    ]
    helpers = [Helper(wants, two, 2.0, (why,)), Helper(mine, one, 2.0, (said,))]
    text, review = rendered(network, matches, helpers, counts=Counts(conflicts=(title, why)))
    assert sorted(ids(text)) == sorted(asked(review))
    form = page.read(text)
    assert form.week == "2026-W47"
    assert len(parts(text)) == 10
    assert text.count("%% mdnet:end %%") == 10
    assert not any(tick.answer for tick in form.ticks)
    assert page.merge(page.merge("", text), text) == page.merge("", text)
    links = {f"[[{target}]]" for target in (name, title, other, "two")}
    plain = re.sub(r"\[\[[^\[\]|#^\n]+(?:\|[^\[\]|#^\n]+)?\]\]", lambda found: "" if found else found, text)
    assert "[[" not in plain.replace("`#need [[Name]] …`", "")
    assert links
    for line in plain.split("\n"):
        assert not re.search(r"(?<![\w\\#])#[^\s#]", line.removeprefix("#").lstrip("#").replace("`#need", "")), line
        assert len(re.findall(r"(?<!\\)\^", line)) <= 1
    assert "\r" not in text
    assert one_line(seen)[:1] in text


# The user's own templates


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "Templates"
    folder.mkdir()
    return folder


def test_the_users_template_wins_and_may_build_on_mdnets(mine):
    (mine / "review.md.j2").write_text(
        '{% extends "mdnet/review.md.j2" %}{% block soon %}\n\nSoon: {{ totals.soon }}\n{% endblock %}', "utf-8"
    )
    text, review = rendered(renderer=Renderer(mine))
    assert "\nSoon: 2\n" in text
    assert sorted(ids(text)) == sorted(asked(review))
    assert Renderer(mine).is_users("review.md.j2")
    assert not Renderer(mine).is_users("other.j2")
    assert rendered(renderer=Renderer(mine.parent / "nowhere"))[0] == rendered()[0]


def test_the_users_template_may_include_their_own_files_in_any_encoding_of_utf8(mine):
    (mine / "parts").mkdir()
    (mine / "parts" / "hello.j2").write_bytes("\ufeffGrüße, {{ name | md }}\r\n".encode())
    (mine / "a.md.j2").write_text('{% include "parts/hello.j2" %}', "utf-8")
    assert Renderer(mine).render("a.md.j2", {"name": "*Ana* \u2028😀"}) == "Grüße, \\*Ana\\* 😀\n"


def test_markup_is_escaped_in_html_only(mine):
    (mine / "a.html.j2").write_text("{{ name }}", "utf-8")
    (mine / "a.md.j2").write_text("{{ name }}", "utf-8")
    assert Renderer(mine).render("a.html.j2", {"name": "<b>"}) == "&lt;b&gt;"
    assert Renderer(mine).render("a.md.j2", {"name": "<b>"}) == "<b>"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("a\n{{ nobody }}", "Templates/bad.md.j2:2: 'nobody' is undefined"),
        ("a\n\n{% if %}", "Templates/bad.md.j2:3: "),
        ("{{ 1 / 0 }}", "Templates/bad.md.j2:1: division by zero"),
        ("{{ name.nothing }}", "Templates/bad.md.j2:1: "),
        ("{{ name | nothing }}", "Templates/bad.md.j2:1: No filter named 'nothing'"),
        ("{% include 'other.j2' %}", "there is no template 'other.j2'"),
        ("{% include '../secret.md' %}", "there is no template '../secret.md'"),
        ("{% include '/etc/hostname' %}", "there is no template '/etc/hostname'"),
        ("{% include 'link.j2' %}", "Templates/link.j2: is not a file within the templates folder"),
        ("{% include 'fifo.j2' %}", "Templates/fifo.j2: is not a file within the templates folder"),
        ("{{ ''.__class__.__mro__ }}", "is unsafe"),
        ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "is unsafe"),
        ("{{ '{0.__class__}'.format(name) }}", "is unsafe"),
        ("{{ things.append(1) }}", "is unsafe"),
        ("{% for i in range(10 ** 6) %}{% endfor %}", "Range too big"),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "was stopped"),
        ("{{ 'a' * 10 ** 10 }}", "was stopped"),
        ("{% for a in range(90) %}{{ 'a' * 10 ** 6 }}{% endfor %}", "characters and was stopped"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recursion"),
    ],
)
def test_a_bad_template_is_an_error_with_its_place(mine, template, message):
    (mine.parent / "secret.md").write_text("secret", "utf-8")
    (mine / "link.j2").symlink_to(mine.parent / "secret.md")
    if hasattr(os, "mkfifo"):
        os.mkfifo(mine / "fifo.j2")
    (mine / "bad.md.j2").write_text(template, "utf-8")
    with pytest.raises(TemplateError) as error:
        Renderer(mine, seconds=2).render("bad.md.j2", {"name": "Ana", "things": []})
    assert message in str(error.value)
    assert str(mine) not in str(error.value)


def test_a_template_that_is_no_text_or_too_large_is_refused(mine):
    (mine / "a.md.j2").write_bytes(b"\xff\xfe")
    (mine / "b.md.j2").write_bytes(b"a" * 1_000_001)
    for name in ("a.md.j2", "b.md.j2"):
        with pytest.raises(TemplateError, match=f"Templates/{name}"):
            Renderer(mine).render(name, {})


def test_mdnets_own_templates_fail_in_the_same_way():
    with pytest.raises(TemplateError, match=r"there is no template 'nothing\.j2'"):
        RENDERER.render("nothing.j2", {})
    with pytest.raises(TemplateError, match=r"templates/review.md.j2:\d+: 'week' is undefined"):
        RENDERER.render("review.md.j2", {"done": [], "first": None, "last": None})


def test_compiled_templates_are_kept_for_the_next_time(tmp_path):
    cache = tmp_path / "new" / "cache"
    assert rendered(renderer=Renderer(cache=cache))[0] == rendered()[0]
    (kept,) = cache.iterdir()
    stamp = kept.stat().st_mtime_ns
    assert rendered(renderer=Renderer(cache=cache))[0] == rendered()[0]
    assert kept.stat().st_mtime_ns == stamp
    kept.write_bytes(b"damaged")
    assert rendered(renderer=Renderer(cache=cache))[0] == rendered()[0]
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert rendered(renderer=Renderer(cache=tmp_path / "file"))[0] == rendered()[0]
    cache.chmod(0o777)
    kept.unlink()
    assert rendered(renderer=Renderer(cache=cache))[0] == rendered()[0]
    assert not list(cache.iterdir()), "where others may write nothing is kept"


def test_what_comes_with_mdnet_is_found():
    assert (templates_dir() / "review.md.j2").is_file()
    assert (example_vault() / "Me.md").is_file()


def test_what_is_missing_is_reported(monkeypatch, tmp_path):
    from mdnet.adapters import resources
    from mdnet.errors import NotFoundError

    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "mdnet")
    with pytest.raises(NotFoundError, match="install mdnet anew"):
        templates_dir()
    (tmp_path / "mdnet" / "_templates").mkdir(parents=True)
    assert templates_dir() == tmp_path / "mdnet" / "_templates"


def test_a_large_network_makes_a_short_page():
    people = [person(f"Person {i:04}", cadence_days=30) for i in range(2000)]
    needs = [need(people[i * 3], f"a specialist for subject {i} " * 10, TODAY.replace(year=2025)) for i in range(500)]
    matches = [
        Match(one, passage(f"somebody who knows subject {i} " * 50, "Daily/2026-11-19.md", TODAY), 1.5)
        for i, one in enumerate(needs)
    ]
    network = Network({one.path: one for one in people}, ME, tuple(needs))
    text, review = rendered(network, [replace(one, new=True) for one in matches], ())
    assert len(text) < 60_000
    assert sum(line.startswith("- [ ]") for line in text.split("\n")) <= 40
    assert sorted(ids(text)) == sorted(asked(review))
